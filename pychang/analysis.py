"""A recording taken apart: pitch, glottal phase, partials and what they leave over."""

from dataclasses import dataclass

import numpy as np

from pychang.arrays import ComplexArray, FloatArray, IntArray
from pychang.balance import log_too_loud
from pychang.breath import noise_and_tone, noise_bands
from pychang.glottis import drift_turns, log_amplitude, minimum_phase, pulse_turns
from pychang.harmonics import (
    analyse_harmonics,
    frame_phase,
    harmonic_count,
    sample_phase,
    synthesise,
)
from pychang.onset import heard_pitch
from pychang.own_breath import own_breath
from pychang.pitch import continuous_f0, estimate_pitch, hann_mean
from pychang.pulsing import pulse_tables
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

ANALYSIS_VERSION = 12
"""Part of every cache key: raise it whenever an analysis would come out different."""

_TRACKED_PARTIALS = 8
_PASSES = 3
_TURN_HALF_WIDTH = 5  # frames


@dataclass(frozen=True)
class Analysis:
    """One recording at 44.1 kHz. Frame i is centred on sample i * HOP_SAMPLES.

    Attributes:
        f0_hz: 0 where unvoiced. Shape [frames].
        voicing: Gain of the harmonic part, soft at its borders, 0..1. Shape [frames].
        phase_cycles: Glottal phase (whole at each pulse), rising through unvoiced parts too. [frames].
        log_amplitudes: Natural log of each partial's amplitude, before `voicing` is applied;
            unvoiced frames hold their nearest voiced one's, here and below. Shape [frames, partials].
        tract_phase: Minimum phase of the amplitudes, radians. Shape [frames, partials].
        deviation: Unit phasors: measured phase less tract phase less pulse. Shape [frames, partials].
        residual: Recording less its partials. Shape [samples].
        log_noise: Natural log of the residual's amplitude in each partial's band, in half precision as
            the next two; less where it and the partials cancel. Shape [frames, partials].
        log_missing: What to add to it to have the recording's noise: the partials took up the rest.
            Shape [frames, partials].
        log_tone: What to add to `log_amplitudes` to be rid of that rest, and of what cancels. Shape
            [frames, partials].
        breath: The recording's own breath, evened out within the cycle (`pychang.own_breath`). [samples].
        pulsing: How the residual's power moves within the cycle (`pychang.pulsing`). Shape [frames, 2].
        peak: Largest absolute sample of the recording.
    """

    f0_hz: FloatArray
    voicing: FloatArray
    phase_cycles: FloatArray
    log_amplitudes: FloatArray
    tract_phase: FloatArray
    deviation: ComplexArray
    residual: FloatArray
    log_noise: FloatArray
    log_missing: FloatArray
    log_tone: FloatArray
    breath: FloatArray
    pulsing: ComplexArray
    peak: float

    @property
    def duration_s(self) -> float:
        return len(self.residual) / SAMPLE_RATE_HZ

    @property
    def continuous_f0_hz(self) -> FloatArray:
        """f0 as the phase has it, without gaps. Shape [frames]."""
        return np.gradient(self.phase_cycles) * (SAMPLE_RATE_HZ / HOP_SAMPLES)

    def own_hz_at(self, source_frames: FloatArray) -> FloatArray:
        """`continuous_f0_hz` read between its frames, ends held. Shape of `source_frames`."""
        return np.interp(source_frames, np.arange(len(self.phase_cycles)), self.continuous_f0_hz)

    @property
    def mean_f0_hz(self) -> float:
        """Mean of the voiced frames, 0 if there is none (the average a `.frq` header holds)."""
        voiced = self.f0_hz[self.f0_hz > 0]
        return float(voiced.mean()) if len(voiced) else 0.0


def analyse(
    samples: FloatArray, hint_hz: FloatArray | None = None, named_hz: float | None = None
) -> Analysis:
    """Take a recording apart.

    Args:
        samples: Mono wave at 44.1 kHz, finite. Shape [samples].
        hint_hz: A `.frq` file's f0 on our frames; a candidate, never believed unchecked. [frames].
        named_hz: Of the note that the recording's name tells; decides between octaves at most.
    """
    samples = np.asarray(samples, dtype=np.float32)
    pitch = heard_pitch(samples, estimate_pitch(samples, hint_hz, named_hz=named_hz))
    f0, voicing = pitch.f0_hz, pitch.voicing
    if not f0.any():
        return _unvoiced(samples, len(f0))
    filled = continuous_f0(f0)
    count = harmonic_count(float(f0[f0 > 0].min()))
    phase = frame_phase(filled)
    for _ in range(2):
        low = analyse_harmonics(samples, phase, filled, min(count, _TRACKED_PARTIALS))
        phase, filled = _turned(phase, filled, drift_turns(low, voicing))
    phase, filled = _on_the_pulse(samples, phase, filled, voicing, count)
    count = harmonic_count(float(filled[voicing > 0].min()))
    at_samples = sample_phase(phase, len(samples))
    amplitudes, residual = _take_out(samples, at_samples, phase, filled, voicing, count)
    logs = log_amplitude(amplitudes)
    tract = minimum_phase(logs, filled)
    deviation = np.exp(1j * (np.angle(amplitudes) - tract)).astype(np.complex64)
    noise = noise_bands(residual, filled, count)
    tables = noise_and_tone(samples, amplitudes, noise, phase, filled, voicing)
    tables = tables.softer(by=log_too_loud(samples, residual, noise, filled, voicing))
    pulsing = pulse_tables(residual, at_samples, voicing)
    breath = own_breath(residual, amplitudes, tables, pulsing, at_samples, filled, voicing)
    nearest = _nearest_voiced(voicing)
    return Analysis(
        f0_hz=np.where(f0 > 0, filled, 0.0), voicing=voicing, phase_cycles=phase,
        log_amplitudes=logs[nearest], tract_phase=tract[nearest], deviation=deviation[nearest],
        residual=residual, log_noise=tables.log_noise.astype(np.float16),
        log_missing=tables.log_missing[nearest].astype(np.float16),
        log_tone=tables.log_tone[nearest].astype(np.float16),
        breath=breath, pulsing=pulsing, peak=float(np.max(np.abs(samples))),
    )  # fmt: skip


def _unvoiced(samples: FloatArray, frames: int) -> Analysis:
    """A recording without voice: everything is residual; one partial, silent, keeps shapes alike."""
    flat = np.full((frames, 1), np.log(1e-7), np.float32)
    none = np.zeros_like(flat, np.float16)
    return Analysis(
        f0_hz=np.zeros(frames), voicing=np.zeros(frames), phase_cycles=np.arange(frames, dtype=float),
        log_amplitudes=flat, tract_phase=np.zeros_like(flat), deviation=np.ones_like(flat, np.complex64),
        residual=samples, log_noise=none, log_missing=none, log_tone=none,
        breath=np.zeros_like(samples), pulsing=np.zeros((frames, 2), np.complex64),
        peak=float(np.max(np.abs(samples), initial=0.0)),
    )  # fmt: skip


def _take_out(
    samples: FloatArray, at_samples: FloatArray, phase: FloatArray, f0: FloatArray, voicing: FloatArray,
    count: int,
) -> tuple[ComplexArray, FloatArray]:  # fmt: skip
    """Measure the partials and take them out, again and again: each pass finds what the last one's
    window was too long to follow (onsets, glides). Returns (amplitudes, residual)."""
    gain = voicing[:, None].astype(np.float32)
    amplitudes: ComplexArray = np.zeros((len(phase), count), np.complex64)
    residual = samples
    for _ in range(_PASSES):
        amplitudes = amplitudes + analyse_harmonics(residual, phase, f0, count)
        residual = samples - synthesise(amplitudes * gain, at_samples)
    return amplitudes, residual


def _nearest_voiced(voicing: FloatArray) -> IntArray:
    """Return each frame's nearest frame with any voice. Shape [frames]."""
    voiced = np.flatnonzero(voicing > 0)
    after = np.clip(np.searchsorted(voiced, np.arange(len(voicing))), 0, len(voiced) - 1)
    before = np.maximum(after - 1, 0)
    index = np.arange(len(voicing))
    closer = np.abs(voiced[before] - index) < np.abs(voiced[after] - index)
    return voiced[np.where(closer, before, after)]


def _on_the_pulse(
    samples: FloatArray, phase: FloatArray, f0: FloatArray, voicing: FloatArray, count: int
) -> tuple[FloatArray, FloatArray]:
    """Turn the phase so that pulses fall on whole cycles."""
    amplitudes = analyse_harmonics(samples, phase, f0, count)
    tract = minimum_phase(log_amplitude(amplitudes), f0)
    return _turned(phase, f0, hann_mean(pulse_turns(amplitudes, tract, voicing), _TURN_HALF_WIDTH))


def _turned(phase: FloatArray, f0: FloatArray, turns: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Add turns (cycles) to a phase. Returns the phase and its f0, kept near the one before."""
    phase = phase + turns
    refined = np.gradient(phase) * (SAMPLE_RATE_HZ / HOP_SAMPLES)
    return phase, np.clip(refined, 0.8 * f0, 1.25 * f0)
