"""Files read within a limit and written whole or not at all. Standard library only.

Hosts ask whether a file exists rather than whether the program succeeded: so a file appears by a
rename, with all its bytes, or what was there before stays.
"""

import errno
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import IO

from pychang import PychangError

_TEMPORARY = re.compile(r"\.pychang-[0-9a-f]+-[0-9a-f]{12}\.tmp")

_TEMPORARY_LETTERS = 36
"""Of the longest such name, and the stroke before it."""

_REPLACE_ATTEMPTS = 20
_REPLACE_PAUSE_S = 0.05


def read_limited(path: Path, most_bytes: int, kind: str, cure_if_larger: str) -> bytes:
    """Return the content of a file; never more of it than `most_bytes` is read.

    Raises PychangError naming the file and the cure when it is missing, a folder, not readable or
    larger. `kind` says what was expected ("sound file").
    """
    source = long_path(path)
    try:
        if source.is_dir():
            raise PychangError(f"{path} is a folder and cannot be read as a file; name a {kind}")
        with source.open("rb") as file:
            status = os.fstat(file.fileno())
            # Not `most_bytes` at once, which may be a gigabyte; a pipe has no size.
            size = status.st_size if stat.S_ISREG(status.st_mode) else most_bytes
            data = file.read(size + 1) if size <= most_bytes else b""
    except FileNotFoundError as error:
        raise PychangError(f"{kind} {path} not found: no such file; check the path") from error
    except (OSError, ValueError) as error:
        raise PychangError(f"{path} cannot be read: {_reason(error)}") from error
    if size > most_bytes or len(data) > most_bytes:
        raise PychangError(f"{path} is larger than {most_bytes} bytes: {cure_if_larger}")
    return data


def write_atomically(path: Path, data: bytes) -> None:
    """Write bytes so that `path` holds either all of them or what it held before.

    Raises PychangError naming the folder and the cure.
    """
    with open_atomically(path) as file:
        file.write(data)


@contextmanager
def open_atomically(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file to write; when the body ends, `path` holds all of it, or after an error what it held.

    Raises PychangError naming the folder and the cure.
    """
    target = long_path(path)
    # In the same folder, because a rename is whole only inside one file system. Named after this
    # process, so that whoever sees it die can clean up.
    temporary = target.parent / f".pychang-{os.getpid():x}-{secrets.token_hex(6)}.tmp"
    try:
        if target.exists() and not target.is_file():
            raise PychangError(f"cannot write {path}: it is a folder or a device; name a file")
        try:
            with temporary.open("xb") as file:
                yield file
            _replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise PychangError(f"cannot write {path.name} into {path.parent}: {_reason(error)}") from error


def remove_unfinished(folder: Path, older_than_s: float) -> None:
    """Remove what processes that were killed have left of the files they were writing into a folder.

    Args:
        folder: Need not be there.
        older_than_s: A younger one may still be written.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _TEMPORARY.fullmatch(entry.name):
                with suppress(OSError):
                    if time.time() - entry.stat().st_mtime > older_than_s:
                        Path(entry.path).unlink()


def long_path(path: Path) -> Path:
    """Return the path in the form that Windows takes beyond 260 characters."""
    if os.name != "nt" or not _is_long(path.absolute()) or str(path).startswith("\\\\"):
        return path
    return Path("\\\\?\\" + str(path.absolute()))


def _is_long(path: PurePath) -> bool:
    """Say whether Windows may refuse a path as it is, or that of the temporary file beside it."""
    return max(len(str(path)), len(str(path.parent)) + _TEMPORARY_LETTERS) >= 240


def _replace(temporary: Path, target: Path) -> None:
    for attempt in range(_REPLACE_ATTEMPTS):
        try:
            temporary.replace(target)
            return
        except PermissionError:
            # On Windows a host or a virus scanner may be reading the old file for a moment.
            if os.name != "nt" or attempt == _REPLACE_ATTEMPTS - 1:
                raise
            time.sleep(_REPLACE_PAUSE_S)


def _reason(error: OSError | ValueError) -> str:
    number = error.errno if isinstance(error, OSError) else None
    full = "the disk is full or a limit is reached; free some space or choose another folder"
    locked = "no permission; make it accessible or choose another folder"
    cures = {
        errno.ENOSPC: full,
        errno.EFBIG: full,
        getattr(errno, "EDQUOT", errno.ENOSPC): full,
        errno.EACCES: locked,
        errno.EPERM: locked,
        errno.EROFS: locked,
        errno.ENOENT: "the folder does not exist; create it first",
        errno.ENOTDIR: "a part of the path is a file, not a folder; choose another folder",
        errno.ENAMETOOLONG: "the path is too long; use shorter names",
    }
    return cures.get(number, f"{error}; check the path") if number else f"{error}; check the path"


def user_folder(mac: str, variable: str, linux: str) -> Path:
    """Return this user's folder of PyChang's for one kind of file.

    Args:
        mac: Where macOS keeps that kind, below `~/Library`.
        variable: Environment variable that says where Linux keeps it (XDG Base Directory Specification).
        linux: Where, without it, below the home folder. Windows: always `%LOCALAPPDATA%`.

    Raises:
        PychangError: The system knows of no home folder.
    """
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        base = Path(local) if local else _home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = _home() / "Library" / mac
    else:
        named = Path(os.environ.get(variable, ""))
        base = named if named.is_absolute() else _home() / linux  # a relative one is to be ignored, it says
    return base / "PyChang"


def _home() -> Path:
    try:
        return Path("~").expanduser()
    except RuntimeError as error:
        raise PychangError("this user has no home folder; set PYCHANG_CACHE and PYCHANG_DATA") from error
