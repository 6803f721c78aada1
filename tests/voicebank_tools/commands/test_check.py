"""`vbtools check` from its arguments to its exit code."""

import json
from pathlib import Path

import pytest

from tests.voicebank_tools.vowel_bank import write_vowel_bank
from voicebank_tools.cli import main


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    folder = write_vowel_bank(tmp_path / "声", vowels="ai")
    (folder / "character.txt").write_text("name=ai", "utf-8")
    return folder


def test_a_sound_bank_is_counted(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.read_bytes() for path in bank.iterdir()}
    assert main(["check", str(bank)]) == 0
    printed = capsys.readouterr()
    assert printed.out == "ai: 2 recordings, 2 aliases: 0 errors, 0 warnings, 0 notes\n"
    assert printed.err == ""
    assert main(["check", str(bank), "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert {path: path.read_bytes() for path in bank.iterdir()} == before


def test_each_fault_is_a_line_with_its_cure(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bank / "a.wav").write_bytes(b"no sound")
    (bank / "oto.ini").write_text("a.wav=a,1\ni.wav=i,900\n", "utf-8")
    assert main(["check", str(bank)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"error: {bank / 'a.wav'}: is not a sound file")
    assert lines[1] == (
        f'error: {bank / "i.wav"}: "i" offset 900 ms lies behind the recording\'s end (500 ms);'
        " set the offset again"
    )
    assert lines[2:] == ["ai: 2 recordings, 2 aliases: 2 errors, 0 warnings, 0 notes"]


def test_json(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bank / "oto.ini").write_text("a.wav=a,1\ni.wav=i,1\nx\n", "utf-8")
    assert main(["check", str(bank), "--json"]) == 1
    fields = json.loads(capsys.readouterr().out)
    assert {key: fields[key] for key in ("bank", "recordings", "aliases", "errors", "warnings", "notes")} == {
        "bank": "ai", "recordings": 2, "aliases": 2, "errors": 1, "warnings": 0, "notes": 0,
    }  # fmt: skip
    (finding,) = fields["findings"]
    assert (finding["kind"], finding["line"], finding["text"]) == ("error", 3, "x")
    assert finding["path"] == str(bank / "oto.ini")


def test_no_bank_is_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(tmp_path)]) == 2
    assert "holds no recording" in capsys.readouterr().err
