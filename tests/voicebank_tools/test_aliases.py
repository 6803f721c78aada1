import pytest

from tests.voicebank_tools.fake_bank import CV, CVVC, ROMAJI, VCV, FakeBank
from voicebank_tools import aliases
from voicebank_tools.aliases import HEAD, BankKind


@pytest.mark.parametrize(
    ("lyric", "morae", "bare", "vowel"),
    [
        ("か", ("か",), True, "a"),
        ("?か", ("か",), True, "a"),
        ("カ", ("か",), True, "a"),
        ("ka", ("か",), True, "a"),
        ("KA,", ("か",), True, "a"),
        (" a か ", ("か",), False, "a"),
        ("- shi", ("し",), False, "i"),
        ("き2", ("き",), True, "i"),
        ("a かD#4", ("か",), False, "a"),
        ("か\u3099", ("が",), True, "a"),
        ("かー", ("か",), True, "a"),
        ("かん", ("か", "ん"), True, "n"),
        ("n'", ("ん",), True, "n"),
        ("Nacht,", (), True, ""),
        ("", (), True, ""),
    ],
)
def test_read_lyric(lyric: str, morae: tuple[str, ...], bare: bool, vowel: str) -> None:
    wish = aliases.read_lyric(lyric)
    assert (wish.morae, wish.bare, wish.vowel) == (morae, bare, vowel)


def best(lyric: str, before: str, bank: list[str], kind: BankKind) -> str | None:
    candidates = aliases.alias_candidates(aliases.read_lyric(lyric), before, kind)
    return next((alias for alias in candidates if alias in bank), None)


@pytest.mark.parametrize(
    ("lyric", "before", "bank", "kind", "alias"),
    [
        ("か", "a", ["か", "a か"], BankKind.CV, "か"),
        ("か", "a", ["か", "a か"], BankKind.VCV, "a か"),
        ("か", HEAD, ["か", "- か", "a か"], BankKind.VCV, "- か"),
        ("か", HEAD, ["a か", "- か"], BankKind.CV, "- か"),
        ("a か", "o", ["か", "a か", "o か"], BankKind.VCV, "a か"),
        ("a か", "o", ["か"], BankKind.CV, "か"),
        ("し", HEAD, ["si"], BankKind.CV, "si"),
        ("し", HEAD, ["shi", "si"], BankKind.CV, "shi"),
        ("tu", HEAD, ["つ"], BankKind.CV, "つ"),
        ("tu", HEAD, ["ツ"], BankKind.CV, "ツ"),
        ("カ", "n", ["n ka"], BankKind.CV, "n ka"),
        ("を", HEAD, ["お"], BankKind.CV, "お"),
        ("づ", HEAD, ["zu"], BankKind.CV, "zu"),
        ("き", "a", ["a き2"], BankKind.VCV, "a き2"),
        ("か", "a", ["o か"], BankKind.VCV, "o か"),
        ("か", "", ["- か"], BankKind.VCV, "- か"),
        ("ん", HEAD, ["N"], BankKind.CV, "N"),
        ("Nacht", HEAD, ["Nacht"], BankKind.CV, "Nacht"),
        ("Nacht", HEAD, ["な"], BankKind.CV, None),
    ],
)
def test_candidates(lyric: str, before: str, bank: list[str], kind: BankKind, alias: str | None) -> None:
    assert best(lyric, before, bank, kind) == alias


@pytest.mark.parametrize(
    ("bank", "kind"),
    [
        (CV, BankKind.CV),
        (ROMAJI, BankKind.CV),
        (VCV, BankKind.VCV),
        (CV + VCV, BankKind.VCV),
        (CVVC, BankKind.CVVC),
    ],
)
def test_bank_kind(bank: list[str], kind: BankKind) -> None:
    assert aliases.bank_kind(FakeBank(bank)) is kind


def test_transitions_and_endings() -> None:
    assert "a k" in aliases.transition_candidates("a", "か")
    assert aliases.transition_candidates("a", "い") == ()
    assert aliases.transition_candidates("", "か") == ()
    assert aliases.ending_candidates("o") == ("o -", "o R")
