"""`vbtools compare` from its arguments to its exit code."""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.voicebank_tools.vowel_bank import write_vowel_bank
from voicebank_tools.cli import main

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")

PROGRAM = """import shutil, sys
if "-m" in sys.argv[1:2]: sys.argv.pop(1)
shutil.copyfile(sys.argv[1], sys.argv[2])
"""


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_vowel_bank(tmp_path_factory.mktemp("bank") / "声", vowels="ai")


@pytest.fixture
def copier(tmp_path: Path) -> str:
    script = tmp_path / "copier.py"
    script.write_text(PROGRAM, "utf-8")
    return f'copier="{sys.executable}" -S "{script}"'


def test_a_table_on_stdout_and_three_files(
    bank: Path, copier: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    before = {path: path.read_bytes() for path in bank.iterdir()}
    words = [
        "compare",
        str(bank),
        "-r",
        copier,
        "--world",
        "--tests",
        "copy",
        "-o",
        str(out),
        "-j",
        "1",
    ]
    assert main(words) == 0
    printed = capsys.readouterr()
    assert [line.split(" |")[0] for line in printed.out.splitlines() if line.startswith("| ")][1:5] == [
        "| classic", "| neural", "| pyworld", "| copier",
    ]  # fmt: skip
    assert printed.err == ""
    assert {path.name for path in out.iterdir()} == {"compare.html", "compare.json", "compare.md"}
    assert (out / "compare.md").read_text("utf-8").strip() == printed.out.strip()
    root = ElementTree.fromstring((out / "compare.html").read_text("utf-8"))
    assert len(root.findall(".//{*}audio")) == 2 * (1 + 4)
    fields = json.loads((out / "compare.json").read_text("utf-8"))
    assert fields["resamplers"] == ["classic", "neural", "pyworld", "copier"]
    classic, copied = (
        fields["tables"]["copy"][name]["measures"]["mel_db"]["median"] for name in ("classic", "copier")
    )
    assert classic < copied  # the copier does not know where the window begins
    assert {path: path.read_bytes() for path in bank.iterdir()} == before

    assert main(words) == 2
    assert "already there" in capsys.readouterr().err
    assert main([*words, "--force", "--quiet", "--listen", "0"]) == 0
    assert capsys.readouterr().out == ""
    assert b"audio" not in (out / "compare.html").read_bytes().split(b"</style>")[1]


def test_failed_notes_are_counted_and_listed(bank: Path, capsys: pytest.CaptureFixture[str]) -> None:
    silent = f'silent="{sys.executable}" -S -c pass'
    assert main(["compare", str(bank), "-r", silent, "--tests", "copy", "--json", "-j", "1"]) == 1
    printed = capsys.readouterr()
    row = json.loads(printed.out)["tables"]["copy"]["silent"]
    assert (row["notes"], row["failed"], row["seconds"]) == (0, 2, None)
    assert printed.err.startswith("failed: silent, copy, 2 x (")
    assert "left no file: exit code 0" in printed.err


def test_recordings_that_cannot_be_read_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bank = write_vowel_bank(tmp_path, vowels="ai")
    (bank / "i.wav").write_bytes(b"no sound")
    assert main(["compare", str(bank), "--tests", "copy", "--json", "-j", "1"]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith(f"error: {bank / 'i.wav'}: is not a sound file")
    assert json.loads(printed.out)["findings"] == [printed.err.rstrip()]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "nothing to sing"),
        (["BANK", "--tests", "copy,taste"], "no test is called 'taste'"),
        (["BANK", "-r", "nothing"], "write NAME=COMMAND"),
        (["BANK", "-r", "classic=python3"], "another one of that name"),
        (["BANK", "-r", "recording=python3"], "another one of that name"),
        (["BANK", "-r", "x=no-such-program"], "give its whole path"),
        (["BANK", "--tests", "transfer"], "give --to BANK"),
        (["BANK", "-o", "BANK/oto.ini/below"], "oto.ini is a file; name another folder"),
        (["BANK", "--voice", "nobody"], "voice 'nobody': no such voice is fitted"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(
    words: list[str], told: str, bank: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [word.replace("python3", sys.executable) for word in words]
    assert main(["compare", *(word.replace("BANK", str(bank)) for word in words)]) == 2
    assert told in capsys.readouterr().err


def test_without_librosa_the_cure_is_said(
    bank: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("voicebank_tools.commands.compare.find_spec", lambda name: None)
    assert main(["compare", str(bank)]) == 2
    assert 'pip install "pychang[measure]"' in capsys.readouterr().err
