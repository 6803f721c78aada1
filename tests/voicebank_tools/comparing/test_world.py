"""WORLD gives back what it took apart."""

import numpy as np
import pytest

from pychang.metrics import mel_distance_db, steady_pitch
from tests.pychang.signals import straight_plan, vowel
from voicebank_tools.comparing.world import world_analysis, world_note

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")


def test_a_vowel_sung_at_its_own_pitch_and_at_another() -> None:
    wave = vowel(220.0, breath_db=-30.0, seconds=0.6)
    analysis = world_analysis(wave)
    assert np.median(analysis.f0_hz) == pytest.approx(220.0, rel=1e-3)
    own, higher = (world_note(analysis, straight_plan(len(wave), hz)) for hz in (220.0, 330.0))
    assert len(own) == len(higher) == len(wave)
    assert mel_distance_db(wave, own) < 4.0
    assert steady_pitch(higher, 330.0)[0] < 5.0
