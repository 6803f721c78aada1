"""A prepared dataset: a folder with `dataset.json`, which lists the shards, and the shards themselves."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pychang import PychangError
from pychang.files import read_limited, write_atomically
from voicebank_tools.training.shards import Entry

DATASET_FORMAT = 1
"""Raised whenever the layout of the folder or of a shard changes."""

SHARDS, NOTES = "shards", "notes"
"""Folders of a dataset: its examples, and notes to listen to."""

_INDEX = "dataset.json"
_MOST_BYTES = 512 * 2**20


@dataclass(frozen=True)
class VoiceFacts:
    """A voice of a dataset: its name, and what the model card says of it."""

    name: str
    what: str
    licence: str
    minutes: float


@dataclass(frozen=True)
class Shard:
    """A shard of a dataset: which file, of which voice, made from which recordings."""

    key: str
    voice: str
    sources: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Dataset:
    """An opened dataset.

    Attributes:
        folder: Where it is.
        voices: In order; a voice's number in training is its place here.
        validate: Voices that are never trained on.
        shards: In order.
        failed: Recording -> why it is not in.
        engine: Fingerprint of the code that drew the examples.
    """

    folder: Path
    voices: tuple[VoiceFacts, ...]
    validate: tuple[str, ...]
    shards: tuple[Shard, ...]
    failed: Mapping[str, str]
    engine: str

    @property
    def shard_folder(self) -> Path:
        return self.folder / SHARDS


def write_dataset(dataset: Dataset) -> None:
    """Write `dataset.json`, whole or not at all. Raises PychangError where it cannot be written."""
    content = asdict(dataset)
    del content["folder"]
    text = json.dumps({"format": DATASET_FORMAT, **content}, ensure_ascii=False)
    write_atomically(dataset.folder / _INDEX, text.encode("utf-8"))


def open_dataset(folder: Path) -> Dataset:
    """Return the dataset in a folder.

    Raises:
        PychangError: There is none, it is damaged, or another version wrote it.
    """
    path = folder / _INDEX
    data = read_limited(path, _MOST_BYTES, "dataset", "build it anew with vbtools build")
    try:
        content = json.loads(data)
        found = content["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise PychangError(f"{path} is damaged; run vbtools build again") from error
    if found != DATASET_FORMAT:
        raise PychangError(f"{path} has format {found}, this version reads {DATASET_FORMAT}; build it anew")
    try:
        return Dataset(
            folder=folder,
            voices=tuple(VoiceFacts(**voice) for voice in content["voices"]),
            validate=tuple(content["validate"]),
            shards=tuple(_shard(shard) for shard in content["shards"]),
            failed=dict(content["failed"]),
            engine=str(content["engine"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise PychangError(f"{path} is damaged ({error}); run vbtools build again") from error


def is_dataset(folder: Path) -> bool:
    """Return whether a folder is a dataset rather than recordings."""
    return (folder / _INDEX).is_file()


def _shard(content: Mapping) -> Shard:
    entries = tuple(Entry(**entry) for entry in content["entries"])
    return Shard(str(content["key"]), str(content["voice"]), tuple(content["sources"]), entries)
