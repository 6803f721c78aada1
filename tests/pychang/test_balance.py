"""Parts that cancel are found by their powers; parts that add up are left alone."""

import numpy as np
import pytest

from pychang.analysis import analyse
from pychang.balance import log_too_loud, near_breaks
from pychang.breath import noise_bands
from pychang.harmonics import harmonic_count
from pychang.prior import draw
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import spectrum_db, straight_plan, vowel, white

SAMPLES = SAMPLE_RATE_HZ
FRAMES = SAMPLES // HOP_SAMPLES + 1
INNER = slice(20, -20)


def too_loud_db(samples: np.ndarray, residual: np.ndarray, f0_hz: float) -> np.ndarray:
    f0 = np.full(FRAMES, f0_hz)
    bands = noise_bands(residual, f0, harmonic_count(f0_hz))
    return log_too_loud(samples, residual, bands, f0, np.zeros(FRAMES))[INNER] * (20 / np.log(10))


@pytest.mark.parametrize("f0_hz", [100.0, 300.0, 900.0])
@pytest.mark.parametrize("ringing", [1.0, 2.0])
def test_ringing_that_cancels_is_found_in_decibels(f0_hz: float, ringing: float) -> None:
    samples, rings = white(SAMPLES, -30.0), np.float32(ringing) * white(SAMPLES, -30.0, seed=1)
    # partials: recording and ringing; residual: the ringing turned round
    found = too_loud_db(samples, -rings, f0_hz)
    assert np.median(found) == pytest.approx(10 * np.log10(1 + 2 * ringing**2), abs=0.4)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_parts_that_go_together_are_left_alone(share: float) -> None:
    samples = white(SAMPLES, -30.0)
    assert too_loud_db(samples, np.float32(share) * samples, 200.0).max() < 1e-3


def test_it_has_an_upper_limit() -> None:
    rings = white(SAMPLES, -10.0, seed=1)
    assert too_loud_db(np.zeros(SAMPLES, np.float32), rings, 200.0).max() == pytest.approx(17.37, abs=0.01)


def test_breaks_are_borders_of_the_voice_and_jumps_of_its_pitch() -> None:
    voicing = np.ones(200)
    assert not near_breaks(np.full(200, 220.0), voicing).any()
    assert not near_breaks(220.0 * 2 ** (np.arange(200) / 300), voicing).any()  # a glide is none
    voicing[:50] = 0.0
    near = near_breaks(np.where(np.arange(200) < 120, 220.0, 330.0), voicing)
    assert near[:53].min() == 1.0
    assert near[118:122].min() > 0.3
    assert not near[65:105].any()
    assert not near[135:].any()


def test_a_break_of_the_voice_does_not_ring_at_another_pitch() -> None:
    halves = [vowel(f0_hz, seconds=0.3, breath_db=-25.0) for f0_hz in (340.0, 480.0)]
    wave = np.concatenate(halves)
    note = draw(analyse(wave), straight_plan(len(wave), 520.0)).wave
    around = slice(len(halves[0]) - 3 * HOP_SAMPLES, len(halves[0]) + 3 * HOP_SAMPLES)
    # the two parts cancelled there: 11 dB without the limit
    assert spectrum_db(note[around], 3e3, 2e4) - spectrum_db(wave[around], 3e3, 2e4) < 3.0
