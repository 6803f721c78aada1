"""The files of a folder of recordings and of all folders in it, without what programs leave there."""

import os
from collections.abc import Iterator
from pathlib import Path

SILENCE_FOLDER = "_silence"
"""What `vbtools slice` takes out of pauses lies here, so that no labeller and no trainer finds it."""

SOUND_ENDINGS = (".wav", ".flac", ".ogg", ".mp3", ".aif", ".aiff")
"""Of files that are recordings to label, hear and train from."""

_LEFT_BY_MACOS = "__MACOSX"


def files_below(folder: Path) -> Iterator[Path]:
    """Yield all files, in order of name, those of a folder before those of the folders in it.

    Names that begin with a dot and `__MACOSX` (other systems' leftovers) and `SILENCE_FOLDER` are passed
    over, links to folders are not followed. A folder that cannot be read counts as empty.
    """
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not is_left_over(name) and name != SILENCE_FOLDER)
        yield from (Path(place) / name for name in sorted(names) if not is_left_over(name))


def recordings_below(folder: Path) -> list[Path]:
    """Return the files of `files_below` with one of the `SOUND_ENDINGS`, in whatever case, in their order."""
    return [path for path in files_below(folder) if path.suffix.lower() in SOUND_ENDINGS and path.is_file()]


def is_left_over(name: str) -> bool:
    """Say whether a name is one that systems leave behind, and programs that hide their files."""
    return name.startswith(".") or name == _LEFT_BY_MACOS
