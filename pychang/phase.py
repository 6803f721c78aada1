"""The phase of a note: the wanted pitch integrated, and where it may the recording's own."""

import numpy as np

from pychang.analysis import Analysis
from pychang.arrays import FloatArray
from pychang.note import NotePlan
from pychang.pitch import hann_mean, voiced_runs
from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ

PULL_CENTS = 5.0
"""Most the mean of the wanted pitch is bent to meet the recording's phase: below what is heard."""

_FADE_CENTS = 7.0
_JITTER_CENTS = 25.0  # a single frame may leave the mean by as much, where the mean stays in the budget
_COHERENT_CENTS = 40.0


def wanted_phase(analysis: Analysis, plan: NotePlan, voicing: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Integrate the wanted pitch, pulled to the recording's phase where both pitches nearly agree.

    Args:
        voicing: The recording's voicing at every output frame. Shape [frames].

    Returns:
        Phase in cycles, and how far the voice is the recording's own (1: same pitch,
        whatever the speed; 0: another pitch, or held), at every output frame. Shapes [frames], [frames].
    """
    source = np.interp(plan.source_frames, np.arange(len(analysis.phase_cycles)), analysis.phase_cycles)
    f0 = plan.f0_hz
    step = 0.5 * (f0[1:] + f0[:-1]) * HOP_SAMPLES / SAMPLE_RATE_HZ
    apart = _cents_apart(step, np.maximum(np.diff(source), 1e-6), voicing[1:])
    strength = np.clip((PULL_CENTS + _FADE_CENTS - apart) / _FADE_CENTS, 0.0, 1.0)
    strength *= (voicing[1:] > 0) * (1.0 - plan.held[1:])
    free = _met(np.concatenate([[0.0], np.cumsum(step)]), source, strength, voicing)
    # nearly in reach is out of reach: a pull that cannot hold the phase only bends the pitch
    loose = np.clip(PULL_CENTS - apart, 0.0, 1.0)
    most_cents = PULL_CENTS + (_JITTER_CENTS - PULL_CENTS) * loose
    phase = _pulled(free, source, strength, step * (2 ** (most_cents / 1200) - 1))
    # at another speed the phase is the note's own, but the voice is still the recording's; held it is not
    own = analysis.own_hz_at(plan.source_frames)
    moved = _cents_apart(f0[1:], own[1:], voicing[1:])
    near = np.clip(1.5 - moved / _COHERENT_CENTS, 0.0, 1.0) * (1.0 - plan.held[1:])
    return phase, np.append(near, near[-1:])


def _met(free: FloatArray, source: FloatArray, strength: FloatArray, voicing: FloatArray) -> FloatArray:
    """Begin each sung stretch so that the part of it that can be pulled meets the recording's phase."""
    silent_from = 0
    for start, stop in voiced_runs(voicing):
        weight = np.append(strength, strength[-1:])[start:stop] + 1e-6
        gap = (source - free)[start:stop]
        turn = np.angle((weight * np.exp(2j * np.pi * gap)).sum()) / (2 * np.pi)
        # two frames early, in silence: the curve through the frames is smooth where it sounds
        free[max(start - 2, silent_from) :] += turn
        silent_from = stop
    return free


def _pulled(free: FloatArray, source: FloatArray, strength: FloatArray, most: FloatArray) -> FloatArray:
    """Follow `free` but step towards the nearest whole turn from `source`, by `most` cycles a frame."""
    phase = free.copy()
    lead = 0.0
    for i in range(len(strength)):
        if strength[i] > 0:
            gap = source[i + 1] - free[i + 1] - lead
            gap -= round(gap)
            lead += strength[i] * min(max(gap, -most[i]), most[i])
        phase[i + 1] = free[i + 1] + lead
    return phase


def _cents_apart(wanted: FloatArray, own: FloatArray, voicing: FloatArray) -> FloatArray:
    """Distance of two pitches, mean over 100 ms of voice: the recording's jitter is larger than the pull."""
    cents = np.clip(1200 * np.log2(wanted / own), -60.0, 60.0)
    return np.abs(hann_mean(cents * voicing, 10) / (hann_mean(voicing, 10) + 1e-3))
