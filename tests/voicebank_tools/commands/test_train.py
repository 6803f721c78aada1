import sys
from pathlib import Path

import pytest

from tests.voicebank_tools.training import made
from voicebank_tools.cli import main
from voicebank_tools.training import campaign
from voicebank_tools.training.campaign import Campaign


def test_without_keras_the_cure_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made.dataset(tmp_path / "set")
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    for name in [name for name in sys.modules if name.partition(".")[0] == "keras"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "meta_path", [_NoKeras(), *sys.meta_path])
    assert main(["train", str(tmp_path / "set"), "-o", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err
    assert 'pip install "pychang[train]"' in error
    assert error.count("\n") == 1


class _NoKeras:
    """Finds nothing, and says so where keras is asked for."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name.partition(".")[0] == "keras":
            raise ModuleNotFoundError("No module named 'keras'")


def test_a_voice_takes_one_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [made.recordings(tmp_path / name, {"a": ("a", 220.0)}) for name in ("x", "y")]
    assert main(["train", *map(str, folders)]) == 2
    assert "give --output to train on several" in capsys.readouterr().err


def test_options_reach_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made.dataset(tmp_path / "set")
    asked: list[Campaign] = []
    monkeypatch.setattr(campaign, "run_campaign", lambda dataset, one, report: asked.append(one) or tmp_path)
    command = ["train", str(tmp_path / "set"), "-o", str(tmp_path / "run"), "--stage", "ab", "--steps", "70"]
    assert (
        main([*command, "--batch", "3", "--frames", "64", "--leave", "bob", "--name", "Mio", "--resume"]) == 0
    )
    (one,) = asked
    assert (one.folder, one.stages, one.name, one.resume) == (tmp_path / "run", "ab", "Mio", True)
    assert one.config.steps == 100  # whole epochs
    assert one.config.batches.examples == 3
    assert one.config.batches.frames == 64
    assert one.config.batches.leave_out == ("bob",)
