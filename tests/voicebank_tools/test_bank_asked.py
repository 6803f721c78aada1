"""A bank that keeps in mind what it was asked for."""

from pathlib import Path

from tests.voicebank_tools.paper_bank import make_bank
from voicebank_tools.bank_asked import AskedBank, findings_about
from voicebank_tools.voicebank import Voicebank, load_voicebank


def a_bank(folder: Path) -> Voicebank:
    oto = "a.wav=あ_C4,1\na.wav=い,x\na.wav=う,1\na.wav=う,2\nb.wav=え\nb.wav=お\nno line\n"
    maps = "C4\t\t_C4\n"
    return load_voicebank(make_bank(folder, {"a.wav": "", "oto.ini": oto, "prefix.map": maps}))


def test_it_finds_what_the_bank_finds(tmp_path: Path) -> None:
    bank = a_bank(tmp_path)
    asked = AskedBank(bank)
    for alias in ("あ", "い", "う", "え"):
        for tone in (60, 61):
            assert asked.find(alias, tone) == bank.find(alias, tone)
            assert asked.has(alias, tone) == bank.has(alias, tone)


def test_only_what_was_asked_for_is_told_and_what_all_the_bank_suffers(tmp_path: Path) -> None:
    bank = a_bank(tmp_path)
    asked = AskedBank(bank)
    asked.has("い", 60)
    assert [finding.text for finding in asked.findings] == ["no line"]
    asked.find("あ", 60)
    asked.find("お", 60)
    assert [finding.text for finding in asked.findings] == ["no line", "b.wav"]
    asked.find("い", 60)
    asked.find("う", 60)
    assert len(asked.findings) == 4


def test_what_was_found_first_ends_the_search(tmp_path: Path) -> None:
    oto = "a.wav=あ_C4,1\na.wav=あ,x\n"
    bank = load_voicebank(make_bank(tmp_path, {"a.wav": "", "oto.ini": oto, "prefix.map": "C4\t\t_C4\n"}))
    asked = AskedBank(bank)
    asked.find("あ", 60)
    assert asked.findings == ()
    asked.find("あ", 61)
    assert len(asked.findings) == 1


def test_notes_are_not_told_and_normal_forms_are_one(tmp_path: Path) -> None:
    oto = "a.wav=か\u3099,x\n"
    bank = load_voicebank(make_bank(tmp_path, {"a.wav": "", "b.wav": "", "oto.ini": oto}))
    assert {finding.kind for finding in bank.findings} == {"error", "note"}
    assert [finding.kind for finding in findings_about(bank, ["が"])] == ["error"]
    assert findings_about(bank, ["か"]) == ()
