"""What a person should look at first: clips and boundaries, the least certain first."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from pathlib import Path

from pychang import PychangError
from pychang.files import read_limited
from voicebank_tools.align.utterance import Aligned
from voicebank_tools.labels.transcriptions import MOST_BYTES

_WORST_COUNT = 3
_DIGITS = 3


@dataclass(frozen=True)
class Boundary:
    """Where a phone begins: time, the phones on both sides, and how sure that is, 0..1."""

    clip: str
    time_s: float
    left: str
    right: str
    confidence: float


@dataclass(frozen=True)
class Reviewed:
    """A clip and its boundaries, the least certain first; `suspect`: why the whole clip is in doubt, or
    empty; `confidence`: mean of its three least certain boundaries."""

    name: str
    suspect: str
    score: float
    confidence: float
    boundaries: tuple[Boundary, ...]


def review(aligned: Iterable[Aligned]) -> tuple[Reviewed, ...]:
    """Return the clips, worst first: those in doubt as a whole, then by their least certain boundaries."""
    found = [_reviewed(one) for one in aligned]
    return tuple(sorted(found, key=lambda one: (not one.suspect, one.confidence, one.name)))


def review_csv(reviewed: Iterable[Reviewed]) -> str:
    """Return all boundaries as a table (rank, clip, time in seconds, phones, confidence, doubts about the
    clip), those of clips in doubt first, then the least certain first."""
    rows = sorted(
        ((one.suspect, boundary) for one in reviewed for boundary in one.boundaries),
        key=lambda row: (not row[0], row[1].confidence, row[1].clip, row[1].time_s),
    )
    sink = StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(("rank", "clip", "time_s", "left", "right", "confidence", "clip_in_doubt"))
    for rank, (suspect, one) in enumerate(rows, 1):
        numbers = f"{one.time_s:.{_DIGITS}f}", f"{one.confidence:.{_DIGITS}f}"
        writer.writerow((rank, one.clip, numbers[0], one.left, one.right, numbers[1], suspect))
    return sink.getvalue()


def read_review(path: Path) -> list[tuple[str, Boundary]]:
    """Return the boundaries of a table that `review_csv` has made, each with the doubts about its clip.

    Raises:
        PychangError: The file cannot be read, or is another table.
    """
    data = read_limited(path, MOST_BYTES, "table of labels", "is it really one?")
    try:
        rows = csv.DictReader(StringIO(data.decode("utf-8-sig")))
        return [(row["clip_in_doubt"] or "", _boundary(row)) for row in rows]
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        cure = "run vbtools label again, or delete it; then no label counts as unsure"
        raise PychangError(f"{path}: no review of labels ({type(error).__name__}); {cure}") from error


def review_html(reviewed: Sequence[Reviewed], pictures: Sequence[str]) -> str:
    """Return a page with every clip, worst first, and pictures of the first ones (paths relative to it)."""
    rows = "\n".join(_row(rank, one) for rank, one in enumerate(reviewed, 1))
    shown = "\n".join(
        f'<h2 id="p{rank}">{rank}. {escape(one.name)}</h2>\n{_doubt(one)}<img src="{escape(path)}" alt="">'
        for rank, (one, path) in enumerate(zip(reviewed, pictures, strict=False), 1)
    )
    return _PAGE.format(rows=rows, shown=shown)


def _boundary(row: Mapping[str, str]) -> Boundary:
    return Boundary(row["clip"], float(row["time_s"]), row["left"], row["right"], float(row["confidence"]))


def _reviewed(one: Aligned) -> Reviewed:
    phones, confidence = one.labels.phones, one.labels.confidence
    edges = [
        Boundary(one.name, right.begin_s, left.text, right.text, sure)
        for left, right, sure in zip(phones, phones[1:], confidence[1:], strict=False)
    ]
    edges.sort(key=lambda edge: (edge.confidence, edge.time_s))
    worst = [edge.confidence for edge in edges[:_WORST_COUNT]] or [1.0]
    return Reviewed(one.name, one.suspect, one.score, sum(worst) / len(worst), tuple(edges))


def _row(rank: int, one: Reviewed) -> str:
    worst = ", ".join(
        f"{edge.time_s:.2f} s {escape(edge.left)}|{escape(edge.right)} ({edge.confidence:.2f})"
        for edge in one.boundaries[:_WORST_COUNT]
    )
    cells = (str(rank), escape(one.name), escape(one.suspect), f"{one.confidence:.2f}", worst)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _doubt(one: Reviewed) -> str:
    return f"<p>{escape(one.suspect)}</p>\n" if one.suspect else ""


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Labels to look at</title>
<style>body{{font:15px sans-serif;margin:2em;max-width:90em}}td,th{{padding:.2em .8em;text-align:left}}
tr:nth-child(odd){{background:#f4f4f4}}img{{max-width:100%}}</style></head><body>
<h1>Labels to look at, the least certain first</h1>
<p>Correct the TextGrids in Praat or vLabeler and run the same command again: what you corrected stays as it
is, and the others learn from it.</p>
<table>
<tr><th></th><th>clip</th><th>in doubt because</th><th>confidence</th><th>least certain boundaries</th></tr>
{rows}
</table>
{shown}
</body></html>
"""
