"""What a training run was asked for: `run.json` in its folder, so that it can be resumed and told of."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pychang import PychangError
from pychang.files import read_limited, write_atomically
from voicebank_tools.training.augment import Augmentation
from voicebank_tools.training.batches import BatchOptions
from voicebank_tools.training.dataset import VoiceFacts
from voicebank_tools.training.losses import GAIN_PENALTY
from voicebank_tools.training.network import NetworkOptions

RUN_FORMAT = 3
"""Raised when an older run would become something else with this version's network."""

_FILE = "run.json"
_MOST_BYTES = 2**24


@dataclass(frozen=True)
class RunConfig:
    """All that decides what a training becomes.

    Attributes:
        stage: "a" (picture loss alone) or "b" (with the critic).
        steps: In all; the learning rate falls along a cosine to their end.
        learning_rate: At its beginning.
        steps_per_epoch: Between reports and checkpoints.
        validate_epochs: Between validations.
        patience: Validations without a better one before it stops; 0: never.
        gain_penalty: For each decibel of gain (`losses.GAIN_PENALTY`).
        batches: What is drawn.
        network: What is trained.
        voices: Of the dataset, in order: a voice's code is at its place here.
        begin_with: Weights of the generator it begins with, empty: untrained.
        begin_codes: Voice codes it begins with, empty: all neutral.
        frozen: Whether the generator's weights stay as they are, and only the codes are fitted.
    """

    stage: str = "a"
    steps: int = 8000
    learning_rate: float = 1e-3
    steps_per_epoch: int = 50
    validate_epochs: int = 4
    patience: int = 0
    gain_penalty: float = GAIN_PENALTY
    batches: BatchOptions = field(default_factory=BatchOptions)
    network: NetworkOptions = field(default_factory=NetworkOptions)
    voices: tuple[VoiceFacts, ...] = ()
    begin_with: str = ""
    begin_codes: str = ""
    frozen: bool = False

    @property
    def ema_momentum(self) -> float:
        """Of the moving average of the weights: it should not reach back to the beginning."""
        return 0.999 if self.steps >= 5000 else 0.99 if self.steps >= 1000 else 0.9


def write_config(folder: Path, config: RunConfig) -> None:
    """Write `run.json`. Raises PychangError where it cannot be written."""
    text = json.dumps({"format": RUN_FORMAT, **asdict(config)}, indent=1, ensure_ascii=False)
    write_atomically(folder / _FILE, text.encode("utf-8"))


def read_config(folder: Path) -> RunConfig:
    """Return what a run was asked for.

    Raises:
        PychangError: There is no run, or its file is damaged or of another version.
    """
    path = folder / _FILE
    data = read_limited(path, _MOST_BYTES, "training run", "it is none of ours")
    try:
        content: dict[str, Any] = json.loads(data)
        found = content.pop("format")
        if found != RUN_FORMAT:
            raise PychangError(f"{path} has format {found}, this version reads {RUN_FORMAT}; train anew")
        batches, network = content.pop("batches"), content.pop("network")
        augmentation = batches.pop("augmentation")
        return RunConfig(
            **{**content, "voices": tuple(VoiceFacts(**voice) for voice in content.pop("voices"))},
            batches=BatchOptions(**_tuples(batches), augmentation=Augmentation(**_tuples(augmentation))),
            network=NetworkOptions(**_tuples(network)),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PychangError(f"{path} is damaged; start the training anew in another folder") from error


def _tuples(content: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in content.items()}
