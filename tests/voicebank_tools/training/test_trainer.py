"""Training end to end, tiny: it learns, it is resumed after a kill to the same curve, it stops when told."""

import csv
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from tests.voicebank_tools.training import made
from tests.voicebank_tools.training.made import needs_keras, quiet_libraries
from voicebank_tools.training.augment import Augmentation
from voicebank_tools.training.batches import BatchOptions
from voicebank_tools.training.dataset import Dataset
from voicebank_tools.training.network import NetworkOptions
from voicebank_tools.training.run_config import RunConfig, read_config
from voicebank_tools.training.trainer import train

pytestmark = [needs_keras, quiet_libraries]

CONFIG = RunConfig(
    steps=60, steps_per_epoch=10, validate_epochs=3, learning_rate=1e-2,
    batches=BatchOptions(examples=2, frames=32, augmentation=Augmentation(colour_share=0.0)),
    network=NetworkOptions(channels=(4, 6), code_size=3),
)  # fmt: skip


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return made.dataset(tmp_path_factory.mktemp("set"))


def losses(folder: Path) -> list[float]:
    with (folder / "history.csv").open(encoding="utf-8") as file:
        return [float(row["loss"]) for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def unbroken(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unbroken")
    lines: list[str] = []
    outcome = train(dataset, folder, replace(CONFIG, voices=dataset.voices), lines.append)
    assert outcome.progress.finished
    assert outcome.progress.step == 60
    assert len(lines) == 6
    assert "steps/s" in lines[0]
    # it has learnt what can be learnt
    assert outcome.validation["shifted_prior_db"] == pytest.approx(1.5, abs=0.3)
    assert outcome.validation["shifted_db"] < 0.85 * outcome.validation["shifted_prior_db"]
    return folder


def test_what_a_run_leaves_behind(unbroken: Path, dataset: Dataset) -> None:
    names = {path.name for path in unbroken.iterdir()}
    assert {
        "run.json",
        "checkpoint.npz",
        "history.csv",
        "generator.weights.h5",
        "codes.npy",
        "tensorboard",
    } == names
    assert read_config(unbroken).voices == dataset.voices
    assert np.load(unbroken / "codes.npy", allow_pickle=False).shape == (3, 3)
    assert list((unbroken / "tensorboard").iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_a_killed_training_goes_on_to_the_same_curve(
    unbroken: Path, dataset: Dataset, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    script = (
        "from pathlib import Path\n"
        "from tests.voicebank_tools.training.test_trainer import CONFIG\n"
        "from voicebank_tools.training.dataset import open_dataset\n"
        "from voicebank_tools.training.trainer import train\n"
        f"train(open_dataset(Path({str(dataset.folder)!r})), Path({str(folder)!r}), CONFIG, print)\n"
    )
    root = Path(__file__).resolve().parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=root, env=environment, stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    deadline = time.monotonic() + 120.0
    while not (folder / "checkpoint.npz").exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    lines: list[str] = []
    train(dataset, folder, CONFIG, lines.append)
    assert lines[0].startswith("resumed at step ")
    assert losses(folder) == pytest.approx(losses(unbroken), rel=1e-4)


def test_stage_b_goes_on_from_weights_and_stops_when_nothing_gets_better(
    unbroken: Path, dataset: Dataset, tmp_path: Path
) -> None:
    config = replace(
        CONFIG, stage="b", begin_with=str(unbroken / "generator.weights.h5"), steps_per_epoch=1,
        validate_epochs=1, patience=2, learning_rate=1e-9,
    )  # fmt: skip
    outcome = train(dataset, tmp_path, config, print)
    assert outcome.progress.finished
    assert outcome.progress.step < CONFIG.steps
    with (tmp_path / "history.csv").open(encoding="utf-8") as file:
        first = next(iter(csv.DictReader(file)))
    assert float(first["critic_loss"]) == pytest.approx(2.0, abs=0.5)  # hinge: it knows nothing yet
    assert abs(float(first["adversarial_loss"])) < 1.0
    assert float(first["validation_shifted_db"]) < 0.9 * float(first["validation_shifted_prior_db"])


def test_another_networks_run_is_not_resumed_and_weights_must_fit(
    unbroken: Path, dataset: Dataset, tmp_path: Path
) -> None:
    other = replace(CONFIG, network=NetworkOptions(channels=(4, 8), code_size=3))
    with pytest.raises(PychangError, match="of another network"):
        train(dataset, unbroken, other, print)
    with pytest.raises(PychangError, match="cannot be begun with"):
        train(dataset, tmp_path, replace(other, begin_with=str(unbroken / "generator.weights.h5")), print)
