"""The partials of a note, read from between the recording's own.

Amplitude and phase of each wanted partial come from the recording's partials on either side of its
frequency. What would be heard as unsteadiness is left out: the phases' fast movement at another pitch,
the level's swing in a held vowel.
"""

import numpy as np

from pychang.analysis import Analysis
from pychang.arrays import AnyArray, ComplexArray, FloatArray
from pychang.breath import smoothed
from pychang.glottis import at_frames, at_positions
from pychang.harmonics import TOP_HZ, harmonic_count
from pychang.note import NotePlan

HOLD_SMOOTHING_FRAMES = 25
"""Over which a held vowel is evened out: 125 ms."""

_SHIFT_SMOOTHING_FRAMES = 25  # 125 ms: less is heard as jitter of the pitch
_LOWERED_SEMITONES = 3.0
_PARTIALS_MEAN = 5
_MOST_FLATTENING = 1.4  # nepers, 12 dB: silence at the end of a vowel is not to be blown up


def partials(
    analysis: Analysis, plan: NotePlan, coherence: FloatArray, changed: FloatArray, voicing: FloatArray
) -> ComplexArray:
    """Return the complex amplitude of every wanted partial.

    Args:
        coherence: 1 where the phase is the recording's own, 0 where it is not: there the phase
            deviations' fast part, which would be heard as jitter of the pitch, is left out. [frames].
        changed: How far fresh noise takes the place of what the partials took up of it. Shape [frames].
        voicing: The recording's voicing at every output frame. Shape [frames].

    Returns:
        Shape [frames, partials].
    """
    source = plan.source_frames
    logs, tract = at_frames(analysis.log_amplitudes, source), at_frames(analysis.tract_phase, source)
    deviation, log_tone = at_frames(analysis.deviation, source), at_frames(analysis.log_tone, source)
    source_f0 = np.interp(source, np.arange(len(analysis.f0_hz)), analysis.continuous_f0_hz)
    held = plan.held
    # loud frames lend their phase to the few at an onset, which are too short to be measured well
    loudness = np.exp(2 * logs).sum(1) * voicing**2 + 1e-9
    deviation = _blend(_weighted_mean(deviation, _SHIFT_SMOOTHING_FRAMES, loudness), deviation, coherence)
    tract = _blend(_weighted_mean(tract, _SHIFT_SMOOTHING_FRAMES, loudness), tract, coherence)
    if held.any():
        logs = _steady(logs, held)
        tract = _blend(tract, smoothed(tract, HOLD_SMOOTHING_FRAMES), held)
        deviation = _blend(deviation, smoothed(deviation, HOLD_SMOOTHING_FRAMES), held)
    logs += 0.5 * np.log1p(changed[:, None].astype(np.float32) * np.expm1(2.0 * log_tone))
    lowered = np.clip((12 * np.log2(source_f0 / plan.f0_hz) - 1.0) / _LOWERED_SEMITONES, 0.0, 1.0)
    logs = _blend(logs, _smoothed_over_partials(logs), lowered)
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


def _steady(logs: FloatArray, held: FloatArray) -> FloatArray:
    """Smooth held amplitudes over 125 ms and take out the level's own swing (heard as throbbing)."""
    smooth = smoothed(logs, HOLD_SMOOTHING_FRAMES)
    power = 0.5 * np.log(np.exp(2 * smooth).sum(1) + 1e-12)
    weight = held / held.sum()
    flat = np.clip(float(weight @ power) - power, -_MOST_FLATTENING, _MOST_FLATTENING)
    return _blend(logs, smooth + flat[:, None].astype(np.float32), held)


def _weighted_mean(rows: AnyArray, width: int, weights: FloatArray) -> AnyArray:
    """`smoothed`, each frame counting by its weight. Shapes [frames, partials], [frames]."""
    weight = weights.astype(np.float32)[:, None]
    return smoothed(rows * weight, width) / smoothed(weight, width)


def _smoothed_over_partials(logs: FloatArray) -> FloatArray:
    """Mean log amplitude over five neighbouring partials, the middle counting most; slopes stay.

    Sung lower, partials lie closer than the recording's: its own ups and downs from one to the next
    are then no envelope any more. (Measured on sung notes 3 to 29 semitones apart: 5 % nearer.)
    """
    count = logs.shape[1]
    if count < _PARTIALS_MEAN:
        return logs
    padded = np.pad(logs, ((0, 0), (2, 2)), mode="reflect", reflect_type="odd")
    mean = np.zeros_like(logs)
    for i, gain in enumerate((1, 2, 3, 2, 1)):
        mean += np.float32(gain / 9) * padded[:, i : i + count]
    return mean


def _blend(a: AnyArray, b: AnyArray, weight: FloatArray) -> AnyArray:
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
