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


@contextmanager
def share_progress(what: str, hidden: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Show which share of some work is done while the body runs; yields the function to tell it, in
    any unit."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = TextColumn(what), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
    disable = hidden or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=disable) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def stage_progress(hidden: bool = False) -> Iterator[Callable[[str, int, int], None]]:
    """Show work of several stages one after another; yields the function to tell (stage, done, all)."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    disable = hidden or not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=disable) as bar:
        task = bar.add_task("", total=None)

        def tell(stage: str, done: int, total: int) -> None:
            bar.update(task, description=stage, completed=done, total=total)

        yield tell
