import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from resampler import control, ipc, launch
from resampler.door import Door, open_door
from resampler.enginelog import last_lines
from resampler.launch import RUN_WORD, end_hung_engine, module_command, spawn_engine, start_engine
from resampler.state import LAUNCH_LOCK, PATH_VARIABLES, Lock, StateError, make_folder, state_folder
from tests.resampler.engine_home import EngineHome, engine_home, wait_until


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineHome]:
    with engine_home(monkeypatch) as made:
        yield made


def soon(seconds: float = 30.0) -> float:
    return time.monotonic() + seconds


def test_an_engine_is_started_apart_from_the_host(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.work)
    connection = start_engine(home.state, soon())
    assert connection is not None
    connection.close()
    pid = home.engine_pid()
    if sys.platform == "linux":
        assert os.getsid(pid) == pid != os.getsid(0)
        assert Path(f"/proc/{pid}/cwd").readlink() == Path(home.state)
        files = {name: Path(f"/proc/{pid}/fd/{name}").readlink() for name in ("0", "1", "2")}
        assert set(files.values()) == {Path("/dev/null")}


def test_paths_in_the_environment_mean_what_they_do_here(
    home: EngineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(home.work)
    for name in PATH_VARIABLES:
        monkeypatch.setenv(name, "sub")
    monkeypatch.setenv("PYCHANG_DATA", "")
    code = "import os, json; print(json.dumps(dict(os.environ)), file=open('environment', 'w'))"
    fake_engine(monkeypatch, code)
    assert spawn_engine(str(home.folder)).wait(30) == 0
    environment = json.loads((home.folder / "environment").read_text("utf-8"))
    here = str(home.work.resolve() / "sub")
    assert [environment[name] for name in PATH_VARIABLES] == [here, here, "", here]


@pytest.mark.skipif(sys.platform == "win32", reason="its folders are known by other names")
def test_the_diary_is_found_where_the_engine_writes_it(
    home: EngineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As most users have it: nobody names a folder, and the one for sockets is not the one for files."""
    monkeypatch.delenv("PYCHANG_RUNTIME")
    monkeypatch.setenv("HOME", str(home.folder))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home.folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home.folder / "cache"))
    pid = int(control.start(state_folder())["pid"])
    try:
        assert any(f" {pid} engine " in line for line in last_lines(5))
    finally:
        assert control.stop(state_folder()) == pid


def test_an_engine_that_is_there_is_used(home: EngineHome) -> None:
    first, again = start_engine(home.state, soon()), start_engine(home.state, soon())
    assert first is not None
    assert again is not None
    first.close()
    again.close()
    assert len(home.engines()) == 1 or sys.platform != "linux"


def test_somebody_else_is_starting_one(home: EngineHome) -> None:
    make_folder(home.state)
    lock = Lock(os.path.join(home.state, LAUNCH_LOCK))  # noqa: PTH118
    assert lock.acquire()
    assert start_engine(home.state, soon()) is None
    lock.release()
    assert home.processes() == []


def fake_engine(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(launch, "module_command", lambda *_, **__: [sys.executable, "-c", code])


def test_an_engine_that_ends_at_once_is_tried_again_and_told(
    home: EngineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = home.work / "starts"
    fake_engine(monkeypatch, f"open({str(mark)!r}, 'a').write('x'); raise SystemExit(7)")
    with pytest.raises(StateError, match="exit code 7"):
        start_engine(home.state, soon())
    assert mark.read_text() == "x" * launch._ATTEMPTS
    assert Lock(os.path.join(home.state, LAUNCH_LOCK)).acquire()  # noqa: PTH118


def test_an_engine_that_found_another_one_is_no_failure(
    home: EngineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_engine(monkeypatch, f"raise SystemExit({launch.EXIT_HELD})")
    assert start_engine(home.state, soon()) is None


def test_the_door_of_the_other_engine_may_open_a_little_later(
    home: EngineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = home.work / "started"
    fake_engine(monkeypatch, f"open({str(mark)!r}, 'w'); raise SystemExit({launch.EXIT_HELD})")
    monkeypatch.setattr(launch, "_HELD_S", 30.0)
    doors: list[Door] = []

    def open_late() -> None:
        assert wait_until(mark.exists)
        time.sleep(0.2)
        doors.append(open_door(home.state))

    thread = threading.Thread(target=open_late)
    thread.start()
    connection = start_engine(home.state, soon())
    thread.join()
    doors[0].listener.close()
    assert connection is not None
    connection.close()


def test_an_engine_that_never_answers_costs_the_time_allowed(
    home: EngineHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_engine(monkeypatch, "import time; time.sleep(3)")
    with pytest.raises(TimeoutError):
        start_engine(home.state, soon(0.3))


def test_a_python_that_is_gone_is_told(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(home.work / "gone"))
    with pytest.raises(StateError, match="cannot be started"):
        start_engine(home.state, soon())
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(StateError, match="program file"):
        start_engine(home.state, soon())


def test_a_frozen_program_runs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert module_command("resampler.daemon", True) == [sys.executable, RUN_WORD, "resampler.daemon"]


def test_modules_are_ours_whatever_lies_in_the_host_s_folder(tmp_path: Path) -> None:
    """Neither the working folder nor PYTHONPATH may give an engine foreign code."""
    for name in ("json.py", "resampler.py", "numpy.py", "sitecustomize.py"):
        (tmp_path / name).write_text("raise SystemExit('foreign code')")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONHOME": str(tmp_path)}
    for standard_library in (True, False):
        command = module_command("resampler.worker", standard_library)
        options = command[: command.index("-c")]
        show = launch._BOOT.replace(
            "sys.exit(import_module(sys.argv[1]).main())", "import json, resampler.ipc"
        )
        command = [*options, "-c", f"{show}; print(json.__file__, resampler.__file__)", *command[-2:]]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert str(tmp_path) not in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="SO_PEERCRED")
def test_a_hung_engine_is_ended(home: EngineHome) -> None:
    connection = start_engine(home.state, soon())
    assert connection is not None
    pid = home.engine_pid()
    assert end_hung_engine(connection)
    assert wait_until(lambda: pid not in home.engines())
    connection.close()


@pytest.mark.skipif(sys.platform != "linux", reason="SO_PEERCRED")
def test_only_a_process_the_system_names_is_ended(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = start_engine(home.state, soon())
    assert connection is not None
    with socket.create_server((ipc.LOOPBACK, 0)) as port, socket.socket() as client:
        client.connect(port.getsockname())
        assert not end_hung_engine(client)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launch, "peer_credentials", lambda _: (os.getpid(), os.geteuid()))
        assert not end_hung_engine(connection)
        patch.setattr(launch, "peer_credentials", lambda _: (home.engine_pid(), os.geteuid() + 1))
        assert not end_hung_engine(connection)
    connection.close()
    with pytest.raises(ipc.Lost):
        ipc.send_message(connection, b"{}")
    assert home.engine_pid()
