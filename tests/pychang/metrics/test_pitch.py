"""The pitch that is measured is the one that was made."""

import numpy as np
import pytest

from pychang import metrics
from pychang.units import SAMPLE_RATE_HZ
from tests.pychang.signals import times_s, vowel

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")

SECOND = SAMPLE_RATE_HZ


def test_pitch_is_steady_or_not_where_it_is_looked_at() -> None:
    curve = np.where(times_s(1.0) < 0.5, 220.0, 233.08)
    wave = vowel(curve, seconds=1.0)
    assert metrics.steady_pitch(wave, 220.0, 0.1, 0.4)[0] < 1.0
    assert metrics.steady_pitch(wave, 220.0, 0.6, 0.9)[0] == pytest.approx(100.0, abs=1.0)
