"""The engine's conversations: one thread for each client, and no client can hold up another.

A client that says nothing is dropped; when too many are there, the one that has been silent longest
makes room. Standard library only.
"""

import json
import os
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from resampler import ipc
from resampler.crew import Crew
from resampler.door import Door
from resampler.jobs import Job, JobQueue
from resampler.state import VERSION, version_order

MOST_CONNECTIONS = 192
"""Below the number of open files that macOS allows (256)."""

REQUEST_S = 5.0
"""So long may a client take to say what it wants."""

SIGN_OF_LIFE_S = 1.0
_LOOK_S = 0.2
_SEND_S = 5.0

Leave = Callable[[str], None]


class Server:
    """Answers clients until it is told to leave; `leave(why)` is called when one asks for that."""

    def __init__(
        self, door: Door, queue: JobQueue, crew: Crew, leave: Leave, say: Callable[[str], None], stamp: int
    ) -> None:
        self._door, self._queue, self._crew, self._leave, self._say = door, queue, crew, leave, say
        self._stamp = stamp
        self._started = time.monotonic()
        self._last_call = time.monotonic()
        self._silent: OrderedDict[socket.socket, None] = OrderedDict()
        self._parked: list[socket.socket] = []  # closed by our end, which is what they wait for
        self._open = 0
        self._changed = threading.Condition()

    def accept(self, timeout_s: float) -> bool:
        """Let one client in if one comes within the time; returns whether one came."""
        if not self._make_room(timeout_s):
            return False
        self._door.listener.settimeout(timeout_s)
        try:
            connection, _ = self._door.listener.accept()
        except (TimeoutError, BlockingIOError):
            return False
        with self._changed:
            self._open += 1
            self._silent[connection] = None
        try:
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()
        except RuntimeError:  # the system gives no more threads for now
            self._let_go(connection)
        return True

    def idle_s(self) -> float:
        """Return for how long nobody has been served, 0 while somebody is."""
        with self._changed:
            return 0.0 if self._open else time.monotonic() - self._last_call

    def wait_until_served(self, timeout_s: float) -> bool:
        """Wait until every client let in has its answer; returns whether all have."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._open, timeout_s)

    def _make_room(self, timeout_s: float) -> bool:
        with self._changed:
            if self._open >= MOST_CONNECTIONS and self._silent:
                oldest, _ = self._silent.popitem(last=False)
                _shut(oldest)
            return self._changed.wait_for(lambda: self._open < MOST_CONNECTIONS, timeout_s)

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(_SEND_S)
            self._door.admit(connection)
            message = _parsed(ipc.receive_message(connection, time.monotonic() + REQUEST_S))
            with self._changed:
                self._silent.pop(connection, None)
            self._answer(connection, message)
        except (ipc.Lost, TimeoutError, OSError, ValueError):
            pass  # no client of ours, or one that has gone
        except Exception as error:  # noqa: BLE001 - one conversation never ends the others
            self._say(f"a conversation broke: {type(error).__name__}: {error}")
        finally:
            self._let_go(connection)

    def _let_go(self, connection: socket.socket) -> None:
        if connection not in self._parked:
            connection.close()
        with self._changed:
            self._silent.pop(connection, None)
            self._open -= 1
            self._last_call = time.monotonic()
            self._changed.notify_all()

    def _answer(self, connection: socket.socket, message: dict[str, Any]) -> None:
        wish = message.get("do")
        if wish == "render":
            self._render(connection, message)
        elif wish == "status":
            _send(connection, self.status())
        elif wish == "stop":
            self._leave("asked to stop")
            self._parked.append(connection)
            _send(connection, {"answer": "stopping", "pid": os.getpid()})
        else:
            _send(connection, _failed(f"this engine ({VERSION}) cannot {str(wish)[:40]!r}"))

    def status(self) -> dict[str, Any]:
        """Return what `vbtools engine status` tells."""
        waiting, running = self._queue.counts()
        return {
            "answer": "status", "pid": os.getpid(), "version": VERSION, "protocol": ipc.PROTOCOL,
            "uptime_s": round(time.monotonic() - self._started, 1), "warming": not self._crew.was_ready,
            "waiting": waiting, "running": running, "rendered": self._crew.rendered,
            "failed": self._crew.failed, "deaths": self._crew.deaths, "workers": self._crew.processes(),
        }  # fmt: skip

    def _render(self, connection: socket.socket, message: dict[str, Any]) -> None:
        request = render_request(message)
        if self._is_older_than(message):
            self._leave(f"replaced by {str(message.get('version'))[:40]}")
            return ipc.send_message(connection, ipc.LEAVING)
        key = *request["argv"], request["umask"], request["engine"]
        job = self._queue.enter(key, request["argv"][0], request)
        if job is None:
            return ipc.send_message(connection, ipc.BUSY)
        try:
            self._wait(connection, job)
        finally:
            self._queue.leave(job)
        answer = job.answer or _failed("the note was given up")
        if answer.get("code") == 0 and not answer.get("message"):
            return ipc.send_message(connection, ipc.DONE)
        self._say(str(answer.get("message")))
        return _send(connection, {"answer": "done" if answer.get("code") == 0 else "failed", **answer})

    def _is_older_than(self, message: dict[str, Any]) -> bool:
        """The newest code serves all: a newer client's, or ours. So two installations never take turns."""
        theirs = version_order(str(message.get("version"))), message.get("stamp")
        ours = version_order(VERSION), self._stamp
        return isinstance(theirs[1], int) and theirs > ours

    def _wait(self, connection: socket.socket, job: Job) -> None:
        """Wait for a job, with a sign of life now and then. Raises Lost if the client goes away."""
        told = 0.0
        while not job.done.wait(_LOOK_S):
            if _has_gone(connection):
                raise ipc.Lost("the client has gone")
            if time.monotonic() - told >= SIGN_OF_LIFE_S:
                told = time.monotonic()
                ipc.send_message(connection, self._sign_of_life(job))

    def _sign_of_life(self, job: Job) -> bytes:
        state = "rendering" if job.begun else "queued"
        if not self._crew.was_ready:
            state = "warming"
        return ipc.WAITING + f', "state": "{state}", "ahead": {self._queue.ahead(job)}}}'.encode("ascii")


def render_request(message: dict[str, Any]) -> dict[str, Any]:
    """Return what a worker is asked for a client's message; raises ValueError for a wrong one."""
    argv, umask = message.get("argv"), message.get("umask")
    if not isinstance(argv, list) or len(argv) < 4 or not all(isinstance(text, str) for text in argv):
        raise ValueError("argv is a list of at least four texts")
    if not isinstance(umask, int) or not 0 <= umask <= 0o777:
        raise ValueError(f"umask {umask!r}")
    engine = message.get("engine", "")  # older clients know of one only
    if not isinstance(engine, str):
        raise ValueError(f"engine {engine!r}")
    return {"do": "render", "argv": argv, "umask": umask, "engine": engine}


def _parsed(data: bytes) -> dict[str, Any]:
    try:
        message = json.loads(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(message, dict):
        raise ValueError("a message is an object")
    return message


def _send(connection: socket.socket, answer: dict[str, Any]) -> None:
    connection.settimeout(_SEND_S)
    ipc.send_message(connection, json.dumps(answer).encode("ascii"))


def _failed(message: str) -> dict[str, Any]:
    return {"answer": "failed", "code": 1, "message": f"pychang-resampler: {message}"}


def _has_gone(connection: socket.socket) -> bool:
    """Whether the client has closed its end; it never says more than its request."""
    connection.settimeout(0.0)
    try:
        return not connection.recv(1)
    except (BlockingIOError, InterruptedError):
        return False
    except OSError:
        return True
    finally:
        connection.settimeout(_SEND_S)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
