"""A report in words: marks, intervals, fields."""

import io
import json

import numpy as np
import pytest

from voicebank_tools.comparing.notes import Note
from voicebank_tools.comparing.report import Report
from voicebank_tools.comparing.singers import RECORDING
from voicebank_tools.comparing.statistics import summarise
from voicebank_tools.comparing.tables import (
    as_fields,
    difference_tables,
    json_text,
    legend,
    mark,
    markdown,
    median_tables,
    problem_lines,
    rich_table,
)


def made_report(extra: tuple[Note, ...] = (), listened: bool = False) -> Report:
    """Five samples: b is surely nearer to the recording than a, and as bright; c sang nothing."""
    wave = (8000 * np.sin(np.arange(8820) / 20)).astype(np.int16) if listened else None
    notes = [
        Note(
            "hold",
            case,
            "",
            name,
            {"click_db": clicks + 0.01 * case, "brightness_db": case - 2.0},
            0.25,
            wave=wave,
        )
        for name, clicks in (("a", 3.0), ("b", 1.0))
        for case in range(5)
    ]
    notes += [Note("hold", case, "", "c", failure="left no file: <exit> code 1") for case in range(5)]
    notes += [Note("hold", case, "", RECORDING, {"click_db": 2.0}) for case in range(5)]
    notes += extra
    return Report(
        "声 & <bank>", ("a", "b", "c"), ("あ", "i", "<u>", "e", "o\udc80\x07"), tuple(notes),
        summarise(notes, "a", 1),
        {"seed": 1}, dict.fromkeys(range(5), wave) if wave is not None else {}, ("transfer: none",),
    )  # fmt: skip


def test_marks_say_what_is_no_noise() -> None:
    rows = made_report().tables["hold"]
    assert mark(rows["b"].cells["click_db"]) == "+"
    assert mark(rows["b"].cells["brightness_db"]) == ""
    assert mark(rows["a"].cells["click_db"]) == ""
    worse = Note("hold", 0, "", "d", {})
    assert worse.failure == ""


def test_medians_in_columns_with_90th_percentiles_where_they_matter() -> None:
    (table,) = median_tables(made_report())
    assert table.title.startswith("hold: the vowel held")
    assert table.heads == ("", "click dB", "p90", "bright dB", "notes", "failed", "s a note")
    assert table.rows[0] == ("a", "3.02", "3.04", "0.00", "5", "0", "0.25")
    assert table.rows[1] == ("b", "1.02 +", "1.04", "0.00", "5", "0", "0.25")
    assert table.rows[2] == ("c", "", "", "", "0", "5", "")
    assert table.rows[3] == (RECORDING, "2.00", "2.00", "", "5", "", "")


def test_differences_have_intervals_and_only_those_who_sang() -> None:
    (table,) = difference_tables(made_report())
    assert [row[0] for row in table.rows] == ["b"]
    assert table.rows[0][1].startswith("-2.00 [-2.0")


def test_markdown_is_the_whole_report() -> None:
    text = markdown(made_report())
    assert text.startswith("# 声 & <bank>\n")
    assert legend(made_report()) in text
    assert "| b | 1.02 + | 1.04 | 0.00 | 5 | 0 | 0.25 |" in text
    assert text.rstrip().endswith("left no file: <exit> code 1")
    widths = {line.count("|") for line in text.split("## ")[1].splitlines() if line.startswith("|")}
    assert len(widths) == 1


def test_failures_of_a_kind_are_one_line() -> None:
    other = Note("hold", 1, "", "b", failure="took longer than 9 s")
    lines = problem_lines(made_report((other,)))
    assert len(lines) == 2
    assert lines[0].startswith("failed: c, hold, 5 x (あ, i, <u>, e, o")
    assert lines[1] == "failed: b, hold, 1 x (i): took longer than 9 s"


def test_fields_are_strict_json() -> None:
    nan = Note("copy", 0, "", "a", {"mel_db": float("nan")}, float("nan"))
    fields = json.loads(json_text(made_report((nan,))))
    assert fields["format"] == 1
    assert fields["resamplers"] == ["a", "b", "c"]
    click = fields["tables"]["hold"]["b"]["measures"]["click_db"]
    assert click["median"] == pytest.approx(1.02)
    assert click["difference"]["high"] < 0.0
    assert fields["tables"]["copy"]["a"]["measures"]["mel_db"]["median"] is None
    assert fields["notes"][-1]["figures"] == {"mel_db": None}
    assert as_fields(made_report())["notes"][12]["failure"].startswith("left no file")


def test_a_terminal_shows_the_same_figures() -> None:
    from rich.console import Console

    (table,) = median_tables(made_report())
    file = io.StringIO()
    Console(file=file, width=120).print(rich_table(table))
    assert "1.02 +" in file.getvalue()
