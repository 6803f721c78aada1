"""A progress bar that keeps out of the way: on stderr, and only where that is a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def note_progress(hidden: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Show how many of how many notes are done while the body runs; yields the function to tell it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = TextColumn("notes"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    disable = hidden or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=disable) as bar:
        task = bar.add_task("notes", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
