"""A recording as another head and another microphone would have given it.

Altered before it is taken apart, so that what a shift costs is what it costs that voice: a microphone that
cuts the bass hides how strong the lowest partial was, which no picture altered afterwards (`augment`) shows.
"""

from dataclasses import dataclass

import numpy as np

from pychang.arrays import FloatArray
from pychang.audio import resample
from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.training.corpora import PEAK, Piece

_HALF_TURNS = np.array([1, 2, 3, 5, 8])
_LOWEST_HZ, _HIGHEST_HZ = 50.0, 20_000.0


@dataclass(frozen=True)
class OtherVoice:
    """How far a recording is altered.

    Attributes:
        octaves: Played faster or slower by at most this: pitch and formants together.
        colour_db: Standard deviation of the microphone's cosines over the logarithm of frequency, of 1, 2, 3,
            5 and 8 half turns from 50 Hz to 20 kHz.
        cut_share: How often it cuts the bass.
        cut_hz: From and to where, evenly on a logarithmic scale.
        cut_order: Order of that cut from and to: 6 dB an octave each.
    """

    octaves: float = 0.4
    colour_db: tuple[float, ...] = (4.0, 3.0, 3.0, 2.0, 2.0)
    cut_share: float = 0.5
    cut_hz: tuple[float, float] = (50.0, 350.0)
    cut_order: tuple[int, int] = (1, 4)


def altered(piece: Piece, rng: np.random.Generator, how: OtherVoice | None = None) -> Piece:
    """Return a piece as another voice's: all chance comes from `rng`; its peak stays at `PEAK`."""
    how = how or OtherVoice()
    ratio = 2.0 ** float(rng.uniform(-how.octaves, how.octaves))
    wave = resample(piece.wave, round(SAMPLE_RATE_HZ * ratio))
    wave = _through(wave, _response_db(len(wave), how, rng))
    peak = max(float(np.max(np.abs(wave))), 1e-9)
    band_hz = min(piece.band_hz * ratio, SAMPLE_RATE_HZ / 2)
    return Piece(np.ascontiguousarray(wave * np.float32(PEAK / peak)), piece.begin_s, band_hz)


def _response_db(samples: int, how: OtherVoice, rng: np.random.Generator) -> FloatArray:
    """Gain of a microphone at the frequencies of `np.fft.rfft`. Shape [samples // 2 + 1]."""
    hz = np.maximum(np.fft.rfftfreq(samples, 1.0 / SAMPLE_RATE_HZ), 1.0)
    place = np.clip(np.log(hz / _LOWEST_HZ) / np.log(_HIGHEST_HZ / _LOWEST_HZ), 0.0, 1.0)
    heights = rng.standard_normal(len(how.colour_db)) * np.array(how.colour_db)
    phases = rng.uniform(0.0, 2.0 * np.pi, len(how.colour_db))
    response_db = np.zeros(len(hz))
    for height, turns, phase in zip(heights, _HALF_TURNS, phases, strict=False):
        response_db += height * np.cos(np.pi * turns * place + phase)
    if rng.random() < how.cut_share:
        cut_hz = float(np.exp(rng.uniform(*np.log(how.cut_hz))))
        order = int(rng.integers(how.cut_order[0], how.cut_order[1] + 1))
        response_db -= 10.0 * np.log10(1.0 + (cut_hz / hz) ** (2 * order))  # Butterworth (1930)
    return response_db


def _through(wave: FloatArray, response_db: FloatArray) -> FloatArray:
    """Filter without moving anything in time (zero phase). Shape kept."""
    gain = 10.0 ** (np.maximum(response_db, -120.0) / 20.0)
    return np.fft.irfft(np.fft.rfft(wave) * gain, len(wave)).astype(np.float32)
