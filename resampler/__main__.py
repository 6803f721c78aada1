"""One cold render, without the resident engine: `python -m resampler`.

Hosts ignore the exit code, log every line of stderr as an error and take an existing output file
for success. So there is one line or none on stderr, and a whole file or none.
"""

import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from pychang import PychangError
from resampler.protocol import USAGE, RenderRequest, parse_arguments
from resampler.state import ENGINE_VARIABLE

MAX_MESSAGE_LETTERS = 1000
"""Longer messages only echo a hostile argument."""


def main(argv: Sequence[str]) -> int:
    """Answer one call; `argv` is without the program's name.

    Returns 0 when the note (or the analysis) is there or only help was asked, 1 when it failed
    and one line on stderr says why, 2 for fewer than four arguments.
    """
    if not argv or argv[0] in ("-h", "--help"):
        print(USAGE)
        return 0
    if len(argv) < 4:
        tell(USAGE)
        return 2
    with _silent_libraries():
        code, message = answer(argv, _render)
    if message:
        tell(message)
    return code


def answer(argv: Sequence[str], render_file: Callable[[RenderRequest], str]) -> tuple[int, str]:
    """Render one argument list with a function for its request; never raises.

    Returns (exit code, what to say in one line): of a note that is there only what its recording lacks.
    """
    try:
        remark = render_file(parse_arguments(argv))
    except PychangError as error:
        return 1, f"pychang-resampler: {error}"
    except KeyboardInterrupt:
        return 130, ""
    except Exception as error:  # noqa: BLE001 - a host shows a traceback to nobody
        return 1, f"pychang-resampler: unexpected {_describe(error)}; please report this line"
    return 0, f"pychang-resampler: {remark}" if remark else ""


def main_program() -> None:
    """Run as a program of its own: the process's arguments and exit code."""
    # A warning of a library would be a second line in the host's error log.
    warnings.simplefilter("ignore")
    sys.exit(main(sys.argv[1:]))


def _render(request: RenderRequest) -> str:
    # Not before the arguments are understood: this loads the engine.
    from resampler.render import render_file

    return render_file(request, os.environ.get(ENGINE_VARIABLE, ""))


@contextmanager
def _silent_libraries() -> Iterator[None]:
    """Lead the process's stderr nowhere: what a decoder prints there would be a second line for the host."""
    if sys.stderr is None:  # the host has closed it, and 2 may be another file by now
        yield
        return
    kept = os.dup(2)
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 2)
        os.close(null)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def _describe(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}: {error}{place}"


def tell(message: str) -> None:
    """Write one line to stderr, whatever letters the message holds and its encoding lacks."""
    stream = sys.stderr
    if stream is None:  # a windowed program on Windows has none
        return
    line = " ".join(message.split())[:MAX_MESSAGE_LETTERS]
    printable = "".join(letter if letter.isprintable() else "?" for letter in line)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    with suppress(OSError, ValueError):  # the host may have closed its end
        print(printable.encode(encoding, "replace").decode(encoding), file=stream, flush=True)


if __name__ == "__main__":
    main_program()
