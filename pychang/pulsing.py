"""Noise pulsed with the glottis: how the breath of a voice swells and sinks within each cycle.

Breath is let out in bursts, one a cycle, and noise that flows evenly is heard beside a voice, not as part
of it (Hermes, "Synthesis of breathy vowels", 1991; Mehta & Quatieri, "Synthesis, analysis, and pitch
modification of the breathy vowel", 2005). What partials leave over shows the bursts undiminished: taking
partials out mixes a sample only with those of the same moment in the cycles around.
"""

from collections.abc import Iterator

import numpy as np

from pychang.arrays import ComplexArray, FloatArray
from pychang.breath import smoothed
from pychang.glottis import at_samples
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

_BANDS_HZ = ((1500.0, 5000.0), (5000.0, 16000.0))
_EDGE_HZ = 400.0
_FRAMES = 41  # 205 ms: less is chance
_FRAMES_THAT_COUNT = (_FRAMES + 1) / 1.5  # of a Hann window: the square of its sum by the sum of its squares
_SURE = 2.0  # as many times the power that chance would give
_MOST = 0.6  # in the tables' measure: twice as much would be a single click a cycle
_TAPS = 15


def pulse_tables(residual: FloatArray, phase_at_samples: FloatArray, voicing: FloatArray) -> ComplexArray:
    """Measure how the noise's power moves within the cycle: first Fourier coefficient of power over phase.

    Args:
        residual: Recording less its partials. Shape [samples].
        phase_at_samples: Glottal phase in cycles. Shape [samples].
        voicing: 0..1. Shape [frames].

    Returns:
        For noise whose power goes as 1 + d cos(2 pi (phase - p)): d / 2 exp(-2 pi i p), less what may be
        chance; of noise below and above 5 kHz. Complex64, shape [frames, 2].
    """
    turn = np.exp(-2j * np.pi * np.mod(phase_at_samples, 1.0))
    at = np.minimum(np.arange(len(voicing)) * HOP_SAMPLES, len(residual) - 1)
    f0_hz = np.gradient(phase_at_samples)[at, None] * SAMPLE_RATE_HZ
    weight = voicing[:, None].astype(np.float32)
    columns = []
    for wave, width_hz in _in_bands(residual):
        power = wave**2
        total = smoothed(weight * _over_hops(power), _FRAMES) + 1e-12
        pulse = smoothed(weight * _over_hops(power * turn), _FRAMES) / total
        # noise of a width holds so many independent values a second; a few loud ones count as few
        alike = SAMPLE_RATE_HZ / (2.0 * width_hz)
        square = smoothed(weight**2 * _over_hops(power**2), _FRAMES)
        chance = (2.0 / 3.0) * alike * square / (total**2 * _FRAMES_THAT_COUNT)
        sure = np.clip(1.0 - _SURE * chance / (np.abs(pulse) ** 2 + 1e-12), 0.0, 1.0)
        # power swings by what lies a pitch apart, and at the band's ends one of the two is missing
        columns.append(pulse * sure / np.maximum(1.0 - f0_hz / width_hz, 0.5))
    return np.concatenate(columns, axis=1).astype(np.complex64)


def pulsed(noise: FloatArray, phase_at_samples: FloatArray, tables: ComplexArray) -> FloatArray:
    """Let noise swell and sink with the phase of a note; its power over a cycle stays.

    The power follows exp(k cos), which is never negative, however deep (von Mises' curve; its first Fourier
    coefficient is I1(k) / I0(k), turned about as Best & Fisher 1981 do).

    Args:
        noise: Even noise. Shape [samples].
        phase_at_samples: The note's, in cycles. Shape [samples].
        tables: `pulse_tables` of its recording at every output frame. Shape [frames, 2].

    Returns:
        Float32, shape [samples].
    """
    return _swelled(noise, phase_at_samples, tables, 1.0)


def evened(noise: FloatArray, phase_at_samples: FloatArray, tables: ComplexArray) -> FloatArray:
    """Undo `pulsed`: noise that swells as the tables say flows evenly then.

    Args:
        noise: Shape [samples].
        phase_at_samples: Its own, in cycles. Shape [samples].
        tables: `pulse_tables` of it; beyond the last frame it holds. Shape [frames, 2].

    Returns:
        Float32, shape [samples].
    """
    return _swelled(noise, phase_at_samples, np.concatenate([tables, tables[-1:]]), -1.0)


def _swelled(
    noise: FloatArray, phase_at_samples: FloatArray, tables: ComplexArray, direction: float
) -> FloatArray:
    """Noise times the swell of its tables (`direction` 1), or divided by it (-1). Shape kept."""
    size = np.abs(tables)
    depth = np.minimum(size, _MOST)
    sharpness = 2.0 * depth + depth**3 + (5.0 / 6.0) * depth**5
    swing = (0.5 * direction * sharpness / (size + 1e-9)) * tables
    level = 0.5 * direction * np.log(np.i0(sharpness))
    turn = (phase_at_samples - np.floor(phase_at_samples)).astype(np.float32) * np.float32(2.0 * np.pi)
    cosine, sine = np.cos(turn), np.sin(turn)
    gains = []
    for band in range(len(_BANDS_HZ)):
        curves = (swing.real[:, band], swing.imag[:, band], level[:, band])
        along, across, evening = (at_samples(rows, len(noise)) for rows in curves)
        gains.append(np.exp(along * cosine - across * sine - evening))
    low, high = gains
    high_part = np.convolve(noise, _high_pass())[_TAPS // 2 : _TAPS // 2 + len(noise)]
    return np.asarray(noise * low + high_part * (high - low), np.float32)


def _in_bands(wave: FloatArray) -> Iterator[tuple[FloatArray, float]]:
    """Yield the wave within each band, and the band's width."""
    size = 1 << (len(wave) + SAMPLE_RATE_HZ // 100).bit_length()
    spectrum = np.fft.rfft(wave, size)
    hz = np.fft.rfftfreq(size, 1.0 / SAMPLE_RATE_HZ)
    for low, high in _BANDS_HZ:
        inside = np.clip(np.minimum(hz - low, high - hz) / _EDGE_HZ + 0.5, 0.0, 1.0)
        yield np.fft.irfft(spectrum * inside, size)[: len(wave)], high - low


def _over_hops(values: FloatArray) -> FloatArray:
    """Sum over the hop around each frame. Shapes [samples] -> [frames, 1]."""
    frames, half = len(values) // HOP_SAMPLES + 1, HOP_SAMPLES // 2
    padded = np.pad(values, (half, frames * HOP_SAMPLES - half - len(values) % HOP_SAMPLES))
    return padded[: frames * HOP_SAMPLES].reshape(frames, HOP_SAMPLES).sum(1, keepdims=True)


def _high_pass() -> FloatArray:
    """A short filter for what is above 5 kHz; the input less its output is the rest. Shape [taps]."""
    at = np.arange(_TAPS) - _TAPS // 2
    low = np.sinc(2.0 * _BANDS_HZ[1][0] / SAMPLE_RATE_HZ * at) * np.hanning(_TAPS + 2)[1:-1]
    return ((at == 0) - low / low.sum()).astype(np.float32)
