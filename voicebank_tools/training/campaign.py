"""A whole training: dataset, stages, model file, and how long each took."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from pychang import PychangError
from voicebank_tools.training.backend import device, import_keras
from voicebank_tools.training.checkpoint import has_checkpoint
from voicebank_tools.training.dataset import Dataset
from voicebank_tools.training.model_folder import MODEL, write_model
from voicebank_tools.training.network import build_network
from voicebank_tools.training.pace import for_minutes
from voicebank_tools.training.run_config import RunConfig, read_config
from voicebank_tools.training.session import WEIGHTS, Outcome
from voicebank_tools.training.summary import card_text
from voicebank_tools.training.trainer import train

STAGES = ("a", "b")


@dataclass(frozen=True)
class Campaign:
    """What is asked for.

    Attributes:
        folder: Where it is kept: a folder for each stage, and the model file.
        stages: "a", "b" (goes on from stage a of the same folder) or "ab".
        config: Of each stage, but for what differs between them.
        minutes: If given, so long for each stage, instead of `config.steps`.
        resume: Go on with what is in the folder; what was asked for then counts.
        name: Of the model.
        default: For whom the model sings by default (see `pychang.model_file.DEFAULTS`).
        threads: That make batches; 0: two for each four cores.
    """

    folder: Path
    stages: str
    config: RunConfig
    minutes: float | None = None
    resume: bool = False
    name: str = "PyChang generator"
    default: str = "fitted"
    threads: int = 0


def run_campaign(dataset: Dataset, campaign: Campaign, report: Callable[[str], None]) -> Path:
    """Train all stages and write the model file; returns its path.

    Raises:
        PychangError: A voice to leave out is not there, a stage is there already and `resume` is not asked
            for, stage a is missing for stage b, Keras is missing, or a file cannot be read or written.
    """
    import_keras()
    _check_voices(dataset, campaign.config.batches.leave_out)
    threads = campaign.threads or max(1, min(8, (os.cpu_count() or 2) // 2))
    times = []
    for stage in campaign.stages:
        folder = campaign.folder / f"stage-{stage}"
        config = _config(dataset, campaign, stage, threads)
        report(f"stage {stage} on {device()}: {config.steps} steps")
        outcome = train(dataset, folder, config, report, threads)
        times.append(_told(stage, config, outcome))
        _export(folder, campaign, config, report)
    for line in times:
        report(line)
    return campaign.folder / MODEL


def _check_voices(dataset: Dataset, left_out: tuple[str, ...]) -> None:
    known = [voice.name for voice in dataset.voices]
    for name in left_out:
        if name not in known:
            raise PychangError(f"no voice {name} to leave out; there are {', '.join(known)}")


def _config(dataset: Dataset, campaign: Campaign, stage: str, threads: int) -> RunConfig:
    folder = campaign.folder / f"stage-{stage}"
    if has_checkpoint(folder):
        if not campaign.resume:
            raise PychangError(f"{folder} holds a training; --resume goes on with it, or name another folder")
        config = read_config(folder)
        if [voice.name for voice in config.voices] != [voice.name for voice in dataset.voices]:
            raise PychangError(f"{folder} was begun with other voices; train in another folder")
        return config
    batches = campaign.config.batches
    left_out = tuple(dict.fromkeys((*dataset.validate, *batches.leave_out)))
    config = replace(
        campaign.config, stage=stage, voices=dataset.voices, batches=replace(batches, leave_out=left_out)
    )
    if stage == "b":
        weights = campaign.folder / "stage-a" / WEIGHTS
        if not weights.is_file():
            raise PychangError(f"stage b goes on from stage a: {weights} is missing; train stage a first")
        config = replace(config, begin_with=str(weights), network=read_config(weights.parent).network)
    if campaign.minutes is not None:
        config = for_minutes(dataset, config, campaign.minutes, threads)
    return config


def _export(folder: Path, campaign: Campaign, config: RunConfig, report: Callable[[str], None]) -> None:
    """Write the model file from the kept weights of a stage, where TensorFlow can."""
    if import_keras().backend.backend() != "tensorflow":
        report("no model file yet, it takes TensorFlow: run this again with --resume --backend tensorflow")
        return
    network = build_network(config.network)
    network.load_weights(folder / WEIGHTS)
    told = card_text(config.voices, config.batches.leave_out, config.stage, config.steps)
    write_model(campaign.folder, network, config.network, campaign.name, told, campaign.default)


def _told(stage: str, config: RunConfig, outcome: Outcome) -> str:
    minutes = outcome.progress.seconds / 60.0
    return (
        f"stage {stage}: {outcome.progress.step} steps in {minutes:.1f} min on {device()}, "
        f"{outcome.steps_per_s:.2f} steps/s, {100.0 * outcome.waiting_share:.1f} % of it waiting for data"
    )
