"""Breaths in the pauses: noise without pitch, well over the silence around it."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

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


def _breathy(cues: Frames, level_db: Frames) -> NDArray[np.bool_]:
    """Frames that sound like breath, [frames], gaps and splinters smoothed away."""
    at = np.minimum(np.rint(np.arange(len(cues)) * FRAME_S / LEVEL_S).astype(int), len(level_db) - 1)
    level = level_db[at]
    peak_db = float(level_db.max())
    floor_db = float(np.percentile(level_db, FLOOR_PERCENTILE)) + OVER_FLOOR_DB
    audible = (level > max(floor_db, peak_db + LOWEST_UNDER_PEAK_DB)) & (level < peak_db + UNDER_PEAK_DB)
    noisy = (cues[:, 1] < MOST_VOICING) & (cues[:, 2] > LEAST_BRIGHTNESS_DB)
    shares = np.convolve(audible & noisy, np.full(SMOOTH_FRAMES, 1.0 / SMOOTH_FRAMES), mode="same")
    return np.asarray(shares > 0.5)


def _divided(pause: Placed, end_s: float, breathy: NDArray[np.bool_]) -> Iterator[Placed]:
    """The pause, or silence and breaths in turn."""
    edge_s = pause.begin_s
    for start_s, stop_s in _breaths(pause.begin_s, end_s, breathy):
        if start_s > edge_s:
            yield Placed(Slot(SILENCE, -1), edge_s, pause.confidence)
        yield Placed(Slot(BREATH, -1), start_s, pause.confidence)
        edge_s = stop_s
    if edge_s < end_s:
        yield Placed(Slot(SILENCE, -1), edge_s, pause.confidence)


def _breaths(begin_s: float, end_s: float, breathy: NDArray[np.bool_]) -> Iterator[tuple[float, float]]:
    """Begin and end of the breaths of a pause; silences too short to stand alone belong to them."""
    first, last = (int(np.ceil(moment_s / FRAME_S)) for moment_s in (begin_s, end_s))
    breaths = _without_short(breathy[first:last], SHORTEST_BREATH_S)
    if not breaths.any():
        return
    for start, stop in _runs(~_without_short(~breaths, SHORTEST_SILENCE_S)):
        yield (
            (first + start) * FRAME_S if start else begin_s,
            (first + stop) * FRAME_S if first + stop < last else end_s,
        )


def _without_short(mask: NDArray[np.bool_], least_s: float) -> NDArray[np.bool_]:
    kept = np.zeros_like(mask)
    for start, stop in _runs(mask):
        kept[start:stop] = (stop - start) * FRAME_S >= least_s
    return kept


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end of each run of true values."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]
