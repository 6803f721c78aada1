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


USUAL = [1.0, 1.1, 0.9, 1.05, 0.95, 1.2]


def test_one_text_that_other_clips_contradict() -> None:
    assert misfits([*USUAL, 1.0], [*USUAL, 6.0]) == [False] * 6 + [True]
    assert misfits([*USUAL, 1.0], [*USUAL, 5.4]) == [False] * 7


def test_a_sound_unlike_all_others_counts_where_other_clips_do_not_vouch_for_it() -> None:
    assert misfits([*USUAL, 2.2], [*USUAL, 4.0]) == [False] * 6 + [True]
    assert misfits([*USUAL, 1.5], [*USUAL, 4.0]) == [False] * 7
    assert misfits([*USUAL, 9.0], [*USUAL, 2.5]) == [False] * 7
    assert misfits([*USUAL, 4.0], [*USUAL, np.nan]) == [False] * 6 + [True]
    assert misfits([*USUAL, 1.5], [*USUAL, np.nan]) == [False] * 7


def test_too_few_clips_to_know_what_is_usual() -> None:
    assert misfits([1.0, 50.0], [1.0, 50.0]) == [False, False]
    assert misfits([1.0] * 5, [np.nan] * 5) == [False] * 5
    assert misfits([], []) == []
