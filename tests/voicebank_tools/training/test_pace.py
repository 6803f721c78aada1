from dataclasses import replace
from pathlib import Path

import pytest

from tests.voicebank_tools.training import made
from voicebank_tools.training import pace
from voicebank_tools.training.checkpoint import Progress
from voicebank_tools.training.dataset import Dataset
from voicebank_tools.training.run_config import RunConfig
from voicebank_tools.training.session import Outcome

CONFIG = RunConfig(steps=9, steps_per_epoch=50, learning_rate=0.5)


@pytest.mark.parametrize(("minutes", "steps"), [(2.0, 600), (0.5, 150), (0.01, 50)])
def test_a_training_gets_as_many_whole_epochs_as_there_is_time_for(
    minutes: float, steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[RunConfig] = []

    def train(dataset: Dataset, folder: Path, config: RunConfig, report: object, threads: int) -> Outcome:
        tried.append(config)
        assert folder.is_dir()
        assert threads == 3
        # the whole trial was slow, since half of it was getting ready
        return Outcome(Progress(), {}, steps_per_s=1.0, last_steps_per_s=5.0, waiting_share=0.0)

    monkeypatch.setattr(pace, "train", train)
    dataset = made.dataset(tmp_path / "set")
    assert pace.for_minutes(dataset, CONFIG, minutes, threads=3) == replace(CONFIG, steps=steps)
    assert tried[0].learning_rate == CONFIG.learning_rate
    assert tried[0].steps == 3 * tried[0].steps_per_epoch
