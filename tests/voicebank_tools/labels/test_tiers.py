import pytest

from pychang import PychangError
from voicebank_tools.labels.segment import Labels, Segment
from voicebank_tools.labels.tiers import Tier, TierFile, labels_of, with_labels

KA = (Segment(0.0, 0.5, "ka"),)
PHONES = (Segment(0.0, 0.1, "k"), Segment(0.1, 0.5, "a"))


@pytest.mark.parametrize(
    ("words", "phones"), [("words", "phones"), ("Word", "phone"), ("jo - words", "jo - phones")]
)
def test_tiers_are_known_by_name_in_any_order(words: str, phones: str) -> None:
    note = Tier("pitch", (Segment(0.2, 0.2, "220"),), of_points=True)
    file = TierFile(0.0, 0.5, (note, Tier(phones, PHONES), Tier(words, KA)))
    assert labels_of(file, 0.5, "x") == Labels(0.5, KA, PHONES)


def test_without_names_the_first_holds_the_words() -> None:
    assert labels_of(TierFile(0.0, 0.5, (Tier("one", KA), Tier("two", PHONES))), 0.5, "x").phones == PHONES
    alone = labels_of(TierFile(0.0, 0.5, (Tier("one", PHONES),)), 0.5, "x")
    assert alone.words == alone.phones == PHONES


def test_points_alone_are_no_labels() -> None:
    with pytest.raises(PychangError, match=r"x\.TextGrid: no interval tier"):
        labels_of(TierFile(0.0, 1.0, (Tier("p", (), of_points=True),)), 1.0, "x.TextGrid")


def test_other_tiers_are_kept() -> None:
    before = TierFile(
        0.0, 0.4, (Tier("words", ()), Tier("pitch", (Segment(0.2, 0.2, "220"),), of_points=True))
    )
    after = with_labels(Labels(0.5, KA, PHONES), before)
    assert [tier.name for tier in after.tiers] == ["words", "phones", "pitch"]
    assert (after.tiers[0].segments, after.end_s) == (KA, 0.5)
    assert [tier.name for tier in with_labels(Labels(0.5, KA, PHONES)).tiers] == ["words", "phones"]
