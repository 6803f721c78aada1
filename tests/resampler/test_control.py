import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from resampler import control, ipc
from resampler.state import VERSION, StateError, make_folder
from tests.resampler.engine_home import EngineHome, engine_home, wait_until


@pytest.fixture(params=["unix", "loopback"])
def home(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineHome]:
    if request.param == "unix" and sys.platform == "win32":
        pytest.skip("no Unix sockets")
    with engine_home(**({"PYCHANG_LOOPBACK": "1"} if request.param == "loopback" else {})) as made:
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        yield made


def test_start_status_stop(home: EngineHome) -> None:
    assert control.engine_status(home.state) is None
    assert control.stop(home.state) is None
    started = control.start(home.state)
    assert started["version"] == VERSION
    assert control.start(home.state)["pid"] == started["pid"]
    assert home.call(home.arguments(home.recording(), "out.wav")) == (0, [])
    status = control.engine_status(home.state)
    assert status is not None
    assert (status["rendered"], status["failed"], status["waiting"], status["running"]) == (1, 0, 0, 0)
    assert len(status["workers"]) == 1
    assert control.stop(home.state) == started["pid"]
    assert control.engine_status(home.state) is None
    assert sys.platform != "linux" or wait_until(lambda: home.processes() == [])
    assert {path.name for path in Path(home.state).iterdir()} == {"engine.lock", "launch.lock", "engine.log"}


@pytest.mark.skipif(sys.platform != "linux", reason="SO_PEERCRED")
def test_an_engine_that_hangs_is_stopped_by_force(home: EngineHome, monkeypatch: pytest.MonkeyPatch) -> None:
    hung = int(control.start(home.state)["pid"])
    os.kill(hung, signal.SIGSTOP)
    monkeypatch.setattr(control, "ANSWER_S", 0.3)
    if home.environment.get("PYCHANG_LOOPBACK"):
        assert control.stop(home.state) is None  # it cannot even show that it knows the token
        os.kill(hung, signal.SIGKILL)
    else:
        assert control.stop(home.state) == hung
    assert wait_until(lambda: hung not in home.engines())
    monkeypatch.setattr(control, "ANSWER_S", 10.0)
    assert control.start(home.state)["pid"] != hung


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StateError):
        control.start(str(tmp_path / "file" / "state"))


@pytest.mark.skipif(sys.platform == "win32", reason="Unix sockets")
@pytest.mark.parametrize("reply", [b"", b"\0\0\0\2[]", b"\0\0\0\2{}", b"\0\0\0\1?"])
def test_an_engine_of_another_kind_is_told(
    home: EngineHome, reply: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYCHANG_LOOPBACK", raising=False)
    make_folder(home.state)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.join(home.state, ipc.SOCKET_NAME))  # noqa: PTH118
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(StateError):
            control.engine_status(home.state)
        thread.join()


@pytest.mark.skipif(sys.platform == "win32", reason="Unix sockets")
@pytest.mark.parametrize("question", [control.engine_status, control.stop])
def test_an_engine_that_ends_while_it_is_asked_is_none(
    home: EngineHome, question: Callable[[str], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYCHANG_LOOPBACK", raising=False)
    make_folder(home.state)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(os.path.join(home.state, ipc.SOCKET_NAME))  # noqa: PTH118
    listener.listen()
    send = ipc.send_message

    def send_and_end(connection: ipc.Socket, message: bytes) -> None:
        send(connection, message)
        listener.close()  # with the caller still waiting to be let in

    monkeypatch.setattr(ipc, "send_message", send_and_end)
    assert question(home.state) is None
