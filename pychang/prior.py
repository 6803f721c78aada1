"""The classic engine's picture of a note: the recording's own partials at the wanted pitch, and its noise.

Amplitudes and phases are read from between the recording's partials at the wanted ones' frequencies;
the phase itself follows the wanted pitch. Within five cents of the recording's own pitch it is pulled to
the recording's phase, so that a note sung as recorded is the recording.
"""

from dataclasses import dataclass

import numpy as np

from pychang.analysis import Analysis
from pychang.arrays import FloatArray
from pychang.breath import smoothed
from pychang.glottis import at_frames, at_samples
from pychang.harmonics import sample_phase, synthesise
from pychang.note import NotePlan
from pychang.own_breath import own_share
from pychang.partials import HOLD_SMOOTHING_FRAMES, breath_in_partials, partials
from pychang.phase import wanted_phase
from pychang.pulsing import pulsed
from pychang.residual import below_the_voice, move_residual, shape_noise

_PUFFS = (0.25, 4.0)
_HELD_CHANGE = 0.3  # the rest stays in the even partials: fresh noise swings by chance, heard as clicks


@dataclass(frozen=True)
class Picture:
    """The two parts of a note. `harmonic` and `noise`: waves, float32, shape [samples]."""

    harmonic: FloatArray
    noise: FloatArray

    @property
    def wave(self) -> FloatArray:
        return self.harmonic + self.noise


def draw(analysis: Analysis, plan: NotePlan, as_moved: bool = False) -> Picture:
    """Draw the harmonic and the noise part of a note.

    Args:
        analysis: Of the recording.
        plan: What is wanted.
        as_moved: Treat a note at the recording's own pitch as any other: its recording then shows what
            a change of pitch costs (training asks so).
    """
    level = 10.0 ** (plan.level_db / 20.0)
    voicing = np.interp(plan.source_frames, np.arange(len(analysis.voicing)), analysis.voicing)
    samples = plan.lead_samples + plan.samples
    own = move_residual(analysis.residual, plan.source_frames, samples, plan.formant_ratio, plan.seed)
    if not voicing.any():
        noise = own * at_samples(level, samples)
        return Picture(np.zeros(plan.samples, np.float32), noise[plan.lead_samples :])
    phase, coherence = wanted_phase(analysis, plan, voicing)
    phase_at_samples = sample_phase(phase, samples)
    if as_moved:
        coherence = np.zeros_like(coherence)
    own_hz = analysis.own_hz_at(plan.source_frames)
    changed = np.ones_like(coherence) if as_moved else _changed(own_hz, plan, coherence)
    foreign = voicing * (1.0 - coherence)
    # two noises that know nothing of each other: their powers add
    kept = at_samples(np.sqrt(1.0 - foreign), samples)
    noise = own * kept
    if foreign.any():
        lowest_hz = float(np.minimum(own_hz, plan.f0_hz)[voicing > 0].min())
        noise += below_the_voice(own, lowest_hz) * (1.0 - kept)
        breath = _breath(analysis, plan, own_hz, changed)
        breath = pulsed(breath, phase_at_samples, at_frames(analysis.pulsing, plan.source_frames))
        noise += breath * at_samples(np.sqrt(foreign), samples)
    noise *= at_samples(level * 10.0 ** (plan.breath_gain_db * voicing / 20.0), samples)
    amplitudes = partials(analysis, plan, coherence, changed, voicing) * (level * voicing)[:, None]
    harmonic = synthesise(amplitudes, phase_at_samples)
    return Picture(harmonic[plan.lead_samples :], noise[plan.lead_samples :])


def _breath(analysis: Analysis, plan: NotePlan, own_hz: FloatArray, changed: FloatArray) -> FloatArray:
    """Even noise like a voice's, under a pitch that is not the recording's.

    The residual itself would be heard as a second voice. Where there is breath enough to be told from the
    tone it is the recording's own; else, and in a held vowel, which is to be steady, it is made anew.

    Args:
        own_hz: The recording's pitch there. Shape [frames].
        changed: How far it carries what the partials took up of the recording's. Shape [frames].

    Returns:
        Shape [lead_samples + samples].
    """
    samples = plan.samples + plan.lead_samples
    # between frames powers are mixed: a mean of two amplitudes would be too soft
    power = at_frames(np.exp(2.0 * analysis.log_noise.astype(np.float32)), plan.source_frames)
    power += changed[:, None].astype(np.float32) * breath_in_partials(analysis, plan.source_frames)
    held = plan.held[:, None].astype(np.float32)
    if held.any():
        power += held * (smoothed(power, HOLD_SMOOTHING_FRAMES) - power)
    # breath is let out in puffs, one a cycle: the higher the pitch the more of them
    puffs = np.clip(plan.f0_hz / own_hz, *_PUFFS).astype(np.float32)
    power *= puffs[:, None]
    own = changed * (1.0 - plan.held)
    if not own.any():
        return shape_noise(power, own_hz, samples, plan.formant_ratio, plan.seed)
    share = own_share(at_frames(analysis.log_tone, plan.source_frames))
    power *= 1.0 - own[:, None].astype(np.float32) * share
    fresh = shape_noise(power, own_hz, samples, plan.formant_ratio, plan.seed)
    moved = move_residual(analysis.breath, plan.source_frames, samples, plan.formant_ratio, plan.seed)
    return fresh + moved * at_samples(np.sqrt(own * puffs), samples)


def _changed(own_hz: FloatArray, plan: NotePlan, coherence: FloatArray) -> FloatArray:
    """How far a note is not the recording's: another pitch, or held. Shape [frames].

    A vowel that is only a little longer keeps the breath in its partials: it is the recording's there.
    """
    moved = np.clip(np.abs(12 * np.log2(plan.f0_hz / own_hz)), 0.0, 1.0)
    held = np.minimum(_HELD_CHANGE, 1.5 * _HELD_CHANGE * plan.held)
    return np.maximum(moved, held) * (1.0 - coherence)
