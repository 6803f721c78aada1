"""A whole voicebank looked at."""

from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.audio import write_wav
from tests.pychang.signals import vowel
from tests.voicebank_tools.paper_bank import make_bank
from voicebank_tools.bank_check import check_bank, subbank_findings
from voicebank_tools.demo_bank import write_demo_bank
from voicebank_tools.finding import counts_text
from voicebank_tools.voicebank import load_voicebank


def sung_bank(folder: Path, oto: str, names: str = "a", **more: str) -> Path:
    make_bank(folder, {"character.txt": "name=x", "oto.ini": oto, **more})
    for name in names:
        write_wav(folder / f"{name}.wav", vowel(220.0, seconds=0.5))
    return folder


def test_a_sound_bank(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    bank = write_demo_bank(tmp_path, ("か", "あ", "ん"))
    report = check_bank(bank, lambda done, total: seen.append((done, total)))
    assert (report.findings, report.recordings, report.is_sound) == ((), 3, True)
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_everything_is_found_once(tmp_path: Path) -> None:
    oto = "a.wav=a,10,50,-300,30,10\na.wav=a,1\nb.wav=b,900\nc.wav=c,1\nd.wav=d,1\nR.wav=R\nx\n"
    bank = sung_bank(tmp_path, oto, "ab")
    (bank / "c.wav").write_bytes(b"no sound")
    for name in ("R", "e"):
        write_wav(bank / f"{name}.wav", np.zeros(22050))
    (bank / "character.txt").unlink()
    report = check_bank(bank)
    assert [(finding.kind, finding.path.name, finding.why.split(" ")[0]) for finding in report.findings] == [
        ("warning", tmp_path.name, "there"),
        ("error", "oto.ini", "is"),
        ("error", "oto.ini", "recording"),
        ("note", tmp_path.name, "1"),
        ("warning", "oto.ini", "this"),
        ("error", "c.wav", "is"),
        ("error", "e.wav", "holds"),
        ("error", "b.wav", "offset"),
    ]
    assert counts_text(report.findings) == "5 errors, 2 warnings, 1 notes"
    assert not report.is_sound


@pytest.mark.parametrize(
    ("oto", "yaml", "told"),
    [
        ("a.wav=가,1".encode(), "", 1),
        ("a.wav=가,1".encode(), "text_file_encoding: utf-8\n", 0),
        ("a.wav=가,1".encode("utf-8-sig"), "", 0),
        ("a.wav=か,1".encode("cp932"), "", 0),
        (b"a.wav=ka,1", "", 0),
    ],
)
def test_utf_8_that_openutau_is_not_told_of(tmp_path: Path, oto: bytes, yaml: str, told: int) -> None:
    bank = sung_bank(tmp_path, "", **({"character.yaml": yaml} if yaml else {}))
    (bank / "oto.ini").write_bytes(oto)
    found = [one for one in check_bank(bank).findings if one.why.startswith("is in UTF-8, which OpenUtau")]
    assert [(one.kind, one.path) for one in found] == [("warning", bank / "oto.ini")] * told


def test_notes_alone_are_no_fault(tmp_path: Path) -> None:
    report = check_bank(sung_bank(tmp_path, "a.wav=a,1", "ab"))
    assert [finding.kind for finding in report.findings] == ["note"]
    assert report.is_sound


def test_prefixes_that_no_alias_has(tmp_path: Path) -> None:
    maps = {"prefix.map": "C4\t\t\nC5\t\t_C5\nC6\tか\t\nD6\t\t\u304c\n", "prefix/sweet.map": "C4\t\t!\n"}
    oto = "a.wav=あ_C5,1\na.wav=い,1\na.wav=うか\u3099,1\n"
    bank = load_voicebank(make_bank(tmp_path, {"a.wav": "", "oto.ini": oto, **maps}))
    found = list(subbank_findings(bank))
    assert [finding.text for finding in found] == ["か*", "*sweet!"]
    assert found[0].why == "no alias has this prefix and suffix (tones C6)"
    assert found[1].why == "no alias has this prefix and suffix of colour sweet (tones C4)"


def test_no_bank_at_all(tmp_path: Path) -> None:
    with pytest.raises(PychangError, match="holds no recording"):
        check_bank(tmp_path)


@pytest.mark.parametrize("name", ["utau-erithacus", "utau-yuki-mini"])
def test_real_banks_are_not_suspected(shared_data: Path, name: str) -> None:
    report = check_bank(shared_data / name)
    assert [finding.why for finding in report.findings if finding.kind != "note"] == []
