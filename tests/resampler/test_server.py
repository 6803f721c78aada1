"""Conversations: good ones, rude ones, and many at once. The workers are a thread that answers."""

import json
import os
import shutil
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resampler import ipc, server
from resampler.door import open_door
from resampler.jobs import JobQueue
from resampler.server import Server, render_request
from resampler.state import VERSION, code_stamp
from tests.resampler.engine_home import wait_until

ARGV = ["/a.wav", "/b.wav", "C4", "100"]


class Crew:
    """Stands in for the worker processes."""

    rendered = failed = deaths = 0
    was_ready = True

    def processes(self) -> list[dict[str, float]]:
        return []


class Place:
    """A server behind a real door; `hold` keeps its one worker from answering."""

    def __init__(self) -> None:
        self.folder = tempfile.mkdtemp(prefix="pc-")
        self.said: list[str] = []
        self.left: list[str] = []
        self.seen: list[list[str]] = []
        self.hold = threading.Event()
        self.hold.set()
        self.queue = JobQueue(most_waiting=3)
        self.crew = Crew()
        self.door = open_door(self.folder)
        self.server = Server(
            self.door, self.queue, self.crew, self.left.append, self.said.append, code_stamp()  # type: ignore[arg-type]
        )  # fmt: skip
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.accept), threading.Thread(target=self.work)]
        for thread in self.threads:
            thread.start()

    def accept(self) -> None:
        while not self.over.is_set():
            self.server.accept(0.02)

    def work(self) -> None:
        while (job := self.queue.take(0, warm=True)) is not None:
            self.hold.wait()
            self.seen.append(job.request["argv"])
            code = int("bad" in job.request["argv"][0])
            self.queue.finish(job, {"code": code, "message": "it is bad" if code else ""})

    def close(self) -> None:
        self.hold.set()
        self.over.set()
        self.queue.close()
        for thread in self.threads:
            thread.join(10)
        self.door.listener.close()
        for connection in self.server._parked:
            connection.close()
        shutil.rmtree(self.folder)

    def connect(self) -> ipc.Socket:
        return ipc.connect(self.folder)

    def send(self, message: bytes) -> ipc.Socket:
        connection = self.connect()
        ipc.send_message(connection, message)
        return connection

    def ask(self, message: bytes) -> Any:
        connection = self.send(message)
        try:
            return answer_of(connection)
        finally:
            connection.close()


def answer_of(connection: ipc.Socket, seconds: float = 10.0) -> Any:
    """The next answer that is no sign of life."""
    while True:
        answer = ipc.receive_message(connection, time.monotonic() + seconds)
        if not answer.startswith(ipc.WAITING):
            return json.loads(answer)


@pytest.fixture(params=[False, True], ids=["unix", "loopback"])
def place(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    if request.param:
        monkeypatch.setenv("PYCHANG_LOOPBACK", "1")
    elif not hasattr(socket, "AF_UNIX"):
        pytest.skip("no Unix sockets")
    made = Place()
    yield made
    made.close()


def render(**changes: object) -> bytes:
    return json.dumps({**json.loads(ipc.render_message(ARGV)), **changes}).encode()


def test_a_note_is_rendered(place: Place) -> None:
    connection = place.send(ipc.render_message(ARGV))
    assert ipc.receive_message(connection, time.monotonic() + 10) == ipc.DONE
    connection.close()
    assert place.seen == [ARGV]
    assert place.said == []


def test_a_note_that_fails_is_told_and_noted(place: Place) -> None:
    answer = place.ask(render(argv=["/bad.wav", *ARGV[1:]]))
    assert answer == {"answer": "failed", "code": 1, "message": "it is bad"}
    assert place.said == ["it is bad"]


def test_status(place: Place) -> None:
    status = place.ask(b'{"do": "status"}')
    assert (status["pid"], status["version"], status["waiting"]) == (os.getpid(), VERSION, 0)


def test_stop_holds_the_line_until_the_process_ends(place: Place) -> None:
    connection = place.send(b'{"do": "stop"}')
    assert answer_of(connection)["answer"] == "stopping"
    assert place.left == ["asked to stop"]
    with pytest.raises(TimeoutError):
        ipc.receive_message(connection, time.monotonic() + 0.2)
    assert place.server.wait_until_served(5)
    connection.close()


@pytest.mark.parametrize("theirs", [
    {"version": "99.0"}, {"version": "0.1.0.1"}, {"stamp": code_stamp() + 1}, {"version": "1", "stamp": 0},
])  # fmt: skip
def test_a_newer_client_makes_the_engine_leave(place: Place, theirs: dict[str, object]) -> None:
    assert place.ask(render(**theirs)) == {"answer": "leaving"}
    assert len(place.left) == 1
    assert place.seen == []


@pytest.mark.parametrize("theirs", [
    {"version": "0.0.9"}, {"stamp": code_stamp() - 1}, {"stamp": 0}, {"stamp": "?"}, {"version": None},
    {"version": {"a": 1}}, {"version": "0.0.9", "stamp": 2**70},
])  # fmt: skip
def test_an_older_or_strange_client_is_served(place: Place, theirs: dict[str, object]) -> None:
    assert place.ask(render(**theirs)) == {"answer": "done"}
    assert place.left == []


def test_an_unknown_wish_is_told(place: Place) -> None:
    assert "cannot 'dance'" in place.ask(b'{"do": "dance"}')["message"]


@pytest.mark.parametrize("rude", [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\xff\xff\xff\xff", b"\0\0\0\0",
    struct.pack(">I", 2**20 + 1) + b"x", struct.pack(">I", 4) + b"null", struct.pack(">I", 2) + b"{\xff",
    struct.pack(">I", 5) + b"[1,2]", struct.pack(">I", 100_000) + b"[" * 100_000,
    struct.pack(">I", 1000) + b"short", b"",
])  # fmt: skip
def test_rubbish_ends_only_its_own_conversation(place: Place, rude: bytes) -> None:
    connection = place.connect()
    connection.sendall(rude)
    connection.shutdown(socket.SHUT_WR)
    with pytest.raises((ipc.Lost, TimeoutError)):
        ipc.receive_message(connection, time.monotonic() + 10)
    connection.close()
    assert place.ask(render())["answer"] == "done"
    assert place.said == []


@pytest.mark.parametrize("changes", [
    {"argv": None}, {"argv": "abcd"}, {"argv": ["a", "b", "c"]}, {"argv": [1, 2, 3, 4]}, {"umask": -1},
    {"umask": "022"}, {"umask": 0o1000}, {"argv": []}, {"engine": 1}, {"engine": None},
    {"engine": ["neural"]},
])  # fmt: skip
def test_a_wrong_request_never_reaches_a_worker(place: Place, changes: dict[str, object]) -> None:
    with pytest.raises(ipc.Lost):
        place.ask(render(**changes))
    assert place.ask(render())["answer"] == "done"
    assert place.seen == [ARGV]


def test_the_wanted_engine_reaches_the_worker() -> None:
    message = {"argv": ARGV, "umask": 0o022}
    assert render_request({**message, "engine": "neural"})["engine"] == "neural"
    assert render_request(message)["engine"] == ""  # an older client


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda inner: st.lists(inner) |
    st.dictionaries(st.text(), inner), max_leaves=10,
)  # fmt: skip


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(st.sampled_from(["do", "argv", "umask", "version", "stamp", "engine"]), json_values))
def test_any_object_is_a_request_or_refused(message: dict[str, Any]) -> None:
    try:
        request = render_request(message)
    except ValueError:
        return
    assert len(request["argv"]) >= 4
    assert {type(text) for text in request["argv"]} == {str}


def test_silent_clients_hold_up_nobody(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 20)
    silent = [raw_connection(place) for _ in range(60)]
    began = time.monotonic()
    assert place.ask(render())["answer"] == "done"
    assert time.monotonic() - began < server.REQUEST_S / 2  # not by waiting for their end
    for connection in silent:
        connection.close()
    assert place.server.wait_until_served(10)


def raw_connection(place: Place) -> socket.socket:
    address = place.door.listener.getsockname()
    connection = socket.socket(place.door.listener.family)
    connection.settimeout(5)
    wait_until(lambda: connection.connect_ex(address) == 0)
    return connection


def test_a_silent_client_is_let_go(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REQUEST_S", 0.2)
    monkeypatch.setattr(ipc, "HANDSHAKE_S", 0.2)
    connection = raw_connection(place)
    assert connection.recv(1) == b""
    connection.close()


def waiting(place: Place, count: int) -> Callable[[], bool]:
    return lambda: sum(place.queue.counts()) == count


def test_signs_of_life(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SIGN_OF_LIFE_S", 0.1)
    place.hold.clear()
    place.crew.was_ready = False
    first = place.send(render())
    assert wait_until(waiting(place, 1))
    second = place.send(render(argv=["/2.wav", *ARGV[1:]]))
    assert wait_until(waiting(place, 2))
    third = place.send(render(argv=["/3.wav", *ARGV[1:]]))
    assert wait_until(waiting(place, 3))
    told = json.loads(ipc.receive_message(first, time.monotonic() + 5))
    assert told == {"answer": "waiting", "state": "warming", "ahead": 0}
    place.crew.was_ready = True
    assert wait_until(lambda: life(first)["state"] == "rendering")
    assert wait_until(lambda: life(third) == {"answer": "waiting", "state": "queued", "ahead": 1})
    place.hold.set()
    assert [answer_of(connection)["answer"] for connection in (first, second, third)] == ["done"] * 3
    for connection in (first, second, third):
        connection.close()


def life(connection: ipc.Socket) -> Any:
    return json.loads(ipc.receive_message(connection, time.monotonic() + 5))


def test_equal_notes_at_once_are_rendered_once(place: Place) -> None:
    place.hold.clear()
    clients = [place.send(render()) for _ in range(10)]
    others = [place.send(render(umask=0o077)), place.send(render(engine="neural"))]
    jobs = [place.queue._waiting, place.queue._running]
    assert wait_until(lambda: sum(job.clients for some in jobs for job in list(some.values())) == 12)
    assert sum(place.queue.counts()) == 3
    place.hold.set()
    assert [answer_of(client)["answer"] for client in [*clients, *others]] == ["done"] * 12
    assert place.seen == [ARGV, ARGV, ARGV]
    for client in [*clients, *others]:
        client.close()


def test_too_many_notes_are_told_to_come_again(place: Place) -> None:
    place.hold.clear()
    clients = [place.send(render())]
    assert wait_until(lambda: place.queue.counts() == (0, 1))
    clients += [place.send(render(argv=[f"/{number}.wav", *ARGV[1:]])) for number in range(3)]
    assert wait_until(lambda: place.queue.counts() == (3, 1))
    assert place.ask(render(argv=["/5.wav", *ARGV[1:]])) == {"answer": "busy"}
    place.hold.set()
    assert [answer_of(client)["answer"] for client in clients] == ["done"] * 4
    for client in clients:
        client.close()


def test_a_note_whose_client_is_gone_is_not_rendered(place: Place) -> None:
    place.hold.clear()
    first = place.send(render())
    assert wait_until(waiting(place, 1))
    gone, stays = (
        place.send(render(argv=["/2.wav", *ARGV[1:]])),
        place.send(render(argv=["/3.wav", *ARGV[1:]])),
    )
    assert wait_until(waiting(place, 3))
    gone.close()
    assert wait_until(waiting(place, 2))
    place.hold.set()
    assert [answer_of(first)["answer"], answer_of(stays)["answer"]] == ["done", "done"]
    assert [argv[0] for argv in place.seen] == ["/a.wav", "/3.wav"]
    first.close()
    stays.close()


def test_idle_time_counts_from_the_last_goodbye(place: Place) -> None:
    place.hold.clear()
    client = place.send(render())
    assert wait_until(waiting(place, 1))
    assert place.server.idle_s() == 0.0
    assert not place.server.wait_until_served(0.1)
    place.hold.set()
    assert answer_of(client)["answer"] == "done"
    client.close()
    assert place.server.wait_until_served(5)
    assert 0.0 < place.server.idle_s() < 5.0


def test_a_broken_conversation_is_noted(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down() -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(place.server, "status", break_down)
    with pytest.raises(ipc.Lost):
        place.ask(b'{"do": "status"}')
    assert place.said == ["a conversation broke: ZeroDivisionError: oh"]
    assert place.ask(render())["answer"] == "done"
