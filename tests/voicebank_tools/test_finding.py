"""Findings on one line each, and not too many of them."""

from pathlib import Path

import pytest

from pychang import PychangError
from voicebank_tools.finding import Finding, counts, counts_text, limited, shorten, unreadable


def finding(line: int = 3, text: str = "a=b") -> Finding:
    return Finding("error", Path("bank") / "oto.ini", line, text, "is odd", "mend it")


def test_a_finding_names_place_text_reason_and_cure() -> None:
    assert str(finding()) == f'error: {Path("bank") / "oto.ini"}:3: "a=b" is odd; mend it'
    assert str(finding(0, "")) == f"error: {Path('bank') / 'oto.ini'}: is odd; mend it"


@pytest.mark.parametrize(
    ("text", "short"),
    [("か", "か"), ("a\nb", "a\\nb"), ("\udc81", "\\udc81"), ("x" * 81, "x" * 79 + "…"), ("", "")],
)
def test_text_is_shown_on_one_line(text: str, short: str) -> None:
    assert shorten(text) == short
    assert len(shorten("\0" * 1000)) <= 80


@pytest.mark.parametrize(
    ("message", "why", "cure"),
    [
        ("a.wav is an empty file; record it again", "is an empty file", "record it again"),
        ("a.wav: too long; cut it", "too long", "cut it"),
        ("sound file a.wav not found", "sound file a.wav not found", "copy or record it again"),
    ],
)
def test_an_error_of_reading_is_a_finding(message: str, why: str, cure: str) -> None:
    assert unreadable(Path("a.wav"), PychangError(message)) == Finding(
        "error", Path("a.wav"), 0, "", why, cure
    )


def test_each_kind_is_counted() -> None:
    found = [finding(), finding(), Finding("note", Path("a"), 0, "", "is so", "leave it")]
    assert counts(found) == {"errors": 2, "warnings": 0, "notes": 1}
    assert counts_text(found) == "2 errors, 0 warnings, 1 notes"


def test_the_first_are_kept_and_the_rest_counted() -> None:
    kept = limited((finding(line) for line in range(1, 11)), most=3)
    assert [f.line for f in kept] == [1, 2, 3, 0]
    assert kept[-1].why == "7 more findings"
    assert limited([finding()], most=1) == (finding(),)
