"""Reading the small files of a voicebank, never more of them than asked for; folders to write into."""

import tempfile
from pathlib import Path

from pychang import PychangError, files

MOST_CHARACTER_BYTES = 2**20
"""character.txt, character.yaml and prefix maps: a megabyte is a hundred times the usual."""


def read_limited(path: Path, most_bytes: int) -> bytes:
    """Return the content of `path`. Raises PychangError naming it when it cannot be read or is larger."""
    cure = "it is hardly a text of a voicebank; put the right file there"
    return files.read_limited(path, most_bytes, "voicebank file", cure)


def existing_part(path: Path) -> Path:
    """Return a path, or what of it is there: it can be made where that is a folder."""
    return next(one for one in (path, *path.absolute().parents) if one.exists())


def check_folder(folder: Path) -> None:
    """Raise PychangError, with the cure, if no file can be put into `folder` or it could not be made.
    Nothing is made or left."""
    try:
        there = existing_part(folder)
        if not there.is_dir():
            raise PychangError(f"{folder} cannot be made: {there} is a file; name another folder")
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        message = f"{folder} cannot be written into ({error.strerror}); make it accessible or name another"
        raise PychangError(message) from error
