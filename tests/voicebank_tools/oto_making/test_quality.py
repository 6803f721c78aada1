import numpy as np

from pychang.units import SAMPLE_RATE_HZ
from voicebank_tools.oto_making.quality import is_clipped, wobble_db
from voicebank_tools.oto_making.rules import Numbers

WINDOW = Numbers(100.0, 100.0, -500.0, 50.0, 20.0)
TIMES_S = np.arange(SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
TONE = 0.3 * np.sin(2.0 * np.pi * 400.0 * TIMES_S)


def test_a_steady_vowel_does_not_wobble() -> None:
    assert wobble_db(TONE, WINDOW) < 0.1
    fading = TONE * 10.0 ** (-TIMES_S * 20.0 / 20.0)
    assert 1.5 < wobble_db(fading, WINDOW) < 3.0
    only_before = np.where(TIMES_S < 0.2, fading, TONE)
    assert wobble_db(only_before, WINDOW) < 0.1


def test_a_window_beyond_the_wave_does_not_wobble() -> None:
    assert wobble_db(TONE[:100], WINDOW) == 0.0
    assert not is_clipped(TONE[:100], WINDOW)


def test_flat_tops_in_the_window_are_clipping() -> None:
    clipped = TONE.copy()
    clipped[13_000:13_003] = 1.0
    assert is_clipped(clipped, WINDOW)
    assert not is_clipped(TONE, WINDOW)
    outside = TONE.copy()
    outside[30_000:30_010] = 1.0
    assert not is_clipped(outside, WINDOW)
