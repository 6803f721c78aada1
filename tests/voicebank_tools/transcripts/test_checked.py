import pytest

from pychang import PychangError
from voicebank_tools.g2p.reading import Reading
from voicebank_tools.labels.segment import Transcript, Word
from voicebank_tools.transcripts.checked import MOST_WORDS, transcript_of

KA = Word("か", ("k", "a"))


def test_words_without_times() -> None:
    assert transcript_of(Reading((KA, KA)), "x") == Transcript((KA, KA), (None, None))
    assert transcript_of(Reading((KA,)), "x", [0.5]).onsets_s == (0.5,)


@pytest.mark.parametrize(
    ("reading", "message"),
    [
        (Reading((KA,), ("foo", "bar")), 'x.lab: not known how to say "foo", "bar"; .*--dictionary'),
        (Reading((), tuple("abcdefghij")), 'say "a", .*"h" and 2 more;'),
        (Reading(()), "x.lab: holds no words"),
        (Reading((Word("SP", ("SP",)),)), "x.lab: holds no words"),
        (Reading((KA,) * (MOST_WORDS + 1)), "too many for one clip"),
    ],
)
def test_what_is_no_transcript(reading: Reading, message: str) -> None:
    with pytest.raises(PychangError, match=message):
        transcript_of(reading, "x.lab")
