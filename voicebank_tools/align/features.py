"""What the aligner hears: a frame of numbers each 5 ms, and the level each millisecond.

MFCC as in Davis and Mermelstein (1980) with regression deltas (Furui 1986), and how periodic the sound
is. numpy alone: the one library with MFCC that has wheels everywhere (librosa) brings numba and
scikit-learn with it, which nobody should need to label a folder.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pychang.arrays import FloatArray
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

Frames = NDArray[np.float32]

WINDOW_SAMPLES, FFT_SIZE = 882, 1024
MEL_BANDS, LOWEST_HZ, HIGHEST_HZ = 30, 60.0, 9000.0
CEPSTRA = 13
DELTA_FRAMES = 5
"""Slopes over 2 x 25 ms: with shorter ones the same phone scatters more than its neighbours differ."""

FLOOR_OF_PEAK, FLOOR = 1e-9, 1e-12
PRE_EMPHASIS = 0.95

LEVEL_HOP_SAMPLES = HOP_SAMPLES // 5
LEVEL_WINDOW_SAMPLES = 4 * LEVEL_HOP_SAMPLES

_DECIMATION = 4
_VOICE_RATE_HZ = SAMPLE_RATE_HZ / _DECIMATION
_VOICE_WINDOW, _VOICE_FFT = 400, 1024
_VOICE_LOWEST_HZ, _VOICE_HIGHEST_HZ = 65.0, 700.0


@dataclass(frozen=True, eq=False)
class Sound:
    """A clip as the aligner sees it; frame i is centred on sample `i * HOP_SAMPLES`.

    Attributes:
        duration_s: Of the clip.
        frames: [frames, 41] cepstra and voicing with their slopes; not normalised.
        cues: [frames, 3] level (dB below the clip's loud frames), voicing (0..1), brightness (dB).
        level_db: [milliseconds] level around sample `i * LEVEL_HOP_SAMPLES`, dB of full scale, rumble and hum
            taken away (pre-emphasis).
    """

    duration_s: float
    frames: Frames
    cues: Frames
    level_db: Frames


def hear(wave: FloatArray) -> Sound:
    """Return the features of a clip, `wave` [samples] at 44.1 kHz."""
    wave = np.asarray(wave, dtype=np.float32)
    sharpened = np.append(wave[:1], wave[1:] - PRE_EMPHASIS * wave[:-1])
    power = _power_spectra(sharpened)
    bands = power @ _mel_bank()
    logs = np.log(bands + (FLOOR_OF_PEAK * bands.max(initial=0.0) + FLOOR))
    cepstra = logs @ _cosines()
    voicing = _voicing(wave)[: len(cepstra), None]
    # A step from unvoiced to voiced weighs about as much as one between vowels.
    static = np.concatenate([cepstra, 8.0 * voicing], axis=1)
    slopes = deltas(static)
    frames = np.concatenate([static, slopes, deltas(slopes)[:, :CEPSTRA]], axis=1).astype(np.float32)
    loud = 10.0 * np.log10(_moving_power(wave, HOP_SAMPLES, WINDOW_SAMPLES) + FLOOR)
    cues = np.stack([loud - np.percentile(loud, 95), voicing[:, 0], _brightness_db(power)], axis=1)
    level = 10.0 * np.log10(_moving_power(sharpened, LEVEL_HOP_SAMPLES, LEVEL_WINDOW_SAMPLES) + FLOOR)
    return Sound(len(wave) / SAMPLE_RATE_HZ, frames, cues.astype(np.float32), level.astype(np.float32))


def deltas(values: FloatArray) -> FloatArray:
    """Return the slope of each column over `DELTA_FRAMES` to both sides, [frames, columns]."""
    reach, count = DELTA_FRAMES, len(values)
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    steps = range(1, reach + 1)
    slopes = sum(step * (padded[reach + step :][:count] - padded[reach - step :][:count]) for step in steps)
    return np.asarray(slopes / (2.0 * sum(step * step for step in steps)))


def _framed(wave: FloatArray, window: int, hop: int) -> FloatArray:
    count = len(wave) // hop + 1
    padded = np.pad(wave, (window // 2, window))
    return np.lib.stride_tricks.sliding_window_view(padded, window)[::hop][:count]


def _power_spectra(sharpened: FloatArray) -> FloatArray:
    windowed = _framed(sharpened, WINDOW_SAMPLES, HOP_SAMPLES) * np.hamming(WINDOW_SAMPLES).astype(np.float32)
    spectra = np.fft.rfft(windowed, FFT_SIZE)
    return (spectra.real**2 + spectra.imag**2).astype(np.float32)


def _mel_bank() -> FloatArray:
    """Triangles of equal width in mel, each of area 1, [bins, bands]."""
    mels = 2595.0 * np.log10(1.0 + np.array([LOWEST_HZ, HIGHEST_HZ]) / 700.0)
    edges = 700.0 * (10.0 ** (np.linspace(mels[0], mels[1], MEL_BANDS + 2) / 2595.0) - 1.0)
    bins = np.fft.rfftfreq(FFT_SIZE, 1.0 / SAMPLE_RATE_HZ)[:, None]
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles / triangles.sum(axis=0)).astype(np.float32)


def _cosines() -> FloatArray:
    """The first rows of an orthonormal DCT-II, [bands, cepstra]."""
    angle = np.pi / MEL_BANDS * (np.arange(MEL_BANDS) + 0.5)[:, None] * np.arange(CEPSTRA)
    return (np.cos(angle) * np.sqrt(2.0 / MEL_BANDS)).astype(np.float32)


def _brightness_db(power: FloatArray) -> FloatArray:
    bins = np.fft.rfftfreq(FFT_SIZE, 1.0 / SAMPLE_RATE_HZ)
    high = power[:, (bins > 3500.0) & (bins < HIGHEST_HZ)].sum(axis=1)
    low = power[:, (bins > 100.0) & (bins < 1200.0)].sum(axis=1)
    return 10.0 * np.log10((high + FLOOR) / (low + FLOOR))


def _moving_power(wave: FloatArray, hop: int, window: int) -> FloatArray:
    summed = np.cumsum(np.pad(np.square(wave, dtype=np.float64), (window // 2 + 1, window)))
    centres = np.arange(len(wave) // hop + 1) * hop
    return (summed[centres + window] - summed[centres]) / window


def _voicing(wave: FloatArray) -> FloatArray:
    """Highest normalised autocorrelation at the lag of a voice's pitch (Boersma 1993), [frames]."""
    count = len(wave) // HOP_SAMPLES + 1
    slow = np.pad(wave, (0, -len(wave) % _DECIMATION)).reshape(-1, _DECIMATION).mean(axis=1)
    pieces = _framed(slow, _VOICE_WINDOW, HOP_SAMPLES // _DECIMATION)[:count]
    window = np.hanning(_VOICE_WINDOW).astype(np.float32)
    pieces = (pieces - pieces.mean(axis=1, keepdims=True)) * window
    lags = slice(int(_VOICE_RATE_HZ / _VOICE_HIGHEST_HZ), int(_VOICE_RATE_HZ / _VOICE_LOWEST_HZ))
    found, own = _autocorrelation(pieces), _autocorrelation(window[None, :])
    energy = found[:, :1] + (FLOOR_OF_PEAK * found[:, 0].max(initial=0.0) + FLOOR)
    relative = found[:, lags] / energy * (own[0, 0] / own[0, lags])
    return np.clip(relative.max(axis=1), 0.0, 1.0).astype(np.float32)


def _autocorrelation(pieces: FloatArray) -> FloatArray:
    spectra = np.fft.rfft(pieces, _VOICE_FFT)
    return np.fft.irfft(spectra.real**2 + spectra.imag**2)[:, :_VOICE_WINDOW].astype(np.float32)
