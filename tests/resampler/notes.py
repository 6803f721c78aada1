"""Notes rendered in memory, without a file."""

from functools import cache

import numpy as np

from pychang.analysis import Analysis, analyse
from pychang.arrays import FloatArray
from pychang.engine import ClassicEngine
from pychang.units import SAMPLE_RATE_HZ
from resampler.protocol import RenderRequest, parse_arguments
from resampler.render import render
from tests.pychang.signals import vowel

_FINE_FFT = 1 << 18  # a sixth of a hertz


def asked(
    pitch: str, flags: str = "", offset: str = "50", length: str = "600", consonant: str = "50",
    cutoff: str = "50", volume: str = "100", modulation: str = "0", tempo: str = "!120", bend: str = "AA",
    velocity: str = "100",
) -> RenderRequest:  # fmt: skip
    """What a host asks for; on a vowel of 0.8 s neither stretched nor looped."""
    window = [offset, length, consonant, cutoff]
    return parse_arguments(
        ["in.wav", "out.wav", pitch, velocity, flags, *window, volume, modulation, tempo, bend]
    )


@cache
def recording(
    f0_hz: float, name: str = "a", breath_db: float | None = None, seconds: float = 0.8
) -> tuple[FloatArray, Analysis]:
    wave = vowel(f0_hz, name, seconds, breath_db)
    return wave, analyse(wave)


def sung(source: tuple[FloatArray, Analysis], request: RenderRequest) -> FloatArray:
    wave, analysis = source
    return render(request, analysis, wave, ClassicEngine())


def partial_levels_db(wave: FloatArray, f0_hz: float, top_hz: float = 8000.0) -> FloatArray:
    """Level of partials 1.. up to a frequency in the middle 0.4 s of a steady note. Shape [partials]."""
    middle = np.asarray(wave[len(wave) // 2 - 8820 : len(wave) // 2 + 8820], float) * np.hanning(17640)
    fine = np.abs(np.fft.rfft(middle, _FINE_FFT))
    bins = np.rint(np.arange(1, int(top_hz / f0_hz) + 1) * f0_hz * _FINE_FFT / SAMPLE_RATE_HZ).astype(int)
    return np.asarray(20 * np.log10(fine[bins] / 4410 + 1e-12))


def noise_between_partials_db(wave: FloatArray, f0_hz: float, low_hz: float, high_hz: float) -> float:
    """Mean level of the spectrum's bins at least a quarter of the way from one partial to the next."""
    inside = np.asarray(wave[2205:-2205], float)
    power = np.abs(np.fft.rfft(inside * np.blackman(len(inside)))) ** 2
    hz = np.fft.rfftfreq(len(inside), 1 / SAMPLE_RATE_HZ)
    between = np.abs(hz / f0_hz - np.rint(hz / f0_hz)) > 0.25
    return float(np.mean(10 * np.log10(power[between & (hz > low_hz) & (hz < high_hz)] + 1e-30)))
