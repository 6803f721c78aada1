"""The sound of each model: Gaussians with diagonal covariance, drawn towards their class where data is rare.

Maximum a posteriori estimation as in Gauvain and Lee (1994): `PRIOR_FRAMES` frames of the model's class
stand in for what the folder does not hold, so that a phone heard once already has a usable model.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pychang.arrays import FloatArray
from voicebank_tools.align.features import Frames

PRIOR_FRAMES = 20.0
SPLIT_FRAMES = 120.0
"""A model is split in two only with that many frames."""

SPLIT_DEVIATIONS = 0.2
LEAST_VARIANCE = 0.02
"""Of features that have variance 1 over the folder."""

STEPS = 2


@dataclass(frozen=True, eq=False)
class Mixtures:
    """Models of `parts` Gaussians each.

    Attributes:
        means, variances: [models, parts, features].
        log_weights: [models, parts]; minus infinity for a part that is not used.
    """

    means: FloatArray
    variances: FloatArray
    log_weights: FloatArray

    def scores(self, frames: Frames) -> Frames:
        """Return the log-likelihood of each frame under each model, [frames, models]."""
        models, parts, features = self.means.shape
        precise = 1.0 / self.variances
        quadratic = np.concatenate([self.means * precise, -0.5 * precise], axis=2)
        constant = self.log_weights - 0.5 * np.sum(
            self.means**2 * precise + np.log(2.0 * np.pi * self.variances), axis=2
        )
        squares = np.concatenate([frames, np.square(frames)], axis=1)
        found = squares @ quadratic.reshape(models * parts, 2 * features).T.astype(np.float32)
        found = (found + constant.reshape(-1).astype(np.float32)).reshape(len(frames), models, parts)
        total = found[:, :, 0]
        for part in range(1, parts):
            total = np.logaddexp(total, found[:, :, part])
        return np.asarray(total)


def fit(
    frames: Frames,
    weights: Frames,
    models: NDArray[np.int64],
    classes: NDArray[np.int64],
    before: Mixtures | None,
    split: bool,
) -> Mixtures:
    """Return models fitted to frames that have been given to them.

    `frames` [frames, features], of mean 0 and variance 1 overall; `weights` and `models` [frames]: how
    much each counts and which model it is of; `classes` [models]: models of one class lean on each other.
    `before`: where to go on from; None starts with one Gaussian. `split`: make two of one where frames
    suffice.
    """
    order = np.argsort(models, kind="stable")
    cuts = np.searchsorted(models[order], np.arange(len(classes) + 1))
    pieces = [order[begin:end] for begin, end in pairwise(cuts)]
    prior_mean, prior_square = _class_moments(frames, weights, pieces, classes)
    parts = 2 if split or (before is not None and before.means.shape[1] == 2) else 1
    shape = (len(classes), parts, frames.shape[1])
    means, variances = np.zeros(shape), np.ones(shape)
    log_weights = np.full(shape[:2], -np.inf)
    for model, piece in enumerate(pieces):
        prior = (prior_mean[classes[model]], prior_square[classes[model]])
        start = _start(before, model, prior, split and weights[piece].sum() >= SPLIT_FRAMES)
        found = _fit_one(frames[piece], weights[piece], start, prior)
        used = len(found[2])
        means[model, :used], variances[model, :used], log_weights[model, :used] = found
    return Mixtures(means, variances, log_weights)


_Parts = tuple[FloatArray, FloatArray, FloatArray]


def _class_moments(
    frames: Frames, weights: Frames, pieces: list[NDArray[np.int64]], classes: NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Mean and mean square of each class, [classes, features]; of a rare one drawn to 0 and 1."""
    count = np.zeros(classes.max() + 1)
    mean, square = (np.zeros((len(count), frames.shape[1])) for _ in range(2))
    for model, piece in enumerate(pieces):
        own = frames[piece]
        count[classes[model]] += weights[piece].sum()
        mean[classes[model]] += weights[piece] @ own
        square[classes[model]] += weights[piece] @ np.square(own)
    total = (count + PRIOR_FRAMES)[:, None]
    return mean / total, (square + PRIOR_FRAMES) / total


def _start(before: Mixtures | None, model: int, prior: tuple[FloatArray, FloatArray], split: bool) -> _Parts:
    if before is None:
        return prior[0][None], (prior[1] - prior[0] ** 2)[None], np.zeros(1)
    used = np.isfinite(before.log_weights[model])
    means, variances = before.means[model, used], before.variances[model, used]
    log_weights = before.log_weights[model, used]
    if not split or len(means) > 1:
        return means, variances, log_weights
    apart = SPLIT_DEVIATIONS * np.sqrt(variances)
    return (
        np.concatenate([means - apart, means + apart]),
        np.concatenate([variances, variances]),
        np.full(2, np.log(0.5)),
    )


def _fit_one(frames: Frames, weights: Frames, start: _Parts, prior: tuple[FloatArray, FloatArray]) -> _Parts:
    """EM steps of one model."""
    means, variances, log_weights = start
    squares = np.square(frames)
    for _ in range(STEPS if len(means) > 1 else 1):
        shares = _shares(frames, squares, means, variances, log_weights) * weights[:, None]
        count = shares.sum(axis=0) + PRIOR_FRAMES / len(means)
        lean = PRIOR_FRAMES / len(means)
        centre = prior if len(means) == 1 else (means, np.maximum(prior[1] - prior[0] ** 2, 0.0) + means**2)
        means_now = (shares.T @ frames + lean * centre[0]) / count[:, None]
        square = (shares.T @ squares + lean * centre[1]) / count[:, None]
        means, variances = means_now, np.maximum(square - means_now**2, LEAST_VARIANCE)
        log_weights = np.log(count / count.sum())
    return means, variances, log_weights


def _shares(
    frames: Frames, squares: Frames, means: FloatArray, variances: FloatArray, log_weights: FloatArray
) -> FloatArray:
    """How much of each frame each part has made, [frames, parts]."""
    if len(means) == 1:
        return np.ones((len(frames), 1))
    precise = 1.0 / variances
    constant = log_weights - 0.5 * np.sum(means**2 * precise + np.log(variances), axis=1)
    found = frames @ (means * precise).T - 0.5 * squares @ precise.T + constant
    found = np.exp(found - found.max(axis=1, keepdims=True))
    return np.asarray(found / found.sum(axis=1, keepdims=True))
