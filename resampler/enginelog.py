"""The engine's diary: a text file of bounded size in the user's cache. It never is a reason to fail."""

import os
import threading
import time
from contextlib import suppress

from resampler.state import RUNTIME_VARIABLE, StateError, cache_base, state_folder

LOG_NAME = "engine.log"
MOST_BYTES = 256 * 1024
"""Of each of the two files; beyond it the newer one takes the older one's place."""

MOST_LETTERS = 2000


def log_path() -> str:
    """Return the path of the diary: in the user's cache, or in the state folder where `PYCHANG_RUNTIME`
    names one or there is no home.

    Raises StateError without either.
    """
    if not os.environ.get(RUNTIME_VARIABLE):
        with suppress(StateError):
            return os.path.join(cache_base(), LOG_NAME)
    return os.path.join(state_folder(), LOG_NAME)


class EngineLog:
    """Appends lines. Safe for any number of threads."""

    def __init__(self, path: str, most_bytes: int = MOST_BYTES) -> None:
        self._path, self._most_bytes = path, most_bytes
        self._lock = threading.Lock()

    def say(self, text: str) -> None:
        """Write a line with date, time and our process id; what cannot be written is not."""
        line = f"{time.strftime('%Y-%m-%d %H:%M:%S')} {os.getpid()} {' '.join(text[:MOST_LETTERS].split())}\n"
        with self._lock:
            try:
                os.makedirs(os.path.dirname(self._path), 0o700, exist_ok=True)
                self._append(line.encode("utf-8", "backslashreplace"))
            except (OSError, ValueError):
                return

    def _append(self, line: bytes) -> None:
        handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            full = os.fstat(handle).st_size + len(line) > self._most_bytes
            if not full:
                os.write(handle, line)
        finally:
            os.close(handle)
        if full:
            os.replace(self._path, f"{self._path}.1")
            self._append(line[: self._most_bytes])


def last_lines(count: int) -> list[str]:
    """Return the newest lines of the diary, oldest first; none if there is no diary."""
    lines: list[str] = []
    try:
        path = log_path()
    except StateError:
        return lines
    for name in (f"{path}.1", path):
        try:
            with open(name, encoding="utf-8", errors="replace") as file:
                lines += file.read().splitlines()
        except OSError:
            continue
    return lines[-count:] if count > 0 else []
