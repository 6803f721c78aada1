"""Cuts moved to the nearest zero crossing: a clip then neither begins nor ends with a step."""

import numpy as np

from pychang.arrays import FloatArray, IntArray
from voicebank_tools.slicer.sound import Sound

REACH_S = 0.005
"""No cut is moved further: half a period of a deep voice."""


def snap_cuts(sound: Sound, cuts_samples: IntArray, min_samples: int, max_samples: int, end: int) -> IntArray:
    """Return the cuts of a recording of `end` samples at its nearest zero crossings, [cuts].

    Only places change, so the clips still join exactly. A cut stays where it is if there is no crossing
    near or if a clip beside it would leave its bounds.
    """
    reach = max(1, round(REACH_S * sound.format.rate_hz))
    snapped = cuts_samples.copy()
    for i, cut in enumerate(cuts_samples.tolist()):
        before = int(snapped[i - 1]) if i else 0
        after = int(snapped[i + 1]) if i + 1 < len(snapped) else end
        start = max(0, cut - reach)
        wave = sound.read_at(start, 2 * reach + 1).mean(axis=1)
        moved = start + nearest_crossing(wave, cut - start)
        if all(min_samples <= length <= max_samples for length in (moved - before, after - moved)):
            snapped[i] = moved
    return snapped


def nearest_crossing(wave: FloatArray, place: int) -> int:
    """Return the index nearest to `place` whose sample is the first on the other side of the wave's mean;
    `place` itself if there is none. Shape [samples]."""
    if len(wave) < 2:
        return place
    above = wave - wave.mean() >= 0.0
    crossings = np.flatnonzero(above[1:] != above[:-1]) + 1
    return int(crossings[np.argmin(np.abs(crossings - place))]) if len(crossings) else place
