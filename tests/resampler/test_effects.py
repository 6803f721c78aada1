"""What is done to a finished note, measured."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang.units import SAMPLE_RATE_HZ
from resampler.effects import limit, low_pass, peak_gain
from tests.pychang.signals import power_db, times_s, white


def tone(hz: float, seconds: float = 0.5) -> np.ndarray:
    return np.sin(2 * np.pi * hz * times_s(seconds)).astype(np.float32)


def damping_db(hz: float, cutoff_hz: float) -> float:
    inside = slice(4000, -4000)
    return power_db(tone(hz)[inside]) - power_db(low_pass(tone(hz), cutoff_hz)[inside])


@pytest.mark.parametrize("cutoff_hz", [1000.0, 4472.0, 12000.0])
def test_low_pass(cutoff_hz: float) -> None:
    assert damping_db(cutoff_hz, cutoff_hz) == pytest.approx(3.01, abs=0.05)
    assert damping_db(cutoff_hz / 2, cutoff_hz) < 0.05
    if cutoff_hz < 10000:
        assert damping_db(2 * cutoff_hz, cutoff_hz) == pytest.approx(24.1, abs=0.2)


def test_low_pass_shifts_nothing() -> None:
    click = np.zeros(8001, np.float32)
    click[4000] = 1.0
    passed = low_pass(click, 3000.0)
    assert int(np.argmax(passed)) == 4000
    np.testing.assert_allclose(passed, passed[::-1], atol=1e-6)


def test_low_pass_does_not_wrap_around() -> None:
    wave = np.zeros(44100, np.float32)
    wave[-400:] = white(400)
    assert np.abs(low_pass(wave, 1000.0)[:20000]).max() < 1e-6


@given(st.integers(1, 3000), st.floats(500.0, 20000.0))
def test_low_pass_keeps_length_and_silence(samples: int, cutoff_hz: float) -> None:
    passed = low_pass(np.zeros(samples, np.float32), cutoff_hz)
    assert passed.shape == (samples,)
    assert passed.dtype == np.float32
    assert not passed.any()


@pytest.mark.parametrize(("strength", "volume", "peak"), [
    (1.0, 1.0, 0.5), (1.0, 2.0, 1.0), (1.0, 0.5, 0.25), (0.0, 1.0, 0.13), (0.0, 2.0, 0.26),
    (0.5, 1.0, np.sqrt(0.5 * 0.13)),
])  # fmt: skip
def test_peak_and_volume(strength: float, volume: float, peak: float) -> None:
    """W2: fully compressed a note peaks at half of full scale; not at all it stays as it is."""
    wave = 0.13 * tone(441.0)
    gain = peak_gain(float(np.abs(wave).max()), 0.9, 1.0, strength)
    assert np.abs(wave * gain * volume).max() == pytest.approx(peak, rel=1e-4)


def test_a_consonant_is_measured_by_its_recording() -> None:
    assert peak_gain(0.01, 0.5, 0.0, 1.0) == pytest.approx(1.0)  # as loud as beside its vowel
    assert peak_gain(0.01, 0.5, 1.0, 1.0) == 16.0  # a voice is brought up, within reason
    assert peak_gain(0.1, 0.3, 0.5, 1.0) == pytest.approx(0.5 / 0.2)
    assert peak_gain(0.4, 0.1, 0.0, 1.0) == pytest.approx(0.5 / 0.4)  # never above half of full scale


@pytest.mark.parametrize("strength", [0.0, 0.86, 1.0])
def test_silence_is_not_brought_up(strength: float) -> None:
    assert peak_gain(0.0, 0.0, 0.0, strength) == 1.0
    assert peak_gain(5e-5, 0.0, 1.0, strength) == 1.0


@given(st.floats(0.0, 100.0), st.floats(0.0, 100.0), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_gain_is_never_beyond_reason(wave: float, file: float, voiced: float, strength: float) -> None:
    assert 0.0 < peak_gain(wave, file, voiced, strength) <= 16.0


def test_what_would_clip_is_turned_down_and_keeps_its_shape() -> None:
    loud = 3.0 * tone(300.0)
    limited = limit(loud)
    assert np.abs(limited).max() == pytest.approx(0.999)
    np.testing.assert_allclose(limited / limited[20], loud / loud[20], rtol=1e-5)
    assert len(limited) == SAMPLE_RATE_HZ // 2


@pytest.mark.parametrize("wave", [0.999 * tone(300.0), np.zeros(10, np.float32), np.zeros(0, np.float32)])
def test_what_does_not_clip_is_left_alone(wave: np.ndarray) -> None:
    assert limit(wave) is wave
