"""`vbtools demo` as it is typed."""

import subprocess
import sys
from pathlib import Path

import pytest

from voicebank_tools.cli import main

FILES = {"demo.wav", "demo.png", "demo.ust", "demo-voice"}


def test_the_whole_program_leaves_its_files_and_says_what_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "데모"
    command = [sys.executable, "-m", "voicebank_tools", "demo", "-o", str(folder), "--bars", "1"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in folder.iterdir()} == FILES
    assert "101 recordings" in done.stdout
    assert "vbtools sing" in done.stdout

    before = (folder / "demo.wav").read_bytes()
    assert main(["demo", "-o", str(folder)]) == 2
    line = capsys.readouterr().err
    assert line.startswith("error: ")
    assert line.endswith("give --force to replace, or -o FOLDER\n")
    assert (folder / "demo.wav").read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert main(["demo", "-o", str(tmp_path / "file" / "below")]) == 2
    line = capsys.readouterr().err
    assert line.startswith("error: ")
    assert "below" in line
