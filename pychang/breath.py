"""What is noise in a voice: beside its partials, and under them.

Partials measured over three periods take up most of the noise in their own band, so the residual holds
too little of it and the partials too much. Where the recording is sung as recorded this is no loss, the
two add up to it again; at another pitch, or held, the noise would be heard as partials. Its true power is
seen half-way between the partials, and what is a partial's own follows by subtraction of powers (Boll,
"Suppression of acoustic noise in speech using spectral subtraction", 1979). White noise taken apart gives
0.6 to 1.0 of its power to the partials, for voices from 80 to 1000 Hz; all of it is subtracted.
"""

from dataclasses import dataclass

import numpy as np

from pychang.arrays import AnyArray, ComplexArray, FloatArray
from pychang.glottis import at_positions
from pychang.harmonics import power_between_partials
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

NOISE_FFT = 512
BIN_HZ = SAMPLE_RATE_HZ / NOISE_FFT

_FRAMES = 25  # 125 ms: noise is a mean over time, or it is chance
_PARTIALS, _NEIGHBOURS = 5, 3
_LEAST_POWER = 1e-14
_LEAST_TONE = 1e-3  # in power
_MOST_MISSING = 2.0  # nepers, 17 dB
_ALL_TONE_HZ, _ALL_HZ = 400.0, 1800.0
_LOG_MEAN_OF_CHANCE = 0.08  # how far the mean log of such powers lies below the log mean, in white noise


@dataclass(frozen=True)
class NoiseTables:
    """`log_noise`, `log_missing` and `log_tone` of an `Analysis`. Shapes [frames, partials]."""

    log_noise: FloatArray
    log_missing: FloatArray
    log_tone: FloatArray

    def softer(self, by: FloatArray) -> "NoiseTables":
        """Return them with residual and partials softer by so many nepers. Shape [frames, partials]."""
        return NoiseTables(self.log_noise - by, np.maximum(self.log_missing - by, 0.0), self.log_tone - by)


def noise_bands(residual: FloatArray, f0_hz: FloatArray, count: int) -> FloatArray:
    """Measure the noise around each partial's frequency in windows of 10 ms.

    Args:
        residual: Shape [samples].
        f0_hz: Positive. Shape [frames].
        count: Number of partials.

    Returns:
        Natural log of the amplitude of a band as wide as the partials lie apart. Shape [frames, count].
    """
    window = noise_window()
    padded = np.pad(residual, (HOP_SAMPLES, 2 * HOP_SAMPLES))
    view = np.lib.stride_tricks.sliding_window_view(padded, len(window))[::HOP_SAMPLES]
    power = np.abs(np.fft.rfft(view[: len(f0_hz)] * window, NOISE_FFT)) ** 2
    power = _mean_over_bins(power, max(3, round(float(np.median(f0_hz)) / BIN_HZ)))
    k = np.arange(1, count + 1)
    density = at_positions(power, k[None] * f0_hz[:, None] / BIN_HZ)
    density *= 2.0 / (SAMPLE_RATE_HZ * float(window @ window))
    return 0.5 * np.log(density * f0_hz[:, None] + _LEAST_POWER)


def noise_window() -> FloatArray:
    """Return the periodic Hann window of 10 ms. Float32, shape [2 * HOP_SAMPLES]."""
    return np.hanning(2 * HOP_SAMPLES + 1)[:-1].astype(np.float32)


def noise_and_tone(
    samples: FloatArray,
    amplitudes: ComplexArray,
    noise: FloatArray,
    phase: FloatArray,
    f0_hz: FloatArray,
    voicing: FloatArray,
) -> NoiseTables:
    """Find how much of each partial is noise, and how much noise the residual lacks.

    Args:
        samples: Recording. Shape [samples].
        amplitudes: Its partials. Shape [frames, partials].
        noise: `noise_bands` of its residual. Shape [frames, partials].
        phase: Glottal phase in cycles. Shape [frames].
        f0_hz: Positive. Shape [frames].
        voicing: 0..1. Shape [frames].

    Returns:
        `noise`, and natural logs of amplitude ratios: the recording's noise to the residual's, at least 0;
        and the partial's own to the measured one, at most 0. Both smooth. Shapes [frames, partials].
    """

    def steady(rows: FloatArray) -> FloatArray:
        return weighted_mean(rows, _FRAMES, voicing + 1e-3)

    above = power_between_partials(samples, phase, amplitudes.shape[1]) + _LEAST_POWER
    below = np.concatenate([above[:, :1], above[:, :-1]], axis=1)
    # the mean of the log, not the log of the mean: a burst or a glide's smear counts little
    log_floor = steady(np.log(over_partials(0.5 * (below + above), _PARTIALS))) + _LOG_MEAN_OF_CHANCE
    floor = np.exp(log_floor)
    measured = steady(over_partials(0.5 * np.abs(amplitudes) ** 2, _NEIGHBOURS))
    share = np.clip(1.0 - floor / np.maximum(measured, _LEAST_POWER), _LEAST_TONE, 1.0)
    missing = 0.5 * (log_floor - np.log(steady(over_partials(np.exp(2.0 * noise), _PARTIALS))))
    treble = _treble(f0_hz, amplitudes.shape[1])
    log_missing, log_tone = treble * np.clip(missing, 0.0, _MOST_MISSING), treble * 0.5 * np.log(share)
    return NoiseTables(noise, log_missing, log_tone)


def _treble(f0_hz: FloatArray, count: int) -> FloatArray:
    """`breath_share` at the partials. Shape [frames, count]."""
    return breath_share(np.arange(1, count + 1)[None] * f0_hz[:, None])


def breath_share(hz: FloatArray) -> FloatArray:
    """How far what lies between partials is breath, 0..1: between low ones it is their own swing, leaked.

    Float32, shape kept.
    """
    return np.clip((hz - _ALL_TONE_HZ) / (_ALL_HZ - _ALL_TONE_HZ), 0.0, 1.0).astype(np.float32)


def power_taken_up(amplitudes: FloatArray, log_missing: AnyArray, log_tone: AnyArray) -> FloatArray:
    """Return the power of the noise that partials took up and their residual lacks.

    Args:
        amplitudes: Size of each partial. Shape [frames, partials].
        log_missing: See `pychang.analysis.Analysis`, also for `log_tone`. Shapes [frames, partials].

    Returns:
        Float32, shape [frames, partials].
    """
    lacking = -np.expm1(-2.0 * log_missing.astype(np.float32))
    return np.asarray(0.5 * amplitudes**2 * noise_share(log_tone) * lacking, np.float32)


def noise_share(log_tone: AnyArray) -> FloatArray:
    """Return the noise's share of each partial's power, 0..1 (see `pychang.analysis.Analysis`). Float32."""
    return np.asarray(-np.expm1(2.0 * log_tone.astype(np.float32)), np.float32)


def over_partials(rows: FloatArray, width: int) -> FloatArray:
    """Mean over `width` neighbouring partials. Shape kept."""
    return np.ascontiguousarray(smoothed(rows.T, width).T) if rows.shape[1] > width else rows


def smoothed(rows: AnyArray, width: int) -> AnyArray:
    """Mean over a Hann window of `width` rows, ends held. Shape kept."""
    half = min(width // 2, len(rows) - 1)
    window = np.hanning(2 * half + 3)[1:-1].astype(np.float32)
    window /= window.sum()
    padded = np.concatenate([np.repeat(rows[:1], half, 0), rows, np.repeat(rows[-1:], half, 0)])
    out = np.zeros_like(rows)
    for i, gain in enumerate(window):
        out += gain * padded[i : i + len(rows)]
    return out


def weighted_mean(rows: AnyArray, width: int, weights: FloatArray) -> AnyArray:
    """`smoothed`, each frame counting by its weight. Shapes [frames, partials], [frames]."""
    weight = weights.astype(np.float32)[:, None]
    return smoothed(rows * weight, width) / smoothed(weight, width)


def _mean_over_bins(power: FloatArray, width: int) -> FloatArray:
    """Moving mean over frequency, the ends reflected. Shape kept."""
    half = width // 2
    padded = np.pad(power, ((0, 0), (half + 1, half)), mode="reflect")
    total = np.cumsum(padded, axis=1)
    return (total[:, 2 * half + 1 :] - total[:, : -2 * half - 1]) / (2 * half + 1)
