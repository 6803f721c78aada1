"""What is silence in this recording: the noise of its own room, and which frames rise above it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pychang.arrays import FloatArray
from voicebank_tools.slicer.levels import SILENT_DB, Levels

VOICED = 0.6
"""Frames of at least this periodicity are sung or spoken, where they are loud enough to be heard."""

_FLOOR_PERCENTILE, _LOUD_PERCENTILE = 2.0, 95.0
_MARGIN_SHARE = 0.25  # of the way from the floor to the voice
_LEAST_MARGIN_DB, _MOST_MARGIN_DB = 3.0, 12.0
_UNHEARD_DB = 35.0  # so far below the voice, a hum is the room's, not a note
_HEARD_MARGIN_DB = 15.0  # a voice stands out of its room by more than this


@dataclass(frozen=True)
class Room:
    """Levels in dB of full scale.

    Attributes:
        floor_db: The room's own noise.
        threshold_db: Frames below it are silent.
        loud_db: The level of the voice.
        is_silent: Shape [frames].
        has_sound: Whether anything in the recording rises above its floor.
    """

    floor_db: float
    threshold_db: float
    loud_db: float
    is_silent: NDArray[np.bool_]
    has_sound: bool


def measure_room(levels: Levels, threshold_db: float | None = None) -> Room:
    """Tell silence from sound; `threshold_db` is the user's own, None: from the noise floor.

    The floor is a low percentile of the frames' levels, digital silence left out: what an editor has
    muted says nothing of the room. Periodic frames are sound below the threshold, too, unless far
    below the voice: so a soft held note is no pause.
    """
    heard = levels.level_db[levels.level_db > SILENT_DB + 1.0]
    if not len(heard):
        return Room(SILENT_DB, SILENT_DB, SILENT_DB, np.ones(len(levels.level_db), bool), False)
    floor_db, loud_db = (float(np.percentile(heard, p)) for p in (_FLOOR_PERCENTILE, _LOUD_PERCENTILE))
    is_voiced = _voiced(levels.level_db, levels.voicing, loud_db)
    has_sound = loud_db - floor_db > _HEARD_MARGIN_DB or bool(np.mean(is_voiced) > 0.01)
    if threshold_db is None:
        margin_db = float(np.clip(_MARGIN_SHARE * (loud_db - floor_db), _LEAST_MARGIN_DB, _MOST_MARGIN_DB))
        is_silent = (levels.level_db < floor_db + margin_db) & ~is_voiced
        return Room(floor_db, floor_db + margin_db, loud_db, is_silent, has_sound)
    return Room(floor_db, threshold_db, loud_db, levels.level_db < threshold_db, has_sound)


def _voiced(level_db: FloatArray, voicing: FloatArray, loud_db: float) -> NDArray[np.bool_]:
    return np.asarray((voicing >= VOICED) & (level_db > loud_db - _UNHEARD_DB))
