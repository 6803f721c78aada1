"""DiffSinger's transcriptions.csv: the phones of each recording and how long they last."""

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

from pychang import PychangError
from pychang.files import read_limited
from voicebank_tools.encoding import Evidence, decode_bank_text
from voicebank_tools.labels.segment import Segment

COLUMNS = ("name", "ph_seq", "ph_dur")
MOST_BYTES = 256 * 2**20
_DIGITS = 6


@dataclass(frozen=True)
class Transcription:
    """One line: a recording's name without extension, its phones (SP silence, AP breath) and their lengths;
    `extra`: further columns as written (ph_num, note_seq)."""

    name: str
    phones: tuple[str, ...]
    durations_s: tuple[float, ...]
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def transcription_of(name: str, phones: Sequence[Segment]) -> Transcription:
    """Return the line of a labelled recording. The edges are rounded, not the lengths, so that the lengths
    still add up to the recording's."""
    edges_s = [round(segment.begin_s, _DIGITS) for segment in phones] + [round(phones[-1].end_s, _DIGITS)]
    lengths = (round(end_s - begin_s, _DIGITS) for begin_s, end_s in pairwise(edges_s))
    return Transcription(name, tuple(segment.text for segment in phones), tuple(lengths))


def transcriptions_text(rows: Iterable[Transcription]) -> str:
    """Return the text of a transcriptions.csv; columns that only some lines have are empty in the others."""
    rows = tuple(rows)
    columns = [*COLUMNS, *dict.fromkeys(key for row in rows for key in row.extra)]
    sink = StringIO()
    writer = csv.DictWriter(sink, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        lengths = " ".join(_number(length_s) for length_s in row.durations_s)
        writer.writerow({"name": row.name, "ph_seq": " ".join(row.phones), "ph_dur": lengths, **row.extra})
    return sink.getvalue()


def transcriptions_from_text(text: str, name: str) -> tuple[Transcription, ...]:
    """Return the lines of a transcriptions.csv's text; `name` is for messages.

    Raises:
        PychangError: A column is missing, a length is no number, or phones and lengths differ in count.
    """
    try:
        reader = csv.DictReader(StringIO(text))
        missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
        if missing:
            raise PychangError(
                f"{name}: no column {missing[0]}; the first line must name {', '.join(COLUMNS)}"
            )
        return tuple(_row(line, f"{name} line {reader.line_num}") for line in reader)
    except csv.Error as error:
        raise PychangError(f"{name}: no csv ({error}); export it again") from error


def read_transcriptions(path: Path) -> tuple[Transcription, ...]:
    """Return the lines of a file. Raises PychangError as `transcriptions_from_text`, or if unreadable."""
    data = read_limited(path, MOST_BYTES, "transcriptions.csv", "split it")
    return transcriptions_from_text(decode_bank_text(data, Evidence(declared="utf-8")).text, path.name)


def _row(line: Mapping[str, str | None], place: str) -> Transcription:
    phones = (line["ph_seq"] or "").split()
    lengths_s = tuple(_length(word, place) for word in (line["ph_dur"] or "").split())
    if len(phones) != len(lengths_s):
        counts = f"{len(phones)} phones but {len(lengths_s)} lengths"
        raise PychangError(f"{place}: {counts}; give every phone its length in seconds")
    extra = {key: value or "" for key, value in line.items() if key and key not in COLUMNS}
    return Transcription(line["name"] or "", tuple(phones), lengths_s, MappingProxyType(extra))


def _length(word: str, place: str) -> float:
    try:
        length_s = float(word)
    except ValueError:
        length_s = math.nan
    if not (math.isfinite(length_s) and length_s >= 0.0):
        raise PychangError(f'{place}: ph_dur "{word[:20]}" is no length; write seconds like 0.125')
    return length_s


def _number(length_s: float) -> str:
    return f"{length_s:.{_DIGITS}f}".rstrip("0").rstrip(".")
