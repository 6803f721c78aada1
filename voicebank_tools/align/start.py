"""Where to begin: how well each frame fits each third of a phone by what is known of its class."""

from collections.abc import Sequence

import numpy as np

from pychang.arrays import FloatArray
from voicebank_tools.align.features import Frames
from voicebank_tools.align.manner import MOMENTS, Moment, Spread, manner

QUIETEST_PAUSE_DB, LOUDEST_PAUSE_DB = -55.0, -25.0
PAUSE_OVER_FLOOR_DB = 6.0
FLOOR_PERCENTILE = 3.0


def class_scores(cues: Frames, phones: Sequence[str]) -> Frames:
    """Return the log-likelihood of each frame under each third of each phone, [frames, 3 * phones].

    `cues` [frames, 3] as `Sound` has them. What a pause sounds like is read off the clip's quiet frames.
    """
    floor_db = float(np.percentile(cues[:, 0], FLOOR_PERCENTILE)) + PAUSE_OVER_FLOOR_DB
    pause_db = min(LOUDEST_PAUSE_DB, max(QUIETEST_PAUSE_DB, floor_db))
    columns = [
        _fit(cues, moment, pause_db if manner(phone) == "pause" else moment.level_db.mean)
        for phone in phones
        for moment in MOMENTS[manner(phone)]
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _fit(cues: Frames, moment: Moment, level_db: float) -> FloatArray:
    level = Spread(level_db, moment.level_db.deviation)
    spreads = (level, moment.voicing, moment.brightness_db)
    return np.sum([_log_normal(cues[:, cue], spread) for cue, spread in enumerate(spreads)], axis=0)


def _log_normal(values: FloatArray, spread: Spread) -> FloatArray:
    return -0.5 * np.square((values - spread.mean) / spread.deviation) - np.log(spread.deviation)
