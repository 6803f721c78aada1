"""The installed `pychang-resampler`, called as a host calls it: a process for each note."""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from pychang import PychangError
from pychang.audio import read_wav
from resampler.protocol import RenderRequest, format_arguments
from resampler.render import RenderedNote
from resampler.state import ENGINE_VARIABLE

PROGRAM = "pychang-resampler"

TIMEOUT_S = 60.0
"""As OpenUtau: what takes longer is given up."""


def program_command() -> list[str]:
    """Return the words that start the program: the script installed beside this Python, else the first
    on the PATH, else the module."""
    beside = shutil.which(PROGRAM, path=str(Path(sys.executable).parent))
    found = beside or shutil.which(PROGRAM)
    return [found] if found else [sys.executable, "-m", "resampler"]


def program_environment(engine: str) -> dict[str, str]:
    """Return the environment in which a program asks for an engine: "classic", "neural", "" as it is now."""
    return {**os.environ, **({ENGINE_VARIABLE: engine} if engine else {})}


def render_with_program(request: RenderRequest, engine: str = "") -> RenderedNote:
    """Return the note that the program writes for a request; what it says all the same is a remark.

    `engine`: see `program_environment`.

    Raises PychangError with the program's own message if it leaves no file.
    """
    with tempfile.TemporaryDirectory(prefix="pychang-") as folder:
        output = Path(folder) / "note.wav"
        arguments = format_arguments(replace(request, output_path=output))
        message = _call([*program_command(), *arguments], program_environment(engine))
        if not output.is_file():
            raise PychangError(
                f"{PROGRAM} wrote no note for {request.source_path}: {message or 'no message'}"
            )
        return RenderedNote(read_wav(output), (message,) if message else ())


def _call(command: list[str], environment: dict[str, str]) -> str:
    """Run to the end; returns what the program said on stderr."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S, env=environment
        )
    except subprocess.TimeoutExpired as error:
        raise PychangError(f"{command[0]} took longer than {TIMEOUT_S:g} s for one note") from error
    except OSError as error:
        raise PychangError(f"{command[0]} cannot be started ({error.strerror}): install it again") from error
    return " ".join(done.stderr.decode("utf-8", "replace").split())
