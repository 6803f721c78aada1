"""Small pictures of notes: a spectrogram as the bytes of a PNG file."""

import io

import numpy as np
from numpy.typing import NDArray

from pychang.units import SAMPLE_RATE_HZ

HIGHEST_HZ = 16_000.0
RANGE_DB = 80.0
"""Colours span so much below the loudest point."""

_WINDOW = 1024
_ROWS = round(HIGHEST_HZ * _WINDOW / SAMPLE_RATE_HZ) // 2  # two bins each: partials stay apart
_PIXELS_A_SECOND = 120
_COLOURS = 256


def spectrogram_png(wave: NDArray[np.int16]) -> bytes:
    """Return a picture of a note: 0 to 16 kHz upwards, 120 pixels a second, windows of 23 ms.

    `wave`: at 44.1 kHz. Shape [samples].
    """
    from matplotlib import colormaps
    from PIL import Image

    samples = np.pad(wave.astype(np.float64) / 2**15, _WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[:: SAMPLE_RATE_HZ // _PIXELS_A_SECOND]
    power = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1)) ** 2
    pairs = power[:, : 2 * _ROWS].reshape(len(power), _ROWS, 2).max(axis=2)
    level = 10.0 * np.log10(pairs.T + 1e-10)
    shade = np.clip((level - level.max()) / RANGE_DB + 1.0, 0.0, 1.0)
    picture = Image.fromarray(np.ascontiguousarray(np.rint(shade[::-1] * (_COLOURS - 1)).astype(np.uint8)))
    colours = np.asarray(colormaps["magma"](np.arange(_COLOURS)))[:, :3]
    picture.putpalette(np.rint(255.0 * colours).astype(np.uint8).tobytes())
    file = io.BytesIO()
    picture.save(file, format="PNG", optimize=True)
    return file.getvalue()
