"""oto.ini: the lines that say where an alias lies in a recording.

`OtoFile` is the file as a document: what is not touched stays byte for byte (comments, blank and broken
lines, line ends, encoding, byte order mark), so that editing one alias changes one line.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pychang import PychangError
from pychang.files import write_atomically
from voicebank_tools.encoding import Evidence, composed, encoding_of, evidence_of
from voicebank_tools.files import read_limited
from voicebank_tools.finding import Finding, limited, shorten
from voicebank_tools.oto_line import OtoEntry, Remark, alias_of, checked_entry, number_text, parse_line

__all__ = ["MOST_BYTES", "OtoEntry", "OtoFile"]

MOST_BYTES = 16 * 2**20
"""Four times the largest bank we know of."""

_MOST_LINES = 500_000
_WIDE_LINE = re.compile("[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class _Row(NamedTuple):
    raw: bytes
    entry: OtoEntry | None
    remarks: tuple[Remark, ...]


class OtoFile:
    """An oto.ini as an editable document; nothing touches the disk before `write`."""

    def __init__(self, data: bytes, path: Path, evidence: Evidence | None = None) -> None:
        """Read `data`, the content of the oto.ini at `path` (not opened; its folder holds the recordings).
        Raises PychangError when it has more lines than any voicebank."""
        self.path = path
        self.encoding = encoding_of(data, evidence).encoding
        self._mark, self._codec = _mark_and_codec(data, self.encoding)
        self._errors = "surrogatepass" if self._codec.startswith("utf-16") else "surrogateescape"
        raws = self._lines(data[len(self._mark) :])
        if len(raws) > _MOST_LINES:
            raise PychangError(f"{path}: {len(raws)} lines are too many for an oto.ini: is it another file?")
        self._rows = [self._row(raw) for raw in raws]
        self._entry_rows = [number for number, row in enumerate(self._rows) if row.entry]

    @classmethod
    def read(cls, path: Path, evidence: Evidence | None = None) -> "OtoFile":
        """Read the oto.ini at `path`; without `evidence` the names in its folder are the evidence.
        Raises PychangError naming the file when it cannot be read or is too large."""
        data = read_limited(path, MOST_BYTES)
        return cls(data, path, evidence or evidence_of(file.name for file in path.parent.iterdir()))

    @property
    def entries(self) -> tuple[OtoEntry, ...]:
        """The valid lines, in order; `wav_path` as written, in the file's folder (it need not exist)."""
        return tuple(row.entry for row in self._rows if row.entry)

    @property
    def numbered_entries(self) -> Iterator[tuple[int, OtoEntry]]:
        """The entries with their line numbers, counted from 1."""
        return ((number, row.entry) for number, row in enumerate(self._rows, 1) if row.entry)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything noticed, line by line (at most 1000, then how many more)."""
        return limited(
            self._finding(number, self._decode(row.raw).strip(), remark)
            for number, row in enumerate(self._rows, 1)
            for remark in row.remarks
        )

    def replace(self, index: int, entry: OtoEntry) -> None:
        """Make `entry` the one at `entries[index]`; fields that stay the same keep their spelling.
        Raises PychangError when the entry cannot be written as a line, IndexError for a wrong index."""
        number = self._entry_rows[index]
        self._rows[number] = self._edited(self._rows[number], checked_entry(entry))

    def add(self, entry: OtoEntry) -> int:
        """Append `entry` as a new last line and return its index in `entries`.
        Raises PychangError when it cannot be written as a line."""
        line_end = self._line_end()
        row = self._edited(_Row(self._encode("=,,,,,") + line_end, None, ()), checked_entry(entry))
        if self._rows and not self._rows[-1].raw.endswith(self._encode("\n")):
            last = self._rows[-1]
            self._rows[-1] = last._replace(raw=last.raw + line_end)
        self._rows.append(row)
        self._entry_rows.append(len(self._rows) - 1)
        return len(self._entry_rows) - 1

    def to_bytes(self) -> bytes:
        """Return the file's content: exactly what was read where nothing was edited."""
        return self._mark + b"".join(row.raw for row in self._rows)

    def write(self, path: Path | None = None) -> None:
        """Write the content to `path` (default: where it was read) whole or not at all.
        Raises PychangError when the place cannot be written."""
        write_atomically((path or self.path).resolve(), self.to_bytes())

    def _finding(self, number: int, line: str, remark: Remark) -> Finding:
        alias = alias_of(line)
        aliases = (alias,) if alias else ()
        return Finding(remark.kind, self.path, number, line, remark.why, remark.cure, aliases)

    def _row(self, raw: bytes) -> _Row:
        return _Row(raw, *parse_line(self._decode(raw), self.path.parent))

    def _edited(self, row: _Row, entry: OtoEntry) -> _Row:
        text = self._decode(row.raw)
        tail = text[len(text.rstrip()) :]
        before, _, after = text.rstrip().partition("=")
        parts = [before, *after.split(",")]
        parts += [""] * (7 - len(parts))
        # What the file's encoding makes of it: cp932 reads its one wave dash as U+FF5E.
        entry = replace(entry, alias=self._decode(self._encode(entry.alias)))
        if row.entry is None or row.entry.wav_path != entry.wav_path:
            entry = replace(entry, wav_path=self._composed(entry.wav_path))
            parts[0] = self._wav_name(entry.wav_path)
        if row.entry is None or row.entry.alias != entry.alias:
            parts[1] = entry.alias
        for index, value in enumerate(entry.times_ms):
            if row.entry is None or row.entry.times_ms[index] != value:
                parts[2 + index] = number_text(value)
        edited = self._spliced(row.raw, parts, self._encode(tail))
        read_again = self._row(edited)
        if read_again.entry != entry or len(self._lines(edited)) != 1:
            name = shorten(f"{parts[0]}={entry.alias}")
            raise PychangError(f'"{name}" cannot be in oto.ini: leave out commas, line breaks, outer blanks')
        return read_again

    def _spliced(self, raw: bytes, parts: list[str], tail: bytes) -> bytes:
        """Encode `parts`; those that read as before keep their bytes (cp932 has two codes for some signs)."""
        old = [] if self._errors == "surrogatepass" else _byte_parts(raw[: len(raw) - len(tail)])
        pieces = [
            old[i] if i < len(old) and self._decode(old[i]) == part else self._encode(part)
            for i, part in enumerate(parts)
        ]
        name, *fields = pieces
        return name + self._encode("=") + self._encode(",").join(fields) + tail

    def _composed(self, wav_path: Path) -> Path:
        folder = self.path.parent
        if not wav_path.is_relative_to(folder):
            return wav_path
        return folder.joinpath(*map(composed, wav_path.relative_to(folder).parts))

    def _wav_name(self, wav_path: Path) -> str:
        folder = self.path.parent
        return wav_path.relative_to(folder).as_posix() if wav_path.is_relative_to(folder) else wav_path.name

    def _line_end(self) -> bytes:
        ends = [self._decode(row.raw)[-2:] for row in self._rows[:1]]
        return self._encode("\n" if ends and ends[0].endswith("\n") and ends[0] != "\r\n" else "\r\n")

    def _lines(self, body: bytes) -> list[bytes]:
        if self._errors == "surrogateescape":
            return body.splitlines(keepends=True)  # bytes split at \r, \n and \r\n only
        return [self._encode(line) for line in _WIDE_LINE.findall(self._decode(body))]

    def _decode(self, raw: bytes) -> str:
        return raw.decode(self._codec, self._errors)

    def _encode(self, text: str) -> bytes:
        try:
            return text.encode(self._codec, self._errors)
        except UnicodeEncodeError as error:
            shown = shorten(text)
            raise PychangError(
                f'{self.path}: "{shown}" cannot be written in {self.encoding}; save the file as UTF-8 first'
            ) from error


def _mark_and_codec(data: bytes, encoding: str) -> tuple[bytes, str]:
    if encoding == "utf-8-sig":
        return codecs.BOM_UTF8, "utf-8"
    if encoding == "utf-16":
        return data[:2], "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    return b"", encoding


def _byte_parts(raw: bytes) -> list[bytes]:
    before, _, after = raw.partition(b"=")
    return [before, *after.split(b",")]
