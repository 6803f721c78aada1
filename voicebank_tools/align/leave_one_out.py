"""How well the text of a clip fits by what the other clips alone have taught.

Judged by models it has taught itself, a clip vouches for its own text: with two Gaussians a model, one of
them often learns the wrong sound. So each clip is taken out of the sums again before it is judged
(leave-one-out), which costs no more than one pass, for one Gaussian is but three sums.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pychang.arrays import FloatArray
from voicebank_tools.align.features import Frames
from voicebank_tools.align.mixtures import LEAST_VARIANCE, PRIOR_FRAMES, Mixtures

KNOWN_FRAMES = 30
"""150 ms: what other clips hold less of is not judged."""


@dataclass(frozen=True, eq=False)
class Given:
    """A clip and what its text makes of it.

    Attributes:
        frames: [frames, features], of mean 0 and variance 1 over the folder.
        models: [frames] whose sound each is said to be.
        phones: [frames] which phone of the text each belongs to, -1 in pauses.
    """

    frames: Frames
    models: NDArray[np.int64]
    phones: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class _Sums:
    """Of the frames of some models: their count [models], sum and sum of squares [models, features]."""

    models: NDArray[np.int64]
    count: FloatArray
    total: FloatArray
    squares: FloatArray


def outside_losses(clips: Sequence[Given]) -> list[float]:
    """Return for each clip, at least one, by how many nats a frame its text falls behind the best models of
    any phone, at the median of its phones; NaN where other clips hold none of them.

    The median hears a text that is wrong throughout: one phone sung otherwise does not move it.
    """
    own = [_sums(clip) for clip in clips]
    everything = _added(own)
    models = _gaussians(everything)
    return [_loss(clip, sums, everything, models) for clip, sums in zip(clips, own, strict=True)]


def _sums(clip: Given) -> _Sums:
    models, which = np.unique(clip.models, return_inverse=True)
    members = (np.arange(len(models))[:, None] == which).astype(np.float32)
    return _Sums(models, members.sum(axis=1), members @ clip.frames, members @ np.square(clip.frames))


def _added(parts: Sequence[_Sums]) -> _Sums:
    models = max(int(part.models[-1]) for part in parts) + 1
    shape = (models, parts[0].total.shape[1])
    count, total, squares = np.zeros(models), np.zeros(shape), np.zeros(shape)
    for part in parts:
        count[part.models] += part.count
        total[part.models] += part.total
        squares[part.models] += part.squares
    return _Sums(np.arange(models), count, total, squares)


def _without(everything: _Sums, own: _Sums) -> _Sums:
    left = own.models
    return _Sums(
        left,
        everything.count[left] - own.count,
        everything.total[left] - own.total,
        everything.squares[left] - own.squares,
    )


def _gaussians(sums: _Sums) -> Mixtures:
    """One Gaussian a model, drawn towards the folder's mean 0 and variance 1."""
    count = (sums.count + PRIOR_FRAMES)[:, None]
    means = sums.total / count
    variances = np.maximum((sums.squares + PRIOR_FRAMES) / count - means**2, LEAST_VARIANCE)
    return Mixtures(means[:, None], variances[:, None], np.zeros((len(count), 1)))


def _loss(clip: Given, own: _Sums, everything: _Sums, models: Mixtures) -> float:
    others = _without(everything, own)
    scores = models.scores(clip.frames)
    scores[:, own.models] = _gaussians(others).scores(clip.frames)
    loss = scores.max(axis=1) - scores[np.arange(len(scores)), clip.models]
    known = others.count >= KNOWN_FRAMES
    judged = (clip.phones >= 0) & known[np.searchsorted(own.models, clip.models)]
    by_phone = [
        float(loss[judged & (clip.phones == phone)].mean()) for phone in np.unique(clip.phones[judged])
    ]
    return float(np.median(by_phone)) if by_phone else float("nan")
