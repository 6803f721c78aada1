import os
import sys
import threading
from pathlib import Path

import pytest

from resampler.enginelog import EngineLog, last_lines, log_path


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYCHANG_RUNTIME", str(tmp_path))
    return tmp_path / "engine.log"


def test_it_lies_in_the_cache(path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert log_path() == str(path)
    monkeypatch.delenv("PYCHANG_RUNTIME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    assert Path(log_path()).parent.name == "PyChang"


@pytest.mark.skipif(sys.platform != "linux", reason="XDG")
def test_without_a_home_it_lies_in_the_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PYCHANG_RUNTIME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    tmp_path.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert log_path() == str(tmp_path / "pychang" / "engine.log")


def test_lines_are_kept_whole(path: Path) -> None:
    log = EngineLog(str(path))
    log.say("first")
    log.say("two\nlines, あ and \udc80")
    assert [line.split(" ", 3)[3] for line in last_lines(10)] == ["first", "two lines, あ and \\udc80"]
    assert last_lines(1)[0].endswith("\\udc80")
    assert last_lines(0) == []


def test_its_folder_is_made(tmp_path: Path) -> None:
    EngineLog(str(tmp_path / "new" / "PyChang" / "engine.log")).say("first")
    assert "first" in (tmp_path / "new" / "PyChang" / "engine.log").read_text("utf-8")


def test_it_stays_small(path: Path) -> None:
    log = EngineLog(str(path), most_bytes=1000)
    for number in range(200):
        log.say(f"line {number}")
    assert {file.name for file in path.parent.iterdir()} == {"engine.log", "engine.log.1"}
    assert all(file.stat().st_size <= 1000 for file in path.parent.iterdir())
    log.say("x" * 900)
    log.say("the end")
    lines = last_lines(1000)
    assert lines[-1].endswith("the end")
    assert len(lines) > 10


def test_many_may_write(path: Path) -> None:
    log = EngineLog(str(path))
    threads = [threading.Thread(target=lambda: [log.say("a" * 50) for _ in range(50)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(last_lines(10_000)) == 400
    assert all(line.endswith(" " + "a" * 50) for line in last_lines(10_000))


def test_a_place_that_takes_nothing_is_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    EngineLog(str(tmp_path / "file" / "engine.log")).say("lost")
    EngineLog("nu\0l").say("lost")
    assert (tmp_path / "file").read_bytes() == b""


def test_no_diary_has_no_lines(path: Path) -> None:
    assert last_lines(10) == []
