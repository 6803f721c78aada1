"""Where a recording may be cut, and how much each place hurts: in silence, else where it is weakest."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from pychang.arrays import FloatArray, IntArray
from voicebank_tools.slicer.frames import runs, smooth, weakest_before_breath
from voicebank_tools.slicer.levels import Levels
from voicebank_tools.slicer.room import VOICED, Room


class CutKind(IntEnum):
    """Best first. A dip is a weak moment of a voiced stretch, as between two notes sung in one breath. A
    pitch step is where a note ends that was asked for as a clip of its own."""

    SILENCE = 0
    UNVOICED = 1
    DIP = 2
    NOTE = 3
    PITCH_STEP = 4


@dataclass(frozen=True)
class Cuts:
    """Places to cut, in order of time.

    Attributes:
        samples: Offset in the recording. Shape [cuts].
        kind: `CutKind` values. Shape [cuts].
        cost: Seconds squared of length error that each is worth. Shape [cuts].
        level_db: Level there, dB of full scale. Shape [cuts].
    """

    samples: IntArray
    kind: IntArray
    cost: FloatArray
    level_db: FloatArray

    def only(self, wanted: NDArray[np.bool_]) -> "Cuts":
        """Return the cuts where `wanted` [cuts] is true."""
        return Cuts(self.samples[wanted], self.kind[wanted], self.cost[wanted], self.level_db[wanted])


_CELL_S = 0.25  # in a long pause there is a place in each such stretch
_EDGE_S = 0.1  # kept from sounds, if the pause is long enough
_BREATH_S = 1.5  # no breath before a phrase takes longer
_SHORTEST_UNVOICED_S = 0.04  # less is a flicker of the measurement
_GRID_S = 0.05  # through a note, where nothing else is left
_DIP_DB, _DIP_REACH_S = 8.0, 0.15

_SHORT_PAUSE_COST, _PAUSE_S = 3.0, 0.5  # a pause between phrases rather than one between words
_FORCED_COST = (0.0, 10.0, 30.0, 0.0)  # by CutKind, where there is no pause within reach
_COST_PER_DB, _COST_PER_SILENT_DB = 0.3, 0.03


def find_cuts(levels: Levels, room: Room, min_silence_s: float) -> Cuts:
    """Return every place in a pause, at the weakest moment of each unvoiced stretch, in each dip, and a
    grid of places that cut through notes; the cost is that of a place nothing better is near of."""
    pauses = pauses_of(levels, room, min_silence_s)
    free = np.ones(len(levels.level_db), bool)
    for run in pauses:
        free[run.start : run.stop] = False
    parts = [
        (CutKind.SILENCE, *_in_pauses(levels, room, pauses)),
        (CutKind.UNVOICED, *_weak(levels, room, _in_unvoiced(levels, free))),
        (CutKind.UNVOICED, *_weak(levels, room, _grid(levels, ~free))),  # a breath in a pause, say
        (CutKind.DIP, *_weak(levels, room, _in_dips(levels, free))),
        (CutKind.NOTE, *_weak(levels, room, _grid(levels, free))),
    ]
    return _in_order(
        levels,
        np.concatenate([frames for _, frames, _ in parts]),
        np.concatenate([np.full(len(frames), kind, int) for kind, frames, _ in parts]),
        np.concatenate([costs + _FORCED_COST[kind] for kind, _, costs in parts]),
    )


def pauses_of(levels: Levels, room: Room, min_silence_s: float) -> list[range]:
    """Return the silent stretches that are long enough to be pauses, in frames."""
    shortest = levels.frames_in(min_silence_s)
    return [run for run in runs(room.is_silent) if len(run) >= shortest]


def weak_frames(levels: Levels, free: NDArray[np.bool_]) -> IntArray:
    """Return the weakest frame of every unvoiced stretch and every dip among the `free` frames [frames]."""
    return np.unique(np.concatenate([_in_unvoiced(levels, free), _in_dips(levels, free)]))


def _in_order(levels: Levels, frames: IntArray, kinds: IntArray, costs: FloatArray) -> Cuts:
    """Sorted by time; of several kinds at one frame the best stays."""
    order = np.lexsort((kinds, frames))
    frames, kinds, costs = frames[order], kinds[order], costs[order]
    first = np.concatenate([np.ones(min(1, len(frames)), bool), frames[1:] != frames[:-1]])
    samples = frames * levels.hop_samples + levels.hop_samples // 2
    found = Cuts(samples, kinds, costs, levels.level_db[frames])
    return found.only(first & (samples > 0) & (samples < levels.samples))


def _in_pauses(levels: Levels, room: Room, pauses: list[range]) -> tuple[IntArray, FloatArray]:
    """(frames, costs): the quietest of every cell of a pause, away from sounds and before a breath."""
    smooth_db = smooth(levels.level_db, levels.frames_in(0.1))
    cell, edge = levels.frames_in(_CELL_S), levels.frames_in(_EDGE_S)
    frames: list[int] = []
    costs: list[float] = []
    for run in pauses:
        inner = min(edge, len(run) // 3)
        first, last = run.start + inner, run.stop - inner
        tail = max(run.start, run.stop - levels.frames_in(_BREATH_S))
        weakest, is_breath = weakest_before_breath(smooth_db[tail : run.stop])
        if is_breath:
            last = max(first + 1, min(last, tail + weakest + 1))
        duration_s = len(run) * levels.hop_samples / levels.rate_hz
        pause_cost = _SHORT_PAUSE_COST * float(np.exp(-duration_s / _PAUSE_S))
        for start in range(first, last, cell):
            frame = start + int(np.argmin(smooth_db[start : min(start + cell, last)]))
            above_db = max(0.0, float(smooth_db[frame]) - room.floor_db)
            frames.append(frame)
            costs.append(pause_cost + _COST_PER_SILENT_DB * above_db)
    return np.array(frames, int), np.array(costs, float)


def _weak(levels: Levels, room: Room, frames: IntArray) -> tuple[IntArray, FloatArray]:
    """(frames, costs): the louder, the dearer."""
    return frames, _COST_PER_DB * np.maximum(0.0, levels.level_db[frames] - room.floor_db)


def _in_unvoiced(levels: Levels, free: NDArray[np.bool_]) -> IntArray:
    """The weakest frame of every unvoiced stretch, before a breath."""
    shortest = levels.frames_in(_SHORTEST_UNVOICED_S)
    stretches = [run for run in runs((levels.voicing < VOICED) & free) if len(run) >= shortest]
    weakest = [weakest_before_breath(levels.level_db[run.start : run.stop])[0] for run in stretches]
    return np.array([run.start + frame for run, frame in zip(stretches, weakest, strict=True)], int)


def _in_dips(levels: Levels, free: NDArray[np.bool_]) -> IntArray:
    """The lowest frame of every dip between louder sound on both sides."""
    reach = levels.frames_in(_DIP_REACH_S)
    level_db = levels.level_db
    padded = np.pad(level_db, reach, mode="edge")
    highest = np.lib.stride_tricks.sliding_window_view(padded, reach + 1).max(axis=1)
    below_db = np.minimum(highest[: len(level_db)], highest[reach : reach + len(level_db)]) - level_db
    dips = runs((below_db >= _DIP_DB) & free)
    return np.array([run.start + int(np.argmin(level_db[run.start : run.stop])) for run in dips], int)


def _grid(levels: Levels, wanted: NDArray[np.bool_]) -> IntArray:
    """The weakest frame of every cell of a grid, if it is `wanted` [frames]."""
    cell = levels.frames_in(_GRID_S)
    whole = len(wanted) // cell * cell
    frames = np.arange(0, whole, cell) + np.argmin(levels.level_db[:whole].reshape(-1, cell), axis=1)
    return frames[wanted[frames]]
