"""Recordings of a voicebank as sounds."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pychang.arrays import FloatArray
from tests.pychang.signals import vowel, white
from voicebank_tools.bank_recordings import check_recording


def write(path: Path, wave: FloatArray, subtype: str = "PCM_16") -> Path:
    soundfile.write(path, wave, 44100, subtype=subtype)
    return path


def told(path: Path, may_be_silent: bool = False) -> list[str]:
    return [str(finding).split(": ", 2)[2] for finding in check_recording(path, may_be_silent).findings]


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT", "PCM_U8"])
def test_a_sound_recording(tmp_path: Path, subtype: str) -> None:
    path = write(tmp_path / "a.wav", vowel(220.0, seconds=0.5), subtype)
    assert check_recording(path).length_ms == pytest.approx(500.0)
    assert told(path) == []


@pytest.mark.parametrize("suffix", ["flac", "ogg"])
def test_other_kinds_of_sound(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, vowel(220.0, seconds=0.5), 44100)
    assert told(path) == []


def test_what_breaks_off(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", vowel(220.0, seconds=1.0))
    data = path.read_bytes()
    path.write_bytes(data[: 44 + 22050])
    assert told(path) == ["breaks off: it holds 0.25 of 1.00 s; copy it again or record it again"]
    assert check_recording(path).length_ms is None


def test_what_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"no sound")
    assert check_recording(path).length_ms is None
    assert told(path)[0].startswith("is not a sound file that can be read (")
    path.unlink()
    assert len(told(path)) == 1


def test_silence_and_what_may_be_silent(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", np.zeros(22050))
    assert told(path) == ["holds nothing but silence; record it again"]
    assert told(path, may_be_silent=True) == []


def test_a_breath_may_be_very_soft(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", white(22050, -72.0))
    (finding,) = check_recording(path).findings
    assert finding.kind == "note"
    assert finding.why.startswith("is very soft (its loudest moment is at -7")
    assert told(write(path, white(22050, -50.0))) == []


def test_channels_that_extinguish_each_other_are_not_silence(tmp_path: Path) -> None:
    left = vowel(220.0, seconds=0.5)
    assert told(write(tmp_path / "a.wav", np.stack([left, -left], axis=1))) == []


def test_too_short(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", vowel(220.0, seconds=0.5)[:900])
    assert told(path) == ["lasts only 20 ms; record it longer"]
    assert check_recording(path).length_ms is None


def test_what_is_longer_than_the_resampler_sings_on(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, white(120 * 8000, -20.0), 8000)
    assert told(path) == []
    soundfile.write(path, white(120 * 8000 + 800, -20.0), 8000)
    why = "lasts 120.1 s, longer than the 120 s that can be sung on"
    assert told(path) == [f"{why}; cut it into clips with `vbtools slice`"]


def test_clipping(tmp_path: Path) -> None:
    wave = np.asarray(vowel(220.0, seconds=0.5))
    wave = wave / np.abs(wave).max()
    assert told(write(tmp_path / "a.wav", 0.999 * wave)) == []
    (line,) = told(write(tmp_path / "a.wav", np.clip(2.0 * wave, -1.0, 1.0)))
    assert line.startswith("is clipped (")
    assert line.endswith("record it again with less gain")
