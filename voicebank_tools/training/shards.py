"""Shards: the examples of one recording or of one set of pairs, as a file that is mapped, not read.

`KEY.npy` holds a record for each frame of all its examples, one after another; `KEY.json` says where each
example begins. The key names all that made the shard, so one that is there need not be made again.
"""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pychang import PychangError
from pychang.conditions import CHANNELS, SCALARS
from pychang.files import write_atomically
from pychang.image import BANDS
from voicebank_tools.training.examples import Example

FRAME = np.dtype(
    [
        ("levels_db", "<f2", (BANDS, len(CHANNELS))),
        ("target_db", "<f2", (BANDS, 2)),
        ("scalars", "<f4", (len(SCALARS),)),
        ("strength", "<f4"),
        ("weights", "<f4"),
    ]
)
"""One frame of an example (see `examples.Example`)."""


@dataclass(frozen=True)
class Entry:
    """Where an example lies in its shard, and what is known of it as a whole.

    Attributes:
        begin: First frame in the shard.
        frames: Their number.
        kind: Index into `examples.KINDS`.
        band_hz: What lies above was never recorded.
    """

    begin: int
    frames: int
    kind: int
    band_hz: float


def write_shard(folder: Path, key: str, examples: Sequence[Example]) -> tuple[Entry, ...]:
    """Write a shard and return its entries; it is there as soon as its JSON file is.

    Raises:
        PychangError: The folder cannot be written.
    """
    entries, begin = [], 0
    for example in examples:
        entries.append(Entry(begin, len(example.weights), example.kind, example.band_hz))
        begin += len(example.weights)
    content = io.BytesIO()
    np.save(content, np.concatenate([_records(one) for one in examples] or [np.zeros(0, FRAME)]))
    write_atomically(folder / f"{key}.npy", content.getvalue())
    index = {"frames": begin, "examples": [asdict(entry) for entry in entries]}
    write_atomically(folder / f"{key}.json", json.dumps(index).encode())
    return tuple(entries)


def read_entries(folder: Path, key: str) -> tuple[Entry, ...] | None:
    """Return the entries of a shard, or None if it is absent or not whole."""
    try:
        index = json.loads((folder / f"{key}.json").read_text("utf-8"))
        entries = tuple(Entry(**entry) for entry in index["examples"])
        whole = len(open_frames(folder, key)) == index["frames"] == sum(entry.frames for entry in entries)
    except (OSError, ValueError, KeyError, TypeError, PychangError):
        return None
    return entries if whole else None


def open_frames(folder: Path, key: str) -> NDArray[np.void]:
    """Return the frames of a shard, mapped from disk. Shape [frames], type `FRAME`.

    Raises:
        PychangError: The file is missing or damaged.
    """
    path = folder / f"{key}.npy"
    try:
        if path.stat().st_size < 1024:  # an empty array cannot be mapped
            frames = np.load(path, allow_pickle=False)
        else:
            frames = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise PychangError(f"{path} cannot be read ({error}); run vbtools build again") from error
    if frames.dtype != FRAME or frames.ndim != 1:
        raise PychangError(f"{path} holds something else than examples; run vbtools build again")
    return frames


def _records(example: Example) -> NDArray[np.void]:
    records = np.zeros(len(example.weights), FRAME)
    for name in FRAME.names or ():
        records[name] = getattr(example, name)
    return records
