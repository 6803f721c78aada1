"""Movement of a held vowel against movements that are known: one slow swing for each partial."""

import numpy as np
import pytest

from pychang.arrays import FloatArray
from pychang.life import own_movement
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

FRAMES = 200
SECONDS = np.arange(FRAMES) * HOP_SAMPLES / SAMPLE_RATE_HZ
NOTE = 800


def moved(curve: FloatArray, seed: int = 0, partials: int = 4) -> FloatArray:
    """The movement of a note that stays in the recording for four times its length."""
    logs = np.repeat(curve[:, None], partials, axis=1).astype(np.float32)
    return own_movement(logs, np.linspace(0.0, FRAMES - 1, NOTE), np.ones(NOTE), seed)


def swing(hz: float) -> FloatArray:
    return 0.2 * np.sin(2 * np.pi * hz * SECONDS)


@pytest.mark.parametrize("hz", [4.0, 6.0])
def test_a_slow_swing_comes_back_at_its_own_speed(hz: float) -> None:
    found = moved(swing(hz))[:, 0]
    assert np.std(found) == pytest.approx(0.2 / np.sqrt(2), rel=0.25)
    turns = np.sum(found[1:] * found[:-1] < 0) / 2
    assert turns / (NOTE * HOP_SAMPLES / SAMPLE_RATE_HZ) == pytest.approx(hz, rel=0.15)


@pytest.mark.parametrize("curve", [swing(0.5), swing(40.0), np.full(FRAMES, -3.0)])
def test_what_is_slower_quicker_or_still_is_left_out(curve: FloatArray) -> None:
    assert np.std(moved(curve)) < 0.1 * 0.2


def test_a_vowel_that_dies_is_no_movement() -> None:
    dying = np.where(np.arange(FRAMES) < 150, 0.0, -8.0)
    assert np.abs(moved(dying)).max() <= 0.35 + 1e-6


def test_only_what_is_held_moves() -> None:
    held = np.repeat([0.0, 1.0], 50)
    logs = swing(4.0)[:, None].astype(np.float32)
    found = own_movement(logs, np.linspace(0.0, 199.0, 100), held, 0)
    assert not found[:50].any()
    assert found[50:].any()


def test_the_seed_decides() -> None:
    np.testing.assert_array_equal(moved(swing(4.0), 3), moved(swing(4.0), 3))
    assert np.abs(moved(swing(4.0), 3) - moved(swing(4.0), 4)).max() > 0.05


@pytest.mark.parametrize("frames", [[-20.0, -10.0], [7.0, 9.0], [300.0, 320.0]])
def test_a_vowel_too_short_to_tell_stays_still(frames: list[float]) -> None:
    found = own_movement(swing(4.0)[:, None].astype(np.float32), np.array(frames), np.ones(2), 0)
    assert found.shape == (2, 1)
    assert not found.any()
