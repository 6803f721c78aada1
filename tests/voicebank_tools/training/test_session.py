"""One session's parts; whole trainings are in test_trainer.py."""

from pathlib import Path

import numpy as np
import pytest

from tests.voicebank_tools.training import made
from tests.voicebank_tools.training.made import needs_keras, quiet_libraries
from voicebank_tools.training.batches import BatchOptions, Sampler, padded, stacked
from voicebank_tools.training.checkpoint import Progress
from voicebank_tools.training.learner import Learner, build_learner
from voicebank_tools.training.network import NetworkOptions
from voicebank_tools.training.run_config import RunConfig
from voicebank_tools.training.session import Session, restore, save, variables
from voicebank_tools.training.trainer import compile_learner

pytestmark = [needs_keras, quiet_libraries]

CONFIG = RunConfig(
    steps=20, steps_per_epoch=10, validate_epochs=1, patience=2,
    batches=BatchOptions(examples=1, frames=16), network=NetworkOptions(channels=(4,), code_size=3),
)  # fmt: skip


@pytest.fixture
def learner() -> Learner:
    made_learner = build_learner(CONFIG.network, voices=3, adversarial=False)
    compile_learner(made_learner, CONFIG)
    made_learner.model(batch())
    made_learner.model.optimizer.build(made_learner.model.trainable_variables)
    return made_learner


def batch() -> dict[str, np.ndarray]:
    return stacked([padded(made.example(0), 1, made.FRAMES)])


def test_all_that_training_changes_comes_back(learner: Learner, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    wanted = [rng.standard_normal(variable.shape) for variable in variables(learner)]
    for variable, value in zip(variables(learner), wanted, strict=True):
        variable.assign(value)
    kept = [variable.numpy() for variable in variables(learner)]
    save(learner, tmp_path, Progress(step=10))
    for variable in variables(learner):
        variable.assign(np.zeros(variable.shape))
    assert restore(learner, tmp_path).step == 10
    found = [variable.numpy() for variable in variables(learner)]
    assert all(np.array_equal(one, two) for one, two in zip(found, kept, strict=True))


def test_an_epochs_end_reports_saves_and_keeps_what_is_better(learner: Learner, tmp_path: Path) -> None:
    lines: list[str] = []
    sampler = Sampler(made.dataset(tmp_path / "set"), CONFIG.batches)
    session = Session(learner, sampler, tmp_path, CONFIG, lines.append, Progress(), 1)
    before = [variable.numpy() for variable in learner.model.trainable_variables]
    session.epoch_ended(0, {"loss": 2.5, "difference_db": 1.25})
    assert lines[0].startswith("step 10 of 20: loss 2.500, 1.25 dB, shifted ")
    assert session.progress.step == 10
    assert not session.progress.finished
    assert session.progress.best_loss < float("inf")
    assert (tmp_path / "generator.weights.h5").is_file()
    after = [variable.numpy() for variable in learner.model.trainable_variables]
    # what was validated was the average; training goes on with the current weights
    assert all(np.array_equal(one, two) for one, two in zip(before, after, strict=True))

    (tmp_path / "generator.weights.h5").unlink()
    session.epoch_ended(1, {"loss": 2.5})
    assert session.progress.finished
    assert session.progress.since_best == 1
    assert not (tmp_path / "generator.weights.h5").exists()  # no better than before: not kept
    assert [row["step"] for row in session.rows] == ["10", "20"]
