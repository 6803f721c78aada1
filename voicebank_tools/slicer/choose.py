"""Which of all places are cut: the cheapest way through the whole recording, by dynamic programming."""

import numpy as np
from numpy.typing import NDArray

from pychang import PychangError
from pychang.arrays import FloatArray, IntArray
from voicebank_tools.slicer.cuts import CutKind, Cuts
from voicebank_tools.slicer.options import SliceOptions

_BESIDE_PAUSES_COST = 1e4
"""A forced cut where pauses are in reach: dearer than any clip's length, so only if lengths need it."""

_NOTE_COST = 1e7
"""A cut through a note: dearer than all others together."""


def choose_cuts(cuts: Cuts, samples: int, rate_hz: int, options: SliceOptions) -> Cuts:
    """Return the cuts that make the clips of a recording of `samples` samples.

    Minimised is the sum of (length - target)^2 in seconds over all clips and of the cuts' costs, with
    every length within the bounds. Places that are worse in kind are looked at only if no way leads
    through the better ones: first pauses, and weak moments in stretches without any for too long; then
    weak moments anywhere; then notes.
    """
    if samples <= options.max_s * rate_hz:
        return cuts.only(np.zeros(len(cuts.samples), bool))
    is_reachable = cuts.kind == CutKind.SILENCE
    is_stranded = _far_from_pauses(cuts, samples, int(options.max_s * rate_hz))
    is_weak = cuts.kind < CutKind.NOTE
    cost = cuts.cost + np.where(is_reachable | is_stranded, 0.0, _BESIDE_PAUSES_COST)
    cost = cost + np.where(is_weak, 0.0, _NOTE_COST)
    for allowed in (is_reachable | (is_stranded & is_weak), is_weak, np.ones(len(cost), bool)):
        places = np.concatenate([[0], cuts.samples[allowed], [samples]]) / rate_hz
        chosen = cheapest_path(places, np.concatenate([[0.0], cost[allowed], [0.0]]), options)
        if chosen is not None:
            return cuts.only(np.isin(np.arange(len(cost)), np.flatnonzero(allowed)[chosen[1:-1] - 1]))
    # Unreachable while the grid is finer than the options' slack.
    raise PychangError(
        f"{samples} samples: no clips of {options.min_s:g} to {options.max_s:g} s found; widen the bounds"
    )


def cheapest_path(places_s: FloatArray, costs: FloatArray, options: SliceOptions) -> IntArray | None:
    """Return the indices of the cheapest way from the first place to the last, or None if none is
    within the bounds. Places in seconds, ascending; shapes [places]."""
    count = len(places_s)
    total = np.full(count, np.inf)
    before = np.zeros(count, int)
    total[0] = 0.0
    firsts = np.searchsorted(places_s, places_s - options.max_s, side="left").tolist()
    stops = np.searchsorted(places_s, places_s - options.min_s, side="right").tolist()
    for place in range(1, count):
        first, stop = firsts[place], stops[place]
        if first >= stop:
            continue
        lengths_s = places_s[place] - places_s[first:stop]
        ways = total[first:stop] + (lengths_s - options.target_s) ** 2
        best = int(ways.argmin())
        total[place] = ways[best] + costs[place]
        before[place] = first + best
    if not np.isfinite(total[-1]):
        return None
    path = [count - 1]
    while path[-1]:
        path.append(int(before[path[-1]]))
    return np.array(path[::-1], int)


def _far_from_pauses(cuts: Cuts, samples: int, max_samples: int) -> NDArray[np.bool_]:
    """Which cuts lie between two neighbouring pauses (or ends) that no clip can span. Shape [cuts]."""
    pauses = np.concatenate([[0], cuts.samples[cuts.kind == CutKind.SILENCE], [samples]])
    after = np.clip(np.searchsorted(pauses, cuts.samples, side="right"), 1, len(pauses) - 1)
    return np.asarray(pauses[after] - pauses[after - 1] > max_samples)
