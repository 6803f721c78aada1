"""The diary of a training: a CSV line and TensorBoard's curves for each report."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from pychang.files import write_atomically

HISTORY = "history.csv"


def read_history(folder: Path, last_step: int) -> list[dict[str, str]]:
    """Return the lines up to a step; what a killed training wrote beyond its checkpoint is left out."""
    path = folder / HISTORY
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if int(row["step"]) <= last_step]


def write_history(folder: Path, rows: list[dict[str, str]]) -> None:
    """Write all lines; columns are those of any line, in order of appearance."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    sink = io.StringIO()
    writer = csv.DictWriter(sink, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    write_atomically(folder / HISTORY, sink.getvalue().encode("utf-8"))


def as_row(step: int, values: Mapping[str, float]) -> dict[str, str]:
    """Return a line: all numbers to six digits."""
    return {"step": str(step), **{name: f"{value:.6g}" for name, value in values.items()}}
