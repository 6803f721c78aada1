import dataclasses

import numpy as np

from tests.voicebank_tools.align.sung import songs
from voicebank_tools.align.features import hear
from voicebank_tools.align.fit_of_text import fault, misfits
from voicebank_tools.align.graph import slots_of

SLOTS = slots_of(songs()[0].transcript)


def test_a_sung_clip_has_no_fault() -> None:
    assert fault(hear(songs()[0].wave), SLOTS) == ""


def test_what_cannot_be_labelled_says_why() -> None:
    wave = songs()[0].wave
    hiss = 1e-5 * np.random.default_rng(1).standard_normal(44100)
    assert fault(hear(hiss), SLOTS) == "silent"
    assert fault(hear(wave[13000 : 13000 + 35 * 220 - 1]), SLOTS) == "too short for its 6 phones"
    assert fault(hear(wave[13000 : 13000 + 35 * 220]), SLOTS) == ""
    assert fault(hear(wave), SLOTS[:1]) == "no phones in its text"
    sound = hear(wave)
    long = dataclasses.replace(sound, frames=np.broadcast_to(sound.frames[:1], (10**7, 41)))
    assert fault(long, SLOTS * 2).startswith("too long to label in one piece")


def test_one_text_that_fits_far_worse_than_the_others() -> None:
    usual = [1.0, 1.1, 0.9, 1.05, 0.95, 1.2]
    assert misfits([*usual, 4.0]) == [False] * 6 + [True]
    assert misfits([*usual, 1.5]) == [False] * 7
    assert misfits([1.0, 50.0]) == [False, False]
    assert misfits([]) == []
