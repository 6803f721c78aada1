"""The process that renders for the engine: asked through its stdin, answered through its stdout, one
note after another. A note that brings it down takes no other note with it.
"""

import os
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import IO, Any

from resampler.pipe import read_message, write_message


def main() -> int:
    """Render what comes until stdin ends: the engine has gone, or wants this process no more."""
    questions, answers = _private_streams()
    warnings.simplefilter("ignore")
    from resampler.kept import KeptRecordings  # loads the renderer, which takes most of the start

    recordings = KeptRecordings()
    try:
        write_message(answers, {"ready": os.getpid(), "cache": cache_name()})
        while (request := read_message(questions)) is not None:
            write_message(answers, answered(request, recordings))
    except BrokenPipeError:  # the engine was killed; the note it asked for is written all the same
        os._exit(0)
    return 0


def answered(request: dict[str, Any], recordings: Any) -> dict[str, Any]:
    """Return the answer to one message of the engine's. `recordings`: those that are kept at hand."""
    if request["do"] == "trim":
        from pychang.cache import trim_cache

        return {"removed": trim_cache(Path(folder)) if (folder := cache_name()) else 0}
    from resampler.__main__ import answer

    if sys.platform != "win32":
        os.umask(request["umask"])
    code, message = answer(request["argv"], partial(recordings.render_file, engine=request["engine"]))
    return {"code": code, "message": message, "peak_mb": peak_memory_mb()}


def cache_name() -> str:
    """Return the folder of analyses, "" for a user without one: a note tells that, in its own time."""
    from pychang import PychangError
    from pychang.cache import cache_folder

    try:
        return str(cache_folder())
    except PychangError:
        return ""


def peak_memory_mb() -> float:
    """Return this process's largest memory so far in megabytes, 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0.0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def _private_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Return stdin and stdout, out of reach of any library: what one prints goes to stderr."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    return questions, answers
