import numpy as np

from voicebank_tools.training.board import picture


def test_a_picture_has_its_rows_above_each_other_and_low_bands_below() -> None:
    first, second = np.full((10, 8), -60.0), np.full((10, 8), -60.0)
    first[:, 0] = 0.0  # the lowest band, loud
    pixels = picture(first, second)
    assert pixels.shape == (3 * (8 + 8 + 1), 30, 3)
    brightness = pixels.sum(axis=2).mean(axis=1)
    assert brightness.argmax() in range(21, 24)
    assert pixels.min() >= 0.0
    assert pixels.max() <= 1.0
