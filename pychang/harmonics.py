"""Harmonics of a recording: amplitude and phase of every partial, measured from the wave itself.

The recording is re-sampled on its own phase (so many points a glottal cycle), which makes every
partial fall on a bin of a short Fourier transform over three cycles. A Hann window of three cycles has
its zeros on the neighbouring partials. (Period-synchronous analysis; compare Stylianou, "Harmonic plus
noise models for speech", 1996.) Synthesis is the inverse: one wavetable per frame, read at the wanted
phase and cross-faded between frames.
"""

import numpy as np

from pychang.arrays import ComplexArray, FloatArray, IntArray
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

TOP_HZ = 20000.0
"""Partials above are left to the residual: inaudible, and the re-sampling is not exact there."""

WINDOW_CYCLES = 3
_NOISE_CYCLES = 5
_UPSAMPLING = 4
_BLOCK_FRAMES = 1024  # bounds the memory of a long note


def harmonic_count(f0_hz: float) -> int:
    """Return how many partials of `f0_hz` lie below `TOP_HZ`."""
    return max(1, int(TOP_HZ / f0_hz))


def frame_phase(f0_hz: FloatArray) -> FloatArray:
    """Return the phase in cycles at each frame of a curve without gaps (trapezoid rule)."""
    step = 0.5 * (f0_hz[1:] + f0_hz[:-1]) * HOP_SAMPLES / SAMPLE_RATE_HZ
    return np.concatenate([[0.0], np.cumsum(step)])


def sample_phase(phase_cycles: FloatArray, samples: int) -> FloatArray:
    """Return the phase in cycles at every sample, by a cubic through the frames' phases."""
    frames = np.arange(len(phase_cycles)) * float(HOP_SAMPLES)
    return _hermite(frames, phase_cycles, np.arange(samples, dtype=float))


def _hermite(x: FloatArray, y: FloatArray, at: FloatArray) -> FloatArray:
    """Cubic Hermite interpolation on a uniform grid with central differences; linear beyond the ends."""
    step = x[1] - x[0]
    slope = np.gradient(y, step)
    i = np.clip((at // step).astype(np.int64), 0, len(x) - 2)
    u = at / step - i
    beyond = np.maximum(u - 1.0, 0.0)
    u = np.minimum(u, 1.0)
    a, b = y[i], y[i + 1]
    p, q = slope[i] * step, slope[i + 1] * step
    d = b - a
    value = a + u * (p + u * (3 * d - 2 * p - q + u * (p + q - 2 * d)))
    return value + beyond * q


def analyse_harmonics(
    samples: FloatArray, phase_cycles: FloatArray, top_f0_hz: FloatArray, count: int
) -> ComplexArray:
    """Measure the complex amplitude of partials 1..count at every frame.

    Args:
        samples: Wave at 44.1 kHz. Shape [samples].
        phase_cycles: Rising phase at each frame. Shape [frames].
        top_f0_hz: f0 of each frame, which tells where `TOP_HZ` lies. Shape [frames].
        count: Number of partials (columns).

    Returns:
        c with wave ~ sum over k of Re(c[:, k-1] * exp(2 pi i k phase)). Shape [frames, count];
        0 above `TOP_HZ`.
    """
    k = np.arange(1, count + 1)
    spectra, offset, window_sum = _cycle_spectra(samples, phase_cycles, count, WINDOW_CYCLES)
    # the window's middle, not its start, is the frame: half of three cycles
    turn = np.exp(2j * np.pi * k * WINDOW_CYCLES / 2)[None] * _turns(offset - phase_cycles, k)
    result = spectra[:, WINDOW_CYCLES * k] * (2.0 / window_sum) * turn
    result[k[None] * top_f0_hz[:, None] > TOP_HZ] = 0
    return result.astype(np.complex64)


def power_between_partials(samples: FloatArray, phase_cycles: FloatArray, count: int) -> FloatArray:
    """Measure the noise where no partial is: between partials 1..count, each with the next.

    A Hann window of five cycles has its zeros on the partials seen from there.

    Returns:
        Power of a band as wide as the partials lie apart. Shape [frames, count].
    """
    spectra, _, window_sum = _cycle_spectra(samples, phase_cycles, count, _NOISE_CYCLES)
    first = _NOISE_CYCLES * np.arange(1, count + 1) + _NOISE_CYCLES // 2
    power = np.abs(spectra[:, first]) ** 2 + np.abs(spectra[:, first + 1]) ** 2
    # white noise has the window's squared sum, 3/4 of its sum, in each bin; a cycle is 2/5 of the sum long
    return power / (0.75 * window_sum * 2.0 * window_sum / _NOISE_CYCLES)


def _cycle_spectra(
    samples: FloatArray, phase_cycles: FloatArray, count: int, cycles: int
) -> tuple[ComplexArray, FloatArray, float]:
    """Transform `cycles` cycles around each frame, re-sampled on the phase.

    Returns:
        Spectra (bin `cycles` * k is partial k), how many cycles the grid is off each frame, and the
        window's sum. Shapes [frames, bins], [frames], [].
    """
    points = 1 << int(np.ceil(np.log2(2 * count + 2)))
    per_phase = _on_phase_grid(samples, phase_cycles, points, cycles)
    size = cycles * points
    start = np.rint((phase_cycles - phase_cycles[0]) * points).astype(np.int64)
    offset = (phase_cycles - phase_cycles[0]) - start / points
    view = np.lib.stride_tricks.sliding_window_view(per_phase, size)
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    return np.fft.rfft(view[start] * window, axis=1), offset, float(window.sum())


def _turns(cycles: FloatArray, k: IntArray) -> ComplexArray:
    """Return exp(2 pi i k cycles). Shape [frames, partials]."""
    return np.exp(2j * np.pi * np.mod(cycles[:, None] * k[None], 1.0))


def _on_phase_grid(
    samples: FloatArray, phase_cycles: FloatArray, points: int, window_cycles: int
) -> FloatArray:
    """Re-sample at `points` equal steps a cycle, padded by half a window at both ends."""
    import soxr

    fine = soxr.resample(np.pad(samples, (0, 64)).astype(np.float32), 1, _UPSAMPLING)
    half = window_cycles * points // 2
    cycles = phase_cycles[-1] - phase_cycles[0]
    grid = phase_cycles[0] + np.arange(-half, int(cycles * points) + half + 2) / points
    frames = np.arange(len(phase_cycles)) * float(HOP_SAMPLES)
    ends = _extend(phase_cycles, frames, window_cycles)
    at = np.interp(grid, *ends)
    return read_cubic(fine, at * _UPSAMPLING)


def _extend(phase: FloatArray, frames: FloatArray, cycles: int) -> tuple[FloatArray, FloatArray]:
    """Continue phase and time in straight lines beyond both ends."""
    before = frames[0] - cycles * (frames[1] - frames[0]) / max(phase[1] - phase[0], 1e-6)
    after = frames[-1] + cycles * (frames[-1] - frames[-2]) / max(phase[-1] - phase[-2], 1e-6)
    return (
        np.concatenate([[phase[0] - cycles], phase, [phase[-1] + cycles]]),
        np.concatenate([[before], frames, [after]]),
    )


def read_cubic(wave: FloatArray, at: FloatArray) -> FloatArray:
    """Read a wave between its samples (Lagrange cubic); 0 outside. Shapes [samples], [points]."""
    padded = np.concatenate([np.zeros(2, wave.dtype), wave, np.zeros(4, wave.dtype)])
    at = np.clip(at, -1.0, len(wave) + 1.0)
    low = np.floor(at).astype(np.int64)
    u = (at - low).astype(wave.dtype)
    return _cubic_at(padded, low + 2, u)


def synthesise(amplitudes: ComplexArray, phase_at_samples: FloatArray) -> FloatArray:
    """Sing partials at a phase curve.

    Args:
        amplitudes: Complex amplitude of partials 1..K at every frame. Shape [frames, partials].
        phase_at_samples: Phase in cycles. Shape [samples].

    Returns:
        Wave, float32. Shape [samples]; frame i stands at sample i * HOP_SAMPLES.
    """
    samples = len(phase_at_samples)
    out = np.empty(samples, np.float32)
    for first in range(0, max(1, -(-samples // HOP_SAMPLES)), _BLOCK_FRAMES):
        part = slice(first * HOP_SAMPLES, (first + _BLOCK_FRAMES) * HOP_SAMPLES)
        frames = np.arange(first, first + _BLOCK_FRAMES + 1)
        rows = amplitudes[np.minimum(frames[: len(amplitudes) - first + 1], len(amplitudes) - 1)]
        out[part] = _synthesise_block(rows, phase_at_samples[part])
    return out


def _synthesise_block(amplitudes: ComplexArray, phase_at_samples: FloatArray) -> FloatArray:
    frames, count = amplitudes.shape
    size = 1 << int(np.ceil(np.log2(6 * count + 6)))
    spectrum = np.zeros((frames, size // 2 + 1), np.complex64)
    spectrum[:, 1 : count + 1] = amplitudes * (0.5 * size)
    tables = np.fft.irfft(spectrum, axis=1).astype(np.float32)
    flat = np.concatenate([tables[:, -1:], tables, tables[:, :2]], axis=1).ravel()
    index = np.arange(len(phase_at_samples))
    frame = np.minimum(index // HOP_SAMPLES, frames - 2)
    weight = np.minimum((index - frame * HOP_SAMPLES) / HOP_SAMPLES, 1.0).astype(np.float32)
    at = np.mod(phase_at_samples, 1.0) * size
    low = np.minimum(at.astype(np.int64), size - 1)
    u = (at - low).astype(np.float32)
    base = frame * (size + 3) + low + 1
    return (1 - weight) * _cubic_at(flat, base, u) + weight * _cubic_at(flat, base + size + 3, u)


def _cubic_at(flat: FloatArray, i: IntArray, u: FloatArray) -> FloatArray:
    """Lagrange cubic between flat[i] (u = 0) and flat[i + 1] (u = 1)."""
    a, b, c, d = flat[i - 1], flat[i], flat[i + 1], flat[i + 2]
    return b + u * (c - a / 3 - b / 2 - d / 6 + u * ((a + c) / 2 - b + u * ((b - c) / 2 + (d - a) / 6)))
