"""Partials that are known, measured and sung again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pychang import harmonics
from pychang.harmonics import (
    TOP_HZ,
    analyse_harmonics,
    frame_phase,
    harmonic_count,
    power_between_partials,
    read_cubic,
    sample_phase,
    synthesise,
)
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from tests.pychang.signals import at_frames, error_db, times_s, vowel

SAMPLES = 22050
FRAMES = SAMPLES // HOP_SAMPLES + 1


def known_partials(count: int, seed: int = 1) -> np.ndarray:
    """Random phases, amplitudes falling by 6 dB an octave."""
    random = np.random.default_rng(seed)
    k = np.arange(1, count + 1)
    return np.exp(2j * np.pi * random.random(count)) / k


def sum_of(partials: np.ndarray, phase_cycles: np.ndarray) -> np.ndarray:
    turns = np.exp(2j * np.pi * phase_cycles[:, None] * np.arange(1, len(partials) + 1))
    return np.asarray((turns @ partials).real)


@pytest.mark.parametrize(("f0_hz", "count"), [(100.0, 200), (220.0, 90), (19999.0, 1), (30000.0, 1)])
def test_partials_below_the_top(f0_hz: float, count: int) -> None:
    assert harmonic_count(f0_hz) == count


def test_frame_phase_is_the_integral_of_f0() -> None:
    steady = frame_phase(np.full(50, 200.0))
    np.testing.assert_allclose(steady, np.arange(50) * HOP_SAMPLES * 200.0 / SAMPLE_RATE_HZ, rtol=1e-12)
    seconds = np.arange(50) * HOP_SAMPLES / SAMPLE_RATE_HZ
    rising = frame_phase(100.0 + 300.0 * seconds)  # the trapezoid rule is exact for straight lines
    np.testing.assert_allclose(rising, 100.0 * seconds + 150.0 * seconds**2, atol=1e-12)


def test_phase_between_frames_is_exact_for_parabolas() -> None:
    frame = np.arange(40)
    at = np.arange(HOP_SAMPLES, 38 * HOP_SAMPLES) / HOP_SAMPLES
    between = sample_phase(0.3 + 2.0 * frame + 0.01 * frame**2, 39 * HOP_SAMPLES)
    np.testing.assert_allclose(
        between[HOP_SAMPLES : 38 * HOP_SAMPLES], 0.3 + 2.0 * at + 0.01 * at**2, atol=1e-9
    )


def test_phase_goes_on_straight_beyond_the_last_frame() -> None:
    phase = sample_phase(2.0 * np.arange(10), 14 * HOP_SAMPLES)
    np.testing.assert_allclose(phase, 2.0 * np.arange(14 * HOP_SAMPLES) / HOP_SAMPLES, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1.0, 1.0), min_size=4, max_size=4), st.floats(2.0, 17.0))
def test_cubic_reading_is_exact_for_cubics(coefficients: list[float], at: float) -> None:
    polynomial = np.polynomial.Polynomial(coefficients)
    wave = polynomial(np.arange(20.0) / 10)
    assert read_cubic(wave, np.array([at]))[0] == pytest.approx(polynomial(at / 10), abs=1e-9)


def test_cubic_reading_keeps_samples_and_is_silent_outside() -> None:
    wave = np.array([1.0, -2.0, 3.0, 0.5])
    np.testing.assert_array_equal(read_cubic(wave, np.arange(4.0)), wave)
    np.testing.assert_array_equal(read_cubic(wave, np.array([-1e9, -2.0, -1.0, 4.0, 5.0, 1e9])), np.zeros(6))


@pytest.mark.parametrize("f0_hz", [60.0, 220.0, 1000.0])
def test_steady_partials_are_sung_as_they_are(f0_hz: float) -> None:
    count = harmonic_count(f0_hz)
    partials = known_partials(count)
    phase = np.arange(SAMPLES) * f0_hz / SAMPLE_RATE_HZ
    sung = synthesise(np.tile(partials, (FRAMES, 1)), phase)
    assert sung.dtype == np.float32
    assert len(sung) == SAMPLES
    # the wavetable has six points and more for a cycle of the highest partial
    assert error_db(sung, sum_of(partials, phase)) < -50.0
    low = partials * (np.arange(count) < count / 4)
    assert error_db(synthesise(np.tile(low, (FRAMES, 1)), phase), sum_of(low, phase)) < -75.0


def test_amplitudes_move_in_straight_lines_between_frames() -> None:
    growing = np.linspace(0.0, 1.0, FRAMES)[:, None] + 0j
    phase = np.arange(SAMPLES) * 300.0 / SAMPLE_RATE_HZ
    truth = np.arange(SAMPLES) / HOP_SAMPLES / (FRAMES - 1) * np.cos(2 * np.pi * phase)
    inside = slice(0, (FRAMES - 1) * HOP_SAMPLES)
    np.testing.assert_allclose(synthesise(growing, phase)[inside], truth[inside], atol=1e-3)


def test_long_notes_are_sung_in_blocks_without_seams(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    amplitudes = random.standard_normal((101, 5)) + 1j * random.standard_normal((101, 5))
    phase = np.cumsum(200.0 + np.arange(100 * HOP_SAMPLES) % 7) / SAMPLE_RATE_HZ
    whole = synthesise(amplitudes, phase)
    for frames in (7, 50, 99, 100):
        monkeypatch.setattr(harmonics, "_BLOCK_FRAMES", frames)
        np.testing.assert_allclose(synthesise(amplitudes, phase), whole, atol=1e-5)


@pytest.mark.parametrize("f0_hz", [60.0, 147.0, 220.0, 440.0, 1000.0])
def test_known_partials_are_measured(f0_hz: float) -> None:
    count = harmonic_count(f0_hz)
    partials = known_partials(count)
    start = 0.37  # the phase need not begin at zero
    wave = sum_of(partials, start + np.arange(SAMPLES) * f0_hz / SAMPLE_RATE_HZ).astype(np.float32)
    f0 = np.full(FRAMES, f0_hz)
    inside = analyse_harmonics(wave, start + frame_phase(f0), f0, count)[12:-12]
    assert np.abs(inside - partials).max() < 1e-3
    assert (np.abs(inside - partials).max(0) / np.abs(partials)).max() < 6e-3


def test_partials_above_the_top_are_left_alone() -> None:
    f0 = np.linspace(200.0, 400.0, 60)
    measured = analyse_harmonics(np.ones(59 * HOP_SAMPLES, np.float32), frame_phase(f0), f0, 100)
    above = np.arange(1, 101) * f0[:, None] > TOP_HZ
    assert not measured[above].any()


def test_silence_has_no_partials() -> None:
    f0 = np.full(20, 220.0)
    assert not analyse_harmonics(np.zeros(19 * HOP_SAMPLES, np.float32), frame_phase(f0), f0, 90).any()


@pytest.mark.parametrize("f0_hz", [80.0, 220.0, 700.0])
@pytest.mark.parametrize("name", ["a", "i", "o"])
def test_a_steady_voice_sung_again_is_the_voice(f0_hz: float, name: str) -> None:
    wave = vowel(f0_hz, name, 0.5)
    f0 = np.full(FRAMES, f0_hz)
    measured = analyse_harmonics(wave, frame_phase(f0), f0, harmonic_count(f0_hz))
    again = synthesise(measured, sample_phase(frame_phase(f0), len(wave)))
    inside = slice(2500, -2500)  # three cycles from the ends
    assert error_db(again[inside], wave[inside]) < -95.0


def test_a_gliding_voice_sung_again_is_the_voice() -> None:
    curve = 180.0 * 2 ** (np.sin(2 * np.pi * 5.0 * times_s(0.8)) / 12)  # a vibrato of a semitone
    wave = vowel(curve)
    f0 = at_frames(curve, len(wave) // HOP_SAMPLES + 1)
    phase = frame_phase(f0)
    measured = analyse_harmonics(wave, phase, f0, harmonic_count(float(f0.min())))
    again = synthesise(measured, sample_phase(phase, len(wave)))
    inside = slice(2500, -2500)
    assert error_db(again[inside], wave[inside]) < -25.0


@pytest.mark.parametrize("f0_hz", [90.0, 300.0])
def test_between_the_partials_lies_the_noise_alone(f0_hz: float) -> None:
    time_s = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    phase = f0_hz * np.arange(0, SAMPLE_RATE_HZ + 1, HOP_SAMPLES) / SAMPLE_RATE_HZ
    count = int(8000 / f0_hz)
    tones = sum(np.cos(2 * np.pi * k * f0_hz * time_s) for k in range(1, count + 2))
    noise = 0.01 * np.random.default_rng(1).standard_normal(SAMPLE_RATE_HZ)
    inner = slice(20, -20)
    quiet = power_between_partials(np.asarray(tones, np.float32), phase, count)[inner].mean()
    alone = power_between_partials(noise.astype(np.float32), phase, count)[inner].mean()
    both = power_between_partials((tones + noise).astype(np.float32), phase, count)[inner].mean()
    assert quiet < 0.01 * alone
    assert both == pytest.approx(alone, rel=0.1)
