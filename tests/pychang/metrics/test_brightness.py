"""Bands of known level."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pychang import metrics
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import filtered, syllable, vowel, white

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")

SECOND = SAMPLE_RATE_HZ


@pytest.mark.parametrize("gain_db", [3.0, -4.5])
def test_the_high_band_is_compared_in_the_frames_that_count(gain_db: float) -> None:
    wave = syllable()
    hiss = slice(round(0.1 * SECOND), round(0.22 * SECOND))
    changed = wave.astype(np.float64)
    changed[hiss] = filtered(wave[hiss], 5000.0, gain_db)
    frames = np.zeros(len(wave) // HOP_SAMPLES + 1, bool)
    frames[24:40] = True
    assert metrics.high_band_db(wave, changed, frames) == pytest.approx(gain_db, abs=0.25)
    assert metrics.high_band_db(wave, changed, np.roll(frames, 50)) == pytest.approx(0.0, abs=0.01)
    with pytest.raises(ValueError, match="no frame"):
        metrics.high_band_db(wave, changed, np.zeros_like(frames))


@pytest.mark.parametrize("gain_db", [6.0, -8.0])
def test_a_shelf_above_8_khz_is_seen_as_brightness_at_any_level_and_length(gain_db: float) -> None:
    wave = white(SECOND) + vowel(220.0, seconds=1.0) * 4
    changed = 0.3 * filtered(wave, 8000.0, gain_db)[: SECOND // 2]
    assert metrics.brightness_db(wave, wave[: SECOND // 2]) == pytest.approx(0.0, abs=0.5)
    share = 10 ** (metrics.brightness_db(wave, changed) / 10)
    bright = 10 ** (bright_share_db(wave) / 10)
    gain = 10 ** (gain_db / 10)
    assert share == pytest.approx(gain / (1 - bright + gain * bright), rel=0.12)


def bright_share_db(wave: NDArray[np.floating]) -> float:
    power = np.abs(np.fft.rfft(wave)) ** 2
    hz = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE_HZ)
    return float(10 * np.log10(power[(hz >= 8000) & (hz < 16_000)].sum() / power[hz < 16_000].sum()))
