"""The classic engine's picture of a note: the recording's own partials at the wanted pitch, and its noise.

Amplitudes and phases are read from between the recording's partials at the wanted ones' frequencies;
the phase itself follows the wanted pitch. Within five cents of the recording's own pitch it is pulled to
the recording's phase, so that a note sung as recorded is the recording.
"""

from dataclasses import dataclass

import numpy as np

from pychang.analysis import Analysis
from pychang.arrays import ComplexArray, FloatArray
from pychang.glottis import at_positions
from pychang.harmonics import TOP_HZ, harmonic_count, sample_phase, synthesise
from pychang.note import NotePlan
from pychang.residual import move_residual
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

PULL_CENTS = 5.0
"""Most the wanted pitch is bent to meet the recording's phase: below what is heard."""

_FADE_CENTS = 7.0
_HOLD_SMOOTHING_FRAMES = 25  # 125 ms


@dataclass(frozen=True)
class Picture:
    """The two parts of a note. `harmonic` and `noise`: waves, float32, shape [samples]."""

    harmonic: FloatArray
    noise: FloatArray

    @property
    def wave(self) -> FloatArray:
        return self.harmonic + self.noise


def draw(analysis: Analysis, plan: NotePlan) -> Picture:
    """Draw the harmonic and the noise part of a note."""
    level = 10.0 ** (plan.level_db / 20.0)
    voicing = np.interp(plan.source_frames, np.arange(len(analysis.voicing)), analysis.voicing)
    noise = move_residual(
        analysis.residual, plan.source_frames, level * 10.0 ** (plan.breath_gain_db * voicing / 20.0),
        plan.samples, plan.formant_ratio, plan.seed,
    )  # fmt: skip
    if not voicing.any():
        return Picture(np.zeros_like(noise), noise)
    amplitudes = partials(analysis, plan) * level[:, None]
    phase = wanted_phase(analysis, plan, voicing)
    return Picture(synthesise(amplitudes, sample_phase(phase, plan.samples)), noise)


def partials(analysis: Analysis, plan: NotePlan) -> ComplexArray:
    """Return the complex amplitude of every wanted partial. Shape [frames, partials]."""
    logs, tract, deviation, source_f0 = _at_source(analysis, plan.source_frames)
    held = _held(plan)
    if held.any():
        logs = _steady(logs, held)
        tract = _blend(tract, _smoothed(tract), held)
        deviation = _blend(deviation, _smoothed(deviation), held)
    count = harmonic_count(float(plan.f0_hz.min()))
    wanted_hz = np.arange(1, count + 1)[None] * plan.f0_hz[:, None]
    position = wanted_hz / (source_f0 * plan.formant_ratio)[:, None] - 1.0
    log_wanted = at_positions(logs, position)
    # fewer partials share the power when the pitch rises
    log_wanted += 0.5 * np.log(plan.f0_hz / source_f0)[:, None]
    if plan.tilt_db_per_octave:
        log_wanted = _tilted(log_wanted, plan.tilt_db_per_octave)
    turn = at_positions(deviation, position)
    turn /= np.abs(turn) + 1e-9
    result = np.exp(log_wanted + 1j * at_positions(tract, position)) * turn
    result[wanted_hz > TOP_HZ] = 0
    return result.astype(np.complex64)


def _at_source(analysis: Analysis, frames: FloatArray) -> tuple[FloatArray, FloatArray, ComplexArray, FloatArray]:
    """Read the analysis between its frames: (log amplitudes, tract phase, deviation, f0)."""
    last = len(analysis.voicing) - 1
    at = np.clip(frames, 0, last)
    low = np.minimum(at.astype(np.int64), max(last - 1, 0))
    high = np.minimum(low + 1, last)
    part = (at - low).astype(np.float32)[:, None]

    def between(rows: FloatArray) -> FloatArray:
        return rows[low] + part * (rows[high] - rows[low])

    f0 = analysis.continuous_f0_hz
    source_f0 = f0[low] + part[:, 0] * (f0[high] - f0[low])
    return (
        between(analysis.log_amplitudes), between(analysis.tract_phase),
        between(analysis.deviation), source_f0,
    )  # fmt: skip


def _held(plan: NotePlan) -> FloatArray:
    """How much a frame is held rather than played: 0 at speeds above 0.6, 1 below 0.3. [frames]."""
    return np.clip((0.6 - np.abs(plan.speed)) / 0.3, 0.0, 1.0)


def _steady(logs: FloatArray, held: FloatArray) -> FloatArray:
    """Smooth held amplitudes over 125 ms and take out the level's own swing (heard as throbbing)."""
    smooth = _smoothed(logs)
    power = 0.5 * np.log(np.exp(2 * smooth).sum(1) + 1e-12)
    weight = held / held.sum()
    flat = np.clip(float(weight @ power) - power, -0.7, 0.7)  # at most 6 dB
    return _blend(logs, smooth + flat[:, None].astype(np.float32), held)


def _smoothed(rows: FloatArray) -> FloatArray:
    """Mean over a Hann window in time, ends held."""
    half = min(_HOLD_SMOOTHING_FRAMES // 2, len(rows) - 1)
    window = np.hanning(2 * half + 3)[1:-1].astype(np.float32)
    window /= window.sum()
    padded = np.concatenate([np.repeat(rows[:1], half, 0), rows, np.repeat(rows[-1:], half, 0)])
    out = np.zeros_like(rows)
    for i, gain in enumerate(window):
        out += gain * padded[i : i + len(rows)]
    return out


def _blend(a: FloatArray, b: FloatArray, weight: FloatArray) -> FloatArray:
    w = weight[:, None].astype(np.float32)
    return a + w * (b - a)


def _tilted(logs: FloatArray, tilt_db_per_octave: float) -> FloatArray:
    """Tilt the spectrum over the partials' numbers and keep the power of the frame."""
    octaves = np.log2(np.arange(1, logs.shape[1] + 1))
    tilt = np.minimum(octaves, 5.0) * tilt_db_per_octave * (np.log(10) / 20)
    before = np.exp(2 * logs).sum(1, keepdims=True)
    bent = logs + tilt[None].astype(np.float32)
    after = np.exp(2 * bent).sum(1, keepdims=True)
    return bent + 0.5 * np.log((before + 1e-20) / (after + 1e-20))


def wanted_phase(analysis: Analysis, plan: NotePlan, voicing: FloatArray) -> FloatArray:
    """Integrate the wanted pitch, pulled to the recording's phase where both pitches nearly agree.

    Args:
        voicing: The recording's voicing at every output frame. Shape [frames].

    Returns:
        Phase in cycles at every output frame. Shape [frames].
    """
    source = np.interp(plan.source_frames, np.arange(len(analysis.phase_cycles)), analysis.phase_cycles)
    f0 = plan.f0_hz
    step = 0.5 * (f0[1:] + f0[:-1]) * HOP_SAMPLES / SAMPLE_RATE_HZ
    own = np.maximum(np.diff(source), 1e-6)
    apart = np.abs(1200 * np.log2(step / own))
    strength = np.clip((PULL_CENTS + _FADE_CENTS - apart) / _FADE_CENTS, 0.0, 1.0) * (voicing[1:] > 0)
    most = step * (2 ** (PULL_CENTS / 1200) - 1)
    phase = np.empty(len(f0))
    phase[0] = source[0]
    for i in range(len(step)):
        phase[i + 1] = phase[i] + step[i]
        gap = source[i + 1] - phase[i + 1]
        gap -= round(gap)
        if voicing[i] == 0:  # nothing sounds: meet the recording at the next onset
            phase[i + 1] += gap
        elif strength[i] > 0:
            phase[i + 1] += strength[i] * min(max(0.5 * gap, -most[i]), most[i])
    return phase
