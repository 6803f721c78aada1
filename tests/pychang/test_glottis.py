"""Tracts whose phase is known, pulses whose place is known."""

import numpy as np
import pytest

from pychang.analysis import analyse
from pychang.glottis import (
    at_positions,
    at_samples,
    curve_at_positions,
    drift_turns,
    log_amplitude,
    minimum_phase,
    pulse_turns,
)
from pychang.harmonics import harmonic_count
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

POLES = ((700.0, 150.0), (1200.0, 200.0), (2600.0, 300.0))
"""(frequency, bandwidth) in hertz."""

FRAMES = 60


def tract(hz: np.ndarray) -> np.ndarray:
    """Response of an all-pole filter, which is of minimum phase."""
    z = np.exp(2j * np.pi * hz / SAMPLE_RATE_HZ)
    response = np.ones_like(z)
    for frequency, bandwidth in POLES:
        pole = np.exp((-np.pi * bandwidth + 2j * np.pi * frequency) / SAMPLE_RATE_HZ)
        response = response / ((1 - pole / z) * (1 - np.conj(pole) / z))
    return response


def turned_pulses(turns: np.ndarray, f0_hz: float = 120.0) -> tuple[np.ndarray, np.ndarray]:
    """Partials of pulses through the tract which come `turns` cycles before the phase is whole."""
    k = np.arange(1, harmonic_count(f0_hz) + 1)
    response = tract(k * f0_hz)
    return response * np.exp(2j * np.pi * k * turns[:, None]), np.angle(np.tile(response, (len(turns), 1)))


def wrapped(cycles: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs((cycles + 0.5) % 1.0 - 0.5))


@pytest.mark.parametrize(("f0_hz", "radians"), [(60.0, 0.08), (100.0, 0.10), (150.0, 0.25)])
def test_minimum_phase_of_a_known_tract(f0_hz: float, radians: float) -> None:
    hz = f0_hz * np.arange(1, harmonic_count(f0_hz) + 1)
    response = tract(hz)
    found = minimum_phase(np.log(np.abs(response))[None], np.array([f0_hz]))[0]
    error = np.angle(np.exp(1j * (found - np.angle(response))))
    assert np.abs(error[hz < 5000]).max() < radians


def test_a_flat_spectrum_has_no_phase() -> None:
    assert np.abs(minimum_phase(np.full((3, 80), -2.0), np.full(3, 250.0))).max() < 1e-6


def test_phase_does_not_depend_on_level() -> None:
    logs = np.random.default_rng(0).standard_normal((4, 90))
    f0 = np.full(4, 220.0)
    np.testing.assert_allclose(minimum_phase(logs + 3.0, f0), minimum_phase(logs, f0), atol=1e-5)


def test_log_amplitude_has_a_floor() -> None:
    logs = log_amplitude(np.array([[1.0, np.e * 1j, 0.0]]))
    np.testing.assert_allclose(logs[0], [0.0, 1.0, np.log(1e-7)], atol=1e-6)


def test_reading_between_columns() -> None:
    rows = np.array([[0.0, 2.0, 6.0], [1.0, 1.0, 3.0]])
    at = np.array([[-5.0, 0.5, 1.25, 9.0], [0.0, 1.0, 1.5, 2.0]])
    np.testing.assert_allclose(at_positions(rows, at), [[0.0, 1.0, 3.0, 6.0], [1.0, 1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(at_positions(np.array([[7.0]]), np.array([[0.0, 3.0]])), [[7.0, 7.0]])


def test_a_curve_between_columns_follows_a_peak_and_passes_through_them() -> None:
    columns = np.arange(12.0)
    rows = (3.0 * np.exp(-(((columns - 5.4) / 2.5) ** 2))).astype(np.float32)[None]
    at = np.linspace(0.0, 11.0, 111)[None]
    truth = 3.0 * np.exp(-(((at - 5.4) / 2.5) ** 2))
    curve = curve_at_positions(rows, at)
    np.testing.assert_allclose(curve[:, ::10], rows, atol=1e-6)
    assert np.abs(curve - truth).max() < 0.05
    assert np.abs(curve - truth).mean() < 0.4 * np.abs(at_positions(rows, at) - truth).mean()
    np.testing.assert_allclose(curve_at_positions(rows, np.array([[-3.0, 40.0]])), rows[:, [0, -1]])


def test_a_curve_does_not_swing_next_to_an_empty_column() -> None:
    rows = np.array([[-2.0, -2.0, -2.0, -16.0, -2.0, -2.0]], np.float32)
    curve = curve_at_positions(rows, np.linspace(0.0, 5.0, 101)[None])
    assert curve.max() <= -2.0 + 0.36
    assert curve.min() >= -16.4


@pytest.mark.parametrize("columns", [1, 2])
def test_a_curve_through_few_columns_is_a_line(columns: int) -> None:
    rows, at = np.arange(1.0, columns + 1, dtype=np.float32)[None], np.array([[-1.0, 0.25, 3.0]])
    np.testing.assert_array_equal(curve_at_positions(rows, at), at_positions(rows, at))


def test_drift_of_a_wrong_pitch_is_found() -> None:
    drift = 0.02 * np.sin(np.arange(FRAMES) / 9.0)  # cycles a frame
    turns = np.concatenate([[0.0], np.cumsum(drift[1:])])
    partials, _ = turned_pulses(turns)
    found = drift_turns(partials[:, :8], np.ones(FRAMES))
    np.testing.assert_allclose(found, turns, atol=1e-9)


def test_silence_does_not_drift() -> None:
    random = np.random.default_rng(0)
    partials = random.standard_normal((FRAMES, 8)) + 1j * random.standard_normal((FRAMES, 8))
    voicing = np.zeros(FRAMES)
    voicing[20:30] = 1.0
    found = drift_turns(partials, voicing)
    assert not np.diff(found)[:20].any()
    assert not np.diff(found)[29:].any()
    assert np.diff(found)[20:29].any()


@pytest.mark.parametrize("place", [0.0, 0.11, 0.5, 0.83])
@pytest.mark.parametrize("polarity", [1, -1])
def test_the_pulse_is_found_wherever_it_is(place: float, polarity: int) -> None:
    partials, phases = turned_pulses(np.full(FRAMES, place))
    found = pulse_turns(polarity * partials, phases, np.ones(FRAMES))
    assert wrapped(found - place).max() < 0.002


def test_a_moving_pulse_is_followed_without_jumps() -> None:
    place = 0.97 + 0.06 * np.sin(np.arange(FRAMES) / 20.0)  # across the end of the cycle
    partials, phases = turned_pulses(place)
    found = pulse_turns(partials, phases, np.ones(FRAMES))
    assert wrapped(found - place).max() < 0.01
    assert np.abs(np.diff(found)).max() < 0.05


def test_one_frame_of_rubbish_does_not_move_the_pulse() -> None:
    partials, phases = turned_pulses(np.full(FRAMES, 0.25))
    partials[30] = turned_pulses(np.array([0.8]))[0][0]
    found = pulse_turns(partials, phases, np.ones(FRAMES))
    assert wrapped(np.delete(found, 30) - 0.25).max() < 0.02
    assert wrapped(found[30] - 0.25) < 0.05


@pytest.mark.parametrize("polarity", [1, -1])
def test_pulses_of_a_recording_fall_on_whole_cycles(polarity: int) -> None:
    period = 353  # samples: 124.9 Hz
    samples = 100 * period
    impulses = np.zeros(samples)
    impulses[period // 3 :: period] = 1.0
    hz = np.fft.rfftfreq(2 * samples, 1 / SAMPLE_RATE_HZ)
    wave = np.fft.irfft(np.fft.rfft(impulses, 2 * samples) * tract(hz))[:samples]
    analysis = analyse((polarity * 0.3 * wave / np.abs(wave).max()).astype(np.float32))
    frames = np.arange(len(analysis.phase_cycles)) * HOP_SAMPLES
    at_pulses = np.interp(np.flatnonzero(impulses), frames, analysis.phase_cycles)[5:-5]
    assert wrapped(at_pulses).max() < 0.02
    assert np.rint(np.diff(at_pulses)).tolist() == [1.0] * (len(at_pulses) - 1)


def test_a_gain_is_read_along_straight_lines() -> None:
    samples = 3 * HOP_SAMPLES + 7
    gains = np.array([0.0, 1.0, -1.0, 0.5, 2.0])
    wanted = np.interp(np.arange(samples) / HOP_SAMPLES, np.arange(len(gains)), gains)
    assert at_samples(gains, samples) == pytest.approx(wanted, abs=1e-6)
    assert at_samples(gains, samples).dtype == np.float32
