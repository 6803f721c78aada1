"""Samples: the lines that can be judged, drawn by chance, the same chance every time."""

from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.audio import write_wav
from tests.voicebank_tools.vowel_bank import one_sample, write_vowel_bank
from voicebank_tools.comparing.recordings import Reader, bank_lines, bank_samples, samples_before
from voicebank_tools.voicebank import load_voicebank

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")


def test_the_window_is_cut_as_the_line_says(tmp_path: Path) -> None:
    sample = one_sample(tmp_path)
    assert (sample.begin_ms, sample.end_ms, sample.length_ms) == (30.0, 470.0, 440.0)
    assert np.array_equal(sample.wave, sample.recording.wave[1323:20727])
    assert np.array_equal(sample.vowel, sample.wave[2646:])
    assert sample.tone == 57
    assert sample.recording.pitch_at(np.array([100.0, 250.0])) == pytest.approx(220.0, rel=1e-3)
    assert sample.recording.analysis.f0_hz.max() == pytest.approx(220.0, rel=5e-3)


def test_the_same_seed_draws_the_same_samples_and_another_seed_others(tmp_path: Path) -> None:
    bank = write_vowel_bank(tmp_path)
    names = ["".join(s.alias for s in bank_samples(bank, 3, seed).cases) for seed in (1, 1, 2, 3)]
    assert names[0] == names[1]
    assert len(set(names)) > 1
    assert all(len(set(name)) == 3 for name in names)


def test_what_cannot_be_judged_is_left_out(tmp_path: Path) -> None:
    bank = write_vowel_bank(tmp_path, vowels="a")
    write_wav(bank / "short.wav", 0.1 * np.ones(4410, np.float32))
    write_wav(bank / "hiss.wav", np.random.default_rng(1).standard_normal(30_000) * 0.05)
    (bank / "broken.wav").write_bytes(b"no sound")
    more = "".join(f"{name}.wav={name},0,10,0,0,0\n" for name in ("short", "hiss", "broken"))
    more += "a.wav=a2,40,60,-430,0,0\n"
    (bank / "oto.ini").write_text((bank / "oto.ini").read_text("utf-8") + more, "utf-8")
    drawn = bank_samples(bank, 9, 1)
    assert [s.recording.path.name for s in drawn.cases] == ["a.wav"]  # one line of a recording
    (finding,) = drawn.findings
    assert str(finding).startswith(f"error: {bank / 'broken.wav'}: is not a sound file")


def test_what_is_amiss_with_a_bank_is_told_where_it_was_needed(tmp_path: Path) -> None:
    bank = write_vowel_bank(tmp_path, vowels="ai")
    oto = (bank / "oto.ini").read_text("utf-8") + "a.wav=a,1\na.wav=other,1\na.wav=other,2\n"
    (bank / "oto.ini").write_text(oto, "utf-8")
    (bank / "character.yaml").write_text("a: [", "utf-8")
    found = bank_samples(bank, 9, 2).findings
    assert [(finding.path.name, finding.text) for finding in found] == [
        ("character.yaml", ""), ("oto.ini", "a"),
    ]  # fmt: skip


def test_a_recording_that_cannot_be_read_is_kept_in_mind(tmp_path: Path) -> None:
    bank = write_vowel_bank(tmp_path, vowels="a")
    reader = Reader()
    assert reader.open(bank / "a.wav") is reader.open(bank / "a.wav") is not None
    assert reader.open(bank / "b.wav") is reader.open(bank / "b.wav") is None
    assert list(reader.unreadable) == [bank / "b.wav"]


def test_a_bank_without_lines_is_its_recordings(tmp_path: Path) -> None:
    bank = write_vowel_bank(tmp_path, vowels="ai")
    assert [entry.alias for entry in bank_lines(load_voicebank(bank))] == ["a", "i"]
    (bank / "oto.ini").unlink()
    assert {entry.alias for entry in bank_lines(load_voicebank(bank))} == {"a", "i"}
    with pytest.raises(PychangError, match="nothing"):
        bank_samples(tmp_path / "nothing", 1, 1)


def test_samples_are_counted_before_a_time() -> None:
    assert [samples_before(ms) for ms in (0.0, 0.02, 0.0227, 1000.0)] == [0, 0, 1, 44100]
