"""Many recordings into clips, on several cores; a bad one never stops the others."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing

from voicebank_tools.process_pool import each_apart, processes_for, size_of
from voicebank_tools.slicer.slicing import Outcome, Task, slice_source

_LEAST_BYTES_PER_PROCESS = 30_000_000
"""Starting a process costs about as much as slicing five minutes."""


def slice_all(
    tasks: Sequence[Task], jobs: int = 0, on_progress: Callable[[int, int], None] | None = None
) -> list[Outcome]:
    """Slice every recording and return what became of each, in the order of `tasks`.

    Args:
        tasks: Recordings with different names for their clips.
        jobs: Processes to use; 1 works here, 0 uses every core that is worth it.
        on_progress: Told how many of how many bytes of recordings are done.

    Raises:
        KeyboardInterrupt: As it comes; every recording is then done, resumable or untouched.
    """
    sizes = {task: size_of(task.source.path) for task in tasks}
    processes = processes_for([*sizes.values()], jobs, _LEAST_BYTES_PER_PROCESS)
    total, done = sum(sizes.values()), 0
    outcomes: dict[Task, Outcome] = {}

    def tell(current: int = 0) -> None:
        if on_progress is not None:
            on_progress(done + current, total)

    largest_first = sorted(tasks, key=lambda task: -sizes[task])
    results = (
        _here(tasks, sizes, tell)
        if processes < 2
        else each_apart(slice_source, largest_first, processes, "the process that read it died")
    )
    with closing(results):  # whatever is raised here ends the processes as well
        for task, result in results:
            text = f"{task.source.path}: {result}"
            outcomes[task] = (
                Outcome(task.source, "failed", message=text) if isinstance(result, str) else result
            )
            done += sizes[task]
            tell()
    return [outcomes[task] for task in tasks]


def _here(
    tasks: Sequence[Task], sizes: dict[Task, int], tell: Callable[[int], None]
) -> Generator[tuple[Task, Outcome | str], None, None]:
    for task in tasks:
        yield task, slice_source(task, _part_of(sizes[task], tell))


def _part_of(size: int, tell: Callable[[int], None]) -> Callable[[float], None]:
    return lambda share: tell(int(share * size))
