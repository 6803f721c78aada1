"""Reading the small files of a voicebank: never more of them than asked for."""

from pathlib import Path

from pychang import PychangError

MOST_CHARACTER_BYTES = 2**20
"""character.txt, character.yaml and prefix maps: a megabyte is a hundred times the usual."""


def read_limited(path: Path, most_bytes: int) -> bytes:
    """Return the content of `path`. Raises PychangError naming it when it cannot be read or is larger."""
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise PychangError(f"{path} cannot be read ({reason}): check its name and permissions") from error
    if len(data) > most_bytes:
        raise PychangError(f"{path} is larger than {most_bytes} bytes: is it really a text of a voicebank?")
    return data
