"""Clicks and warble of known size."""

import numpy as np
import pytest

from pychang import metrics
from pychang.units import SAMPLE_RATE_HZ
from tests.pychang.signals import times_s, white

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")

SECOND = SAMPLE_RATE_HZ


def test_a_level_step_is_a_click_of_its_size_through_the_window() -> None:
    step = SECOND * 6 // 10
    gain = np.where(np.arange(SECOND) < step, 0.1, 0.4)
    wave = gain * np.sin(2 * np.pi * 6000 * times_s(1.0))
    begin = int(SECOND * 0.3)
    centres = range(512, int(SECOND * 0.6) - 512, 128)
    weights = np.hanning(1025)[:-1] ** 2
    levels = [
        10 * np.log10(np.sum(weights * gain[begin + centre - 512 : begin + centre + 512] ** 2))
        for centre in centres
    ]
    wanted = np.abs(np.diff(levels)).max()
    assert 2.0 < wanted < 12.0
    assert metrics.click_db(wave) == pytest.approx(wanted, abs=0.3)


def test_a_click_is_seen_only_where_it_is_looked_for() -> None:
    wave = white(2 * SECOND, -40.0)
    quiet = metrics.click_db(wave)
    wave[SECOND] += 0.9
    assert metrics.click_db(wave) > quiet + 4.0
    assert metrics.click_db(wave, 0.6, 0.9) < quiet + 0.5


@pytest.mark.parametrize("depth_db", [0.5, 2.0])
def test_a_throbbing_tone_warbles_by_its_depth(depth_db: float) -> None:
    at = times_s(4.0)
    level_db = depth_db * np.sin(2 * np.pi * 5.0 * at)
    wave = 10 ** (level_db / 20) * np.sin(2 * np.pi * 440 * at)
    # 40 ms are a fifth of the period, the half second taken out 2.55 periods
    wanted = depth_db / np.sqrt(2) * np.sinc(0.2) * (1.0 - np.sinc(2.55))
    assert metrics.warble_db(wave) == pytest.approx(wanted, rel=0.03)
    assert metrics.warble_db(np.sin(2 * np.pi * 440 * at)) < 0.02


def test_a_slow_swell_is_no_warble() -> None:
    at = times_s(4.0)
    wave = 10 ** (-3.0 * at / 20) * np.sin(2 * np.pi * 440 * at)
    assert metrics.warble_db(wave) < 0.1
