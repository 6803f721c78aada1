"""Pairs: the same sound at two pitches, in two banks, in one, or as single notes."""

from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.audio import write_wav
from pychang.units import ms_to_samples
from tests.pychang.signals import vowel
from tests.voicebank_tools.vowel_bank import write_vowel_bank
from voicebank_tools.comparing.pairs import bank_pairs, bare, note_pairs, note_sample, pairs_within

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")


def test_an_alias_without_its_pitch() -> None:
    assert [bare(alias) for alias in ("a かA4", "a か_F#3", "- あ D5", "a か", "n C4n")] == [
        "a か", "a か", "- あ", "a か", "n C4n",
    ]  # fmt: skip


def test_two_banks_are_paired_by_their_sounds(tmp_path: Path) -> None:
    low = write_vowel_bank(tmp_path / "low", 220.0, "A3", "aiu")
    high = write_vowel_bank(tmp_path / "high", 330.0, "E4", "iuo")
    pairs = bank_pairs(low, high, 5, 1).cases
    assert {(pair.source.alias, pair.target.alias) for pair in pairs} == {("iA3", "iE4"), ("uA3", "uE4")}
    assert len(bank_pairs(low, high, 1, 1).cases) == 1
    pair = pairs[0]
    assert pair.semitones == pytest.approx(12 * np.log2(1.5), abs=0.02)
    assert (pair.begin_ms, pair.end_ms) == (100.0, 440.0)
    assert len(pair.vowel) == pytest.approx(ms_to_samples(340.0), abs=1)
    assert np.array_equal(pair.vowel, pair.part(pair.target.wave)[: len(pair.vowel)])
    asked = pair.request
    assert asked.source_path.parent.name == "low"
    assert asked.tone_midi == 64  # E4, the target's


def test_one_bank_of_two_pitches_is_paired_both_ways(tmp_path: Path) -> None:
    write_vowel_bank(tmp_path / "A3", 220.0, "A3", "ai")
    write_vowel_bank(tmp_path / "E4", 330.0, "E4", "a")
    pairs = pairs_within(tmp_path, 9, 1).cases
    assert {(pair.source.alias, pair.target.alias) for pair in pairs} == {("aA3", "aE4"), ("aE4", "aA3")}
    assert pairs_within(tmp_path / "A3", 9, 1).cases == []


def test_a_recording_that_cannot_be_read_costs_its_own_pairs(tmp_path: Path) -> None:
    low = write_vowel_bank(tmp_path / "low", 220.0, "A3", "ai")
    high = write_vowel_bank(tmp_path / "high", 330.0, "E4", "ai")
    (low / "a.wav").write_bytes(b"no sound")
    drawn = bank_pairs(low, high, 5, 1)
    assert [pair.source.alias for pair in drawn.cases] == ["iA3"]
    assert [finding.path for finding in drawn.findings] == [low / "a.wav"]


def test_single_notes_far_enough_apart(tmp_path: Path) -> None:
    for name, f0_hz in (("low", 200.0), ("near", 210.0), ("high", 300.0)):
        quiet = np.zeros(8820, np.float32)
        write_wav(tmp_path / f"{name}.wav", np.concatenate([quiet, vowel(f0_hz, seconds=0.6), quiet]))
    write_wav(tmp_path / "silence.wav", np.zeros(9000))
    (tmp_path / "readme.txt").write_text("notes")
    pairs = list(note_pairs(tmp_path))
    names = {(pair.source.alias, pair.target.alias) for pair in pairs}
    assert names == {("low", "high"), ("near", "high"), ("high", "low"), ("high", "near")}
    note = note_sample(tmp_path / "low.wav")
    assert note is not None
    assert note.begin_ms == pytest.approx(200.0, abs=25.0)
    assert note.end_ms == pytest.approx(800.0, abs=25.0)
    assert note_sample(tmp_path / "silence.wav") is None


def test_a_folder_of_one_note_is_refused(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", vowel(220.0))
    with pytest.raises(PychangError, match="holds 1 sung notes"):
        list(note_pairs(tmp_path))
