from pathlib import Path

import pytest

from tests.voicebank_tools.training.made import recordings
from voicebank_tools.cli import main

pytest.importorskip("librosa", reason="librosa comes with the train and test extras")


def test_a_dataset_is_built_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = recordings(tmp_path / "mio", {"a": ("a", 220.0)})
    command = [
        "build",
        str(folder),
        "-o",
        str(tmp_path / "set"),
        "--shifts",
        "1",
        "--starved",
        "0",
        "-j",
        "1",
    ]
    assert main(command) == 0
    assert "mio: 0.0 min, 1 shifted, 0 starved, 0 pair, 1 moved" in capsys.readouterr().out

    (folder / "bad.wav").write_text("no sound", "utf-8")
    assert main([*command, "--quiet"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith(f"left out: {folder / 'bad.wav'}: is not a sound file that can be read")


def test_wrong_use_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mio").mkdir()
    assert main(["build", str(tmp_path / "mio"), "-o", str(tmp_path / "set")]) == 2
    assert "holds no recordings" in capsys.readouterr().err
    assert main(["build", str(tmp_path / "mio"), "-o", str(tmp_path)]) == 2
    assert "holds the folder of recordings" in capsys.readouterr().err
