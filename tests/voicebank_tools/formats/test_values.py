"""Numbers, findings, files and the one voice."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.formats.values import (
    MAX_FINDINGS,
    MAX_LENGTH_TICKS,
    Findings,
    checked_score,
    number,
    read_bytes,
    shown,
    told_voice,
)
from voicebank_tools.score import Note, Track, tempo_map


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("120", 120.0),
        (" -8.5 ", -8.5),
        ("+.5", 0.5),
        ("120,25", 120.25),
        ("1e2", 100.0),
        ("5.", 5.0),
        ("-1e-05", -1e-5),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    "text", ["", "a", "nan", "inf", "1e999", "1_0", "１２", "1,2,3", "0x10", "9" * 61, "--1"]
)
def test_no_numbers(text: str) -> None:
    assert number(text) is None


@given(st.text(max_size=30))
def test_number_never_raises(text: str) -> None:
    value = number(text)
    assert value is None or abs(value) < float("inf")


def test_findings_are_told_once_and_bounded() -> None:
    findings = Findings("a.ust")
    for index in [0, *range(MAX_FINDINGS + 7)]:
        findings.add(f"line {index}", "odd")
    lines = findings.lines()
    assert len(lines) == MAX_FINDINGS + 1
    assert lines[0] == "a.ust: line 0: odd"
    assert lines[-1] == "a.ust: and 7 findings more"


def test_shown_is_one_short_line() -> None:
    assert shown("a\nb") == "a b"
    assert len(shown("x" * 10**6)) < 50


def test_a_later_note_cuts_and_the_last_of_a_chord_stays() -> None:
    findings = Findings("a.mid")
    notes = [Note(480, 480, 62, "b"), Note(0, 960, 60, "a"), Note(480, 100, 64, "c"), Note(1000, 10, 65, "d")]
    voice = told_voice(notes, findings, "track 1")
    assert [(note.position_ticks, note.duration_ticks, note.lyric) for note in voice] == [
        (0, 480, "a"),
        (480, 100, "c"),
        (1000, 10, "d"),
    ]
    assert findings.lines() == ("a.mid: track 1: notes overlap at tick 480; the earlier one ends there",)


def test_files_that_cannot_be_songs(tmp_path: Path) -> None:
    empty, big = tmp_path / "empty.ust", tmp_path / "big.ust"
    empty.write_bytes(b"")
    big.write_bytes(b"x" * 101)
    for path, word in [
        (tmp_path / "no.ust", "no such"),
        (tmp_path, "folder"),
        (empty, "empty"),
        (big, "at most 100"),
    ]:
        with pytest.raises(PychangError, match=word):
            read_bytes(path, 100)


def test_songs_beyond_reason_are_refused() -> None:
    track = Track("a", ())
    with pytest.raises(PychangError, match="hours"):
        checked_score("a", tempo_map([(0, 1.0)]), (track,), 100_000, Findings("a"))
    with pytest.raises(PychangError, match="ticks long"):
        checked_score("a", tempo_map([]), (track,), MAX_LENGTH_TICKS + 1, Findings("a"))
