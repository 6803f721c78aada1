"""The neural engine: the classic engine's picture of a note, corrected by the generator.

The network changes levels only: both waves keep their phase, and with gains of 0 dB, as an untrained network
gives, the note is the classic engine's bit for bit.
"""

from dataclasses import dataclass, replace

import numpy as np

from pychang.analysis import Analysis
from pychang.arrays import FloatArray
from pychang.conditions import SCALARS, Conditions, conditions, moved_strength
from pychang.generator import Generator
from pychang.image import filtered
from pychang.note import NotePlan
from pychang.prior import Picture, draw

_HELD = SCALARS.index("held")


@dataclass(frozen=True)
class NeuralEngine:
    """The generator with the code of one voice. `code`: float32, shape [generator.card.code_size]."""

    generator: Generator
    code: FloatArray
    name: str = "neural"

    def render(self, analysis: Analysis, plan: NotePlan) -> FloatArray:
        """Return the note. Float32, shape [plan.samples]."""
        return self.corrected(analysis, plan, draw(analysis, plan)).wave

    def corrected(self, analysis: Analysis, plan: NotePlan, picture: Picture) -> Picture:
        """Return the picture as the generator would have it."""
        told = conditions(analysis, plan, picture)
        held = told.scalars[:, _HELD].copy()
        told = _as_moved(told)
        if not told.strength.any():
            return picture
        gains_db = _even(self.generator.gains(told, self.code), held) * told.strength[:, None, None]
        return Picture(
            filtered(picture.harmonic, gains_db[..., 0]), filtered(picture.noise, gains_db[..., 1])
        )


def _as_moved(told: Conditions) -> Conditions:
    """Tell of a held vowel as of any other: it is corrected for its pitch, not for being held.

    In training whole phrases are held, and what the network learns of them does not fit a vowel. (Measured:
    a vowel held at its own pitch is 0.8 dB from the recording's by the classic engine, mel-cepstral
    distortion, and was 4.2 dB with what the network makes of held ones.)
    """
    scalars = told.scalars.copy()
    scalars[:, _HELD] = 0.0
    moved = moved_strength(12.0 * told.scalars[:, SCALARS.index("distance")])
    return replace(told, scalars=scalars, strength=np.minimum(told.strength, moved))


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
