from voicebank_tools.align.edges import Placed
from voicebank_tools.align.graph import Slot, slots_of
from voicebank_tools.align.tiers import evenly, tiers
from voicebank_tools.labels.segment import Labels, Segment, Transcript, Word

TEXT = Transcript((Word("か", ("k", "a")), Word("か", ("k", "a"))), (None, None))


def test_phones_of_a_word_make_it_up_and_pauses_are_their_own() -> None:
    slots = [Slot("SP", -1), Slot("k", 0), Slot("a", 0), Slot("k", 1), Slot("a", 1), Slot("pau", -1)]
    placed = [Placed(slot, float(place), 0.5) for place, slot in enumerate(slots)]
    words = (
        Segment(0.0, 1.0, "SP"),
        Segment(1.0, 3.0, "か"),
        Segment(3.0, 5.0, "か"),
        Segment(5.0, 6.0, "SP"),
    )
    names = ("SP", "k", "a", "k", "a", "SP")
    phones = tuple(Segment(float(place), place + 1.0, name) for place, name in enumerate(names))
    assert tiers(placed, TEXT, 6.0) == Labels(6.0, words, phones, (0.5,) * 6)


def test_phones_are_spread_evenly_without_optional_pauses() -> None:
    placed = evenly(slots_of(TEXT), 2.0)
    assert [(one.slot.phone, one.begin_s) for one in placed] == [
        ("k", 0.0),
        ("a", 0.5),
        ("k", 1.0),
        ("a", 1.5),
    ]
    assert [one.slot.phone for one in evenly((Slot("SP", -1, optional=True),), 2.0)] == ["SP"]
