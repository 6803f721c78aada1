"""From a plan to a report."""

from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.audio import write_wav
from tests.pychang.signals import vowel
from tests.voicebank_tools.comparing.test_run import Copier
from tests.voicebank_tools.vowel_bank import write_vowel_bank
from voicebank_tools.comparing.report import Plan, compare_singers

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")


def test_a_report_has_the_tests_that_are_possible_in_their_order(tmp_path: Path) -> None:
    bank = write_vowel_bank(tmp_path / "bank", vowels="ai")
    singers = [Copier("x"), Copier("y", refused="a")]
    report = compare_singers(Plan(bank, singers, samples=5, tests=("stretch", "copy"), listened=1))
    assert report.title == "bank"
    assert report.singers == ("x", "y")
    assert set(report.cases) == {"a", "i"}
    assert list(report.tables) == ["copy", "stretch"]
    assert report.tables["copy"]["y"].failed == 1
    assert {note.singer for note in report.failures} == {"y"}
    assert list(report.recordings) == [0]
    assert len(report.recordings[0]) == pytest.approx(0.44 * 44100, abs=1)
    assert report.remarks == ()
    assert report.settings["seed"] == 1


def test_transfer_in_its_three_ways(tmp_path: Path) -> None:
    low = write_vowel_bank(tmp_path / "bank" / "A3", 220.0, "A3", "a")
    high = write_vowel_bank(tmp_path / "bank" / "E4", 330.0, "E4", "a")
    notes = tmp_path / "notes"
    notes.mkdir()
    for name, hz in (("one", 200.0), ("two", 300.0)):
        write_wav(notes / f"{name}.wav", vowel(hz, seconds=0.6))
    singers = [Copier("x")]
    plans = {
        "within": Plan(tmp_path / "bank", singers, tests=("transfer",)),
        "to": Plan(low, singers, tests=("transfer",), to=high),
        "notes": Plan(None, singers, notes=notes),
    }
    cases = {name: compare_singers(plan).cases for name, plan in plans.items()}
    assert cases["to"] == ("aA3 -> aE4",)
    assert set(cases["within"]) == {"aA3 -> aE4", "aE4 -> aA3"}
    assert set(cases["notes"]) == {"one -> two", "two -> one"}


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    bank = write_vowel_bank(tmp_path / "bank", vowels="a")
    with pytest.raises(PychangError, match="--to BANK or --notes FOLDER"):
        compare_singers(Plan(bank, [Copier("x")], tests=("transfer",)))
    report = compare_singers(Plan(bank, [Copier("x", refused="a")]))
    assert report.remarks[0].startswith("transfer: no sound")
    assert "transfer" not in report.tables
    (bank / "b.wav").write_bytes(b"no sound")
    report = compare_singers(Plan(bank, [Copier("x")], tests=("copy",)))
    assert report.findings == ()  # no line names it
    (bank / "a.wav").write_bytes(b"no sound")
    with pytest.raises(PychangError, match=r"1 errors, the first: a.wav: is not a sound file"):
        compare_singers(Plan(bank, [Copier("x")], tests=("copy",)))
    write_wav(bank / "a.wav", np.zeros(30_000))
    with pytest.raises(PychangError, match="mostly voiced"):
        compare_singers(Plan(bank, [Copier("x")]))
