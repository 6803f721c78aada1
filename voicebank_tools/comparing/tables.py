"""A report as tables: for a terminal, as Markdown, and as fields for programs."""

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from voicebank_tools.comparing.measures import MEASURES, TITLES
from voicebank_tools.comparing.report import Report
from voicebank_tools.comparing.singers import RECORDING
from voicebank_tools.comparing.statistics import Cell, Difference, Row
from voicebank_tools.finding import shorten

if TYPE_CHECKING:
    from rich.table import Table

FORMAT = 1
"""Of the JSON: raised when a field changes its meaning."""

BETTER, WORSE = "+", "-"


@dataclass(frozen=True)
class TextTable:
    """`title`, column `heads` and `rows` of text, the first column being the resampler."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def median_tables(report: Report) -> Iterator[TextTable]:
    """Yield a table of medians for each test; marks say where a difference to the first is no noise."""
    for test, rows in report.tables.items():
        keys = columns(rows.values())
        heads = [head for key in keys for head in _heads(key)]
        lines = (
            (name, *(text for key in keys for text in _median_texts(row, key)), *_counts(name, row))
            for name, row in rows.items()
        )
        title = f"{test}: {TITLES[test]}"
        yield TextTable(title, ("", *heads, "notes", "failed", "s a note"), tuple(lines))


def difference_tables(report: Report) -> Iterator[TextTable]:
    """Yield a table of differences to the first resampler for each test, with their 95 % intervals."""
    for test, rows in report.tables.items():
        others = {name: row for name, row in rows.items() if any(c.difference for c in row.cells.values())}
        keys = columns(others.values())
        lines = tuple(
            (name, *(_interval(row.cells[key].difference) if key in row.cells else "" for key in keys))
            for name, row in others.items()
        )
        if lines:
            title = f"{test}: difference to {report.singers[0]}"
            yield TextTable(title, ("", *(MEASURES[key].title for key in keys)), lines)


def columns(rows: Iterable[Row]) -> list[str]:
    """Return the measures that any of the rows has, in their usual order."""
    found = {key for row in rows for key in row.cells}
    return [key for key in MEASURES if key in found]


def mark(cell: Cell) -> str:
    """Return `BETTER` or `WORSE` where a difference to the first resampler is no noise, else ""."""
    if cell.difference is None or cell.difference.is_noise:
        return ""
    return BETTER if cell.is_nearer_to_zero else WORSE


def markdown(report: Report) -> str:
    """Return the whole report as Markdown."""
    parts = [f"# {report.title}", ", ".join(report.cases), legend(report)]
    parts += [_markdown_table(table) for table in (*median_tables(report), *difference_tables(report))]
    problems = [f"- {line}" for line in (*report.remarks, *problem_lines(report))]
    return "\n\n".join([*parts, "\n".join(problems)]).rstrip() + "\n"


def legend(report: Report) -> str:
    """Return what the marks mean, in a sentence."""
    return (
        f"Medians. {BETTER} better, {WORSE} worse than {report.singers[0]}"
        " (95 % bootstrap interval of the difference without 0); no mark: noise, or too few samples."
    )


def rich_table(table: TextTable) -> "Table":
    """Return a table for a terminal."""
    from rich.table import Table
    from rich.text import Text

    made = Table(title=table.title, title_justify="left")
    for number, head in enumerate(table.heads):
        made.add_column(head, justify="right" if number else "left")
    styles = {BETTER: "green", WORSE: "red"}
    for row in table.rows:
        made.add_row(*(Text(text, styles.get(text[-1:], "") if text[:1].isdigit() else "") for text in row))
    return made


def problem_lines(report: Report) -> list[str]:
    """Return one line for each finding and for each way in which a resampler's notes of a test failed."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for note in report.failures:
        what = f"{report.cases[note.case]} {note.variant}".strip()
        groups.setdefault((note.singer, note.test, note.failure), []).append(what)
    failed = (
        f"failed: {singer}, {test}, {len(found)} x ({shorten(', '.join(found))}): {message}"
        for (singer, test, message), found in groups.items()
    )
    return [*map(str, report.findings), *failed]


def json_text(report: Report) -> str:
    """Return the report as JSON (docs/formats.md)."""
    return json.dumps(as_fields(report), ensure_ascii=False, indent=1, allow_nan=False)


def as_fields(report: Report) -> dict[str, Any]:
    """Return the report as JSON takes it: no number is nan."""
    tables = {
        test: {name: _row_fields(row) for name, row in rows.items()} for test, rows in report.tables.items()
    }
    notes = [
        {
            "test": note.test, "case": note.case, "variant": note.variant, "resampler": note.singer,
            "figures": {key: _finite(value) for key, value in note.figures.items()},
            "seconds": _finite(note.seconds), "failure": note.failure,
        }
        for note in report.notes
    ]  # fmt: skip
    return {
        "format": FORMAT, "title": report.title, "settings": dict(report.settings),
        "resamplers": list(report.singers), "cases": list(report.cases), "tables": tables, "notes": notes,
        "remarks": list(report.remarks), "findings": list(map(str, report.findings)),
    }  # fmt: skip


def _row_fields(row: Row) -> dict[str, Any]:
    cells = {
        key: {"median": _finite(cell.median), "p90": _finite(cell.p90), "count": cell.count}
        | ({"difference": vars(cell.difference)} if cell.difference else {})
        for key, cell in row.cells.items()
    }
    return {"notes": row.notes, "failed": row.failed, "seconds": _finite(row.seconds), "measures": cells}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _heads(key: str) -> list[str]:
    measure = MEASURES[key]
    return [measure.title, "p90"] if measure.p90 else [measure.title]


def _median_texts(row: Row, key: str) -> list[str]:
    cell = row.cells.get(key)
    if cell is None or not cell.count:
        return [""] * len(_heads(key))
    text = f"{cell.median:.2f} {mark(cell)}".rstrip()
    return [text, f"{cell.p90:.2f}"] if MEASURES[key].p90 else [text]


def _counts(name: str, row: Row) -> tuple[str, str, str]:
    if name == RECORDING:
        return str(row.notes), "", ""
    return str(row.notes), str(row.failed), f"{row.seconds:.2f}" if row.notes else ""


def _interval(difference: Difference | None) -> str:
    if difference is None:
        return ""
    return f"{difference.value:+.2f} [{difference.low:+.2f}, {difference.high:+.2f}]"


def _markdown_table(table: TextTable) -> str:
    heads = " | ".join(table.heads)
    lines = [f"## {table.title}", "", f"| {heads} |", f"|---{'|---:' * (len(table.heads) - 1)}|"]
    rows = ([text.replace("|", "\\|") for text in row] for row in table.rows)
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
