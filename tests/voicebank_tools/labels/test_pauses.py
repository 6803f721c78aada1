from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools.labels.pauses import covering, our_name, pause_name, pause_word
from voicebank_tools.labels.segment import Segment, Word


@pytest.mark.parametrize(
    ("text", "name"),
    [("", "SP"), ("sil", "SP"), ("pau", "SP"), ("AP", "AP"), ("br", "AP"), ("a", ""), ("sh", "")],
)
def test_pauses_of_all_tools(text: str, name: str) -> None:
    assert pause_name(text) == name
    assert our_name(f" {text} ") == (name or text)


def test_pauses_that_a_text_asks_for() -> None:
    assert pause_word("pau") == Word("SP", ("SP",))
    assert pause_word("息") == Word("AP", ("AP",))
    assert pause_word("あ") is None
    assert pause_word(" ") is None


def test_gaps_become_silence_and_slivers_join_the_label_before() -> None:
    found = covering([Segment(0.1, 0.2, "a"), Segment(0.2004, 0.5, " i "), Segment(0.6, 2.0, "u")], 1.0)
    assert found == (
        Segment(0.0, 0.1, "SP"),
        Segment(0.1, 0.2004, "a"),
        Segment(0.2004, 0.5, "i"),
        Segment(0.5, 0.6, "SP"),
        Segment(0.6, 1.0, "u"),
    )


times = st.floats(0.0, 3.0)


@given(st.lists(st.tuples(times, times, st.sampled_from(["a", "sil", "k"]))), st.floats(0.1, 2.0))
def test_whatever_comes_in_the_clip_is_covered(parts: list[tuple[float, float, str]], seconds: float) -> None:
    found = covering([Segment(min(a, b), max(a, b), text) for a, b, text in parts], seconds)
    assert found[0].begin_s == 0.0
    assert found[-1].end_s == seconds
    assert all(one.end_s == after.begin_s for one, after in pairwise(found))
    assert all(one.end_s > one.begin_s for one in found)
