"""The files of a folder of recordings and of all folders in it, without what programs leave there."""

import os
from collections.abc import Collection, Iterator
from pathlib import Path

SILENCE_FOLDER = "_silence"
"""What `vbtools slice` takes out of pauses lies here, so that no labeller and no trainer finds it."""

_LEFT_BY_MACOS = "__MACOSX"


def files_below(folder: Path) -> Iterator[Path]:
    """Yield all files, in order of name, those of a folder before those of the folders in it.

    Names that begin with a dot and `__MACOSX` (other systems' leftovers) and `SILENCE_FOLDER` are passed
    over, links to folders are not followed. A folder that cannot be read counts as empty.
    """
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not _is_hidden(name) and name != SILENCE_FOLDER)
        yield from (Path(place) / name for name in sorted(names) if not _is_hidden(name))


def recordings_below(folder: Path, endings: Collection[str]) -> list[Path]:
    """Return the files of `files_below` with one of these endings (lower case, with the dot), in their
    order."""
    return [path for path in files_below(folder) if path.suffix.lower() in endings and path.is_file()]


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == _LEFT_BY_MACOS
