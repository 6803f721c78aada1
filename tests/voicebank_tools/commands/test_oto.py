from pathlib import Path

import pytest

from tests.voicebank_tools.oto_making.material import PAUSE, labels, record
from voicebank_tools.cli import main

ROW = labels(PAUSE, ("か", {"k": 80, "a": 520}), ("き", {"k": 80, "i": 520}), PAUSE)


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    record(tmp_path / "bank", tmp_path / "labels" / "TextGrid", "かき", ROW)
    return ["oto", str(tmp_path / "bank"), "--labels", str(tmp_path / "labels")]


def aliases(tmp_path: Path) -> list[str]:
    text = (tmp_path / "bank" / "oto.ini").read_bytes().decode("cp932")
    return [line.partition("=")[2].split(",")[0] for line in text.splitlines()]


@pytest.mark.parametrize(
    ("style", "wanted"),
    [
        ([], ["か", "き"]),
        (["--romaji", "--heads"], ["ka", "- ka", "ki"]),
        (["--style", "vcv", "--endings"], ["- か", "a き", "i R"]),
        (["--style", "cvvc", "--suffix", "_F4"], ["か_F4", "- か_F4", "a ky_F4", "き_F4"]),
    ],
)
def test_the_styles(
    tmp_path: Path,
    arguments: list[str],
    style: list[str],
    wanted: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([*arguments, *style]) == 0
    assert aliases(tmp_path) == wanted
    printed = capsys.readouterr()
    assert f"{len(wanted)} lines from 1 recording\n" in printed.out
    assert printed.err == ""


def test_a_second_run_says_that_nothing_is_missing(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "-q"]) == 0
    assert capsys.readouterr().out == ""
    assert main(arguments) == 0
    assert "nothing is missing; 2 that were there stay" in capsys.readouterr().out


def test_findings_are_told(tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for number in range(102):
        (tmp_path / "bank" / f"{number}.wav").write_bytes(b"")
    assert main([*arguments, "--dry-run"]) == 1
    printed = capsys.readouterr()
    assert "would add 2 lines" in printed.out
    assert len(printed.err.splitlines()) == 101
    assert printed.err.splitlines()[-1] == "... and 2 more"
    assert not (tmp_path / "bank" / "oto.ini").exists()


def test_nothing_could_be_made(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "labels" / "TextGrid" / "かき.TextGrid").unlink()
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert "no line could be made" in printed.out
    assert "has no labels" in printed.err
    (tmp_path / "bank" / "oto.ini").write_bytes(b"a.wav=a,1,2,3,4,5\r\n")
    assert main(arguments) == 1
    assert "no line could be made; 1 that were there stay" in capsys.readouterr().out
