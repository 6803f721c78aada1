"""OUT/label.json: what was written last, so that a person's corrections are known from our own labels, and
a run that would change nothing is not made (docs/formats.md, "label.json")."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pychang import PychangError
from pychang.files import read_limited, write_atomically
from voicebank_tools.labels.tiers import PHONES, WORDS, TierFile

VERSION = 1
FILE_NAME = "label.json"
MOST_BYTES = 2**28

_TIME_DIGITS = 4


@dataclass(frozen=True)
class ClipRecord:
    """`ours`: content hashes of the TextGrid as we wrote it, or were about to; `by_hand`: what we wrote was
    a person's work already (`--corrected`); `doubt`: why the whole clip was in doubt, or empty."""

    ours: tuple[str, ...] = ()
    by_hand: bool = False
    doubt: str = ""


@dataclass(frozen=True)
class Record:
    """`fingerprint` of all that went into the last complete run, "" if there was none; `tables`: file below
    the folder -> hashes of its bytes as we wrote it, or were about to; empty: no run has noted any."""

    fingerprint: str = ""
    clips: Mapping[str, ClipRecord] = field(default_factory=lambda: MappingProxyType({}))
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def is_ours(self, name: str, content: str) -> bool:
        """Return whether a TextGrid with that content hash is our own work."""
        known = self.clips.get(name, ClipRecord())
        return content in known.ours and not known.by_hand

    def is_our_table(self, file: str, content: str) -> bool:
        """Return whether a label file or table with those bytes' hash is our own work."""
        return content in self.tables.get(file, ())

    def announcing(self, written: Mapping[str, ClipRecord], tables: Mapping[str, str]) -> "Record":
        """Return the record to write before TextGrids and tables of these hashes: old and new are both ours,
        so that a run stopped in between leaves nothing that looks corrected."""
        clips = dict(self.clips)
        for name, new in written.items():
            before = clips.get(name, ClipRecord())
            clips[name] = replace(new, ours=tuple(dict.fromkeys((*before.ours, *new.ours))))
        both = {
            file: tuple(dict.fromkeys((*self.tables.get(file, ()), content)))
            for file, content in tables.items()
        }
        return Record("", MappingProxyType(clips), MappingProxyType({**self.tables, **both}))

    def finished(
        self, written: Mapping[str, ClipRecord], tables: Mapping[str, str], fingerprint: str
    ) -> "Record":
        """Return the record to write when all is written; of clips not in this run what was known stays."""
        only = {file: (content,) for file, content in tables.items()}
        return Record(
            fingerprint,
            MappingProxyType({**self.clips, **written}),
            MappingProxyType({**self.tables, **only}),
        )


def bytes_hash(data: bytes) -> str:
    """Return the hash of a file's bytes."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def content_hash(file: TierFile) -> str:
    """Return the hash of a TextGrid's words and phones, times to 0.1 ms; how the file is spelt and what its
    other tiers hold does not count."""
    content = [
        (
            tier.name,
            [(round(s.begin_s, _TIME_DIGITS), round(s.end_s, _TIME_DIGITS), s.text) for s in tier.segments],
        )
        for tier in file.tiers
        if tier.name in (WORDS, PHONES)
    ]
    return bytes_hash(json.dumps(content).encode())


def read_record(folder: Path) -> Record:
    """Return the record of an output folder, an empty one where there is none.

    Raises:
        PychangError: There is one, but it cannot be read.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return Record()
    data = read_limited(
        path, MOST_BYTES, "record of labelling", "delete it; then all labels count as corrected"
    )
    try:
        return _record(json.loads(data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        cure = "delete it; labels in this folder then count as corrected by hand"
        raise PychangError(f"{path}: no record of labelling ({type(error).__name__}); {cure}") from error


def write_record(folder: Path, record: Record) -> None:
    """Write the record of an output folder. Raises PychangError where it cannot be written."""
    clips = {name: asdict(one) for name, one in record.clips.items()}
    content = {
        "version": VERSION, "fingerprint": record.fingerprint, "clips": clips, "tables": dict(record.tables)
    }  # fmt: skip
    text = json.dumps(content, ensure_ascii=False, indent=1)
    write_atomically(folder / FILE_NAME, text.encode("utf-8", "replace"))


def _record(content: Any) -> Record:
    if content["version"] != VERSION:
        raise ValueError("version")
    clips = {
        str(name): ClipRecord(tuple(map(str, entry["ours"])), entry["by_hand"] is True, str(entry["doubt"]))
        for name, entry in content["clips"].items()
    }
    tables = {str(file): tuple(map(str, hashes)) for file, hashes in content.get("tables", {}).items()}
    return Record(str(content["fingerprint"]), MappingProxyType(clips), MappingProxyType(tables))
