"""The text of a TextGrid in any of its spellings -> the one spelling that the `textgrid` library reads well.

Praat's own rule for text files (manual, "TextGrid file formats"): what counts are numbers that stand free,
texts in double quotes (a quote inside is doubled, line breaks are allowed) and flags in angle brackets; all
other words are comments. Long, short and ELAN's spelling are therefore the same to it, and to us.

The library silently drops intervals where `size` is too small, misreads points in the short form and fails
on quotes or line breaks in a tier's name; so sizes are counted here and names are kept apart.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from pychang import PychangError
from voicebank_tools.encoding import Evidence, decode_bank_text

_TOKEN = re.compile(
    r'"((?:[^"]|"")*)"|<(\w+)>|(?<![^\s])([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![^\s])'
)
_UTF16_HEAD = {b"\0F": "utf-16-be", b"F\0": "utf-16-le", b'\0"': "utf-16-be", b'"\0': "utf-16-le"}
_KINDS = {"IntervalTier": 2, "TextTier": 1}
MOST_VALUES = 5_000_000
"""Times and texts of one file: an hour of phones is a hundred thousand."""


class Entry(NamedTuple):
    """An interval, or a point (`begin` equals `end`); times in seconds as they are spelt."""

    begin: str
    end: str
    text: str


@dataclass(frozen=True)
class RawTier:
    """A tier as written; `end_s` of its own head, or of its last entry if that is later."""

    name: str
    of_points: bool
    begin_s: float
    end_s: float
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class RawGrid:
    """A whole file as written; `remarks`: what had to be mended."""

    begin_s: float
    end_s: float
    tiers: tuple[RawTier, ...]
    remarks: tuple[str, ...]


def decode_textgrid(data: bytes) -> str:
    """Return the text of a TextGrid: UTF-16 or UTF-8 with or without a mark, Shift_JIS and its like."""
    plain = _UTF16_HEAD.get(data[:2])
    if plain and len(data) % 2 == 0:
        return data.decode(plain, "replace")
    return decode_bank_text(data, Evidence(declared="utf-8")).text


def parse_textgrid(text: str, name: str) -> RawGrid:
    """Return what the text of a TextGrid says; `name` is for messages.

    Raises:
        PychangError: It is no TextGrid, or it breaks off in the middle of a tier.
    """
    texts = _tokens(text)
    if len(texts) < 2 or texts[1][0] != "text" or texts[1][1] != "TextGrid":
        raise PychangError(f"{name}: no TextGrid; save it from Praat as a text file")
    reader = _Reader(texts[2:], name)
    begin_s, end_s = reader.number(), reader.number()
    reader.skip_flag()
    if reader.done():
        return RawGrid(begin_s, end_s, (), ())
    wanted = int(reader.number())
    tiers: list[RawTier] = []
    remarks: list[str] = []
    while not reader.done():
        tiers.append(_tier(reader, remarks))
    if len(tiers) != wanted:
        remarks.append(f"{name}: says {wanted} tiers, holds {len(tiers)}; all are read")
    return RawGrid(begin_s, max([end_s, *(tier.end_s for tier in tiers)]), tuple(tiers), tuple(remarks))


def plain_text(grid: RawGrid) -> str:
    """Return the grid in Praat's long form as the library reads it without loss: right sizes, one line for
    each value, tiers named by their number."""
    lines = ['File type = "ooTextFile"', 'Object class = "TextGrid"', ""]
    lines += [f"xmin = {grid.begin_s!r}", f"xmax = {grid.end_s!r}", "tiers? <exists>"]
    lines += [f"size = {len(grid.tiers)}", "item []:"]
    for number, tier in enumerate(grid.tiers):
        lines += [f"item [{number + 1}]:", f'class = "{"TextTier" if tier.of_points else "IntervalTier"}"']
        lines += [f'name = "{number}"', f"xmin = {tier.begin_s!r}", f"xmax = {tier.end_s!r}"]
        lines.append(f"{'points' if tier.of_points else 'intervals'}: size = {len(tier.entries)}")
        for entry in tier.entries:
            marked = entry.text.replace('"', '""')
            if tier.of_points:
                lines += ["[]:", f"time = {entry.begin}", f'mark = "{marked}"']
            else:
                lines += ["[]:", f"xmin = {entry.begin}", f"xmax = {entry.end}", f'text = "{marked}"']
    return "\n".join(lines) + "\n"


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for match in _TOKEN.finditer(text):
        quoted, flag, number = match.groups()
        if quoted is not None:
            found.append(("text", quoted.replace('""', '"')))
        elif flag is not None:
            found.append(("flag", flag))
        else:
            found.append(("number", number))
        if len(found) > MOST_VALUES:
            raise PychangError(f"more than {MOST_VALUES} values are too many for a TextGrid; split it")
    return found


class _Reader:
    """Takes values one after another and says where one is missing."""

    def __init__(self, tokens: list[tuple[str, str]], name: str) -> None:
        self._tokens, self._name, self._place = tokens, name, 0

    def done(self) -> bool:
        return self._place >= len(self._tokens)

    def peek(self) -> str:
        """Return the kind of the next value, "" at the end."""
        return "" if self.done() else self._tokens[self._place][0]

    def text(self) -> str:
        return self._take("text")

    def spelt_number(self) -> str:
        number = self._take("number")
        if not math.isfinite(float(number)):
            raise PychangError(f"{self._name}: {number} is no time; mend the file in Praat")
        return number

    def number(self) -> float:
        return float(self.spelt_number())

    def skip_flag(self) -> None:
        if self.peek() == "flag":
            self._place += 1

    def _take(self, kind: str) -> str:
        if self.peek() != kind:
            found = "it ends" if self.done() else f'"{self._tokens[self._place][1][:40]}" stands'
            raise PychangError(f"{self._name}: {found} where a {kind} should be; save it again from Praat")
        self._place += 1
        return self._tokens[self._place - 1][1]


def _tier(reader: _Reader, remarks: list[str]) -> RawTier:
    kind = reader.text()
    name = reader.text()
    begin_s, end_s = reader.number(), reader.number()
    size = int(reader.number())
    entries: list[Entry] = []
    while reader.peek() == "number":
        times = [reader.spelt_number() for _ in range(_KINDS.get(kind, 2))]
        entries.append(Entry(times[0], times[-1], reader.text()))
    if len(entries) != size:
        remarks.append(f'tier "{name}" says {size} labels, holds {len(entries)}; all are read')
    times_s = [begin_s, end_s, *(float(time) for entry in entries for time in entry[:2])]
    kept = tuple(_kept(entries, kind, name, remarks))
    return RawTier(name, kind == "TextTier", min(times_s), max(times_s), kept)


def _kept(entries: Iterable[Entry], kind: str, name: str, remarks: list[str]) -> Iterable[Entry]:
    """Entries as Praat allows them: intervals that have a length and do not overlap, points apart."""
    before_s = -math.inf
    for entry in sorted(entries, key=lambda one: (float(one.begin), float(one.end))):
        begin_s, end_s = float(entry.begin), float(entry.end)
        if kind == "TextTier":
            if begin_s <= before_s:
                remarks.append(f'tier "{name}": a second point at {begin_s:g} s ("{entry.text}") is left out')
                continue
            before_s = begin_s
            yield entry
            continue
        if end_s <= max(begin_s, before_s):
            remarks.append(f'tier "{name}": "{entry.text}" at {begin_s:g} s has no length and is left out')
            continue
        if begin_s < before_s:
            remarks.append(
                f'tier "{name}": "{entry.text}" overlaps the label before; it begins at {before_s:g} s'
            )
            entry = entry._replace(begin=repr(before_s))
        before_s = end_s
        yield entry
