"""Clips that cannot be labelled, and clips whose text is hardly what is sung in them."""

from collections.abc import Sequence

import numpy as np

from voicebank_tools.align.features import Sound
from voicebank_tools.align.graph import STATES, Slot

SILENT_DB = -66.0
"""Of full scale, with pre-emphasis: nothing is louder anywhere."""

MOST_CELLS = 600_000_000
"""Frames times states; a byte each. About three minutes of fast singing."""

LEAST_CLIPS = 4
"""With fewer, nobody can say what is usual in a folder."""

DEVIATIONS, LEAST_NATS = 6.0, 1.0
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


def misfits(losses: Sequence[float]) -> list[bool]:
    """Return for each clip whether its text fits far worse than the folder's texts usually do.

    `losses`: by how many nats a frame the path of the text falls behind the best models of any phone.
    """
    values = np.asarray(losses)
    if len(values) < LEAST_CLIPS:
        return [False] * len(values)
    middle = np.median(values)
    deviation = MAD_TO_DEVIATION * np.median(np.abs(values - middle))
    return [bool(value > middle + max(DEVIATIONS * deviation, LEAST_NATS)) for value in values]
