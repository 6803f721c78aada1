"""Files moved all together, or none of them."""

from collections.abc import Iterable
from pathlib import Path

from pychang import PychangError
from pychang.files import long_path

Move = tuple[Path, Path]
"""From where a file is to where none is, on the same disk."""


def move_all(moves: Iterable[Move]) -> None:
    """Move files in the order given. After an error, or Ctrl-C, all are where they were.

    Raises:
        OSError: One cannot be moved.
        PychangError: Nor could what was moved before it be moved back; it says what lies where.
    """
    begun: list[Move] = []
    try:
        for source, target in moves:
            begun.append((source, target))  # before it: Ctrl-C may come right behind it
            long_path(source).replace(long_path(target))
    except BaseException as error:
        stuck = [move for move in reversed(begun) if not _moved_back(*move)]
        if stuck:
            source, target = stuck[-1]
            raise PychangError(
                f"{source}: could not be put back ({error}), nor {len(stuck) - 1} more; move it there from"
                f" {target}, and the others likewise"
            ) from error
        raise


def _moved_back(source: Path, target: Path) -> bool:
    try:
        if long_path(target).exists() and not long_path(source).exists():
            long_path(target).replace(long_path(source))
    except OSError:
        return False
    return True
