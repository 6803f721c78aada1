"""Pictures show where the tone is."""

import io

import numpy as np
import pytest

from voicebank_tools.comparing.spectrogram import HIGHEST_HZ, spectrogram_png


@pytest.mark.parametrize("hz", [1000.0, 9000.0])
def test_a_tone_is_a_bright_line_at_its_height(hz: float) -> None:
    from PIL import Image

    wave = (20_000 * np.sin(2 * np.pi * hz * np.arange(44100) / 44100)).astype(np.int16)
    picture = Image.open(io.BytesIO(spectrogram_png(wave)))
    assert picture.mode == "P"
    assert picture.width == pytest.approx(120, abs=2)
    bright = np.asarray(picture.convert("L"), float)[:, 60]
    assert 1.0 - (bright.argmax() + 0.5) / len(bright) == pytest.approx(hz / HIGHEST_HZ, abs=0.01)
    assert bright.max() > 200
    assert bright.min() < 10


def test_silence_is_a_picture_too() -> None:
    assert spectrogram_png(np.zeros(500, np.int16)).startswith(b"\x89PNG")
