"""The resident engine's life: one for each user, there before it is warm, gone when nobody needs it.

Started by the first client (`resampler.launch`), it takes the lock, opens the door, and only then
starts the workers that load numpy. It leaves after ten idle minutes, when its own code on disk has
changed, when a newer client asks, and when its door is no longer where clients look for it. Whoever
was let in is served first. Standard library only.
"""

import os
import signal
import sys
import threading
import time
from dataclasses import dataclass

from resampler.crew import Crew
from resampler.door import Door, open_door
from resampler.enginelog import EngineLog, log_path
from resampler.jobs import JobQueue
from resampler.launch import EXIT_HELD
from resampler.server import Server
from resampler.state import (
    ENGINE_LOCK,
    FOLDER_VARIABLE,
    VERSION,
    Lock,
    StateError,
    code_stamp,
    make_folder,
    state_folder,
)

IDLE_S = 600.0
IDLE_VARIABLE = "PYCHANG_IDLE_S"
"""Seconds without a call after which the engine leaves."""

EXIT_NO_PLACE = 73
"""No lock or no door can be had in the state folder."""

TRIM_AFTER_S = 30.0
"""The analysis cache is brought back to its size once nobody has asked for anything for so long."""

_LAST_CALLS_S = 120.0
_TICK_S = 0.25
_CHECK_S = 1.0


@dataclass(frozen=True)
class Settings:
    """What the environment says about the engine's life."""

    folder: str
    idle_s: float = IDLE_S


def read_settings() -> Settings:
    """Return the settings of this process's environment. Raises StateError without a home."""
    try:
        idle_s = float(os.environ.get(IDLE_VARIABLE, ""))
    except ValueError:
        idle_s = IDLE_S
    return Settings(os.environ.get(FOLDER_VARIABLE) or state_folder(), idle_s if idle_s > 0 else IDLE_S)


class Daemon:
    """One engine, from the lock to the last answer."""

    def __init__(self, settings: Settings, lock: Lock, door: Door, log: EngineLog) -> None:
        self._settings, self._lock, self._door, self._log = settings, lock, door, log
        self._stamp = code_stamp()
        self._queue = JobQueue()
        self._crew = Crew(self._queue, log.say)
        self._server = Server(door, self._queue, self._crew, self.leave, log.say, self._stamp)
        self._leaving = threading.Event()
        self._withdrawing = threading.Lock()
        self._trimmed = False

    def run(self) -> None:
        """Serve until there is a reason to leave, then until everybody let in has an answer."""
        self._crew.start()
        checked = time.monotonic()
        while not self._leaving.is_set():
            self._accept(_TICK_S)
            if time.monotonic() - checked >= _CHECK_S:
                checked = time.monotonic()
                self._check()
        # Some found the door before it went, and wait in front of it.
        while self._accept(0.0):
            pass
        self._door.listener.close()
        self._server.wait_until_served(_LAST_CALLS_S)
        self._queue.close()
        self._crew.join(5.0)
        self._log.say("gone")

    def leave(self, why: str) -> None:
        """Let nobody find this engine any more, so that the next one can begin, and begin to end."""
        with self._withdrawing:
            if self._leaving.is_set():
                return
            self._log.say(f"leaving: {why}")
            try:
                self._door.withdraw()
            except OSError as error:
                self._log.say(f"the door stays: {error}")
            self._lock.release()
            self._leaving.set()

    def _accept(self, timeout_s: float) -> bool:
        try:
            return self._server.accept(timeout_s)
        except OSError as error:  # no more files or threads for now
            self._log.say(f"a client could not be let in: {error}")
            time.sleep(_TICK_S)
            return False

    def _check(self) -> None:
        idle_s = self._server.idle_s()
        if idle_s > self._settings.idle_s:
            self.leave(f"nobody has called for {self._settings.idle_s:g} s")
        elif not self._door.is_open():
            self.leave("the way in was removed")
        elif code_stamp() != self._stamp:
            self.leave("the program was changed")
        elif idle_s < TRIM_AFTER_S:
            self._trimmed = False
        elif not self._trimmed:
            self._trimmed = True
            self._queue.enter(("trim",), "", {"do": "trim"})


def main() -> int:
    """Run an engine in this process; returns its exit code."""
    try:
        settings = read_settings()
        make_folder(settings.folder)
        os.chdir(settings.folder)  # never hold the host's folder
        lock = Lock(os.path.join(settings.folder, ENGINE_LOCK))
        if not lock.acquire():
            return EXIT_HELD
        door = open_door(settings.folder)
    except (StateError, OSError):
        return EXIT_NO_PLACE
    log = EngineLog(log_path())
    log.say(f"engine {VERSION} in {settings.folder}, Python {sys.version.split()[0]} {sys.executable}")
    try:
        engine = Daemon(settings, lock, door, log)
        _listen_to_signals(engine)
        engine.run()
    except BaseException as error:
        log.say(f"broken: {type(error).__name__}: {error}")
        raise
    return 0


def _listen_to_signals(engine: Daemon) -> None:
    """A polite kill is a wish to leave; a closed terminal is none."""
    for name in ("SIGTERM", "SIGINT"):
        # From a thread: the handler may interrupt `leave` itself, which holds a lock.
        signal.signal(
            getattr(signal, name),
            lambda number, _: threading.Thread(target=engine.leave, args=(f"signal {number}",)).start(),
        )
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
