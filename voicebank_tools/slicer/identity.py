"""What tells a recording from others: its content, and where it lies."""

import hashlib
import os
from pathlib import Path

from pychang import PychangError
from pychang.files import long_path


def content_hash(path: Path) -> str:
    """Return the BLAKE2b of a file's bytes, hexadecimal. Raises PychangError if it cannot be read."""
    try:
        with long_path(path).open("rb") as file:
            return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=32)).hexdigest()
    except OSError as error:
        raise PychangError(f"{path} cannot be read: {error.strerror}; check the path") from error


def place_of(path: Path, folder: Path) -> str:
    """Return the path of a recording as the manifest of its clips in `folder` names it: from there."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # Windows: another drive
        return path.resolve().as_posix()
