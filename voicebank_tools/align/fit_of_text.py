"""Clips that cannot be labelled, and clips whose text is hardly what is sung in them."""

from collections.abc import Sequence

import numpy as np

from pychang.arrays import FloatArray
from voicebank_tools.align.features import Sound
from voicebank_tools.align.graph import STATES, Slot

SILENT_DB = -66.0
"""Of full scale, with pre-emphasis: nothing is louder anywhere."""

MOST_CELLS = 600_000_000
"""Frames times states; a byte each. About three minutes of fast singing."""

LEAST_CLIPS = 4
"""With fewer, nobody can say what is usual in a folder."""

DEVIATIONS, LEAST_NATS = 6.0, 1.0
OUTSIDE_DEVIATIONS, LEAST_OUTSIDE_NATS = 5.0, 4.5
RAISED, TOGETHER = 0.5, 1.7
"""In units of what alone would be suspect. All of these were chosen on swapped texts (docs/alignment.md)."""

MAD_TO_DEVIATION = 1.4826

MISFIT = "the text does not fit the sound"


def fault(sound: Sound, slots: Sequence[Slot]) -> str:
    """Return why a clip cannot be labelled by its sound; empty if it can."""
    said = [slot for slot in slots if not slot.optional]
    if not said:
        return "no phones in its text"
    if float(sound.level_db.max()) < SILENT_DB:
        return "silent"
    if len(sound.frames) < STATES * len(said):
        return f"too short for its {len(said)} phones"
    if len(sound.frames) * STATES * len(slots) > MOST_CELLS:
        return "too long to label in one piece: cut it with vbtools slice"
    return ""


def misfits(losses: Sequence[float], outside: Sequence[float]) -> list[bool]:
    """Return for each clip whether its text fits far worse than the folder's texts usually do.

    `losses`: by how many nats a frame the path of the text falls behind the best models of any phone, all
    frames counted; `outside`: the same by what other clips have taught, at the median of the phones, NaN
    where they teach nothing of it. The second hears wrong texts; the first hears what is no singing, but
    also clips that merely sound otherwise, so it counts only where the second is raised as well, or NaN.
    """
    inner = _excess(np.asarray(losses), DEVIATIONS, LEAST_NATS)
    outer = _excess(np.asarray(outside), OUTSIDE_DEVIATIONS, LEAST_OUTSIDE_NATS)
    alone = np.where(np.isnan(outer), inner, outer) > 1.0
    together = (outer > RAISED) & (inner + outer > TOGETHER)
    return [bool(one) for one in alone | together]


def _excess(values: FloatArray, deviations: float, least: float) -> FloatArray:
    """How far each value lies above the usual one, in units of what is suspect; NaN stays NaN."""
    known = values[np.isfinite(values)]
    if len(known) < LEAST_CLIPS:
        return np.where(np.isfinite(values), 0.0, np.nan)
    middle = np.median(known)
    deviation = MAD_TO_DEVIATION * np.median(np.abs(known - middle))
    return np.asarray((values - middle) / max(deviations * deviation, least))
