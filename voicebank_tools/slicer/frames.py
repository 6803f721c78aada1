"""Stretches of frames, and the weakest frame of one."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pychang.arrays import FloatArray

_BREATH_RISE_DB = 6.0


def runs(mask: NDArray[np.bool_]) -> Iterator[range]:
    """Yield each stretch of true frames."""
    edges = np.flatnonzero(np.diff(mask.astype(np.int8), prepend=0, append=0))
    for start, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        yield range(start, stop)


def smooth(values: FloatArray, frames: int) -> FloatArray:
    """Return the mean over `frames` (made odd) frames, edges repeated. Shape [frames]."""
    half = frames // 2
    padded = np.pad(values, half, mode="edge")
    return np.convolve(padded, np.full(2 * half + 1, 1.0 / (2 * half + 1)), mode="valid")


def weakest_before_breath(level_db: FloatArray) -> tuple[int, bool]:
    """Return the weakest frame of a stretch without voice, and whether a breath comes after it.

    A breath is a rise of 6 dB or more over all that came before: the largest such rise counts, and
    the weakest frame is looked for before it.
    """
    rise_db = level_db - np.minimum.accumulate(level_db)
    top = int(np.argmax(rise_db))
    is_breath = bool(rise_db[top] >= _BREATH_RISE_DB)
    return int(np.argmin(level_db[: top + 1] if is_breath else level_db)), is_breath
