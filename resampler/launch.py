"""Starting the engine: one client does, all others wait for it. Standard library only."""

import os
import sys
import time

from resampler.ipc import NoEngine, Socket, connect, peer_credentials
from resampler.state import (
    FOLDER_VARIABLE,
    LAUNCH_LOCK,
    PATH_VARIABLES,
    Lock,
    StateError,
    absolute_path,
    make_folder,
    package_root,
)

TYPE_CHECKING = False  # as typing's, which would cost those who only wait 3 ms
if TYPE_CHECKING:
    from subprocess import Popen
    from typing import Any

EXIT_HELD = 75
"""The new engine found another one that holds the lock."""

RUN_WORD = "--pychang-run"
"""First argument by which a frozen program runs one of our modules instead of rendering."""

_BOOT = (
    "import sys; sys.path.insert(0, sys.argv[2]); import pychang, resampler;"
    " sys.path.append(sys.path.pop(0)); from importlib import import_module;"
    " sys.exit(import_module(sys.argv[1]).main())"
)
"""Runs a module of the packages in a folder, and only these: nothing else there hides the standard
library, and neither does the folder the host happens to stand in."""

_ATTEMPTS = 3
_POLL_S = 0.005
_HELD_S = 0.5


def module_command(module: str, standard_library: bool) -> list[str]:
    """Return the words that run `main()` of one of our modules in a Python of its own.

    `standard_library`: without site-packages, which starts three times faster. The host's PYTHON*
    variables are for its own Python and are not heeded. Raises StateError if there is no Python.
    """
    if not sys.executable:
        raise StateError("this Python does not know its own program file")
    if getattr(sys, "frozen", False):
        return [sys.executable, RUN_WORD, module]
    options = ["-I", "-S"] if standard_library else ["-E", "-P"]
    # Arguments are file names here: never the locale's idea of them.
    return [sys.executable, *options, "-X", "utf8", "-c", _BOOT, module, package_root()]


def start_engine(folder: str, deadline: float) -> Socket | None:
    """Start an engine unless somebody else is about to, and return a connection to it.

    Returns None when another client is the launcher or another engine turned up: try to connect
    again. Raises StateError when the engine cannot be started at all, TimeoutError at the deadline.
    """
    make_folder(folder)
    lock = Lock(os.path.join(folder, LAUNCH_LOCK))
    if not lock.acquire():
        return None
    try:
        for _ in range(_ATTEMPTS):
            exit_code, connection = _launch(folder, deadline)
            if exit_code == EXIT_HELD:
                return _wait_for_holder(folder, deadline)
            if exit_code is None:
                return connection
    finally:
        lock.release()
    raise StateError(f"the engine stops as soon as it is started (exit code {exit_code})")


def _launch(folder: str, deadline: float) -> tuple[int | None, Socket | None]:
    """Start one engine and wait for its first sign: (its exit code, None) or (None, a connection)."""
    process: Popen[bytes] | None = None
    while time.monotonic() < deadline:
        try:
            connection = connect(folder)
        except NoEngine:
            pass
        else:
            _part(process)
            return None, connection
        if process is None:
            process = spawn_engine(folder)
        elif (exit_code := process.poll()) is not None:
            return exit_code, None
        time.sleep(_POLL_S)
    _part(process)
    raise TimeoutError


def _wait_for_holder(folder: str, deadline: float) -> Socket | None:
    """Return a connection to the engine that holds the lock, once its door is open; None if it stays shut.

    Meanwhile nobody starts the next one, which could not do better.
    """
    deadline = min(deadline, time.monotonic() + _HELD_S)
    while time.monotonic() < deadline:
        try:
            return connect(folder)
        except NoEngine:
            time.sleep(_POLL_S)
    return None


def _part(process: "Popen[bytes] | None") -> None:
    """Forget a process that is meant to outlive this one: subprocess would warn of it."""
    if process is not None:
        process.returncode = 0


def spawn_engine(folder: str) -> "Popen[bytes]":
    """Start the engine's process: apart from the host, its terminal, its handles and its folder.

    Raises StateError if the system refuses, OSError when our own folder is gone and a path begins there.
    """
    import subprocess  # only the one launcher needs it

    command = module_command("resampler.daemon", standard_library=True)
    options: dict[str, Any] = {
        "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL,
        "close_fds": True, "cwd": folder, "env": _environment(folder),
    }  # fmt: skip
    if sys.platform == "win32":
        # Not DETACHED_PROCESS: a virtual environment's python.exe starts another one, which would
        # then open a window of its own.
        options["creationflags"] = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        try:
            free = options["creationflags"] | subprocess.CREATE_BREAKAWAY_FROM_JOB
            return subprocess.Popen(command, **{**options, "creationflags": free})
        except PermissionError:  # the host's job lets nobody leave
            pass
    else:
        options["start_new_session"] = True
    try:
        return subprocess.Popen(command, **options)
    except OSError as error:
        raise StateError(f"{command[0]} cannot be started ({error})") from error


def _environment(folder: str) -> dict[str, str]:
    """Return the engine's environment: ours, where paths mean what they do here."""
    paths = {name: absolute_path(os.environ[name]) for name in PATH_VARIABLES if name in os.environ}
    return {**os.environ, **paths, FOLDER_VARIABLE: folder}


def end_hung_engine(connection: Socket) -> bool:
    """Kill the engine at the other end, which has not given a sign for long; returns whether it could be.

    Only where the system itself names the process at the other end (it does not for a port): a number in
    a file may by now belong to somebody else.
    """
    if sys.platform != "linux":
        return False
    try:
        process_id, user_id = peer_credentials(connection)
        if user_id != os.geteuid() or process_id <= 0 or process_id == os.getpid():
            return False
        os.kill(process_id, 9)
    except OSError:
        return False
    return True
