"""Whether a dataset may be written into a folder: nothing of the user's is there, and no recordings."""

from collections.abc import Sequence
from pathlib import Path

from pychang import PychangError
from voicebank_tools.training.dataset import NOTES, SHARDS, is_dataset


def check_place(output: Path, folders: Sequence[Path]) -> None:
    """Check the folder of a dataset before anything is made.

    Args:
        output: It; need not be there.
        folders: Where its recordings are.

    Raises:
        PychangError: `output` is one of them, lies inside or around one, or holds something else than a
            dataset or what a build that was stopped has left.
    """
    place = output.resolve()
    for folder in map(Path.resolve, folders):
        if place.is_relative_to(folder) or folder.is_relative_to(place):
            where = "is" if place == folder else "lies in" if place.is_relative_to(folder) else "holds"
            raise PychangError(f"{output} {where} the folder of recordings {folder}; name another one")
    if output.is_dir() and not (is_dataset(output) and (output / SHARDS).is_dir()):
        names = {path.name for path in output.iterdir() if not path.name.startswith(".")}
        foreign = sorted(names - {SHARDS, NOTES})
        if foreign:
            raise PychangError(f"{output} holds {foreign[0]} and is no dataset; name a new or empty folder")
