import pytest

from tests.voicebank_tools.oto_making.material import placed
from voicebank_tools.aliases import BankKind, transition_candidates
from voicebank_tools.oto_making.naming import Naming, Part, aliases_of

ROW = (("か", {"k": 80, "a": 400}), ("き", {"k": 80, "i": 400}), ("い", {"i": 400}), ("ん", {"N": 300}),
       ("た", {"t": 80, "a": 400}))  # fmt: skip


def names(naming: Naming) -> list[str]:
    return [named.alias for one in placed(*ROW) for named in aliases_of(one, naming)]


@pytest.mark.parametrize(
    ("naming", "wanted"),
    [
        (Naming(BankKind.CV), "か き い ん た"),
        (Naming(BankKind.CV, romaji=True), "ka ki i n ta"),
        (Naming(BankKind.CV, heads=True), "か|- か|き|い|ん|た"),
        (Naming(BankKind.VCV), "- か|a き|i い|i ん|n た"),
        (Naming(BankKind.VCV, endings=True), "- か|a き|i い|i ん|n た|a R"),
        (Naming(BankKind.CVVC), "か|- か|a ky|き|い|i い|ん|i ん|n t|た"),
        (Naming(BankKind.CVVC, romaji=True), "ka|- ka|a ky|ki|i|i i|n|i n|n t|ta"),
    ],
)
def test_the_styles(naming: Naming, wanted: str) -> None:
    assert names(naming) == (wanted.split("|") if "|" in wanted else wanted.split())


def test_transitions_are_named_as_singers_look_for_them() -> None:
    named = next(
        one for one in aliases_of(placed(*ROW)[0], Naming(BankKind.CVVC)) if one.part is Part.TRANSITION
    )
    assert named.alias == transition_candidates("a", "き")[0]


def test_other_languages_are_named_by_their_words_and_phones() -> None:
    row = placed(("가", {"g": 60, "a": 300}), ("각", {"g": 60, "a": 300, "K": 60}), language="ko")
    joined = [one.alias for each in row for one in aliases_of(each, Naming(BankKind.VCV, "ko", endings=True))]
    assert joined == ["- 가", "a 각", "K R"]
    apart = [one.alias for each in row for one in aliases_of(each, Naming(BankKind.CVVC, "ko"))]
    assert apart == ["가", "- 가", "a g", "각"]
