"""Where the glottis closes: a phase that is zero at every pulse.

A partial's phase holds three things: the pulse's place in time, the vocal tract, and what is left. With
the minimum phase of the amplitudes as the tract's, the place is the turn at which the partials agree
best. A dynamic programme over the frames keeps it from jumping. (Idea: pulse-place estimation of
Smits & Yegnanarayana 1995 and LF-model fits; the agreement measure is this project's own.)
"""

import numpy as np

from pychang.arrays import AnyArray, ComplexArray, FloatArray, IntArray
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

_TURN_STEPS = 128
_FFT = 1024
_LOG_FLOOR = 1e-7
_MOST_BEYOND = 0.35  # nepers, 3 dB


def log_amplitude(amplitudes: ComplexArray) -> FloatArray:
    """Return the natural log of |amplitudes|, floored near -16 (-140 dB). Shape kept."""
    return np.log(np.abs(amplitudes) + _LOG_FLOOR).astype(np.float32)


def minimum_phase(log_amplitudes: FloatArray, f0_hz: FloatArray) -> FloatArray:
    """Return the minimum phase in radians that belongs to the partials' amplitudes.

    Args:
        log_amplitudes: Natural log. Shape [frames, partials].
        f0_hz: Positive. Shape [frames].

    Returns:
        Continuous (unwrapped by construction) over the partials. Shape [frames, partials].
    """
    bins = np.arange(_FFT // 2 + 1) * (SAMPLE_RATE_HZ / _FFT)
    curve = at_positions(log_amplitudes, bins[None] / f0_hz[:, None] - 1.0)
    cepstrum = np.fft.irfft(curve, axis=1)
    cepstrum[:, 1 : _FFT // 2] *= 2.0
    cepstrum[:, _FFT // 2 + 1 :] = 0.0
    phase = np.fft.rfft(cepstrum, axis=1).imag.astype(np.float32)
    k = np.arange(1, log_amplitudes.shape[1] + 1)
    return at_positions(phase, k[None] * f0_hz[:, None] * (_FFT / SAMPLE_RATE_HZ))


def at_positions(rows: AnyArray, positions: FloatArray) -> AnyArray:
    """Read each row between its columns, ends held. Shapes [frames, columns], [frames, points]."""
    last = rows.shape[1] - 1
    low, part = _split(positions, last)
    a = np.take_along_axis(rows, low, 1)
    b = np.take_along_axis(rows, np.minimum(low + 1, last), 1)
    return a + part * (b - a)


def curve_at_positions(rows: FloatArray, positions: FloatArray) -> FloatArray:
    """As `at_positions`, along a cubic through the columns: a peak between two of them is not cut off.

    (Keys, "Cubic convolution interpolation for digital image processing", 1981.) Beyond the two columns
    around a point it goes by `_MOST_BEYOND` at most: next to an empty column it would swing by far more.
    """
    last = rows.shape[1] - 1
    if last < 2:
        return at_positions(rows, positions)
    padded = np.concatenate([2 * rows[:, :1] - rows[:, 1:2], rows, 2 * rows[:, -1:] - rows[:, -2:-1]], axis=1)
    low, u = _split(positions, last)
    a, b, c, d = (np.take_along_axis(padded, low + column, 1) for column in range(4))
    curve = b + 0.5 * u * (c - a + u * (2 * a - 5 * b + 4 * c - d + u * (3 * (b - c) + d - a)))
    return np.clip(curve, np.minimum(b, c) - _MOST_BEYOND, np.maximum(b, c) + _MOST_BEYOND)


def at_frames(rows: AnyArray, frames: FloatArray) -> AnyArray:
    """Read rows between frames, ends held. Shapes [frames, columns], [points] -> [points, columns]."""
    last = len(rows) - 1
    low, part = _split(frames, last)
    high = np.minimum(low + 1, last)
    return rows[low] + part[:, None] * (rows[high] - rows[low])


def _split(positions: FloatArray, last: int) -> tuple[IntArray, FloatArray]:
    """Return the number before each position and how far it is on from there to the next, 0..1, within 0 to
    `last`. Shapes kept."""
    at = np.clip(positions, 0.0, last)
    low = np.minimum(at.astype(np.int64), max(last - 1, 0))
    return low, (at - low).astype(np.float32)


def at_samples(gains: FloatArray, samples: int) -> FloatArray:
    """Read a gain between frames at every sample; the last frame is at the end of the samples or behind.

    Shapes [frames] -> [samples], float32.
    """
    ends = np.stack([gains[:-1], gains[1:]], axis=1).astype(np.float32)
    part = np.arange(HOP_SAMPLES, dtype=np.float32) / HOP_SAMPLES
    return (ends @ np.stack([1.0 - part, part])).ravel()[:samples]


def drift_turns(amplitudes: ComplexArray, voicing: FloatArray) -> FloatArray:
    """Find the turns (cycles) that stop the lowest partials from drifting against the phase.

    The phase's error of each step is the amplitude-weighted least-squares slope of the partials' phase
    advance over their number; the sum of the errors makes the phase follow the recording's pitch.

    Args:
        amplitudes: Lowest partials. Shape [frames, partials].
        voicing: 0..1; steps into or out of silence count nothing. Shape [frames].

    Returns:
        Shape [frames], 0 at the first frame.
    """
    k = np.arange(1, amplitudes.shape[1] + 1)
    cross = amplitudes[1:] * np.conj(amplitudes[:-1])
    weight = np.abs(cross)
    advance = np.angle(cross)
    slope = (weight * k * advance).sum(1) / ((weight * k * k).sum(1) + 1e-15) / (2 * np.pi)
    heard = (voicing[1:] > 0.0) & (voicing[:-1] > 0.0)
    return np.concatenate([[0.0], np.cumsum(np.where(heard, slope, 0.0))])


def pulse_turns(amplitudes: ComplexArray, tract_phase: FloatArray, voiced: FloatArray) -> FloatArray:
    """Find the turn (cycles) by which each frame's phase must rise so that pulses fall on whole cycles.

    Args:
        amplitudes: Measured partials. Shape [frames, partials].
        tract_phase: `minimum_phase` of them, radians. Shape [frames, partials].
        voiced: Weight of each frame's evidence, 0..1. Shape [frames].

    Returns:
        Smooth, without jumps inside voiced stretches. Shape [frames].
    """
    count = min(amplitudes.shape[1], _TURN_STEPS // 2 - 1)
    weight = np.abs(amplitudes[:, :count])
    loud = np.sqrt(weight / (weight.max(1, keepdims=True) + 1e-12))
    aligned = loud * np.exp(1j * (np.angle(amplitudes[:, :count]) - tract_phase[:, :count]))
    spectrum = np.zeros((len(aligned), _TURN_STEPS // 2 + 1), complex)
    spectrum[:, 1 : count + 1] = aligned
    score = np.fft.irfft(np.conj(spectrum), axis=1) * _TURN_STEPS / (2 * loud.sum(1, keepdims=True) + 1e-9)
    if (voiced @ score.max(1)) < (voiced @ (-score).max(1)):
        score = -score  # a recording of the other polarity
    path = _smooth_path(score * voiced[:, None])
    return np.unwrap(path / _TURN_STEPS, period=1.0)


def _smooth_path(score: FloatArray, reach: int = 1, penalty: float = 0.15) -> FloatArray:
    """Viterbi over a ring of turns: moves of at most `reach` steps a frame, dear by their square."""
    frames, steps = score.shape
    moves = np.arange(-reach, reach + 1)
    source = (np.arange(steps)[None] - moves[:, None]) % steps
    cost = (penalty * moves**2)[:, None]
    total = score[0].copy()
    back = np.zeros((frames, steps), np.int64)
    columns = np.arange(steps)
    for i in range(1, frames):
        ways = total[source] - cost
        best = ways.argmax(0)
        back[i] = source[best, columns]
        total = ways[best, columns] + score[i]
    path = np.empty(frames, np.int64)
    path[-1] = int(total.argmax())
    for i in range(frames - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return _between_steps(score, path)


def _between_steps(score: FloatArray, path: IntArray) -> FloatArray:
    """Move each step to the top of the parabola through its neighbours."""
    rows = np.arange(len(path))
    a, b, c = (score[rows, (path + d) % score.shape[1]] for d in (-1, 0, 1))
    bend = a - 2 * b + c
    shift = np.where(bend < -1e-6, 0.5 * (a - c) / np.minimum(bend, -1e-6), 0.0)
    return path + np.clip(shift, -0.5, 0.5)
