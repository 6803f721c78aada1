"""Many requests -> their waves, on several processor cores, each different request once.

A request that fails, or brings its process down, never takes another with it.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from functools import partial

import numpy as np

from resampler.protocol import RenderRequest
from resampler.render import RenderedNote
from voicebank_tools.process_pool import available_cores, each_apart

RenderFunction = Callable[[RenderRequest], RenderedNote]
"""Renders one note. Must be importable by name (other processes)."""

ProgressFunction = Callable[[int, int], None]
"""Told how many of how many different requests are done."""

FEWEST_PER_PROCESS = 48
"""Starting a process costs about as much as rendering this many notes."""

_DIED = "the process that rendered the note died"

Rendered = Mapping[RenderRequest, RenderedNote | str]
"""What became of each request: its note, or why there is none in one line."""


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
    rendered: dict[RenderRequest, RenderedNote | str] = {}
    results = (
        _render_here(different, render)
        if processes < 2
        else each_apart(partial(_attempt, render), different, processes, _DIED)
    )
    with closing(results):  # whatever is raised here ends the processes as well
        for request, result in results:
            rendered[request] = result
            if on_progress is not None:
                on_progress(len(rendered), len(different))
    return rendered


def _render_here(
    requests: Sequence[RenderRequest], render: RenderFunction
) -> Generator[tuple[RenderRequest, RenderedNote | str], None, None]:
    for request in requests:
        yield request, _attempt(render, request)


def _attempt(render: RenderFunction, request: RenderRequest) -> RenderedNote | str:
    """The note, or one line about what went wrong: one bad note must not stop a song."""
    try:
        note = render(request)
        wave = np.asarray(note.wave, dtype=np.float32)
    except Exception as error:  # noqa: BLE001
        return " ".join(f"{error}".split()) or type(error).__name__
    if not np.isfinite(wave).all():
        return "the note came out with samples that are no numbers"
    return note._replace(wave=wave)
