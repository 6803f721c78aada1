import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resampler import ipc
from resampler.state import VERSION, StateError

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


@pytest.fixture
def folder(tmp_path: Path) -> str:
    tmp_path.chmod(0o700)
    return str(tmp_path)


def soon() -> float:
    return time.monotonic() + 5.0


@pytest.mark.parametrize("message", [b"x", b"{}" * 30_000, "あ\udc80".encode("utf-8", "surrogateescape")])
def test_a_message_arrives_whole(pair: Pair, message: bytes) -> None:
    sender = threading.Thread(target=ipc.send_message, args=(pair[0], message))
    sender.start()
    assert ipc.receive_message(pair[1], soon()) == message
    sender.join()


@pytest.mark.parametrize("length", [0, ipc.MAX_MESSAGE_BYTES + 1, 2**32 - 1])
def test_wrong_lengths_are_refused_unread(pair: Pair, length: int) -> None:
    pair[0].sendall(length.to_bytes(4, "big") + b"x" * 10)
    with pytest.raises(ipc.Lost):
        ipc.receive_message(pair[1], soon())


@pytest.mark.parametrize("message", [b"", b"x" * (ipc.MAX_MESSAGE_BYTES + 1)])
def test_wrong_lengths_are_not_sent(pair: Pair, message: bytes) -> None:
    with pytest.raises(ValueError, match="a message of"):
        ipc.send_message(pair[0], message)


@pytest.mark.parametrize("part", [b"", b"\0\0", b"\0\0\0\5abc"])
def test_an_end_in_the_middle_is_a_loss(pair: Pair, part: bytes) -> None:
    pair[0].sendall(part)
    pair[0].close()
    with pytest.raises(ipc.Lost):
        ipc.receive_message(pair[1], soon())
    with pytest.raises(ipc.Lost):
        ipc.send_message(pair[1], b"x" * 500_000)


def test_a_dribble_does_not_prolong_the_time(pair: Pair) -> None:
    stop = threading.Event()

    def dribble() -> None:
        while not stop.wait(0.02):
            pair[0].sendall(b"\0")

    pair[0].sendall(b"\0\0\4\0")
    thread = threading.Thread(target=dribble)
    thread.start()
    with pytest.raises(TimeoutError):
        ipc.receive_message(pair[1], time.monotonic() + 0.3)
    stop.set()
    thread.join()


@given(st.lists(st.text(st.characters(codec=None)), min_size=4, max_size=13))
def test_a_request_is_json(argv: list[str]) -> None:
    message = json.loads(ipc.render_message(argv))
    assert message["argv"] == argv
    assert (message["do"], message["version"], message["protocol"]) == ("render", VERSION, ipc.PROTOCOL)
    assert isinstance(message["stamp"], int)


@given(st.text(st.characters(codec=None)))
def test_the_engine_that_is_asked_for_is_in_it(engine: str) -> None:
    assert json.loads(ipc.render_message(["a", "b", "C4", "100"], engine))["engine"] == engine


def test_the_fixed_answers_are_json() -> None:
    answers = (ipc.DONE, ipc.BUSY, ipc.LEAVING, ipc.WAITING + b"}")
    assert [json.loads(answer)["answer"] for answer in answers] == ["done", "busy", "leaving", "waiting"]


def test_asking_for_the_umask_keeps_it() -> None:
    before = os.umask(0o027)
    try:
        assert json.loads(ipc.render_message(["a", "b", "C4", "100"]))["umask"] == 0o027
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)


def handshake(pair: Pair, ours: bytes, theirs: bytes) -> list[type[BaseException] | None]:
    """Let a client and an engine meet with their tokens; returns what each raised."""
    raised: list[type[BaseException] | None] = [None, None]

    def meet(side: int, function: object, token: bytes) -> None:
        try:
            function(pair[side], token)  # type: ignore[operator]
        except (ipc.Lost, TimeoutError) as error:
            raised[side] = type(error)
            pair[side].close()

    engine = threading.Thread(target=meet, args=(1, ipc.admit_client, theirs))
    engine.start()
    meet(0, ipc.prove_to_engine, ours)
    engine.join()
    return raised


def test_two_who_know_the_token_meet(pair: Pair) -> None:
    assert handshake(pair, b"t" * 32, b"t" * 32) == [None, None]


def test_two_who_do_not_part(pair: Pair) -> None:
    assert handshake(pair, b"t" * 32, b"u" * 32) == [ipc.Lost, ipc.Lost]


def test_the_token_is_never_said(pair: Pair) -> None:
    token = b"secret token of thirty-two bytes"
    said: list[bytes] = []

    class Ear:
        """A socket that remembers what goes through it."""

        def __init__(self, inner: socket.socket) -> None:
            self.inner, self.settimeout = inner, inner.settimeout

        def sendall(self, data: bytes) -> None:
            said.append(data)
            self.inner.sendall(data)

        def recv(self, count: int) -> bytes:
            return self.inner.recv(count)

    engine = threading.Thread(target=ipc.admit_client, args=(Ear(pair[1]), token))
    engine.start()
    ipc.prove_to_engine(Ear(pair[0]), token)  # type: ignore[arg-type]
    engine.join()
    assert len(said) == 3
    assert token not in b"".join(said)
    assert token.hex().encode() not in b"".join(said)


def test_a_proof_holds_for_one_side_and_one_meeting() -> None:
    proofs = {
        ipc.proof(token, side, one, other)
        for token in (b"t", b"u") for side in (b"client", b"engine")
        for one, other in ((b"1", b"2"), (b"2", b"1"))
    }  # fmt: skip
    assert len(proofs) == 8


def test_a_replayed_proof_is_worth_nothing(pair: Pair) -> None:
    token = b"t" * 32
    old = ipc.proof(token, b"client", b"1" * 16, b"2" * 16)

    def replay() -> None:
        pair[0].sendall(ipc.GREETING + b"1" * 16)
        pair[0].recv(100)
        pair[0].sendall(old)

    thread = threading.Thread(target=replay)
    thread.start()
    with pytest.raises(ipc.Lost, match="wrong token"):
        ipc.admit_client(pair[1], token)
    thread.join()


def test_nobody_is_there(folder: str) -> None:
    with pytest.raises(ipc.NoEngine):
        ipc.connect(folder)
    with pytest.raises(ipc.NoEngine):
        ipc.connect(folder + "/missing")


@pytest.mark.skipif(sys.platform == "win32", reason="modes of POSIX")
def test_a_folder_others_may_enter_is_not_used(folder: str) -> None:
    Path(folder).chmod(0o755)
    with pytest.raises(ipc.NoEngine):  # an empty one is made private by whoever starts an engine
        ipc.connect(folder)
    (Path(folder) / ipc.STATE_NAME).touch()
    with pytest.raises(StateError):
        ipc.connect(folder)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no Unix sockets")
def test_a_stale_socket_is_nobody(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    monkeypatch.chdir(folder)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(ipc.SOCKET_NAME)
    monkeypatch.setattr(ipc, "MAX_SOCKET_PATH_BYTES", 10**6)
    with pytest.raises(ipc.NoEngine):
        ipc.connect(folder)


def test_long_paths_and_the_environment_choose_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYCHANG_LOOPBACK", raising=False)
    assert ipc.uses_loopback("/x" * 60)
    assert ipc.uses_loopback("/" + "あ" * 35)
    assert ipc.uses_loopback("/short") == (sys.platform == "win32")
    monkeypatch.setenv("PYCHANG_LOOPBACK", "1")
    assert ipc.uses_loopback("/short")


GOOD_STATE = b"1 4000 " + b"ab" * 32 + b" 77\n"


def test_a_state_file_is_read(folder: str) -> None:
    (Path(folder) / ipc.STATE_NAME).write_bytes(GOOD_STATE)
    assert ipc.read_state(folder) == (4000, b"\xab" * 32, 77)


@pytest.mark.parametrize("content", [
    b"", b"\0" * 300, b"1 4000", GOOD_STATE.replace(b"1 ", b"2 ", 1), GOOD_STATE.replace(b"4000", b"port"),
    GOOD_STATE.replace(b"ab", b"a", 1), GOOD_STATE.replace(b"ab", b"xy", 1), GOOD_STATE * 2,
])  # fmt: skip
def test_a_damaged_state_file_is_nobody(folder: str, content: bytes) -> None:
    (Path(folder) / ipc.STATE_NAME).write_bytes(content)
    with pytest.raises(ipc.NoEngine):
        ipc.read_state(folder)


def listen_at(folder: str) -> socket.socket:
    """A program of somebody else on the port that a state file names."""
    listener = socket.create_server((ipc.LOOPBACK, 0))
    line = GOOD_STATE.replace(b"4000", str(listener.getsockname()[1]).encode())
    (Path(folder) / ipc.STATE_NAME).write_bytes(line)
    return listener


@pytest.mark.parametrize("reply", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(48)])
def test_a_foreign_program_on_the_port_is_nobody(
    monkeypatch: pytest.MonkeyPatch, folder: str, reply: bytes
) -> None:
    monkeypatch.setenv("PYCHANG_LOOPBACK", "1")
    heard: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            heard.append(connection.recv(1000))
            connection.sendall(reply)

    with listen_at(folder) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        with pytest.raises(ipc.NoEngine):
            ipc.connect(folder)
        thread.join()
    assert heard[0].startswith(ipc.GREETING)
    assert len(heard[0]) == len(ipc.GREETING) + ipc.NONCE_BYTES


def test_a_silent_program_on_the_port_is_nobody(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    monkeypatch.setenv("PYCHANG_LOOPBACK", "1")
    monkeypatch.setattr(ipc, "HANDSHAKE_S", 0.2)
    with listen_at(folder), pytest.raises(ipc.NoEngine):
        ipc.connect(folder)


def test_a_port_where_nobody_listens_is_nobody(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    monkeypatch.setenv("PYCHANG_LOOPBACK", "1")
    listen_at(folder).close()
    with pytest.raises(ipc.NoEngine):
        ipc.connect(folder)


@pytest.mark.skipif(sys.platform != "linux", reason="SO_PEERCRED")
def test_the_system_says_who_is_there(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ipc.peer_credentials(pair[0]) == (os.getpid(), os.geteuid())
    assert ipc.peer_is_this_user(pair[0])
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert not ipc.peer_is_this_user(pair[0])
