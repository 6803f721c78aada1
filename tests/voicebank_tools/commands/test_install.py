import os
from pathlib import Path

import pytest

from voicebank_tools import cli, install

posix = pytest.mark.skipif(os.name == "nt", reason="shell scripts")


@posix
def test_install_and_uninstall(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["openutau", "--folder", str(tmp_path)]
    assert cli.main(["install", *words]) == 0
    assert "renderer CLASSIC, resampler pychang" in capsys.readouterr().out
    assert cli.main(["install", *words]) == 0
    assert "clear its cache" in capsys.readouterr().out
    assert cli.main(["uninstall", *words]) == 0
    assert capsys.readouterr().out.count("removed ") == 2
    assert cli.main(["uninstall", *words]) == 0
    assert "nothing of PyChang's" in capsys.readouterr().out


@posix
def test_foreign_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "Resamplers").mkdir()
    foreign = tmp_path / "Resamplers" / "pychang.sh"
    foreign.write_text("#!/bin/sh\n")
    words = ["openutau", "--folder", str(tmp_path)]
    assert cli.main(["install", *words]) == 2
    assert "--force" in capsys.readouterr().err
    assert cli.main(["uninstall", *words]) == 1
    assert "stays" in capsys.readouterr().err
    assert cli.main(["install", *words, "--force"]) == 0
    assert "PyChang" in foreign.read_text()


@posix
def test_check_tells_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["install", "openutau", "--folder", str(tmp_path), "--check"]
    assert cli.main(words) == 2
    assert "first" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert cli.main(words[:-1]) == 0
    assert cli.main(words) == 0  # without an engine in these tests, and so the slower way
    assert "It sings" in capsys.readouterr().out
    (tmp_path / "Resamplers" / "pychang.yaml").unlink()
    assert cli.main(words) == 1
    assert "pychang.yaml is missing" in capsys.readouterr().err


def test_utau(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["install", "utau"]) == 0
    assert capsys.readouterr().out.strip() == install.utau_advice()


def test_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["install", "vocaloid"]) == 2
    assert cli.main(["install", "openutau", "--folder", str(tmp_path / "missing")]) == 2
    assert "is no folder" in capsys.readouterr().err
