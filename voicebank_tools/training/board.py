"""TensorBoard: curves, pictures of wanted and got spectrograms, notes to listen to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from pychang.arrays import FloatArray
from pychang.units import SAMPLE_RATE_HZ

_ROW_PIXELS, _COLUMN_PIXELS = 3, 3
_RANGE_DB = 80.0


class Board:
    """Writes into a folder that `tensorboard --logdir` shows; where TensorFlow is missing, nothing."""

    def __init__(self, folder: Path) -> None:
        try:
            import tensorflow as tf
        except ImportError:
            self._tf: Any = None
            return
        self._tf = tf
        self._writer = tf.summary.create_file_writer(str(folder))

    def curves(self, step: int, values: Mapping[str, float]) -> None:
        """Add a point to each curve."""
        if self._tf is not None:
            with self._writer.as_default(step=step):
                for name, value in values.items():
                    self._tf.summary.scalar(name, value)
            self._writer.flush()

    def pictures(self, step: int, pictures: Mapping[str, FloatArray]) -> None:
        """Add pictures, float32 [height, width, 3] of 0..1."""
        if self._tf is not None:
            with self._writer.as_default(step=step):
                for name, picture in pictures.items():
                    self._tf.summary.image(name, picture[None])

    def sounds(self, step: int, waves: Mapping[str, FloatArray]) -> None:
        """Add waves [samples]."""
        if self._tf is not None:
            with self._writer.as_default(step=step):
                for name, wave in waves.items():
                    clipped = np.clip(wave, -1.0, 1.0).astype(np.float32)
                    self._tf.summary.audio(name, clipped[None, :, None], SAMPLE_RATE_HZ)

    def close(self) -> None:
        if self._tf is not None:
            self._writer.close()


def picture(*levels_db: FloatArray) -> FloatArray:
    """Return band levels [frames, bands] as one picture, above each other, low bands below, loud ones bright.

    Shape [height, width, 3], float32 of 0..1; all have the scale of the first.
    """
    from matplotlib import colormaps

    top = float(levels_db[0].max())
    gap = np.zeros((_ROW_PIXELS, levels_db[0].shape[0]))
    rows: list[FloatArray] = []
    for levels in levels_db:
        scaled = np.clip(1.0 + (levels.T[::-1] - top) / _RANGE_DB, 0.0, 1.0)
        rows += [np.repeat(scaled, _ROW_PIXELS, axis=0), gap]
    pixels = np.repeat(np.concatenate(rows[:-1]), _COLUMN_PIXELS, axis=1)
    return colormaps["magma"](pixels)[..., :3].astype(np.float32)
