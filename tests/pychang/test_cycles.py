"""Cycles of a voice are alike from the first one on, those of noise by chance only."""

import numpy as np
import pytest

from pychang.cycles import cycles_alike, low_wave
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import vowel, white

FRAMES = np.arange(20, 80)


def constant(f0_hz: float, samples: int) -> np.ndarray:
    return np.full(samples // HOP_SAMPLES + 1, f0_hz)


@pytest.mark.parametrize("f0_hz", [70.0, 130.0, 220.0, 440.0, 880.0])
@pytest.mark.parametrize("told", [0.93, 1.0, 1.07])
def test_cycles_of_a_voice_are_alike(f0_hz: float, told: float) -> None:
    wave = vowel(f0_hz, seconds=0.6)
    alike, _ = cycles_alike(low_wave(wave), constant(told * f0_hz, len(wave)), FRAMES)
    assert alike.min() > 0.95
    assert alike.max() <= 1.0 + 1e-6


@pytest.mark.parametrize("f0_hz", [100.0, 200.0, 350.0])
def test_noise_is_alike_by_chance_only(f0_hz: float) -> None:
    wave = white(5 * SAMPLE_RATE_HZ, seed=1)
    alike, _ = cycles_alike(low_wave(wave), constant(f0_hz, len(wave)), np.arange(20, 980))
    assert np.mean(alike > 0.85) < 0.03
    assert np.median(alike) < 0.6


def test_the_level_is_the_waves() -> None:
    time_s = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    sine = 0.1 * np.sin(2.0 * np.pi * 300.0 * time_s)
    _, level_db = cycles_alike(low_wave(sine), constant(300.0, len(sine)), FRAMES)
    np.testing.assert_allclose(level_db, -23.01, atol=0.1)


def test_the_first_whole_cycle_is_heard() -> None:
    """One cycle after the onset both sides are voice; before it there is only the room."""
    f0_hz, room = 200.0, white(SAMPLE_RATE_HZ // 4, -70.0, seed=2)
    wave = np.concatenate([room, vowel(f0_hz, seconds=0.3)])
    onset, cycle = len(room) / HOP_SAMPLES, SAMPLE_RATE_HZ / HOP_SAMPLES / f0_hz
    frames = np.array([int(onset - 2 * cycle), int(np.ceil(onset + 1.2 * cycle))])
    alike, level_db = cycles_alike(low_wave(wave), constant(f0_hz, len(wave)), frames)
    assert alike[1] > 0.9
    assert level_db[0] < level_db[1] - 30.0


def test_the_ends_of_a_wave_and_no_frames_are_no_trouble() -> None:
    wave = vowel(220.0, seconds=0.1)
    f0_hz = constant(220.0, len(wave))
    alike, level_db = cycles_alike(low_wave(wave), f0_hz, np.arange(len(f0_hz)))
    assert np.isfinite(alike).all()
    assert np.isfinite(level_db).all()
    assert len(cycles_alike(low_wave(wave), f0_hz, np.zeros(0, int))[0]) == 0
