import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from resampler import door, ipc
from resampler.door import Door, LoopbackDoor, UnixDoor, open_door
from resampler.state import StateError

WAYS = [
    pytest.param(
        False, id="unix", marks=pytest.mark.skipif(sys.platform == "win32", reason="no Unix sockets")
    ),
    pytest.param(True, id="loopback"),
]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.delenv("PYCHANG_LOOPBACK", raising=False)
    path = tempfile.mkdtemp(prefix="pc-")
    yield path
    shutil.rmtree(path)


def opened(folder: str, loopback: bool, monkeypatch: pytest.MonkeyPatch) -> Door:
    if loopback:
        monkeypatch.setenv("PYCHANG_LOOPBACK", "1")
    made = open_door(folder)
    assert isinstance(made, LoopbackDoor if loopback else UnixDoor)
    return made


def meet(way_in: Door, folder: str) -> bytes:
    """What a client that comes in at a door is told."""

    def serve() -> None:
        connection, _ = way_in.listener.accept()
        with connection:
            way_in.admit(connection)
            ipc.send_message(connection, b"welcome")

    thread = threading.Thread(target=serve)
    thread.start()
    connection = ipc.connect(folder)
    try:
        return ipc.receive_message(connection, time.monotonic() + 5)
    finally:
        connection.close()
        thread.join()


@pytest.mark.parametrize("loopback", WAYS)
def test_a_client_comes_in(folder: str, loopback: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    way_in = opened(folder, loopback, monkeypatch)
    with way_in.listener:
        assert meet(way_in, folder) == b"welcome"
        assert way_in.is_open()
        way_in.withdraw()
        assert not way_in.is_open()
        with pytest.raises(ipc.NoEngine):
            ipc.connect(folder)
        way_in.withdraw()


@pytest.mark.parametrize("loopback", WAYS)
def test_a_client_that_expects_another_door_comes_in(
    folder: str, loopback: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    way_in = opened(folder, loopback, monkeypatch)
    monkeypatch.setenv("PYCHANG_LOOPBACK", "" if loopback else "1")
    with way_in.listener:
        assert meet(way_in, folder) == b"welcome"


@pytest.mark.parametrize("loopback", WAYS)
def test_what_an_earlier_engine_left_is_replaced(
    folder: str, loopback: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened(folder, loopback, monkeypatch)
    first.listener.close()  # killed: nothing was removed
    second = open_door(folder)
    with second.listener:
        assert meet(second, folder) == b"welcome"
        assert not first.is_open()
        first.withdraw()
        assert second.is_open()
    assert [path.name for path in Path(folder).iterdir()] == [ipc.STATE_NAME if loopback else ipc.SOCKET_NAME]


@pytest.mark.parametrize("loopback", WAYS)
def test_a_door_that_was_taken_away_is_seen(
    folder: str, loopback: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    way_in = opened(folder, loopback, monkeypatch)
    with way_in.listener:
        for path in Path(folder).iterdir():
            path.unlink()
        assert not way_in.is_open()
        way_in.withdraw()


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
@pytest.mark.parametrize("loopback", WAYS)
def test_only_this_user_may_read_it(folder: str, loopback: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    mask = os.umask(0)
    try:
        way_in = opened(folder, loopback, monkeypatch)
    finally:
        os.umask(mask)
    with way_in.listener:
        assert [path.stat().st_mode & 0o777 for path in Path(folder).iterdir()] == [0o600]


def test_a_port_is_of_the_loopback_interface(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    way_in = opened(folder, True, monkeypatch)
    with way_in.listener:
        assert way_in.listener.getsockname()[0] == "127.0.0.1"


def test_a_client_without_the_token_is_not_admitted(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    way_in = opened(folder, True, monkeypatch)
    with way_in.listener, socket.create_connection(way_in.listener.getsockname()) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection, _ = way_in.listener.accept()
        with connection, pytest.raises(ipc.Lost, match="no client of ours"):
            way_in.admit(connection)


@pytest.mark.skipif(sys.platform == "win32", reason="no Unix sockets")
def test_another_user_is_not_admitted(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    way_in = opened(folder, False, monkeypatch)
    monkeypatch.setattr(ipc, "peer_is_this_user", lambda _: False)
    one, other = socket.socketpair()
    with way_in.listener, one, other, pytest.raises(ipc.Lost):
        way_in.admit(one)


@pytest.mark.parametrize("loopback", WAYS)
def test_no_place_for_a_door_is_told(folder: str, loopback: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if loopback:
        monkeypatch.setenv("PYCHANG_LOOPBACK", "1")
    with pytest.raises(StateError, match="no clients"):
        open_door(str(Path(folder) / "missing"))


def test_a_full_disk_leaves_no_half_state_file(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYCHANG_LOOPBACK", "1")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(door.os, "replace", full)
    with pytest.raises(StateError, match="No space"):
        open_door(folder)
    assert list(Path(folder).iterdir()) == []
