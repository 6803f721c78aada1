"""Breaths in the pauses: noise without pitch, well over the silence around it."""

from collections.abc import Iterator, Sequence

import numpy as np

from voicebank_tools.align.edges import FRAME_S, LEVEL_S, Placed
from voicebank_tools.align.features import Frames
from voicebank_tools.align.graph import Slot
from voicebank_tools.align.manner import manner
from voicebank_tools.labels.segment import BREATH, SILENCE

SHORTEST_BREATH_S = 0.1
SHORTEST_SILENCE_S = 0.04
"""Shorter ones beside a breath become part of it (as DiffSinger's tools have it)."""

MOST_VOICING = 0.6
LEAST_BRIGHTNESS_DB = -8.0
OVER_FLOOR_DB = 8.0
UNDER_PEAK_DB, LOWEST_UNDER_PEAK_DB = -12.0, -55.0
FLOOR_PERCENTILE = 2.0
SMOOTH_FRAMES = 9


def with_breaths(placed: Sequence[Placed], cues: Frames, level_db: Frames, duration_s: float) -> list[Placed]:
    """Return phones with the breaths that are found in pauses; `cues` and `level_db` as `Sound` has them.

    A breath is unvoiced and broad-band for at least `SHORTEST_BREATH_S`, over the clip's noise floor and
    under its voice.
    """
    breathy = _breathy(cues, level_db)
    ends_s = [*(one.begin_s for one in placed[1:]), duration_s]
    found: list[Placed] = []
    for one, end_s in zip(placed, ends_s, strict=True):
        found.append(one)
        if manner(one.slot.phone) == "pause":
            found[-1:] = _divided(one, end_s, breathy)
    return found


def _breathy(cues: Frames, level_db: Frames) -> Frames:
    """Frames that sound like breath, [frames] 0 or 1, gaps and splinters smoothed away."""
    at = np.minimum(np.rint(np.arange(len(cues)) * FRAME_S / LEVEL_S).astype(int), len(level_db) - 1)
    level = level_db[at]
    peak_db = float(level_db.max())
    floor_db = float(np.percentile(level_db, FLOOR_PERCENTILE)) + OVER_FLOOR_DB
    audible = (level > max(floor_db, peak_db + LOWEST_UNDER_PEAK_DB)) & (level < peak_db + UNDER_PEAK_DB)
    noisy = (cues[:, 1] < MOST_VOICING) & (cues[:, 2] > LEAST_BRIGHTNESS_DB)
    shares = np.convolve(audible & noisy, np.full(SMOOTH_FRAMES, 1.0 / SMOOTH_FRAMES), mode="same")
    return (shares > 0.5).astype(np.float32)


def _divided(pause: Placed, end_s: float, breathy: Frames) -> Iterator[Placed]:
    """The pause, or silence and breaths in turn."""
    first, last = (int(np.ceil(moment_s / FRAME_S)) for moment_s in (pause.begin_s, end_s))
    steps = np.diff(breathy[first:last], prepend=0.0, append=0.0)
    starts, stops = np.flatnonzero(steps > 0) + first, np.flatnonzero(steps < 0) + first
    edge_s = pause.begin_s
    for start, stop in zip(starts, stops, strict=True):
        start_s, stop_s = int(start) * FRAME_S, int(stop) * FRAME_S
        if stop_s - start_s < SHORTEST_BREATH_S:
            continue
        begin_s = edge_s if start_s - edge_s < SHORTEST_SILENCE_S else start_s
        if begin_s > edge_s:
            yield Placed(Slot(SILENCE, -1), edge_s, pause.confidence)
        yield Placed(Slot(BREATH, -1), begin_s, pause.confidence)
        edge_s = end_s if end_s - stop_s < SHORTEST_SILENCE_S else stop_s
    if edge_s < end_s:
        yield Placed(Slot(SILENCE, -1), edge_s, pause.confidence)
