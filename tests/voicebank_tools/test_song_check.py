import numpy as np
import pytest

from voicebank_tools import song_check
from voicebank_tools.song import SongResult


def song(wave: np.ndarray, wanted_hz: float, join_s: float = 0.5) -> SongResult:
    times_s = np.arange(0.0, len(wave) / 44100, 0.005)
    wanted = np.full(len(times_s), wanted_hz)
    spans_s = np.array([[0.0, join_s], [join_s, 1.0]])
    return SongResult(
        wave, times_s, wanted, spans_s, np.full(len(wave), 0.1, dtype=np.float32), (), (), 0.0, ()
    )


def voice(frequency_hz: float, seconds: float = 1.0) -> np.ndarray:
    turns = 2 * np.pi * frequency_hz * np.arange(round(seconds * 44100)) / 44100
    return sum(np.sin(k * turns) / k / 4 for k in range(1, 6)).astype(np.float32)


@pytest.mark.parametrize("off_cents", [0.0, 30.0, -100.0])
def test_pitch_error(off_cents: float) -> None:
    figures = song_check.measure_song(song(voice(220.0 * 2 ** (off_cents / 1200)), 220.0))
    assert figures.median_cents == pytest.approx(abs(off_cents), abs=1.0)
    assert figures.voiced_share > 0.9


def test_silence_has_no_pitch() -> None:
    figures = song_check.measure_song(song(np.zeros(44100, dtype=np.float32), 220.0))
    assert np.isnan(figures.median_cents)
    assert figures.voiced_share == 0.0


def test_a_click_at_a_join_is_found_there() -> None:
    wave = voice(220.0)
    assert song_check.click_ratio(song(wave, 220.0)) < 1.0
    wave[22050] += 0.5
    assert song_check.click_ratio(song(wave, 220.0, join_s=0.5)) > 4.0
    assert song_check.click_ratio(song(wave, 220.0, join_s=0.7)) < 1.0


def test_wanted_pitch_does_not_smear_into_silence() -> None:
    result = song(voice(220.0), 220.0)
    result.wanted_f0_hz[100:] = 0.0
    assert song_check.wanted_at(result, np.array([0.49, 0.4975, 0.51])).tolist() == [220.0, 0.0, 0.0]
