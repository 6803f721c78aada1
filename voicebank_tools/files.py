"""Reading the small files of a voicebank: never more of them than asked for."""

from pathlib import Path

from pychang import files

MOST_CHARACTER_BYTES = 2**20
"""character.txt, character.yaml and prefix maps: a megabyte is a hundred times the usual."""


def read_limited(path: Path, most_bytes: int) -> bytes:
    """Return the content of `path`. Raises PychangError naming it when it cannot be read or is larger."""
    return files.read_limited(path, most_bytes, "voicebank file", "is it really a text of a voicebank?")
