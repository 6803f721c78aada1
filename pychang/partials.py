"""The partials of a note, read from between the recording's own.

Amplitude and phase of each wanted partial come from the recording's partials on either side of its
frequency. What would be heard as unsteadiness is left out: the phases' fast movement at another pitch,
the level's swing in a held vowel.
"""

import numpy as np

from pychang.analysis import Analysis
from pychang.arrays import AnyArray, ComplexArray, FloatArray
from pychang.breath import power_taken_up, smoothed, weighted_mean
from pychang.glottis import at_frames, at_positions, curve_at_positions
from pychang.harmonics import TOP_HZ, harmonic_count
from pychang.life import own_movement
from pychang.note import NotePlan

HOLD_SMOOTHING_FRAMES = 25
"""Over which a held vowel is evened out: 125 ms."""

_SHIFT_SMOOTHING_FRAMES = 33  # 165 ms: less is heard as jitter of the pitch
_SMOOTHED_SEMITONES = 10.0
_MOST_SMOOTHING_UP, _MOST_SMOOTHING_DOWN = 0.5, 2.0  # up, more lowers clean formants by over 2 dB
_FIRST_FORMANT_HZ = 500.0, 1000.0
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
    source_f0 = analysis.own_hz_at(source)
    held = plan.held
    # loud frames lend their phase to the few at an onset, which are too short to be measured well
    loudness = np.exp(2 * logs).sum(1) * voicing**2 + 1e-9
    deviation = _blend(weighted_mean(deviation, _SHIFT_SMOOTHING_FRAMES, loudness), deviation, coherence)
    tract = _blend(weighted_mean(tract, _SHIFT_SMOOTHING_FRAMES, loudness), tract, coherence)
    if held.any():
        moves = own_movement(analysis.log_amplitudes, source, held, plan.seed)
        logs = _enlivened(_steady(logs, held), moves)
        tract = _blend(tract, smoothed(tract, HOLD_SMOOTHING_FRAMES), held)
        deviation = _blend(deviation, smoothed(deviation, HOLD_SMOOTHING_FRAMES), held)
    logs += 0.5 * np.log1p(changed[:, None].astype(np.float32) * np.expm1(2.0 * log_tone))
    logs = without_detail(logs, source_f0, plan.f0_hz)
    count = harmonic_count(float(plan.f0_hz.min()))
    wanted_hz = np.arange(1, count + 1)[None] * plan.f0_hz[:, None]
    position = wanted_hz / (source_f0 * plan.formant_ratio)[:, None] - 1.0
    log_wanted = curve_at_positions(logs, position)
    # fewer partials share the power when the pitch rises
    log_wanted += 0.5 * np.log(plan.f0_hz / source_f0)[:, None]
    if plan.tilt_db_per_octave:
        log_wanted = _tilted(log_wanted, plan.tilt_db_per_octave)
    turn = at_positions(deviation, position)
    turn /= np.abs(turn) + 1e-9
    result = np.exp(log_wanted + 1j * at_positions(tract, position)) * turn
    result[wanted_hz > TOP_HZ] = 0
    return result.astype(np.complex64)


def breath_in_partials(analysis: Analysis, source_frames: FloatArray) -> FloatArray:
    """Return the power of the noise that the partials took up, moment by moment: what they lose is what
    the fresh noise gains. On average it is what the residual lacks.

    Args:
        source_frames: Where to read, in analysis frames. Shape [frames].

    Returns:
        Shape [frames, partials].
    """
    last = len(analysis.log_amplitudes) - 1
    first, final = (int(np.clip(at, 0, last)) for at in (source_frames.min(), source_frames.max()))
    part = slice(first, final + 2)  # of a long recording a note reads but little
    amplitudes = np.exp(analysis.log_amplitudes[part])
    power = power_taken_up(amplitudes, analysis.log_missing[part], analysis.log_tone[part])
    return at_frames(power, source_frames - first)


def without_detail(logs: FloatArray, own_hz: FloatArray, wanted_hz: FloatArray) -> FloatArray:
    """Smooth over the partials, the more the farther the note is from the recording's pitch.

    Ups and downs from one partial to the next belong to the pitch they were sung at, but for those that
    the first formant makes. (Measured on one singer's notes 3 to 29 semitones apart; smoothed as much at
    every distance they come no nearer, and a note that is moved a fifth and back loses its formants.)

    Args:
        logs: Shape [frames, partials].
        own_hz: Of the recording. Shape [frames].
        wanted_hz: Shape [frames].

    Returns:
        Shape [frames, partials].
    """
    semitones = 12.0 * np.log2(wanted_hz / own_hz)
    most = np.where(semitones > 0, _MOST_SMOOTHING_UP, _MOST_SMOOTHING_DOWN)
    amount = np.minimum((semitones / _SMOOTHED_SEMITONES) ** 2, most)
    once = _smoothed_over_partials(logs)
    smooth = _blend(logs, once, np.minimum(amount, 1.0))
    if amount.max() > 1.0:
        smooth = _blend(smooth, _smoothed_over_partials(once), np.maximum(amount - 1.0, 0.0))
    low, high = _FIRST_FORMANT_HZ
    hz = np.arange(1, logs.shape[1] + 1)[None] * own_hz[:, None]
    share = np.clip((hz - low) / (high - low), 0.0, 1.0).astype(np.float32)
    return logs + share * (smooth - logs)


def _steady(logs: FloatArray, held: FloatArray) -> FloatArray:
    """Smooth held amplitudes over 125 ms and take out the level's own swing (heard as throbbing)."""
    smooth = smoothed(logs, HOLD_SMOOTHING_FRAMES)
    power = _log_level(smooth)[:, 0]
    weight = held / held.sum()
    flat = np.clip(float(weight @ power) - power, -_MOST_FLATTENING, _MOST_FLATTENING)
    return _blend(logs, smooth + flat[:, None].astype(np.float32), held)


def _enlivened(logs: FloatArray, moves: FloatArray) -> FloatArray:
    """Move held amplitudes; the level stays, which would be heard as throbbing."""
    moved = logs + moves
    return moved + _log_level(logs) - _log_level(moved)


def _log_level(logs: FloatArray) -> FloatArray:
    """Natural log of each frame's amplitude. Shapes [frames, partials] -> [frames, 1]."""
    return 0.5 * np.log(np.exp(2 * logs).sum(1, keepdims=True) + 1e-12)


def _smoothed_over_partials(logs: FloatArray) -> FloatArray:
    """Mean log amplitude over five neighbouring partials, the middle counting most; slopes stay."""
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
