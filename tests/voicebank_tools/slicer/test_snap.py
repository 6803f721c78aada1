from pathlib import Path

import numpy as np

from tests.voicebank_tools.slicer.voices import RATE_HZ, voice, write
from voicebank_tools.slicer.snap import REACH_S, nearest_crossing, snap_cuts
from voicebank_tools.slicer.sound import open_sound


def test_the_nearest_crossing_of_a_sine() -> None:
    wave = np.sin(2.0 * np.pi * (np.arange(100) + 0.5) / 20.0) + 0.3  # DC does not matter
    assert nearest_crossing(wave, 50) == 50
    assert nearest_crossing(wave, 53) == 50
    assert nearest_crossing(wave, 57) == 60


def test_without_a_crossing_the_place_stays() -> None:
    assert nearest_crossing(np.zeros(50), 20) == 20
    assert nearest_crossing(np.ones(1), 0) == 0


def test_cuts_move_to_crossings_but_never_out_of_bounds(tmp_path: Path) -> None:
    wave = voice(1.0, 200.0)
    cuts = np.array([4021, 8047, 12033])
    with open_sound(write(tmp_path / "a.wav", wave, subtype="FLOAT")) as sound:
        snapped = snap_cuts(sound, cuts, 1, RATE_HZ, RATE_HZ)
        assert np.abs(snapped - cuts).max() <= REACH_S * RATE_HZ
        assert np.abs(wave[snapped]).max() < 0.01
        assert np.abs(wave[cuts]).max() > 0.05
        tight = snap_cuts(sound, np.array([4021]), 1, RATE_HZ - 4021, RATE_HZ)  # no room to the left
        assert tight.tolist() == [max(4021, snapped[0])]
        assert snap_cuts(sound, np.array([4021]), 4021, RATE_HZ - 4021, 8042).tolist() == [4021]
        assert not len(snap_cuts(sound, np.zeros(0, int), 1, RATE_HZ, RATE_HZ))
