import io

import numpy as np
import pytest
from matplotlib import image

from tests.voicebank_tools.labelling.material import RATE_HZ, sung
from voicebank_tools.labelling.picture import picture_png, spectrogram_db
from voicebank_tools.labels.segment import Labels, Segment


def test_a_tone_is_where_it_sounds() -> None:
    wave = np.sin(2.0 * np.pi * 3000.0 * np.arange(RATE_HZ) / RATE_HZ)
    levels = spectrogram_db(wave)
    assert levels.max() == pytest.approx(0.0)
    assert levels.min() == pytest.approx(-70.0)
    assert np.argmax(levels[:, levels.shape[1] // 2]) == round(3000.0 * 512 / RATE_HZ)


def test_a_picture_with_every_kind_of_text() -> None:
    """Warnings are errors here: a letter that the font lacks would be one."""
    words = (Segment(0.0, 0.7, "か\U0001f600"), Segment(0.7, 1.4, "$x$"))
    phones = (Segment(0.0, 0.7, "k"), Segment(0.7, 1.4, "ə"))
    picture = picture_png(sung(), Labels(1.4, words, phones, (0.1, 0.9)), "さ_$1")
    assert image.imread(io.BytesIO(picture)).shape[:2] == (405, 720)


def test_confidence_shows() -> None:
    phones = (Segment(0.0, 0.7, ""), Segment(0.7, 1.4, ""))
    sure, unsure = (picture_png(sung(), Labels(1.4, (), phones, (1.0, c)), "") for c in (1.0, 0.0))
    assert sure != unsure
