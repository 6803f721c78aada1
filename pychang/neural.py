"""The neural engine: the classic engine's picture of a note, corrected by the generator.

The network changes levels only: both waves keep their phase, and with gains of 0 dB, as an untrained network
gives, the note is the classic engine's bit for bit.
"""

from dataclasses import dataclass

import numpy as np

from pychang.analysis import Analysis
from pychang.arrays import FloatArray
from pychang.conditions import conditions, course_of
from pychang.generator import Generator
from pychang.image import band_centres_hz, filtered
from pychang.note import NotePlan
from pychang.prior import Picture, draw

_FAMILIAR_SEMITONES, _STRANGE_SEMITONES = 3.0, 7.0
_OF_STRANGERS = 0.5  # what was learnt from others' ways back is what two moves cost


@dataclass(frozen=True)
class NeuralEngine:
    """The generator with the code of one voice.

    Attributes:
        code: Float32, shape [generator.card.code_size].
        pitch_hz: Lowest and highest pitch that a fitted voice was heard at; None: of a voice that none was
            fitted to.
    """

    generator: Generator
    code: FloatArray
    pitch_hz: tuple[float, float] | None = None
    name: str = "neural"

    def render(self, analysis: Analysis, plan: NotePlan) -> FloatArray:
        """Return the note. Float32, shape [plan.samples]."""
        return self.corrected(analysis, plan, draw(analysis, plan)).wave

    def corrected(self, analysis: Analysis, plan: NotePlan, picture: Picture) -> Picture:
        """Return the picture as the generator would have it."""
        course = course_of(analysis, plan)
        strength = course.strength * self._familiar(course.f0_hz)
        if not strength.any():
            return picture
        gains_db = self.generator.gains(conditions(analysis, plan, picture, course), self.code)
        gains_db = _even(gains_db, course.held) * strength[:, None, None]
        gains_db *= _of_voice(float(course.f0_hz.min()))[:, None]
        return Picture(
            filtered(picture.harmonic, gains_db[..., 0]), filtered(picture.noise, gains_db[..., 1])
        )

    def _familiar(self, f0_hz: FloatArray) -> FloatArray:
        """How far a voice is known at each pitch, 0..1: half, if none was fitted to it. Shape [frames].

        Beyond what it was heard at a fitted generator guesses: fitted to one pitch (F4), it was measured to
        raise the treble of notes an octave above by 6 dB.
        """
        if self.pitch_hz is None:
            return np.full(len(f0_hz), _OF_STRANGERS)
        lowest_hz, highest_hz = self.pitch_hz
        beyond = 12.0 * np.log2(np.maximum(f0_hz / highest_hz, lowest_hz / f0_hz))
        return np.interp(beyond, [_FAMILIAR_SEMITONES, _STRANGE_SEMITONES], [1.0, 0.0])


def _of_voice(lowest_hz: float) -> FloatArray:
    """How far gains apply in each band: under the fundamental there is the room, and no voice. [bands]."""
    return np.clip((band_centres_hz() / lowest_hz - 0.5) / 0.3, 0.0, 1.0).astype(np.float32)


def _even(gains_db: FloatArray, held: FloatArray) -> FloatArray:
    """Give a held vowel one colour: its mean gains. What wanders there is heard as warble.

    Args:
        gains_db: Shape [frames, bands, 2].
        held: How far each frame is held, 0..1. Shape [frames].
    """
    if not held.any():
        return gains_db
    mean = np.tensordot(held / held.sum(), gains_db, axes=1)
    return gains_db + held[:, None, None] * (mean - gains_db)
