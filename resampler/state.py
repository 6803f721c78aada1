"""Where the resident engine lives: this user's own folder, the locks in it, and which code is running.

Standard library only, and of that the least: a host starts a client for every note, and importing
pathlib, json or socket would cost it more than all the rest.
"""

import os
import stat
import sys

VERSION = "0.1.0"
"""This release; the same as in pyproject.toml (a test compares)."""

RUNTIME_VARIABLE = "PYCHANG_RUNTIME"
"""Names another state folder."""

FOLDER_VARIABLE = "PYCHANG_ENGINE_FOLDER"
"""Names the state folder to the engine that a client starts: not the user's own wish."""

PATH_VARIABLES = (RUNTIME_VARIABLE, "PYCHANG_CACHE", "PYCHANG_DATA", "PYCHANG_GENERATOR")
"""Name files and folders, from the folder in which whoever reads them stands."""

ENGINE_VARIABLE = "PYCHANG_ENGINE"
"""Names what is to sing, classic or neural: each client's own, whoever started the engine's process."""

LAUNCH_LOCK = "launch.lock"
"""Held by the one client that is starting an engine."""

ENGINE_LOCK = "engine.lock"
"""Held by the one engine that answers. Both are the system's locks: they end with their holder."""


class StateError(Exception):
    """The state folder cannot be used: no engine can be reached or started."""


def state_folder() -> str:
    """Return the absolute path of this user's state folder; it need not be there yet.

    `PYCHANG_RUNTIME`, else Linux `$XDG_RUNTIME_DIR/pychang` or a folder in the user's cache, macOS
    `~/Library/Caches/PyChang`, Windows `%LOCALAPPDATA%\\PyChang`. Raises StateError without a home.
    """
    override = os.environ.get(RUNTIME_VARIABLE)
    if override:
        return os.path.abspath(override)
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if sys.platform == "linux" and os.path.isabs(runtime) and _is_private(runtime):
        return os.path.join(runtime, "pychang")
    # A home folder may be shared by several machines, an engine is not.
    name = "run" if sys.platform == "win32" else f"run-{os.uname().nodename}"
    return os.path.join(cache_base(), name)


def cache_base() -> str:
    """Return the absolute path of PyChang's folder in this user's cache. Raises StateError without a home."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.expanduser("~\\AppData\\Local")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):  # to be ignored then, says the XDG Base Directory Specification
            base = os.path.expanduser("~/.cache")
    if not os.path.isabs(base):
        raise StateError("this user has no home folder")
    return os.path.join(base, "PyChang")


def absolute_path(path: str) -> str:
    """Return what a path means in the folder where this process stands; an empty one stays empty.

    Raises OSError when that folder is gone.
    """
    if sys.platform == "win32" and path:
        return os.path.abspath(path)
    if not path or os.path.isabs(path):
        return path
    # Not normalised: `a/../b` leads elsewhere when `a` is a link.
    return os.path.join(os.getcwd(), path)


def is_vacant(folder: str) -> bool:
    """Return whether a state folder is not there yet, or nothing in it: whoever starts an engine makes it
    this user's alone."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except FileNotFoundError:
        return True
    except (OSError, ValueError):
        return False


def check_folder(folder: str) -> None:
    """Raise StateError unless `folder` is there and belongs to this user alone."""
    if not _is_private(folder):
        raise StateError(f"{folder} is not a folder of this user alone")


def make_folder(folder: str) -> None:
    """Make the state folder, with its parents, for this user alone. Raises StateError if it cannot be."""
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        found = os.lstat(folder)
        if sys.platform != "win32" and stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid():
            os.chmod(folder, 0o700)
    except (OSError, ValueError) as error:
        raise StateError(f"{folder} cannot be made ({error})") from error
    check_folder(folder)


def _is_private(folder: str) -> bool:
    try:
        found = os.lstat(folder)
    except (OSError, ValueError):
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    # On Windows the rights of the profile folder are this user's alone.
    return sys.platform == "win32" or (found.st_uid == os.geteuid() and not found.st_mode & 0o077)


class Lock:
    """A lock of the operating system on a file: it ends with its holder, however that ends."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._handle: int | None = None

    def acquire(self) -> bool:
        """Take the lock if nobody has it; returns whether it is ours. Raises StateError where no lock
        can be had (no permission, full disk, a file system without locks)."""
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StateError(f"{self.path} cannot be opened ({error})") from error
        # A folder that was cleaned away and made anew has another file of that name.
        if _lock(handle) and _same_file(handle, self.path):
            self._handle = handle
            return True
        os.close(handle)
        return False

    def release(self) -> None:
        """Give the lock back, if it is ours. The file stays: removing it would let two hold it."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def _lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        os.close(handle)
        raise StateError(f"this folder's file system has no locks ({error})") from error
    return True


def _same_file(handle: int, path: str) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except OSError:
        return False


def package_root() -> str:
    """Return the absolute path of the folder that holds the packages `resampler` and `pychang`."""
    return os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def code_stamp() -> int:
    """Return when the newest source file of the engine was written (ns since 1970), 0 if none is there.

    Tells an engine that was started before an upgrade from one that was started after it.
    """
    newest = 0
    for package in ("pychang", "resampler"):
        try:
            with os.scandir(os.path.join(package_root(), package)) as entries:
                times = [entry.stat().st_mtime_ns for entry in entries if entry.name.endswith(".py")]
        except OSError:  # one program file (frozen): an upgrade is then a new version
            continue
        newest = max(newest, *times, 0)
    return newest


def version_order(version: str) -> tuple[int, ...]:
    """Return a release number as something to compare: "0.10.1" is (0, 10, 1); a foreign word counts 0."""
    return tuple(int(part) if part.isascii() and part.isdigit() else 0 for part in version[:40].split("."))
