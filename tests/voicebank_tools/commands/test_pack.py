"""`vbtools pack` from its arguments to its exit code."""

import json
from pathlib import Path

import pytest

from tests.voicebank_tools.vowel_bank import write_vowel_bank
from voicebank_tools.cli import main


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    folder = write_vowel_bank(tmp_path / "声", vowels="ai")
    (folder / "character.txt").write_text("name=ai", "utf-8")
    (folder / "a.wav.llsm").write_bytes(b"x")
    return folder


def test_sizes_are_told(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = bank.with_suffix(".zip")
    assert main(["pack", str(bank)]) == 0
    printed = capsys.readouterr()
    packed = f"{output.stat().st_size / 1e6:.1f} MB packed"
    assert printed.out == (
        f"{output}: 4 files, 0.1 MB, {packed}; left out: 1 *.llsm; 0 errors, 0 warnings, 0 notes\n"
    )
    assert printed.err == ""
    assert main(["pack", str(bank)]) == 2
    assert "give --force" in capsys.readouterr().err
    assert main(["pack", str(bank), "--force", "-q"]) == 0
    assert capsys.readouterr().out == ""


def test_no_character_txt_is_told_with_the_cure(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bank / "character.txt").unlink()
    assert main(["pack", str(bank), "-q"]) == 1
    assert "no character.txt" in (told := capsys.readouterr().err)
    assert "name=" in told
    assert not (bank / "character.txt").exists()


def test_json(bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pack", str(bank), "-o", str(tmp_path / "x.zip"), "-x", "nothing", "--json"]) == 1
    fields = json.loads(capsys.readouterr().out)
    assert (fields["bank"], fields["files"], fields["left_out"]) == ("ai", 4, {"*.llsm": 1})
    assert fields["packed_bytes"] == (tmp_path / "x.zip").stat().st_size
    assert (fields["warnings"], fields["findings"][0]["text"]) == (1, "nothing")


def test_no_bank_is_exit_code_2(bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in bank.glob("*.wav"):
        path.write_bytes(b"no sound")
    assert main(["pack", str(bank)]) == 2
    assert "no alias of it can be sung" in capsys.readouterr().err
    assert list(tmp_path.glob("*.zip")) == []
