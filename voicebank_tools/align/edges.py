"""From the frames of a path to moments: where exactly each phone begins, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pychang.units import HOP_SAMPLES, SAMPLE_RATE_HZ
from voicebank_tools.align.features import LEVEL_HOP_SAMPLES, Frames
from voicebank_tools.align.graph import STATES, Graph, Slot
from voicebank_tools.align.manner import manner
from voicebank_tools.labels.segment import SILENCE

FRAME_S = HOP_SAMPLES / SAMPLE_RATE_HZ
LEVEL_S = LEVEL_HOP_SAMPLES / SAMPLE_RATE_HZ

SHORTEST_S = 0.005
"""No phone is left shorter when its edges are moved."""

CONTRAST_FRAMES = 6
"""Confidence looks 30 ms to both sides."""

SURE_FRAMES = 2
"""A boundary is right if it is not farther off than 10 ms."""

NATS_OF_A_FRAME = 0.03
"""Neighbouring frames hear nearly the same 100 ms, slopes and all: one counts for a thirtieth of what it
seems to say. So a confidence of 0.6 means that about six of ten such edges are right within 10 ms."""

SOUND_OVER_FLOOR_DB = 10.0
FLOOR_PERCENTILE = 2.0
QUIETEST_SOUND_DB, LOUDEST_SOUND_DB = -50.0, -25.0
"""What is audible lies between these, below the clip's peak, wherever its noise floor is."""

REACH_S = 0.03
LATEST_ONSET_S = 0.08
"""Edges at pauses are moved by no more, but for those of stops. The slopes hear a sound before it comes,
so a phone tends to be placed too early after a pause."""

SHORTEST_PAUSE_S = 0.03

LONGEST_GAP_S = 0.06
"""Silence that may lie inside a consonant, between a burst and what follows."""
STEADY_LEVELS = 5
"""Sound is there when it is for 5 ms."""

STOPS = frozenset({"voiceless stop", "voiceless affricate", "voiced stop"})


@dataclass(frozen=True)
class Placed:
    """A phone, when it begins, and how sure that is (0..1)."""

    slot: Slot
    begin_s: float
    confidence: float


def place_path(graph: Graph, path: NDArray[np.int64], scores: Frames) -> list[Placed]:
    """Return the phones on a path, the first from 0 s on.

    `path` [frames] of states, `scores` [frames, models] as they were decoded. Between two frames the edge
    lies where the sounds of both phones fit equally well.
    """
    taken = path // STATES
    firsts = np.flatnonzero(np.diff(taken, prepend=-1))
    placed = [Placed(graph.slots[taken[0]], 0.0, 1.0)]
    for frame in firsts[1:]:
        left, right = graph.models[path[frame - 1]], graph.models[path[frame]]
        gain = scores[:, right] - scores[:, left]
        moment_s = (int(frame) - 1 + _crossing(gain[frame - 1], gain[frame])) * FRAME_S
        placed.append(Placed(graph.slots[taken[frame]], moment_s, _confidence(gain, int(frame))))
    return placed


def at_sound(placed: Sequence[Placed], level_db: Frames) -> list[Placed]:
    """Return phones beside a pause from where sound begins, or up to where it ends.

    The closure of a stop sounds like the pause before it, so the sound of a stop is looked for up to its
    own end; all else is looked for near its edge, but the first phone of a clip anywhere in it: where it is
    late, a pause is put before it. `level_db` [milliseconds] as `Sound` has it.
    """
    moved = _with_first_pause(placed, level_db)
    ends_s = [*(one.begin_s for one in moved[1:]), len(level_db) * LEVEL_S]
    for number in range(1, len(moved)):
        before, own = moved[number - 1], moved[number]
        if _is_pause(before) and not _is_pause(own):
            reach_s = np.inf if manner(own.slot.phone) in STOPS else own.begin_s + LATEST_ONSET_S
            bounds_s = (own.begin_s - REACH_S, min(reach_s, ends_s[number] - SHORTEST_S))
            audible = _audible(level_db, before.begin_s, own.begin_s)
            moved[number] = replace(own, begin_s=_onset(audible, bounds_s, own.begin_s))
        elif _is_pause(own) and not _is_pause(before):
            bounds_s = (max(own.begin_s - REACH_S, before.begin_s + SHORTEST_S), own.begin_s + REACH_S)
            audible = _audible(level_db, own.begin_s, ends_s[number])
            moved[number] = replace(own, begin_s=_release(audible, bounds_s, own.begin_s))
    return moved


def _is_pause(one: Placed) -> bool:
    return manner(one.slot.phone) == "pause"


def _with_first_pause(placed: Sequence[Placed], level_db: Frames) -> list[Placed]:
    """Silence at the start of a clip is no phone's, whatever the path says. A stop that is not heard before
    the next phone is all burst: it is as short as can be."""
    first, kind = placed[0], manner(placed[0].slot.phone)
    if kind in ("pause", "breath"):
        return list(placed)
    end_s = placed[1].begin_s if len(placed) > 1 else len(level_db) * LEVEL_S
    latest_s = end_s - SHORTEST_S
    onset_s = _onset(_audible(level_db, 0.0, 0.0), (0.0, end_s + REACH_S), 0.0)
    if kind in STOPS:
        onset_s = min(onset_s, latest_s)
    if not SHORTEST_PAUSE_S <= onset_s <= latest_s:
        return list(placed)
    pause = Placed(Slot(SILENCE, -1, optional=True), 0.0, 1.0)
    return [pause, replace(first, begin_s=onset_s), *placed[1:]]


def _audible(level_db: Frames, begin_s: float, end_s: float) -> NDArray[np.bool_]:
    """Where there is sound for 5 ms, by the noise of the pause from `begin_s` to `end_s` (of the whole
    clip if that is too short), but never far from the level of the clip's peak."""
    pause = level_db[int(begin_s / LEVEL_S) : int((end_s - REACH_S) / LEVEL_S)]
    floor_db = (
        np.median(pause) if len(pause) * LEVEL_S >= REACH_S else np.percentile(level_db, FLOOR_PERCENTILE)
    )
    peak_db = float(level_db.max())
    threshold_db = np.clip(
        floor_db + SOUND_OVER_FLOOR_DB, peak_db + QUIETEST_SOUND_DB, peak_db + LOUDEST_SOUND_DB
    )
    padded = np.pad(level_db >= threshold_db, (0, STEADY_LEVELS - 1))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, STEADY_LEVELS).all(axis=1))


def _crossing(before: float, after: float) -> float:
    """Where between two frames a gain passes 0, in frames; the middle if it does not."""
    return float(before / (before - after)) if before < 0.0 < after else 0.5


def _confidence(gain: Frames, frame: int) -> float:
    """Posterior that the edge lies within 10 ms of `frame`, if it lies within 30 ms.

    Moving the edge by a frame gives that frame from one phone to the other; `gain` [frames] is what that
    changes.
    """
    first, last = max(frame - CONTRAST_FRAMES, 0), min(frame + CONTRAST_FRAMES, len(gain))
    total = np.concatenate([[0.0], np.cumsum(gain[first:last], dtype=np.float64)]) * NATS_OF_A_FRAME
    chance = np.exp(total.min() - total)
    near = np.abs(np.arange(len(total)) + first - frame) <= SURE_FRAMES
    return float(chance[near].sum() / chance.sum())


def _onset(audible: NDArray[np.bool_], bounds_s: tuple[float, float], otherwise_s: float) -> float:
    """Moment within bounds at which silence turns into sound; as it was where that does not happen.

    Of several the first that no longer silence follows: a click before is none of the phone's.
    """
    first, last = (max(int(bound_s / LEVEL_S), 0) for bound_s in bounds_s)
    heard = np.flatnonzero(audible[first : last + 1])
    if not len(heard):
        return otherwise_s
    after_gap = heard[1:][np.diff(heard) * LEVEL_S >= LONGEST_GAP_S]
    start = int(after_gap[-1]) if len(after_gap) else int(heard[0])
    return float((first + start) * LEVEL_S) if start else otherwise_s


def _release(audible: NDArray[np.bool_], bounds_s: tuple[float, float], otherwise_s: float) -> float:
    """Last moment within bounds at which sound turns into silence; as it was where that does not happen."""
    first, last = (max(int(bound_s / LEVEL_S), 0) for bound_s in bounds_s)
    window = audible[first : last + 1]
    if not window.any() or window[-1]:
        return otherwise_s
    return float((first + int(np.flatnonzero(window)[-1]) + STEADY_LEVELS) * LEVEL_S)
