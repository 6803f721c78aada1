"""Checkpoints: all that a training needs to go on as if it had never stopped, in one file.

`checkpoint.npz` holds every variable of model and optimiser (with its moving averages of the weights) in
order, and a JSON text with the step, the best validation so far and the names and shapes of the variables.
Written beside and renamed: a training killed at any moment leaves the one before.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.files import read_limited, write_atomically

CHECKPOINT_FORMAT = 1
CHECKPOINT = "checkpoint.npz"

_MOST_BYTES = 2**31


@dataclass(frozen=True)
class Progress:
    """How far a training is.

    Attributes:
        step: Steps done.
        seconds: Time spent so far, all sessions together.
        best_loss: Least validation loss so far; infinite before the first.
        since_best: Validations since then.
        finished: Whether it has come to its end.
    """

    step: int = 0
    seconds: float = 0.0
    best_loss: float = float("inf")
    since_best: int = 0
    finished: bool = False


def write_checkpoint(
    folder: Path, names: Sequence[str], values: Sequence[FloatArray], progress: Progress
) -> None:
    """Write a checkpoint, whole or not at all.

    Args:
        folder: Of the run.
        names: Of the variables, to tell another network's checkpoint.
        values: The variables, in the same order.
        progress: How far the training is.

    Raises:
        PychangError: The folder cannot be written.
    """
    told = {"format": CHECKPOINT_FORMAT, "names": list(names), "progress": asdict(progress)}
    content = io.BytesIO()
    arrays: dict[str, Any] = {f"v{i:04d}": value for i, value in enumerate(values)}
    np.savez(content, header=np.array(json.dumps(told)), **arrays)
    write_atomically(folder / CHECKPOINT, content.getvalue())


def read_checkpoint(folder: Path, names: Sequence[str]) -> tuple[list[FloatArray], Progress]:
    """Return (variables, progress) of a run's checkpoint.

    Raises:
        PychangError: There is none, it is damaged, of another version, or of another network than `names`.
    """
    path = folder / CHECKPOINT
    data = read_limited(path, _MOST_BYTES, "checkpoint", "it is none of ours")
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            header = json.loads(str(archive["header"]))
            values = [archive[f"v{i:04d}"] for i in range(len(header["names"]))]
        found, progress = header["format"], Progress(**header["progress"])
    except (ValueError, KeyError, TypeError, OSError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise PychangError(f"{path} is damaged; start the training anew in another folder") from error
    if found != CHECKPOINT_FORMAT:
        raise PychangError(f"{path} has format {found}, this version reads {CHECKPOINT_FORMAT}; train anew")
    if header["names"] != list(names):
        raise PychangError(f"{path} is of another network; train with the options it was begun with")
    return values, progress


def has_checkpoint(folder: Path) -> bool:
    """Return whether a run can be resumed."""
    return (folder / CHECKPOINT).is_file()
