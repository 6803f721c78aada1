import pytest

from voicebank_tools.labels.segment import Transcript, Word
from voicebank_tools.transcripts.beat import on_the_beat

WORDS = (Word("か", ("k", "a")),) * 3


def test_one_word_on_every_beat() -> None:
    found = on_the_beat(Transcript(WORDS, (None, 1.2, None)), 0.5, 3.0, 100.0)
    assert found.words == WORDS
    assert found.onsets_s == pytest.approx((0.5, 1.2, 1.7))


def test_pauses_have_no_beat() -> None:
    words = (WORDS[0], Word("SP", ("SP",)), WORDS[0])
    assert on_the_beat(Transcript(words, (None,) * 3), 0.5, 3.0, 120.0).onsets_s == (0.5, None, 1.0)


def test_a_recording_too_short_for_its_beats_gets_none() -> None:
    known = Transcript(WORDS, (None, None, None))
    assert on_the_beat(known, 0.5, 1.6, 100.0) == known
