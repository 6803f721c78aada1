import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools.align.corrections import LARGEST_MOVE_S, PRIOR_EDGES, Habits, apply_habits, learn_habits
from voicebank_tools.align.edges import Placed
from voicebank_tools.align.graph import Slot
from voicebank_tools.labels.segment import Labels, Segment


def ours(*phones: tuple[str, float]) -> list[Placed]:
    return [Placed(Slot(phone, 0), begin_s, 1.0) for phone, begin_s in phones]


def theirs(*phones: tuple[str, float]) -> Labels:
    ends_s = [*(begin_s for _, begin_s in phones[1:]), 9.0]
    return Labels(9.0, (), tuple(Segment(s, e, phone) for (phone, s), e in zip(phones, ends_s, strict=True)))


def test_without_corrections_nothing_moves() -> None:
    placed = ours(("k", 0.0), ("a", 0.1))
    assert apply_habits(placed, learn_habits([]), 1.0) == placed


def test_a_class_of_edges_learns_its_own_offset() -> None:
    pair = (ours(("k", 0.0), ("a", 0.1), ("s", 0.5)), theirs(("k", 0.0), ("a", 0.12), ("s", 0.5)))
    habits = learn_habits([pair] * 200)
    assert habits.offset_s("t", "e") == pytest.approx(0.02, abs=0.001)
    assert habits.offset_s("a", "s") == pytest.approx(0.0, abs=0.001)
    assert habits.offset_s("n", "m") == pytest.approx(0.01, abs=0.001)


def test_one_correction_moves_little() -> None:
    habits = learn_habits([(ours(("k", 0.0), ("a", 0.1)), theirs(("k", 0.0), ("a", 0.14)))])
    assert 0.0 < habits.offset_s("k", "a") < 0.04 / (1.0 + PRIOR_EDGES) * 3


def test_gross_errors_and_other_pauses_are_no_habits() -> None:
    gross = (ours(("k", 0.0), ("a", 0.1)), theirs(("k", 0.0), ("a", 0.11 + LARGEST_MOVE_S)))
    pause = (ours(("k", 0.0), ("a", 0.1)), theirs(("k", 0.0), ("SP", 0.05), ("a", 0.12)))
    assert learn_habits([gross, pause] * 50) == Habits({}, {})


@given(
    st.lists(st.floats(0.0, 2.0), min_size=2, max_size=8).map(sorted),
    st.floats(-0.1, 0.1),
)
def test_moved_edges_stay_in_order_and_in_the_clip(begins_s: list[float], offset_s: float) -> None:
    placed = ours(*(("a", begin_s) for begin_s in begins_s))
    moved = [one.begin_s for one in apply_habits(placed, Habits({}, {}, offset_s), 2.0)]
    assert moved == sorted(moved)
    assert moved[0] == begins_s[0]
    assert moved[-1] <= 2.0
