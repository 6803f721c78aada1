import json
from pathlib import Path

import pytest

from tests.voicebank_tools.labelling.material import clips, even_aligner
from voicebank_tools.cli import main
from voicebank_tools.labelling import run


@pytest.fixture(autouse=True)
def aligner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "align_folder", even_aligner)


def arguments(tmp_path: Path, texts: dict[str, str], *more: str) -> list[str]:
    folder = clips(tmp_path / "clips", texts)
    return ["label", str(folder), "-o", str(tmp_path / "out"), "--lang", "ja", "--pictures", "0", *more]


def test_a_folder_is_labelled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = arguments(tmp_path, {"a": "かき", "b": "さ"})
    assert main(asked) == 0
    printed = capsys.readouterr()
    assert "labelled 2 clips in" in printed.out
    assert "look first at a (0." in printed.out
    assert printed.err == ""
    assert main(asked) == 0
    assert "2 clips; all as at the last run, nothing done" in capsys.readouterr().out


def test_findings_are_told_and_kept_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "report.json"
    asked = arguments(tmp_path, {"a": "かき", "b": "真昼", "c": "た"}, "--json", str(report), "-q", "-j", "1")
    assert main(asked) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 2
    content = json.loads(report.read_text("utf-8"))
    assert content["labelled"] == ["a", "c"]
    assert [finding["kind"] for finding in content["findings"]] == ["error", "warning"]
    assert content["reviewed"][0]["name"] == "c"
    assert main([*asked, "--force", "--dry-run"]) == 1


def test_dry_run_says_what_it_would_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(tmp_path, {"a": "かき", "b": ""}, "--dry-run")) == 1
    assert "would label 1 clip, 1 left out; nothing is written" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_nothing_to_label(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = arguments(tmp_path, {"a": ""})
    for more in ([], ["--dry-run"]):
        assert main([*asked, *more]) == 2
    assert "no clip could be labelled" in capsys.readouterr().out


def test_where_nothing_can_be_written_is_told_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def work(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(run, "align_folder", work)
    asked = arguments(tmp_path, {"a": "か"})
    (tmp_path / "file").touch()
    assert main([*asked, "-o", str(tmp_path / "file" / "x" / "y")]) == 2
    assert capsys.readouterr().err == f"error: {tmp_path / 'file'}: is a file; give a folder with --output\n"
    assert main([*asked, "--json", str(tmp_path / "file" / "x.json")]) == 2
    assert "x.json: a part of the path is a file; name another place" in capsys.readouterr().err


def test_the_folder_of_the_report_is_made(tmp_path: Path) -> None:
    report = tmp_path / "new" / "deep" / "report.json"
    assert main(arguments(tmp_path, {"a": "か"}, "--json", str(report))) == 0
    assert json.loads(report.read_text("utf-8"))["labelled"] == ["a"]


def test_many_findings_are_not_all_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = arguments(tmp_path, {"a": "か"})
    for number in range(120):
        (tmp_path / "clips" / f"x{number}.lab").touch()
    assert main(asked) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 101
    assert lines[-1] == "... and 20 more (--json lists all)"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (["--lang", "xx"], "Invalid value for '--lang'"),
        (["--lang", "en"], "English is read with a dictionary only"),
        (["--bpm", "5"], "Invalid value for '--bpm'"),
        (["--dictionary", "gone.txt"], "does not exist"),
        (["-o", "{clips}"], "is the folder of the clips"),
    ],
)
def test_wrong_use(
    tmp_path: Path, change: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = arguments(tmp_path, {"a": "か"})
    assert main([*asked, *(word.format(clips=tmp_path / "clips") for word in change)]) == 2
    assert message in capsys.readouterr().err


def test_a_folder_without_clips(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["label", str(tmp_path), "-o", str(tmp_path / "out"), "--lang", "ja"]) == 2
    assert "no sound files; give the folder of the clips" in capsys.readouterr().err


def test_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    asked = arguments(tmp_path, {"a": "かき"})
    with monkeypatch.context() as patch:
        patch.setattr(run, "align_folder", stop)
        assert main(asked) == 130
    assert not (tmp_path / "out").exists()
    assert main(asked) == 0
