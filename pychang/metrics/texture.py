"""The texture of a voice: how the small pieces of its spectrogram are spread, whatever their order.

A note at another pitch, or held longer than it was recorded, has no recording to be compared with frame by
frame. Its texture can still be: small patches of its spectrogram are drawn from a distribution, and that of
the recordings should be the same. As in the Frechet distances of pictures (Heusel 2017, FID) and of sounds
(Kilgour 2019, FAD) both are taken for Gaussians, but of log-mel patches themselves rather than of a
network's features: nothing is learned, and every number is in decibels. A patch is two frames 10 ms apart of
24 bands (each the mean of four neighbours, so that partials elsewhere are not yet another texture), so that
the covariance holds colour as well as movement: a buzzing or a frozen vowel moves too little, a noisy one
too much. Most of what it sees of voices is how much the colours of notes differ from one another (of 19 sung
notes the mean spectra were measured to spread by 4 dB, the patches of one note by 2). The movement alone is
the same distance of patches less the mean of their own wave.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pychang.arrays import FloatArray
from pychang.metrics.spectra import BANDS, common_samples, log_mel_db

PATCHES = 48
"""Patches of one wave, evenly over its length: long notes count no more than short ones, and all estimates
have the same upward error of small counts."""

_APART_FRAMES = 2
_GROUP = 4
_VALUES = 2 * BANDS // _GROUP
_RANGE_DB, _LOUD_DB = 60.0, 20.0


@dataclass(frozen=True)
class PatchMoments:
    """Sums over patches of 48 values; adding those of several waves makes a pool.

    Attributes:
        count: Patches.
        sums: Of the values. Shape [48].
        products: Of all pairs of values. Shape [48, 48].
        scatter: The same of each patch less the mean of its own wave's. Shape [48, 48].
    """

    count: int
    sums: FloatArray
    products: FloatArray
    scatter: FloatArray


def patch_moments(wave: FloatArray) -> PatchMoments:
    """Return the moments of up to `PATCHES` patches of a steady vowel.

    Frames more than 20 dB below the loudest are left out, each patch's mean level is taken out, and bands
    are read 60 dB deep. Raises ValueError for waves under `SHORTEST_SAMPLES`.
    """
    common_samples(wave, wave)
    bands = log_mel_db(wave)
    bands = np.maximum(bands, bands.max() - _RANGE_DB)
    bands = bands.reshape(-1, _GROUP, bands.shape[1]).mean(axis=1)
    level = bands.max(axis=0)
    loud = np.flatnonzero(level[:-_APART_FRAMES] > level.max() - _LOUD_DB)
    chosen = loud[np.linspace(0, len(loud) - 1, min(PATCHES, len(loud))).astype(int)]
    patches = np.concatenate([bands[:, chosen], bands[:, chosen + _APART_FRAMES]]).T
    patches = patches - patches.mean(axis=1, keepdims=True)
    moved = patches - patches.mean(axis=0)
    return PatchMoments(len(patches), patches.sum(axis=0), patches.T @ patches, moved.T @ moved)


def pooled(parts: Sequence[PatchMoments]) -> PatchMoments:
    """Return the moments of all waves together; raises ValueError for none."""
    if not parts:
        raise ValueError("no wave to take patches of")
    return PatchMoments(
        sum(part.count for part in parts),
        np.sum([part.sums for part in parts], axis=0),
        np.sum([part.products for part in parts], axis=0),
        np.sum([part.scatter for part in parts], axis=0),
    )


def texture_distance_db(reference: Sequence[PatchMoments], notes: Sequence[PatchMoments]) -> float:
    """Return how far two sets of waves lie apart in texture, in decibels a value.

    The Frechet distance of the Gaussians of their patches (Dowson and Landau 1982), d^2 = |m1 - m2|^2 +
    tr(C1 + C2 - 2 (C1 C2)^(1/2)), as root of d^2 / 48. Raises ValueError where a set is empty.
    """
    first_mean, first = _gaussian(pooled(reference))
    second_mean, second = _gaussian(pooled(notes))
    return _frechet_db(first_mean - second_mean, first, second)


def movement_distance_db(reference: Sequence[PatchMoments], notes: Sequence[PatchMoments]) -> float:
    """Return how far two sets of waves lie apart in how they move, whatever their colours: the same distance
    of patches less the mean of their own wave. Raises ValueError where a set is empty."""
    first, second = (part.scatter / part.count for part in (pooled(reference), pooled(notes)))
    return _frechet_db(np.zeros(_VALUES), first, second)


def _frechet_db(between_means: FloatArray, first: FloatArray, second: FloatArray) -> float:
    """Distance of two Gaussians with these covariances [48, 48], in decibels a value."""
    values, axes = np.linalg.eigh(first)
    root = (axes * np.sqrt(np.maximum(values, 0.0))) @ axes.T
    # tr (C1 C2)^(1/2): C1^(1/2) C2 C1^(1/2) has the same eigenvalues as C1 C2, and is symmetric.
    mixed = np.linalg.eigvalsh(root @ second @ root)
    squared = (
        float((between_means**2).sum())
        + float(np.trace(first) + np.trace(second))
        - 2.0 * float(np.sqrt(np.maximum(mixed, 0.0)).sum())
    )
    return float(np.sqrt(max(squared, 0.0) / _VALUES))


def _gaussian(moments: PatchMoments) -> tuple[FloatArray, FloatArray]:
    """(mean [48], covariance [48, 48])."""
    mean = moments.sums / moments.count
    return mean, moments.products / moments.count - np.outer(mean, mean)
