"""The engine's end of the way in: a Unix socket, or a loopback port that the state file names.

Only the holder of the engine's lock makes a door, so what lies there from an earlier engine is stale.
"""

import os
import secrets
import socket
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from resampler import ipc
from resampler.state import StateError

BACKLOG = 128
_ATTEMPTS = 20
_PAUSE_S = 0.01


def open_door(folder: str) -> "Door":
    """Return the open door of a state folder. Raises StateError if none can be made there."""
    try:
        return LoopbackDoor(folder) if ipc.uses_loopback(folder) else UnixDoor(folder)
    except OSError as error:
        raise StateError(f"no clients can be let into {folder} ({error})") from error


class Door(ABC):
    """Where clients come in: `listener`, and the file by which they find it."""

    def __init__(self, path: str, listener: socket.socket) -> None:
        self._path, self.listener = path, listener
        self._identity = _identity(path)

    @abstractmethod
    def admit(self, connection: socket.socket) -> None:
        """Return if the other side is this user, else raise Lost (or TimeoutError for a silent one)."""

    def is_open(self) -> bool:
        """Return whether clients still find this door: a cleaner or another engine may have been there."""
        return self._identity is not None and _identity(self._path) == self._identity

    def withdraw(self) -> None:
        """Let no client find it any more; those who have are still let in until the listener closes."""
        if self.is_open():
            _patiently(lambda: os.unlink(self._path))


class UnixDoor(Door):
    """A socket of mode 0600 in the state folder."""

    def __init__(self, folder: str) -> None:
        path = os.path.join(folder, ipc.SOCKET_NAME)
        if os.path.lexists(path):
            os.unlink(path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        mask = os.umask(0o177)
        try:
            _listen(listener, path)
        finally:
            os.umask(mask)
        super().__init__(path, listener)

    def admit(self, connection: socket.socket) -> None:
        """The system says who is there."""
        if not ipc.peer_is_this_user(connection):
            raise ipc.Lost("another user")


class LoopbackDoor(Door):
    """A port of 127.0.0.1 and a token, in a file that only this user can read."""

    def __init__(self, folder: str) -> None:
        path = os.path.join(folder, ipc.STATE_NAME)
        self._token = secrets.token_bytes(32)
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if sys.platform == "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        _listen(listener, (ipc.LOOPBACK, 0))
        line = f"1 {listener.getsockname()[1]} {self._token.hex()} {os.getpid()}\n"
        try:
            _publish(path, line.encode("ascii"))
        except OSError:
            listener.close()
            raise
        super().__init__(path, listener)

    def admit(self, connection: socket.socket) -> None:
        """Whoever has read the state file proves it."""
        ipc.admit_client(connection, self._token)


def _listen(listener: socket.socket, address: str | tuple[str, int]) -> None:
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise


def _publish(path: str, content: bytes) -> None:
    """Write a small file for this user alone, whole or not at all."""
    temporary = f"{path}.{secrets.token_hex(6)}.tmp"
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        _patiently(lambda: os.replace(temporary, path))
    except OSError:
        os.unlink(temporary)
        raise


def _patiently(action: Callable[[], None]) -> None:
    """On Windows a client may have the file open for a moment."""
    for attempt in range(_ATTEMPTS):
        try:
            action()
            return
        except FileNotFoundError:
            return
        except PermissionError:
            if os.name != "nt" or attempt == _ATTEMPTS - 1:
                raise
        time.sleep(_PAUSE_S)


def _identity(path: str) -> tuple[int, int, int] | None:
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_mtime_ns
