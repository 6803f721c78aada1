"""True pairs: how the times of two recordings of the same sounds map onto each other.

What a voice does with pitch is in its other recordings, never in one that was shifted and shifted back.
"""

from dataclasses import dataclass

import numpy as np

from pychang.arrays import FloatArray
from pychang.pitch import hann_mean

WORST_SHARE = 0.25
"""This share of the frames, those that match worst, is not believed."""

_CEPSTRA, _RANGE_DB, _VOICING_WEIGHT = 20, 60.0, 40.0
_SMOOTH_HALF_WIDTH = 4  # frames


@dataclass(frozen=True)
class Alignment:
    """Where each frame of the wanted recording is in the source.

    Attributes:
        source_frames: In frames of the source's image, never falling. Shape [frames].
        weights: How far the match can be trusted, 0..1. Shape [frames].
    """

    source_frames: FloatArray
    weights: FloatArray


def align(
    source_db: FloatArray, wanted_db: FloatArray, source_voicing: FloatArray, wanted_voicing: FloatArray
) -> Alignment:
    """Map the frames of a recording onto those of another with the same sounds, by dynamic time warping
    (librosa) over the cepstra of their band levels and their voicing.

    Args:
        source_db: Band levels. Shape [source frames, bands].
        wanted_db: Shape [frames, bands].
        source_voicing: 0..1. Shape [source frames].
        wanted_voicing: Shape [frames].
    """
    import librosa

    ours, theirs = _features(source_db, source_voicing), _features(wanted_db, wanted_voicing)
    _, path = librosa.sequence.dtw(ours.T, theirs.T)
    costs = np.linalg.norm(ours[path[:, 0]] - theirs[path[:, 1]], axis=1)
    count = np.bincount(path[:, 1], minlength=len(theirs))
    position = np.bincount(path[:, 1], path[:, 0], len(theirs)) / count
    cost = np.bincount(path[:, 1], costs, len(theirs)) / count
    position = np.maximum.accumulate(hann_mean(position, _SMOOTH_HALF_WIDTH))
    heard = np.interp(position, np.arange(len(source_voicing)), source_voicing)
    believed = cost <= np.quantile(cost, 1.0 - WORST_SHARE)
    return Alignment(position, np.minimum(heard, wanted_voicing) * believed)


def _features(levels_db: FloatArray, voicing: FloatArray) -> FloatArray:
    """Cepstra without the level, and the voicing, weighted against each other. Shape [frames, features]."""
    bands = levels_db.shape[1]
    k = np.arange(1, _CEPSTRA + 1)[:, None]
    cosines = np.cos(np.pi * k * (np.arange(bands) + 0.5) / bands) * np.sqrt(2.0 / bands)
    heard = np.maximum(levels_db - levels_db.max(), -_RANGE_DB)
    return np.concatenate([heard @ cosines.T, _VOICING_WEIGHT * voicing[:, None]], axis=1)
