"""The engine's life, as a process: how it begins, why it leaves, and that nobody is left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resampler import control, daemon, ipc
from resampler.daemon import Daemon, Settings, read_settings
from resampler.door import open_door
from resampler.enginelog import EngineLog
from resampler.launch import EXIT_HELD, module_command
from resampler.state import ENGINE_LOCK, Lock, make_folder
from tests.resampler.engine_home import EngineHome, engine_home, wait_until


@pytest.fixture
def home() -> Iterator[EngineHome]:
    with engine_home() as made:
        yield made


def run_engine(home: EngineHome, **variables: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        module_command("resampler.daemon", standard_library=True), env={**home.environment, **variables},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def started(home: EngineHome, **variables: str) -> "subprocess.Popen[bytes]":
    process = run_engine(home, **variables)
    assert wait_until(lambda: control.engine_status(home.state) is not None)
    return process


def ended(process: "subprocess.Popen[bytes]") -> int:
    out, errors = process.communicate(timeout=30)
    assert (out, errors) == (b"", b"")
    return process.returncode


def diary(home: EngineHome) -> str:
    return (Path(home.state) / "engine.log").read_text("utf-8")


def test_it_answers_before_it_is_warm(home: EngineHome) -> None:
    process = run_engine(home)
    seen: list[dict[str, Any]] = []

    def look() -> bool:
        status = control.engine_status(home.state)
        seen.extend([status] if status else [])
        return bool(seen) and not seen[-1]["warming"]

    assert wait_until(look)
    assert seen[0]["warming"]
    process.terminate()
    assert ended(process) == 0


def test_there_is_one_for_each_folder(home: EngineHome) -> None:
    first = started(home)
    assert ended(run_engine(home)) == EXIT_HELD
    assert home.engine_pid() == first.pid
    control.stop(home.state)
    assert ended(first) == 0


def test_it_leaves_when_nobody_calls(home: EngineHome) -> None:
    process = started(home, PYCHANG_IDLE_S="0.5")
    assert ended(process) == 0
    assert "nobody has called for 0.5 s" in diary(home)
    assert wait_until(lambda: home.processes() == [])


def test_idle_time_does_not_depend_on_the_clock(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock set back or forward by years changes neither the life of an engine nor its answers."""
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    make_folder(home.state)
    lock = Lock(os.path.join(home.state, ENGINE_LOCK))  # noqa: PTH118
    assert lock.acquire()
    monkeypatch.setattr(time, "time", iter(range(2_000_000_000, 0, -1_000_000)).__next__)
    log = EngineLog(str(home.folder / "log"))
    engine = Daemon(Settings(home.state, idle_s=3.0), lock, open_door(home.state), log)
    thread = threading.Thread(target=engine.run)
    thread.start()
    assert home.call(home.arguments(home.recording(), "out.wav")) == (0, [])
    time.sleep(1.0)
    assert thread.is_alive()
    thread.join(20)
    assert not thread.is_alive()
    assert "nobody has called for 3 s" in (home.folder / "log").read_text("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_polite_kill_is_a_wish_to_leave(home: EngineHome, number: int) -> None:
    process = started(home)
    process.send_signal(signal.SIGHUP)
    process.send_signal(number)
    assert ended(process) == 0
    assert f"leaving: signal {int(number)}" in diary(home)


@pytest.mark.parametrize("loopback", ["", "1"])
def test_it_leaves_when_its_door_is_taken_away(home: EngineHome, loopback: str) -> None:
    process = (
        started(home, PYCHANG_LOOPBACK=loopback) if not loopback else run_engine(home, PYCHANG_LOOPBACK="1")
    )
    name = Path(home.state) / (ipc.STATE_NAME if loopback else ipc.SOCKET_NAME)
    assert wait_until(name.exists)
    name.unlink()
    assert ended(process) == 0
    assert "the way in was removed" in diary(home)


def test_it_leaves_when_the_program_was_changed(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYCHANG_RUNTIME", home.state)
    make_folder(home.state)
    lock = Lock(os.path.join(home.state, ENGINE_LOCK))  # noqa: PTH118
    assert lock.acquire()
    log = EngineLog(str(home.folder / "log"))
    engine = Daemon(Settings(home.state), lock, open_door(home.state), log)
    monkeypatch.setattr(daemon, "code_stamp", lambda: 1)
    engine.run()
    assert "the program was changed" in (home.folder / "log").read_text("utf-8")
    assert Lock(lock.path).acquire()


def test_leaving_it_finishes_what_it_has_and_lets_the_next_one_begin(home: EngineHome) -> None:
    first = started(home)
    source = home.recording(seconds=1.0)
    clients = [
        home.start(home.arguments(source, f"{number}.wav", length_ms=3000 + number)) for number in range(8)
    ]
    assert wait_until(lambda: sum((control.engine_status(home.state) or {}).get(key, 0) for key in
                                  ("waiting", "running", "rendered")) == 8)  # fmt: skip
    first.terminate()
    assert wait_until(lambda: control.engine_status(home.state) is None)
    second = started(home)
    assert [client.communicate()[1] for client in clients] == [b""] * 8
    assert all((home.work / f"{number}.wav").exists() for number in range(8))
    assert ended(first) == 0
    control.stop(home.state)
    assert ended(second) == 0


def test_no_place_to_be_is_told_by_the_exit_code(home: EngineHome) -> None:
    blocked = home.work / "file"
    blocked.touch()
    process = run_engine(home, PYCHANG_RUNTIME=str(blocked / "state"))
    assert ended(process) == daemon.EXIT_NO_PLACE


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full")
def test_a_diary_that_cannot_be_written_is_no_reason_to_fail(home: EngineHome) -> None:
    make_folder(home.state)
    (Path(home.state) / "engine.log").symlink_to("/dev/full")
    process = started(home)
    assert home.call(home.arguments(home.recording(), "out.wav")) == (0, [])
    control.stop(home.state)
    assert ended(process) == 0


@pytest.mark.parametrize(
    ("text", "idle_s"), [("5", 5.0), ("0.5", 0.5), ("", 600.0), ("x", 600.0), ("-1", 600.0)]
)
def test_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, idle_s: float) -> None:
    monkeypatch.setenv("PYCHANG_IDLE_S", text)
    monkeypatch.setenv("PYCHANG_RUNTIME", str(tmp_path))
    assert read_settings() == Settings(str(tmp_path), idle_s)


def test_the_cache_is_trimmed_once_nobody_asks(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in home.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(daemon, "TRIM_AFTER_S", 0.2)
    cache = home.folder / "c"
    cache.mkdir()
    with (cache / f"{0:032x}.npz").open("wb") as file:
        file.truncate(3 * 2**30)  # a hole: needs no room
    make_folder(home.state)
    lock = Lock(os.path.join(home.state, ENGINE_LOCK))  # noqa: PTH118
    assert lock.acquire()
    engine = Daemon(Settings(home.state), lock, open_door(home.state), EngineLog(str(home.folder / "log")))
    thread = threading.Thread(target=engine.run)
    thread.start()
    trimmed = wait_until(lambda: list(cache.iterdir()) == [])
    engine.leave("end of the test")
    thread.join(20)
    assert trimmed
    assert not thread.is_alive()
