"""One line of oto.ini: `wav=alias,offset,consonant,cutoff,preutterance,overlap`, read and written.

Rules (OpenUtau's loader, with two cures): an empty alias is the recording's name without extension, missing
or empty numbers are 0, further fields are ignored, anything else that is no number makes the line invalid.
OpenUtau cuts an alias at a second `=` and loses its numbers; here the alias keeps it, with a note.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pychang import PychangError
from voicebank_tools.finding import Kind, shorten

LIMIT_MS = 1e8
"""28 hours: beyond any recording; larger values are brought back to it."""

FIELDS = ("offset", "consonant", "cutoff", "preutterance", "overlap")
_NEVER_NEGATIVE = ("offset", "consonant", "preutterance")
_NUMBER = re.compile(r"[ \t]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t]*", re.ASCII)
_SHORT = r"\d{1,7}(?:\.\d{1,3})?"
_PLAIN = re.compile(f"{_SHORT},{_SHORT},-?{_SHORT},{_SHORT},-?{_SHORT}", re.ASCII)
_UNDECODABLE = re.compile("[\udc80-\udcff]")
_FORM = "write wav=alias,offset,consonant,cutoff,preutterance,overlap"
_AUDIO = re.compile(r"\.(wav|flac|ogg|mp3|aiff?|opus|m4a)$", re.IGNORECASE)


@dataclass(frozen=True)
class OtoEntry:
    """One alias. Times in milliseconds as in oto.ini: `offset_ms` from the file's start,
    `consonant_ms`, `preutterance_ms`, `overlap_ms` from the offset; `cutoff_ms` >= 0 from the
    file's end, < 0 the window's length from the offset."""

    wav_path: Path
    alias: str
    offset_ms: float = 0.0
    consonant_ms: float = 0.0
    cutoff_ms: float = 0.0
    preutterance_ms: float = 0.0
    overlap_ms: float = 0.0

    @property
    def times_ms(self) -> tuple[float, float, float, float, float]:
        """The five numbers in the order of oto.ini (`FIELDS`)."""
        return (self.offset_ms, self.consonant_ms, self.cutoff_ms, self.preutterance_ms, self.overlap_ms)

    @property
    def beat_ms(self) -> float:
        """Where in the file the note begins: what of the alias is before sounds before it."""
        return self.offset_ms + self.preutterance_ms


class Remark(NamedTuple):
    """What was noticed in a line: a `Finding` that does not know its place yet."""

    kind: Kind
    why: str
    cure: str


class LineReading(NamedTuple):
    """`entry` is None for comments, blank and invalid lines (these have a remark of kind "error")."""

    entry: OtoEntry | None
    remarks: tuple[Remark, ...] = ()


def stem_of(wav_name: str) -> str:
    """Return a recording's name without folder and extension: its alias when the line gives none."""
    name = wav_name.replace("\\", "/").rpartition("/")[2]
    stem, dot, _ = name.rpartition(".")
    return stem if dot else name


def alias_of(line: str) -> str:
    """Return the alias that `line` is about even where its numbers are none; "" where it names none."""
    name, equals, rest = line.strip().partition("=")
    return (rest.split(",")[0] or stem_of(name.strip())) if equals else ""


def parse_line(line: str, folder: Path) -> LineReading:
    """Return what `line` says about a recording in `folder`. Never raises."""
    line = line.strip()
    name, equals, rest = line.partition("=")
    name = name.strip()
    if not line or (line[0] in "#;" and not (equals and _AUDIO.search(name))):
        return LineReading(None)
    if not equals:
        return LineReading(None, (Remark("error", "is no line of oto.ini: it has no `=`", _FORM),))
    alias, *fields = rest.split(",")
    remarks: list[Remark] = []
    times = _times(fields, remarks)
    if times is None:
        return LineReading(None, tuple(remarks))
    remarks += _name_remarks(name, alias)
    wav_path = folder / name.replace("\\", "/").replace("\0", "")
    return LineReading(OtoEntry(wav_path, alias or stem_of(name), *times), tuple(remarks))


def _times(fields: list[str], remarks: list[Remark]) -> list[float] | None:
    if _PLAIN.fullmatch(",".join(fields[:5])):  # nearly every line of nearly every bank
        return [float(text) + 0.0 for text in fields[:5]]
    times = []
    for index, field_name in enumerate(FIELDS):
        text = fields[index] if index < len(fields) else ""
        value = _number(text)
        if value is None:
            why = f'{field_name} "{shorten(text, 20)}" is no number'
            remarks.append(Remark("error", why, "write milliseconds like 12.5 (the line is left out)"))
            return None
        kept = clamped(field_name, value)
        if abs(kept - value) > 0.001:
            why = f"{field_name} {shorten(text.strip(), 20)} is out of range and counts as {kept:g}"
            remarks.append(Remark("warning", why, "set it again in an oto editor"))
        times.append(kept)
    return times


def _number(text: str) -> float | None:
    """Return the value of plain ASCII digits (no `nan`, `inf`, `1_000`, full-width), 0 for blanks."""
    if not text.strip():
        return 0.0
    value = float(text) if len(text) <= 400 and _NUMBER.fullmatch(text) else math.nan
    return value if math.isfinite(value) else None


def clamped(field_name: str, value_ms: float) -> float:
    """Return `value_ms` as hosts use it: three decimals; offset, consonant and preutterance not negative."""
    lowest = 0.0 if field_name in _NEVER_NEGATIVE else -LIMIT_MS
    return round(min(max(value_ms, lowest), LIMIT_MS), 3) + 0.0


def _name_remarks(name: str, alias: str) -> list[Remark]:
    remarks = []
    if not name:
        remarks.append(Remark("error", "names no recording", "write the wav file's name before the `=`"))
    if "=" in alias:
        why = "the alias holds a `=`, at which OpenUtau cuts it"
        remarks.append(Remark("note", why, "rename the alias if the bank is meant for OpenUtau"))
    if _UNDECODABLE.search(name) or _UNDECODABLE.search(alias):
        why = "some bytes fit no character of the file's encoding"
        remarks.append(Remark("warning", why, "save the file as UTF-8 from an editor that shows it rightly"))
    return remarks


def checked_entry(entry: OtoEntry) -> OtoEntry:
    """Return `entry` as it will be read again: numbers in range and of three decimals, no empty alias.
    Raises PychangError for numbers that are none."""
    for field_name, value in zip(FIELDS, entry.times_ms, strict=True):
        if not math.isfinite(value):
            raise PychangError(f'{field_name} of alias "{entry.alias}" is {value}: give milliseconds')
    times = [clamped(name, float(value)) for name, value in zip(FIELDS, entry.times_ms, strict=True)]
    return OtoEntry(entry.wav_path, entry.alias or stem_of(entry.wav_path.name), *times)


def number_text(value_ms: float) -> str:
    """Return the shortest text of `value_ms` with at most three decimals ("12.5", "0")."""
    return f"{value_ms:.3f}".rstrip("0").rstrip(".")
