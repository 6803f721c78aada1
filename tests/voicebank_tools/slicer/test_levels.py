from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from tests.voicebank_tools.slicer.voices import RATE_HZ, Wave, noise, voice, write
from voicebank_tools.slicer import levels as module
from voicebank_tools.slicer.levels import SILENT_DB, Levels, measure_levels
from voicebank_tools.slicer.sound import open_sound


def measured(path: Path, wave: Wave, rate_hz: int = RATE_HZ, subtype: str = "FLOAT") -> Levels:
    with open_sound(write(path, wave, rate_hz, subtype)) as sound:
        return measure_levels(sound, 0.01)


@pytest.mark.parametrize("rate_hz", [8000, 22050, 44100, 48000, 96000])
def test_level_of_a_sine_whatever_the_rate(tmp_path: Path, rate_hz: int) -> None:
    wave = 0.5 * np.sin(2.0 * np.pi * 400.0 * np.arange(2 * rate_hz) / rate_hz)
    levels = measured(tmp_path / "a.wav", wave, rate_hz)
    inner = levels.level_db[3:-3]
    assert np.abs(inner - 20.0 * np.log10(0.5 / np.sqrt(2.0))).max() < 0.3
    assert levels.voicing[3:-3].min() > 0.95
    assert abs(len(levels.level_db) * levels.hop_samples - 2 * rate_hz) <= levels.hop_samples
    assert levels.frames_in(1.0) == pytest.approx(100, abs=2)


def test_dc_is_no_level_and_silence_is_the_least(tmp_path: Path) -> None:
    assert measured(tmp_path / "a.wav", np.full(RATE_HZ, 0.4)).level_db.max() < -100.0
    silent = measured(tmp_path / "b.wav", np.zeros(RATE_HZ))
    assert set(silent.level_db.tolist()) == {SILENT_DB}
    assert not silent.voicing.any()


def test_noise_is_not_voiced_a_deep_voice_is(tmp_path: Path) -> None:
    assert np.percentile(measured(tmp_path / "a.wav", noise(3.0, 0.1)).voicing, 99) < 0.5
    rumble = np.convolve(noise(3.0, 0.1), np.full(160, 1 / 160), "same")  # below 100 Hz
    assert np.median(measured(tmp_path / "b.wav", rumble).voicing) < 0.6
    assert measured(tmp_path / "c.wav", voice(2.0, 75.0)).voicing[5:-5].min() > 0.7


def test_blocks_leave_no_seam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wave = voice(1.7) + noise(1.7, 0.01)
    whole = measured(tmp_path / "a.wav", wave)
    monkeypatch.setattr(module, "_BLOCK_S", 0.07)
    parts = measured(tmp_path / "a.wav", wave)
    assert np.allclose(parts.level_db, whole.level_db, atol=1e-3)
    assert np.allclose(parts.voicing, whole.voicing, atol=1e-4)


def test_channels_count_alike_even_in_opposite_phase(tmp_path: Path) -> None:
    wave = voice(1.0)
    mono = measured(tmp_path / "a.wav", wave)
    stereo = measured(tmp_path / "b.wav", np.stack([wave, -wave], axis=1))
    assert np.allclose(mono.level_db, stereo.level_db, atol=1e-3)


def test_a_handful_of_samples_is_a_recording_too(tmp_path: Path) -> None:
    levels = measured(tmp_path / "a.wav", np.ones(5) * 0.1)
    assert (levels.samples, len(levels.level_db), len(levels.voicing)) == (5, 1, 1)


def test_progress_and_a_file_that_breaks_off(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", noise(13.0, 0.1))
    told: list[float] = []
    with open_sound(path) as sound:
        measure_levels(sound, 0.01, told.append)
        assert told == sorted(told)
        assert len(told) == 3
        assert told[-1] == 1.0
        sound.claimed_samples += 1
        with pytest.raises(PychangError, match=r"a\.wav breaks off: 208000 of 208001 samples"):
            measure_levels(sound, 0.01)
