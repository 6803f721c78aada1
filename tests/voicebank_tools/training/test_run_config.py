from dataclasses import replace
from pathlib import Path

import pytest

from pychang import PychangError
from voicebank_tools.training.augment import Augmentation
from voicebank_tools.training.batches import BatchOptions
from voicebank_tools.training.dataset import VoiceFacts
from voicebank_tools.training.network import NetworkOptions
from voicebank_tools.training.run_config import RunConfig, read_config, write_config

CONFIG = RunConfig(
    stage="b", steps=120,
    batches=BatchOptions(leave_out=("bob",), augmentation=Augmentation(noise_db=(-80.0, -70.0))),
    network=NetworkOptions(channels=(8, 8)), voices=(VoiceFacts("alice", "speech", "CC0", 1.5),),
    begin_with="a.weights.h5", frozen=True,
)  # fmt: skip


def test_what_was_asked_for_comes_back(tmp_path: Path) -> None:
    write_config(tmp_path, CONFIG)
    assert read_config(tmp_path) == CONFIG


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "is damaged"),
        ('{"format": 99}', "has format 99"),
        ('{"format": 3}', "is damaged"),
        ("[1]", "is damaged"),
    ],
)
def test_what_is_no_run_is_told(content: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(content, "utf-8")
    with pytest.raises(PychangError, match=told):
        read_config(tmp_path)
    with pytest.raises(PychangError, match=r"training run .* not found"):
        read_config(tmp_path / "absent")


def test_the_average_of_the_weights_is_short_in_a_short_run() -> None:
    momenta = [replace(CONFIG, steps=steps).ema_momentum for steps in (100, 2000, 8000)]
    assert momenta == [0.9, 0.99, 0.999]
