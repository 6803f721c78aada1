"""Many requests -> their waves, on several processor cores, each different request once.

A request that fails, or brings its process down, never takes another with it.
"""

import os
import signal
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager
from multiprocessing import get_context

import numpy as np

from resampler.protocol import RenderRequest
from resampler.wavtool import Wave

RenderFunction = Callable[[RenderRequest], Wave]
"""Renders one note: float32 [samples] at 44.1 kHz. Must be importable by name (other processes)."""

ProgressFunction = Callable[[int, int], None]
"""Told how many of how many different requests are done."""

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

FEWEST_PER_PROCESS = 48
"""Starting a process costs about as much as rendering this many notes."""

Rendered = Mapping[RenderRequest, Wave | str]
"""What became of each request: its wave, or why there is none in one line."""


def render_all(
    requests: Sequence[RenderRequest],
    render: RenderFunction,
    jobs: int = 1,
    on_progress: ProgressFunction | None = None,
) -> Rendered:
    """Return what became of each different request.

    Args:
        requests: Any number, repeats allowed.
        render: Renders one; what it raises is that request's failure.
        jobs: Processes to use; 1 renders here, 0 uses every core.
        on_progress: Called after each request.

    Raises:
        KeyboardInterrupt: As it comes; waiting requests are dropped.
    """
    # Requests for one recording stand together: its analysis is then still at hand.
    different = sorted(dict.fromkeys(requests), key=lambda request: str(request.source_path))
    processes = min(jobs or available_cores(), len(different) // FEWEST_PER_PROCESS)
    rendered: dict[RenderRequest, Wave | str] = {}
    results = (
        _render_here(different, render) if processes < 2 else _render_apart(different, render, processes)
    )
    with closing(results):  # whatever is raised here ends the processes as well
        for request, result in results:
            rendered[request] = result
            if on_progress is not None:
                on_progress(len(rendered), len(different))
    return rendered


def available_cores() -> int:
    """Return how many processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _render_here(
    requests: Sequence[RenderRequest], render: RenderFunction
) -> Generator[tuple[RenderRequest, Wave | str], None, None]:
    for request in requests:
        yield request, _attempt(render, request)


def _attempt(render: RenderFunction, request: RenderRequest) -> Wave | str:
    """The wave, or one line about what went wrong: one bad note must not stop a song."""
    try:
        wave = np.asarray(render(request), dtype=np.float32)
    except Exception as error:  # noqa: BLE001
        return " ".join(f"{error}".split()) or type(error).__name__
    return wave if np.isfinite(wave).all() else "the note came out with samples that are no numbers"


def _render_apart(
    requests: Sequence[RenderRequest], render: RenderFunction, processes: int
) -> Generator[tuple[RenderRequest, Wave | str], None, None]:
    """Render in other processes; what was on its way when one died is tried again, one by one."""
    unlucky: list[RenderRequest] = []
    with _pool(processes) as pool:
        futures = {pool.submit(_attempt, render, request): request for request in requests}
        try:
            for future in as_completed(futures):
                request = futures[future]
                if isinstance(future.exception(), BrokenProcessPool):
                    unlucky.append(request)
                else:
                    yield request, _result(future)
        except BaseException:
            for future in futures:  # the pool's own way to cancel loses a race with its thread
                future.cancel()
            raise
    for request in unlucky:
        with _pool(1) as pool:
            yield request, _result(pool.submit(_attempt, render, request))


def _result(future: "Future[Wave | str]") -> Wave | str:
    error = future.exception()
    if isinstance(error, BrokenProcessPool):
        return "the process that rendered the note died"
    return f"{type(error).__name__}: {error}" if error is not None else future.result()


@contextmanager
def _pool(processes: int) -> Iterator[ProcessPoolExecutor]:
    """A pool whose processes use one thread each and leave Ctrl-C to us."""
    # "spawn" behaves alike on every system, and forking a process with threads can hang it.
    pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_start_worker)
    try:
        with _one_thread_each():
            yield pool
    finally:
        pool.shutdown()


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
    # Ctrl-C reaches the whole group: the parent decides, workers finish their note in silence.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
