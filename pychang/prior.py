"""The classic engine's picture of a note: the recording's own partials at the wanted pitch, and its noise.

Amplitudes and phases are read from between the recording's partials at the wanted ones' frequencies;
the phase itself follows the wanted pitch. Within five cents of the recording's own pitch it is pulled to
the recording's phase, so that a note sung as recorded is the recording.
"""

from dataclasses import dataclass

import numpy as np

from pychang.analysis import Analysis
from pychang.arrays import FloatArray
from pychang.harmonics import sample_phase, synthesise
from pychang.note import NotePlan
from pychang.partials import partials
from pychang.phase import wanted_phase
from pychang.residual import move_residual, shape_noise
from pychang.units import HOP_SAMPLES

_HELD_CALM = 0.7


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
    phase, coherence = wanted_phase(analysis, plan, voicing)
    noise = _noise(analysis, plan, voicing, coherence) * _at_samples(
        level * 10.0 ** (plan.breath_gain_db * voicing / 20.0), plan
    )
    if not voicing.any():
        return Picture(np.zeros(plan.samples, np.float32), noise[plan.lead_samples :])
    amplitudes = partials(analysis, plan, coherence, voicing) * (level * voicing)[:, None]
    harmonic = synthesise(amplitudes, sample_phase(phase, plan.samples + plan.lead_samples))
    return Picture(harmonic[plan.lead_samples :], noise[plan.lead_samples :])


def _noise(analysis: Analysis, plan: NotePlan, voicing: FloatArray, coherence: FloatArray) -> FloatArray:
    """The recording's own noise where it fits the note, fresh noise like it in voice at another pitch.

    Shape [lead_samples + samples].
    """
    samples = plan.samples + plan.lead_samples
    own = move_residual(analysis.residual, plan.source_frames, samples, plan.formant_ratio, plan.seed)
    foreign = voicing * (1.0 - coherence)
    if not foreign.any():
        return own
    fresh = shape_noise(
        analysis.residual, plan.source_frames, analysis.mean_f0_hz, samples, plan.formant_ratio, plan.seed
    )
    ratio = _breath_ratio(analysis, plan)
    # two noises that know nothing of each other: their powers add
    return own * _at_samples(np.sqrt(1.0 - foreign), plan) + fresh * _at_samples(
        np.sqrt(foreign) * ratio, plan
    )


def _breath_ratio(analysis: Analysis, plan: NotePlan) -> FloatArray:
    """How much louder than the residual the fresh noise is to be. Shape [frames].

    At the recording's own pitch the partials still carry what they took up of the breath.
    """
    frames = np.arange(len(analysis.breath_ratio))
    ratio = np.interp(plan.source_frames, frames, analysis.breath_ratio)
    own_hz = np.interp(plan.source_frames, frames, analysis.continuous_f0_hz)
    moved = np.clip(np.abs(12 * np.log2(plan.f0_hz / own_hz)), 0.0, 1.0)
    # a held vowel's breath is kept calmer: its chance swings would be heard as clicks
    return 1.0 + (ratio - 1.0) * moved * (1.0 - _HELD_CALM * plan.held)


def _at_samples(gains: FloatArray, plan: NotePlan) -> FloatArray:
    """Spread a gain per frame over the samples. Shape [lead_samples + samples]."""
    index = np.arange(plan.samples + plan.lead_samples) / HOP_SAMPLES
    return np.interp(index, np.arange(len(gains)), gains).astype(np.float32)
