"""Recordings whose pauses and notes are known, at a low rate so that tests are quick."""

from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE_HZ = 16000

Wave = NDArray[np.float64]


def voice(duration_s: float, f0_hz: float = 200.0, level: float = 0.1, rate_hz: int = RATE_HZ) -> Wave:
    """A buzz of eight partials with soft ends."""
    times_s = np.arange(round(duration_s * rate_hz)) / rate_hz
    wave = sum(np.sin(2.0 * np.pi * f0_hz * k * times_s) / k for k in range(1, 9)) * level
    ends = np.minimum(1.0, np.minimum(times_s, times_s[::-1]) / 0.01)
    return np.asarray(wave * ends)


def noise(duration_s: float, level: float = 1e-4, rate_hz: int = RATE_HZ, seed: int = 0) -> Wave:
    return np.random.default_rng(seed).standard_normal(round(duration_s * rate_hz)) * level


def phrases(*durations_s: float, pause_s: float = 0.6, rate_hz: int = RATE_HZ) -> Wave:
    """Voices with pauses between them, in the noise of a room."""
    parts: list[Wave] = []
    for duration_s in durations_s:
        parts += [voice(duration_s, rate_hz=rate_hz), np.zeros(round(pause_s * rate_hz))]
    wave = np.concatenate(parts[:-1])
    return wave + noise(len(wave) / rate_hz + 1.0, rate_hz=rate_hz)[: len(wave)]


def write(path: Path, wave: Wave, rate_hz: int = RATE_HZ, subtype: str = "PCM_16") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        soundfile.write(file, wave, rate_hz, subtype=subtype, format=path.suffix[1:].upper())
    return path
