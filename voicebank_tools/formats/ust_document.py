"""A .ust as its lines: read, change single values, write back byte for byte.

A .ust is an ini-like text: sections `[#VERSION] [#SETTING] [#0000] ... [#TRACKEND]` (plugins add
`[#PREV] [#NEXT] [#INSERT] [#DELETE]`) of `key=value` lines, mostly Shift_JIS with CRLF. Unknown
keys, comments, blank lines, line ends and undecodable bytes stay as they are.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pychang import PychangError
from pychang.files import write_atomically
from voicebank_tools.formats.text import Encoding, codec_named, detect
from voicebank_tools.formats.values import read_bytes

_HEADER = re.compile(r"\s*\[#(\w{1,40})\]\s*")
_LINE_END = re.compile(r"\r\n|\n|\r")

MAX_UST_BYTES = 16 * 2**20
MAX_UST_LINES = 500_000


@dataclass(frozen=True)
class UstLine:
    """One line: its bytes with the line end, and its text without."""

    raw: bytes
    text: str


@dataclass(frozen=True)
class UstEntry:
    """One `key=value`; `line_number` counts from 1. A line without `=` has an empty key."""

    key: str
    value: str
    line_number: int


@dataclass(frozen=True)
class UstSection:
    """`name` is what stands between `[#` and `]`."""

    name: str
    line_number: int
    entries: tuple[UstEntry, ...]

    def value(self, key: str) -> str | None:
        """Return the value of `key` (the last one, as hosts read), None if it is not there."""
        return next((entry.value for entry in reversed(self.entries) if entry.key == key), None)


@dataclass(frozen=True)
class UstDocument:
    """All lines of a .ust and how they are encoded."""

    lines: tuple[UstLine, ...]
    encoding: Encoding

    @classmethod
    def from_bytes(cls, data: bytes, charset: str | None = None) -> "UstDocument":
        """Return the document of a file's bytes.

        `charset` (such as "shift_jis") overrules what the file says and its bytes tell.

        Raises:
            PychangError: `charset` is not a supported one, or there are too many lines.
        """
        if data.count(b"\n") + data.count(b"\r") > 2 * MAX_UST_LINES:
            raise PychangError(f"ust: more than {MAX_UST_LINES} lines; split the song")
        encoding = detect(data)
        if charset is not None:
            codec = codec_named(charset)
            if codec is None:
                raise PychangError(f"charset {charset!r} is not supported; use utf-8, shift_jis, gbk, ...")
            encoding = Encoding(codec, encoding.bom)
        return cls(tuple(_lines(data[len(encoding.bom) :], encoding.codec)), encoding)

    @classmethod
    def from_file(cls, path: Path, charset: str | None = None) -> "UstDocument":
        """Return the document of a file; raises PychangError as `from_bytes` and `read_bytes` do."""
        return cls.from_bytes(read_bytes(path, MAX_UST_BYTES), charset)

    def to_bytes(self) -> bytes:
        """Return the file's bytes: the ones read, where nothing was changed."""
        return self.encoding.bom + b"".join(line.raw for line in self.lines)

    def to_file(self, path: Path) -> None:
        """Write the document: whole or not at all. Raises PychangError if it cannot be written."""
        write_atomically(path, self.to_bytes())

    def sections(self) -> tuple[UstSection, ...]:
        """Return the sections in file order."""
        return tuple(
            UstSection(name, start + 1, tuple(self._entries(start + 1, end)))
            for name, start, end in self._spans()
        )

    def with_values(self, section_index: int, values: Mapping[str, str | None]) -> "UstDocument":
        """Return the document with keys of one section (index into `sections()`) changed.

        A key that is there is replaced in its line, a new one is added at the section's end,
        None removes the line.

        Raises:
            PychangError: a key or value has a line break or cannot be written in the encoding.
        """
        _, start, end = tuple(self._spans())[section_index]
        lines = list(self.lines)
        wanted = dict(values)
        for index in range(end - 1, start, -1):
            key = lines[index].text.partition("=")[0].strip()
            if "=" not in lines[index].text or key not in wanted:
                continue
            value = wanted.pop(key)
            lines[index : index + 1] = [] if value is None else [self._line(key, value, index)]
            end -= value is None
        added = [self._line(key, value, start) for key, value in wanted.items() if value is not None]
        last = start + max(offset for offset in range(end - start) if lines[start + offset].text.strip())
        lines[last + 1 : last + 1] = added
        return replace(self, lines=tuple(lines))

    def _spans(self) -> Iterator[tuple[str, int, int]]:
        """Yield name, header's line index and index behind the last line of each section."""
        found = [(match.group(1), index) for index, match in self._headers()]
        ends = [start for _, start in found[1:]] + [len(self.lines)]
        for (name, start), end in zip(found, ends, strict=False):
            yield name, start, end

    def _headers(self) -> Iterator[tuple[int, re.Match[str]]]:
        for index, line in enumerate(self.lines):
            match = _HEADER.fullmatch(line.text)
            if match:
                yield index, match

    def _entries(self, first: int, end: int) -> Iterator[UstEntry]:
        for index in range(first, end):
            text = self.lines[index].text
            if not text.strip():
                continue
            key, equals, value = text.partition("=")
            yield UstEntry(key.strip(), value, index + 1) if equals else UstEntry("", text, index + 1)

    def _line(self, key: str, value: str, like: int) -> UstLine:
        text = f"{key}={value}"
        if _LINE_END.search(text):
            raise PychangError(f"ust value {text!r}: a line break cannot be written; use one line")
        try:
            raw = text.encode(self.encoding.codec)
        except UnicodeEncodeError:
            codec = self.encoding.codec
            raise PychangError(f"ust value {text!r}: not writable in {codec}; use a UTF-8 file") from None
        return UstLine(raw + self._line_end(like), text)

    def _line_end(self, like: int) -> bytes:
        """Return the line end of the line `like`, or of the first line that has one."""
        codec = self.encoding.codec
        for line in (self.lines[like], *self.lines):
            found = _LINE_END.search(line.raw.decode(codec, "replace"))
            if found:
                return found.group().encode(codec)
        return "\r\n".encode(codec)


def _lines(data: bytes, codec: str) -> Iterator[UstLine]:
    for raw in _pieces_of_wide(data, codec) if codec.startswith("utf-16") else data.splitlines(keepends=True):
        yield UstLine(raw, raw.decode(codec, "replace").rstrip("\r\n"))


def _pieces_of_wide(data: bytes, codec: str) -> list[bytes]:
    """Return the lines of two-byte text, which cannot be found among the bytes."""
    even = len(data) - len(data) % 2
    text = data[:even].decode(codec, "surrogatepass")
    pieces = [piece.encode(codec, "surrogatepass") for piece in re.split(r"(?<=\n)", text) if piece]
    return [*pieces, data[even:]] if even < len(data) else pieces
