"""`vbtools frq` from its arguments to its exit code."""

import json
from pathlib import Path

import pytest

from tests.voicebank_tools.vowel_bank import write_vowel_bank
from voicebank_tools.cli import main


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    return write_vowel_bank(tmp_path / "声", vowels="ai")


def test_files_are_written_and_counted(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["frq", str(bank)]) == 0
    printed = capsys.readouterr()
    counts = "2 recordings, .frq files: {}; 0 errors, 0 warnings, 0 notes\n"
    assert (printed.out, printed.err) == (f"{bank}: {counts.format('2 written')}", "")
    assert (bank / "a_wav.frq").is_file()
    assert main(["frq", str(bank), "--check"]) == 0
    assert capsys.readouterr().out.endswith(counts.format("2 kept"))
    assert main(["frq", str(bank), "--force", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_findings_on_stderr_while_writing_and_on_stdout_when_asked_for(
    bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (bank / "a_wav.frq").write_bytes(b"damaged")
    line = f"error: {bank / 'a_wav.frq'}: is no .frq file: 7 bytes are too few; --force writes it anew\n"
    assert main(["frq", str(bank), "-q"]) == 1
    assert capsys.readouterr().err == line
    assert main(["frq", str(bank), "-q", "--check"]) == 1
    assert capsys.readouterr().out == line
    assert (bank / "i_wav.frq").is_file()


def test_json(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bank / "a_wav.frq").write_bytes(b"damaged")
    assert main(["frq", str(bank), "--json"]) == 1
    fields = json.loads(capsys.readouterr().out)
    names = ("recordings", "written", "replaced", "kept", "missing", "failed", "errors", "warnings", "notes")
    assert [fields[name] for name in names] == [2, 1, 0, 1, 0, 0, 1, 0, 0]
    (finding,) = fields["findings"]
    assert (finding["path"], finding["cure"]) == (str(bank / "a_wav.frq"), "--force writes it anew")


def test_nothing_can_be_done(bank: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["frq", str(bank), "--check", "--force"]) == 2
    assert "drop one of them" in capsys.readouterr().err
    for path in bank.glob("*.wav"):
        path.write_bytes(b"no sound")
    assert main(["frq", str(bank)]) == 2
    assert capsys.readouterr().err.count("error: ") == 2
    (tmp_path / "empty").mkdir()
    assert main(["frq", str(tmp_path / "empty")]) == 2
    assert "holds no recording" in capsys.readouterr().err
