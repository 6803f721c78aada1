"""Signals whose pitch, partials and noise are known, and measures that owe nothing to the engine."""

import numpy as np
from numpy.typing import NDArray

from pychang.analysis import Analysis
from pychang.arrays import FloatArray
from pychang.harmonics import frame_phase
from pychang.note import NotePlan, frames_for
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from voicebank_tools.demo_voice import synthesise_vowel


def vowel(
    f0_hz: float | FloatArray, name: str = "a", seconds: float = 0.6, breath_db: float | None = None
) -> NDArray[np.float32]:
    """A steady vowel of the demo voice, or one that follows a curve of f0 [samples]."""
    curve = f0_hz if isinstance(f0_hz, float) else np.asarray(f0_hz, dtype=float)
    return synthesise_vowel(curve, name, duration_s=seconds, breath_db=breath_db).astype(np.float32)


def white(samples: int, level_db: float = -20.0, seed: int = 0) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).standard_normal(samples)
    return np.asarray(noise * 10 ** (level_db / 20), np.float32)


def filtered(wave: FloatArray, from_hz: float, gain_db: float) -> NDArray[np.float64]:
    """The wave with everything from a frequency on raised by a gain."""
    spectrum = np.fft.rfft(wave)
    raised = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE_HZ) >= from_hz
    return np.fft.irfft(spectrum * np.where(raised, 10 ** (gain_db / 20), 1.0), len(wave))


def syllable(f0_hz: float = 220.0, silence_s: float = 0.1, noise_s: float = 0.12) -> NDArray[np.float32]:
    """Silence, a hiss, a vowel, silence: every kind of sound a recording holds."""
    quiet = np.zeros(round(silence_s * SAMPLE_RATE_HZ), np.float32)
    hiss = white(round(noise_s * SAMPLE_RATE_HZ), -30.0, seed=5)
    sung = vowel(f0_hz, seconds=0.5, breath_db=-30.0)
    fade = np.minimum(1.0, np.minimum(np.arange(len(sung)), np.arange(len(sung))[::-1]) / 1500.0)
    return np.concatenate([quiet, hiss, sung * fade.astype(np.float32), quiet])


def times_s(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ


def at_frames(curve: FloatArray, frames: int) -> FloatArray:
    """Read a curve of samples at the analysis' frames, the end held."""
    return np.asarray(curve[np.minimum(np.arange(frames) * HOP_SAMPLES, len(curve) - 1)])


def power_db(wave: FloatArray) -> float:
    return float(10 * np.log10(np.mean(np.square(wave, dtype=np.float64)) + 1e-30))


def error_db(wave: FloatArray, truth: FloatArray) -> float:
    """Level of what differs, relative to the truth."""
    return power_db(np.asarray(wave, float) - truth) - power_db(truth)


def spectrum_db(wave: FloatArray, low_hz: float, high_hz: float) -> float:
    """Power of a band in decibels (Hann window over the whole wave)."""
    power = np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2
    hz = np.fft.rfftfreq(len(wave), 1 / SAMPLE_RATE_HZ)
    return float(10 * np.log10(power[(hz >= low_hz) & (hz < high_hz)].sum() / len(wave) ** 2 + 1e-30))


def cents_off(wave: FloatArray, wanted_hz: float | FloatArray) -> FloatArray:
    """How far a wave's pitch is from the wanted one, each 5 ms [frames], by the turning of its strongest
    low partial against the wanted phase. The first and the last 30 ms are left out."""
    wanted = np.broadcast_to(np.asarray(wanted_hz, float), len(wave))
    phase = np.cumsum(wanted) / SAMPLE_RATE_HZ
    window = np.hanning(round(4 * SAMPLE_RATE_HZ / wanted.min()))
    still = [_still(wave * np.exp(-2j * np.pi * k * phase), window) for k in range(1, 6)]
    k = int(np.argmax([np.mean(np.abs(one)) for one in still]))
    edge = round(0.03 * SAMPLE_RATE_HZ)
    turns = np.unwrap(np.angle(still[k][edge:-edge:HOP_SAMPLES])) / (2 * np.pi * (k + 1))
    off_hz = np.diff(turns) * SAMPLE_RATE_HZ / HOP_SAMPLES
    return np.asarray(1200 * np.log2(1 + off_hz / wanted[edge:-edge:HOP_SAMPLES][1:]))


def _still(wave: NDArray[np.complexfloating], window: FloatArray) -> NDArray[np.complexfloating]:
    """Moving mean, by FFT. Shape kept."""
    size = len(wave) + len(window)
    turned = np.fft.ifft(np.fft.fft(wave, size) * np.fft.fft(window / window.sum(), size))
    return turned[len(window) // 2 : len(window) // 2 + len(wave)]


def straight_plan(
    samples: int, f0_hz: float, first_frame: float = 0.0, speed: float = 1.0, lead_samples: int = 0,
    formant_ratio: float = 1.0, breath_gain_db: float = 0.0, tilt_db_per_octave: float = 0.0, seed: int = 0,
) -> NotePlan:  # fmt: skip
    """A note on one pitch that runs through the recording at an even speed."""
    frames = frames_for(samples, lead_samples)
    return NotePlan(
        samples=samples, lead_samples=lead_samples, source_frames=first_frame + speed * np.arange(frames),
        f0_hz=np.full(frames, f0_hz),
        held=np.full(frames, float(abs(speed) < 0.5)), level_db=np.zeros(frames), formant_ratio=formant_ratio,
        breath_gain_db=breath_gain_db, tilt_db_per_octave=tilt_db_per_octave, seed=seed,
    )  # fmt: skip


def made_analysis(f0_hz: float | FloatArray, log_amplitudes: FloatArray) -> Analysis:
    """An analysis written by hand: pulses without a tract, voiced throughout. Shape [frames, partials]."""
    frames = len(log_amplitudes)
    f0 = np.broadcast_to(np.asarray(f0_hz, float), frames).copy()
    logs = log_amplitudes.astype(np.float32)
    return Analysis(
        f0_hz=f0, voicing=np.ones(frames), phase_cycles=frame_phase(f0), log_amplitudes=logs,
        tract_phase=np.zeros_like(logs), deviation=np.ones_like(logs, np.complex64),
        residual=np.zeros((frames - 1) * HOP_SAMPLES, np.float32),
        breath=np.zeros((frames - 1) * HOP_SAMPLES, np.float32),
        log_noise=np.full_like(logs, -16.0), log_missing=np.zeros_like(logs), log_tone=np.zeros_like(logs),
        pulsing=np.zeros((frames, 2), np.complex64), peak=1.0,
    )  # fmt: skip
