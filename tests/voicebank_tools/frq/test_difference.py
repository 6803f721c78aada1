"""Curves held against each other."""

from pathlib import Path

import numpy as np
import pytest

from pychang.frq import FrqFile
from voicebank_tools.frq.difference import difference, difference_finding

PATH = Path("a_wav.frq")


def curve(*parts: tuple[float, int], hop: int = 256) -> FrqFile:
    """Stretches of (f0 in Hz, frames)."""
    f0_hz = np.concatenate([np.full(frames, hz) for hz, frames in parts])
    return FrqFile.from_frames(f0_hz, np.ones(len(f0_hz)), hop)


def test_the_same_curve_is_no_finding() -> None:
    ours = curve((0.0, 20), (220.0, 80))
    assert difference_finding(PATH, ours, ours) is None
    nearly = curve((55.0, 20), (225.0, 75), (440.0, 5))  # 55: unvoiced, as some write it
    assert difference_finding(PATH, nearly, ours) is None
    found = difference(nearly, ours)
    assert (found.octave_high, found.octave_low, found.voicing) == (0.0625, 0.0, 0.0)


@pytest.mark.parametrize(
    ("theirs", "told"),
    [
        (((0.0, 20), (440.0, 40), (220.0, 40)), "is an octave too high for 50% of the voiced frames"),
        (((0.0, 20), (110.0, 16), (220.0, 64)), "is an octave too low for 20% of the voiced frames"),
        (((0.0, 20), (330.0, 16), (220.0, 64)), "is half an octave off for 20% of the voiced frames"),
        (((0.0, 20), (240.0, 80)), "is more than a semitone off for 100% of the voiced frames"),
        (((220.0, 100), (0.0, 0)), None),
        (((0.0, 70), (220.0, 30)), "is voiced otherwise for 62% of the frames with voice"),
        (((0.0, 20), (220.0, 60)), "covers 20480 samples where the recording has 25600"),
    ],
)
def test_what_is_told(theirs: tuple[tuple[float, int], ...], told: str | None) -> None:
    finding = difference_finding(PATH, curve(*theirs), curve((0.0, 20), (220.0, 80)))
    assert (finding.why if finding else None) == told
    if finding:
        assert (finding.kind, finding.cure) == ("warning", "--force writes it anew")


def test_another_hop_is_compared_by_time() -> None:
    ours = curve((220.0, 50), (440.0, 50))
    assert difference_finding(PATH, curve((220.0, 100), (440.0, 100), hop=128), ours) is None
    turned = difference(curve((440.0, 100), (220.0, 100), hop=128), ours)
    assert (turned.octave_high, turned.octave_low) == (0.5, 0.5)


def test_nothing_is_said_of_a_breath() -> None:
    assert difference_finding(PATH, curve((300.0, 100)), curve((0.0, 95), (220.0, 5))) is None
