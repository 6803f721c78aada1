"""How many steps this computer trains in a time: told by trying some."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from voicebank_tools.training.dataset import Dataset
from voicebank_tools.training.run_config import RunConfig
from voicebank_tools.training.trainer import train

_TRIAL_STEPS = 40


def for_minutes(dataset: Dataset, config: RunConfig, minutes: float, threads: int = 2) -> RunConfig:
    """Return a training as long as it may take: whole epochs, at least one.

    The first steps, in which all is made ready, are not counted. Raises PychangError as `train`.
    """
    trial = replace(config, steps=3 * _TRIAL_STEPS, steps_per_epoch=_TRIAL_STEPS, validate_epochs=1000)
    with TemporaryDirectory(prefix="pychang-") as folder:
        outcome = train(dataset, Path(folder), trial, lambda line: None, threads)
    epochs = round(minutes * 60.0 * outcome.last_steps_per_s / config.steps_per_epoch)
    return replace(config, steps=max(1, epochs) * config.steps_per_epoch)
