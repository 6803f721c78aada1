"""What training minimises: how far the corrected picture is from the recording, in decibels (`keras.ops`)."""

from typing import Any

import numpy as np

from pychang.arrays import FloatArray
from pychang.breath import breath_share
from pychang.image import BANDS, band_centres_hz

RANGE_DB = 70.0
"""Bands further below the loudest are not heard."""

NOISE_RANGE_DB = 25.0
"""Noise further below the total of its band is not heard."""

SCALES = ((1, 1), (3, 3), (9, 7))
"""Frames and bands over which differences are averaged before they are counted: one frame of noise never
matches another, its mean does."""

GAIN_PENALTY = 0.03
"""For each decibel of gain: what does not help is left alone."""

CODE_PENALTY = 0.001

NOISE_WEIGHT = 0.3
"""Of the noise's level beside the whole's: with more of it the noise was right and the picture was not."""

_EDGE_DB = 10.0
_NOISE_SCALE = (9, 7)
_TINY = 1e-10


def corrected_db(levels_db: Any, gains_db: Any, strength: Any) -> tuple[Any, Any]:
    """Return (total [B, T, bands], parts [B, T, bands, 2]) in dB of the prior with its gains."""
    from keras import ops

    parts = levels_db + gains_db * strength[..., None, None]
    return _total_db(ops, parts), parts


def picture_loss(gains_db: Any, batch: Any) -> tuple[Any, Any]:
    """Return the loss of each example, and its plain mean difference in dB. Shapes [B].

    Args:
        gains_db: The network's output. Shape [B, T, bands, 2].
        batch: See `batches.Batch`.
    """
    from keras import ops

    total, parts = corrected_db(batch["levels_db"], gains_db, batch["strength"])
    wanted, wanted_noise = batch["target_db"][..., 0], batch["target_db"][..., 1]
    heard = _heard(ops, wanted, total) * batch["weights"][..., None] * batch["band"][:, None, :]
    difference = total - wanted
    offset = batch["any_level"][:, None, None] * _frame_mean(ops, difference, heard)
    difference = difference - offset
    loss = sum(_at_scale(ops, difference, heard, scale) for scale in SCALES)
    # what is wanted of the noise is the classic engine's own, which leaves out what lies between low partials
    noisy = heard * ops.clip((wanted_noise - (wanted - NOISE_RANGE_DB)) / _EDGE_DB, 0.0, 1.0)
    noisy = noisy * breath_share(band_centres_hz())
    loss = loss + NOISE_WEIGHT * _at_scale(ops, parts[..., 1] - wanted_noise - offset, noisy, _NOISE_SCALE)
    plain = ops.sum(ops.abs(difference) * heard, axis=(1, 2)) / (ops.sum(heard, axis=(1, 2)) + 1.0)
    return loss, plain


def _total_db(ops: Any, parts_db: Any) -> Any:
    """The powers of both parts added. Shape [B, T, bands]."""
    return 10.0 / 2.302585 * ops.log(ops.sum(10.0 ** (parts_db / 10.0), axis=-1) + _TINY)


def _heard(ops: Any, wanted: Any, total: Any) -> Any:
    """1 where either picture is loud enough to be heard, softly falling to 0. Shape [B, T, bands]."""
    floor = ops.max(wanted, axis=(1, 2), keepdims=True) - RANGE_DB
    return ops.clip((ops.maximum(wanted, total) - floor) / _EDGE_DB, 0.0, 1.0)


def _frame_mean(ops: Any, difference: Any, heard: Any) -> Any:
    """Level difference of each frame. Shape [B, T, 1]."""
    return ops.sum(difference * heard, axis=-1, keepdims=True) / (
        ops.sum(heard, axis=-1, keepdims=True) + 1e-3
    )


def _at_scale(ops: Any, difference: Any, heard: Any, scale: tuple[int, int]) -> Any:
    """Mean size of the differences averaged over frames and bands; small ones count by their square. [B]."""
    mean = difference
    if scale != (1, 1):
        mean = _pooled(ops, difference * heard, scale) / (_pooled(ops, heard, scale) + 1e-4)
    size = ops.sqrt(mean * mean + 1.0) - 1.0
    return ops.sum(size * heard, axis=(1, 2)) / (ops.sum(heard, axis=(1, 2)) + 1.0)


def _pooled(ops: Any, values: Any, scale: tuple[int, int]) -> Any:
    """Means over so many frames and bands around each, fewer at the edges. Shape [B, T, bands].

    Bands stand as channels and are averaged by a matrix: as a pooling over both at once, this was a third of
    a training step.
    """
    frames, bands = scale
    along_frames = ops.average_pool(values[:, :, None], (frames, 1), strides=1, padding="same")[:, :, 0]
    return ops.matmul(along_frames, _neighbours(bands))


def _neighbours(bands: int) -> FloatArray:
    """The matrix that makes of each band the mean of so many around it. Float32, shape [BANDS, BANDS]."""
    distance = np.abs(np.subtract.outer(np.arange(BANDS), np.arange(BANDS)))
    near = (distance <= bands // 2).astype(np.float32)
    return near / near.sum(axis=0)
