"""Asking the engine about itself, starting and stopping it by hand. Standard library only."""

import json
import time
from contextlib import closing
from typing import Any

from resampler import ipc
from resampler.ipc import peer_credentials
from resampler.launch import end_hung_engine, start_engine
from resampler.state import StateError

ANSWER_S = 10.0
STOP_S = 150.0
"""Longer than the engine lets its last notes take."""

START_S = 50.0
LEAVING_S = 0.5
"""For so long an engine's door may still open after the engine has broken a connection."""

_PAUSE_S = 0.05


def engine_status(folder: str) -> dict[str, Any] | None:
    """Return what the engine of a state folder says about itself (see docs/formats.md), None if none runs.

    Raises StateError if the folder is not this user's, or the engine gives no sensible answer.
    """
    try:
        with closing(ipc.connect(folder)) as connection:
            return _ask(connection, folder, "status")
    except ipc.NoEngine:
        return None


def start(folder: str) -> dict[str, Any]:
    """Start an engine if none runs; returns its status. Raises StateError if it cannot be started."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        status = engine_status(folder)
        if status is not None:
            return status
        try:
            connection = start_engine(folder, deadline)
        except TimeoutError:
            break
        if connection is None:
            time.sleep(_PAUSE_S)
        else:
            connection.close()
    raise StateError(f"no engine answers in {folder}")


def stop(folder: str) -> int | None:
    """Ask the engine to finish its notes and leave, and wait until it has; returns its process id.

    One that does not even answer is ended by force where the system names its process (Linux). None if
    none runs. Raises StateError if it does not leave.
    """
    try:
        with closing(ipc.connect(folder)) as connection:
            return _ended(connection, folder)
    except ipc.NoEngine:
        return None


def _ended(connection: ipc.Socket, folder: str) -> int:
    """Do what `stop` says, to the engine at the other end. Raises NoEngine if it ended meanwhile."""
    try:
        answer = _ask(connection, folder, "stop")
    except StateError:
        if not end_hung_engine(connection):
            raise
        return peer_credentials(connection)[0]
    # The engine's end of this connection closes with its process.
    try:
        ipc.receive_message(connection, time.monotonic() + STOP_S)
    except ipc.Lost:
        return int(answer["pid"])
    except TimeoutError:
        pass
    raise StateError(f"the engine, process {answer['pid']}, does not end; end it by hand")


def _ask(connection: ipc.Socket, folder: str, wish: str) -> dict[str, Any]:
    """Return the engine's answer. Raises NoEngine if it ended meanwhile, StateError for no sensible one."""
    try:
        message = {"do": wish, "protocol": ipc.PROTOCOL}
        ipc.send_message(connection, json.dumps(message).encode("ascii"))
        answer = json.loads(ipc.receive_message(connection, time.monotonic() + ANSWER_S))
    except (ipc.Lost, TimeoutError, ValueError) as error:
        if isinstance(error, ipc.Lost) and _has_left(folder):
            raise ipc.NoEngine(folder) from error
        reason = str(error) or f"not within {ANSWER_S:g} s"
        raise StateError(f"the engine does not answer ({reason}); end its process by hand") from error
    if not isinstance(answer, dict) or "pid" not in answer:
        raise StateError("the engine answers something else; it is of another version")
    return answer


def _has_left(folder: str) -> bool:
    """Return whether nothing answers at the door any more.

    A process that ends breaks the connections it has not taken yet: whoever came in its last moment
    met no broken engine, but none.
    """
    deadline = time.monotonic() + LEAVING_S
    while time.monotonic() < deadline:
        try:
            ipc.connect(folder, LEAVING_S).close()
        except ipc.NoEngine:
            return True
        time.sleep(_PAUSE_S)
    return False
