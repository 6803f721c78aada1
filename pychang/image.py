"""Waves as band images, and waves filtered by a gain for every band: what the generator sees and changes.

Short-time Fourier transform with a Hann window of 1024 samples every 440 (two plan frames); 80 triangular
bands evenly spaced on log(1 + f / 2 kHz) up to 20 kHz, which is nearly linear where partials lie apart and
logarithmic where the ear is. Gains are applied by weighted overlap-add (Crochiere 1980), so that the phase
of the wave is kept.
"""

from collections.abc import Iterator
from functools import cache

import numpy as np

from pychang.arrays import ComplexArray, FloatArray
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

FFT_SAMPLES = 1024
IMAGE_HOP_SAMPLES = 2 * HOP_SAMPLES
"""Image frame j is centred on sample j * IMAGE_HOP_SAMPLES."""

BANDS = 80
CORNER_HZ = 2000.0
TOP_HZ = 20000.0
FLOOR_DB = -100.0
SPAN_DB = 50.0
HEADROOM_DB = 5.0

_BLOCK_FRAMES = 512
"""Frames transformed at a time: what is held besides the wave does not grow with it."""

_REACH = -(-FFT_SAMPLES // IMAGE_HOP_SAMPLES)  # hops that a window touches


def image_frames(samples: int) -> int:
    """Return how many image frames a wave has."""
    return samples // IMAGE_HOP_SAMPLES + 1


@cache
def window() -> FloatArray:
    """Return the periodic Hann window. Float32, shape [FFT_SAMPLES]."""
    return np.hanning(FFT_SAMPLES + 1)[:-1].astype(np.float32)


@cache
def _corners_hz() -> FloatArray:
    """Where each band begins, peaks in the next entry, and ends in the one after. Shape [BANDS + 2]."""
    return CORNER_HZ * np.expm1(np.linspace(0.0, np.log1p(TOP_HZ / CORNER_HZ), BANDS + 2))


def band_centres_hz() -> FloatArray:
    """Return the peak of each band. Shape [BANDS]."""
    return _corners_hz()[1:-1]


@cache
def _bin_hz() -> FloatArray:
    return np.arange(FFT_SAMPLES // 2 + 1) * (SAMPLE_RATE_HZ / FFT_SAMPLES)


@cache
def _bins_to_bands() -> FloatArray:
    """Weights of the bins in each band; a band is a mean, not a sum. Shape [bins, BANDS]."""
    low, peak, high = (_corners_hz()[i : BANDS + i][None] for i in range(3))
    hz = _bin_hz()[:, None]
    rising, falling = (hz - low) / (peak - low), (high - hz) / (high - peak)
    weights = np.clip(np.minimum(rising, falling), 0.0, 1.0)
    return (weights / weights.sum(0)).astype(np.float32)


@cache
def _bands_to_bins() -> FloatArray:
    """Linear interpolation between the bands' peaks, ends held. Shape [BANDS, bins]."""
    rows = [np.interp(_bin_hz(), band_centres_hz(), row) for row in np.eye(BANDS)]
    return np.stack(rows).astype(np.float32)


def spectra(wave: FloatArray, first: int, last: int) -> ComplexArray:
    """Return the spectra of image frames `first` to `last` (exclusive) of a wave [samples].

    Silence surrounds the wave. Complex64, shape [frames, FFT_SAMPLES // 2 + 1].
    """
    begin = first * IMAGE_HOP_SAMPLES - FFT_SAMPLES // 2
    end = (last - 1) * IMAGE_HOP_SAMPLES + FFT_SAMPLES // 2
    inside = wave[max(begin, 0) : end].astype(np.float32, copy=False)
    padded = np.pad(inside, (max(-begin, 0), end - max(begin, 0) - len(inside)))
    pieces = np.lib.stride_tricks.sliding_window_view(padded, FFT_SAMPLES)[::IMAGE_HOP_SAMPLES]
    return np.fft.rfft(pieces * window(), axis=1).astype(np.complex64)


def band_levels_db(wave: FloatArray) -> FloatArray:
    """Return the level of every band of a wave [samples] in dB; a full-scale sine on a bin peaks at 0.

    Float32, not below FLOOR_DB, shape [image_frames(samples), BANDS].
    """
    levels = np.empty((image_frames(len(wave)), BANDS), np.float32)
    scale = np.float32(4.0 / window().sum() ** 2)
    for first, last in _blocks(len(levels)):
        power = np.abs(spectra(wave, first, last)) ** 2
        levels[first:last] = 10.0 * np.log10((power * scale) @ _bins_to_bands() + 10.0 ** (FLOOR_DB / 10.0))
    return levels


def filtered(wave: FloatArray, gains_db: FloatArray) -> FloatArray:
    """Return a wave with a gain for every band applied.

    What is added to the wave is the wave through `gain - 1`: where all gains are 0 dB the samples come
    back bit for bit.

    Args:
        wave: Shape [samples].
        gains_db: Shape [image_frames(samples), BANDS].

    Returns:
        Float32, shape [samples].
    """
    half = FFT_SAMPLES // 2
    changed = np.zeros(half + len(wave) + FFT_SAMPLES + _REACH * IMAGE_HOP_SAMPLES, np.float32)
    largest = np.abs(gains_db).max(axis=1)
    for first, last in _blocks(len(gains_db)):
        if largest[first:last].max() > 0.0:
            gains = 10.0 ** (gains_db[first:last] @ _bands_to_bins() / 20.0) - 1.0
            part = _overlap_add(spectra(wave, first, last) * gains.astype(np.float32))
            begin = first * IMAGE_HOP_SAMPLES
            changed[begin : begin + len(part)] += part
    weight = _window_power(len(gains_db))[half : half + len(wave)]
    return wave + changed[half : half + len(wave)] / weight


def to_unit(levels_db: FloatArray, reference_db: float) -> FloatArray:
    """Map levels to the network's range: -1 and below is 95 dB under the reference and less, 1 is 5 dB over.

    Float32, within [-1, 1], shape kept.
    """
    unit = 1.0 + (levels_db - np.float32(reference_db + HEADROOM_DB)) / np.float32(SPAN_DB)
    return np.clip(unit, -1.0, 1.0).astype(np.float32)


def from_unit(unit: FloatArray, reference_db: float) -> FloatArray:
    """Return the levels in dB that `to_unit` has mapped; what was clipped stays so. Shape kept."""
    levels = (unit - 1.0) * np.float32(SPAN_DB) + np.float32(reference_db + HEADROOM_DB)
    return levels.astype(np.float32)


def _overlap_add(part_spectra: ComplexArray) -> FloatArray:
    """Windowed frames added up a hop apart; the first begins at sample 0. Shape [samples]."""
    frames = np.zeros((len(part_spectra), _REACH * IMAGE_HOP_SAMPLES), np.float32)
    frames[:, :FFT_SAMPLES] = np.fft.irfft(part_spectra, FFT_SAMPLES, axis=1) * window()
    return _stacked(frames)


def _window_power(frames: int) -> FloatArray:
    """What analysis and synthesis windows add up to, never 0. Shape as `_overlap_add` of as many frames."""
    squares = np.zeros((1, _REACH * IMAGE_HOP_SAMPLES), np.float32)
    squares[:, :FFT_SAMPLES] = window() ** 2
    return np.maximum(_stacked(np.broadcast_to(squares, (frames, squares.shape[1]))), 1e-3)


def _stacked(frames: FloatArray) -> FloatArray:
    hops = frames.reshape(len(frames), _REACH, IMAGE_HOP_SAMPLES)
    total = np.zeros((len(frames) + _REACH - 1, IMAGE_HOP_SAMPLES), np.float32)
    for i in range(_REACH):
        total[i : i + len(frames)] += hops[:, i]
    return total.reshape(-1)


def _blocks(frames: int) -> Iterator[tuple[int, int]]:
    for first in range(0, frames, _BLOCK_FRAMES):
        yield first, min(first + _BLOCK_FRAMES, frames)
