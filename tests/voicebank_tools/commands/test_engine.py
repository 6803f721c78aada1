from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.resampler.engine_home import EngineHome, engine_home
from voicebank_tools import cli


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineHome]:
    with engine_home(monkeypatch) as made:
        yield made


def test_an_engine_s_life_by_hand(home: EngineHome, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["engine", "status"]) == 1
    assert "no engine is running" in capsys.readouterr().out
    assert cli.main(["engine", "stop"]) == 0
    assert cli.main(["engine", "start"]) == 0
    assert home.call(home.arguments(home.recording(), "out.wav")) == (0, [])
    assert home.call(home.arguments(home.work / "missing.wav", "out.wav"))[0] == 1
    capsys.readouterr()
    assert cli.main(["engine", "status"]) == 0
    shown = capsys.readouterr().out
    assert "notes: 2 rendered, 1 of them failed; 0 in work, 0 waiting" in shown
    assert home.state in shown
    assert cli.main(["engine", "stop"]) == 0
    assert "has left" in capsys.readouterr().out
    assert cli.main(["engine", "log"]) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines()[0] == str(Path(home.state) / "engine.log")
    assert "missing.wav not found" in shown
    assert "leaving: asked to stop" in shown
    assert cli.main(["engine", "log", "--lines", "1"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_state_folder_that_cannot_be_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("PYCHANG_RUNTIME", str(tmp_path / "file" / "state"))
    assert cli.main(["engine", "start"]) == 2
    assert capsys.readouterr().err.startswith("error: engine: ")


def test_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["engine", "dance"]) == 2
    assert "dance" in capsys.readouterr().err
