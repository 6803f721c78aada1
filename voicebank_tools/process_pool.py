"""The same work for many things on several processor cores; what brings its process down fails alone."""

import os
import signal
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context
from pathlib import Path
from threading import current_thread, main_thread
from types import FrameType
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

_HEARS_EVERY_S = 0.1
"""Windows tells of Ctrl-C only between two waits."""


def available_cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processes_for(sizes: Sequence[int], jobs: int, least_bytes: int) -> int:
    """Return how many processes are worth starting for files of these sizes.

    Args:
        sizes: Of the files, bytes.
        jobs: As many as somebody wants; 0: one for each core, but none for less than `least_bytes`.
        least_bytes: With less a process takes longer to start than to work.
    """
    worth = max(1, sum(sizes) // least_bytes)
    return min(jobs or min(available_cores(), worth), len(sizes))


def size_of(path: Path) -> int:
    """Return the bytes of a file, 0 where it cannot be read: that is told when it is."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def each_apart(
    work: Callable[[Item], Result], items: Sequence[Item], processes: int, died: str
) -> Generator[tuple[Item, Result | str], None, None]:
    """Do `work` on each item in other processes and yield (item, result) as they are done.

    What was on its way when a process died is tried again, one by one; `died` is the result of an
    item that brings its process down. `work` must be importable by name; what it raises becomes
    "Type: message". When the generator is closed, waiting items are dropped.
    """
    unlucky: list[Item] = []
    with one_thread_pool(processes) as pool:
        futures = {pool.submit(work, item): item for item in items}
        try:
            for future in as_completed(futures):
                item = futures[future]
                if isinstance(future.exception(), BrokenProcessPool):
                    unlucky.append(item)
                else:
                    yield item, _result(future, died)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            while active_children() and not all(future.done() for future in futures):
                time.sleep(_HEARS_EVERY_S)
            raise
    for item in unlucky:
        with one_thread_pool(1) as pool:
            yield item, _result(pool.submit(work, item), died)


def _result(future: "Future[Any]", died: str) -> Any:
    error = future.exception()
    if isinstance(error, BrokenProcessPool):
        return died
    return f"{type(error).__name__}: {error}" if error is not None else future.result()


@contextmanager
def one_thread_pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool whose processes use one thread each and leave Ctrl-C to us; shut down afterwards."""
    # "spawn" behaves alike on every system, and forking a process with threads can hang it.
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_start_worker)
    with _one_interrupt():
        try:
            with _one_thread_each():
                yield pool
        finally:
            pool.shutdown()


@contextmanager
def _one_interrupt() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt once inside; who presses it again does not want to wait for items in
    hand, so it ends their processes. Raised in the midst of the pool's own end, it would leave the pool's
    thread and ours waiting for each other for ever."""
    is_ours = (
        current_thread() is main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if not is_ours:
        yield
        return
    signal.signal(signal.SIGINT, _interrupt_once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _interrupt_once(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, _end_processes)
    signal.default_int_handler(number, frame)


def _end_processes(number: int, frame: FrameType | None) -> None:
    for process in active_children():
        process.kill()


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let processes that start inside find the variables that numerical libraries read once."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _start_worker() -> None:
    # Ctrl-C reaches the whole group: the parent decides, workers finish their item in silence.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
