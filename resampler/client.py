"""What hosts run for every note: asks the resident engine, starts it if need be, and is gone.

One line or none on stderr, a whole file or none, at most 50 s: hosts kill at 60. The note never comes
from another engine because this one is slow: hosts keep what they get for ever. Only where no engine
can be had at all (no permission, no folder) is the note rendered here, by the same code.
"""

import os
import sys
import time

from resampler import ipc
from resampler.state import ENGINE_VARIABLE, StateError, absolute_path, state_folder

DEADLINE_S = 50.0
"""From this program's start to its end, starting the engine included."""

SILENCE_S = 15.0
"""A living engine gives a sign every second while a client waits; a longer silence is its death."""

MOST_LOSSES = 3
"""So many engines may die while they have this note in hand."""

_PROCESSES = (["resampler.daemon"], ["resampler.worker"])
_ANALYSIS_ONLY = ("nul", "/dev/null")
_AFTER_LOSS_S = 0.1
_PAUSES_S = (0.005, 0.01, 0.02, 0.04, 0.08)


def main(argv: list[str]) -> int:
    """Answer one call; `argv` is without the program's name.

    Returns 0 when the note (or the analysis) is there or only help was asked, 1 when it failed and
    one line on stderr says why, 2 for fewer than four arguments.
    """
    if len(argv) < 4 or argv[0] in ("-h", "--help") or os.environ.get("PYCHANG_NO_ENGINE"):
        return _render_here(argv)
    deadline = time.monotonic() + DEADLINE_S
    try:
        absolute = absolute_arguments(argv)
        message = ipc.render_message(absolute, os.environ.get(ENGINE_VARIABLE, ""))
        answer = _ask(state_folder(), message, deadline)
    except (StateError, OSError, ValueError) as error:
        if isinstance(error, TimeoutError):
            return _tell("the engine gives no note in time; try `vbtools engine status`")
        return _render_here(argv)
    except KeyboardInterrupt:
        return 130
    if answer != ipc.DONE:
        return _pass_on(answer)
    # An engine that sees another file system (a container) has written it elsewhere.
    return 0 if _is_there(absolute[1]) else _render_here(argv)


def main_program() -> None:
    """Run as a program of its own: the process's arguments and exit code."""
    # A frozen program is its own Python, see resampler.launch.
    if getattr(sys, "frozen", False) and sys.argv[1:2] == ["--pychang-run"] and sys.argv[2:] in _PROCESSES:
        from importlib import import_module

        sys.exit(import_module(sys.argv[2]).main())
    sys.exit(main(sys.argv[1:]))


def absolute_arguments(argv: list[str]) -> list[str]:
    """Return the arguments as another process must see them: absolute paths, names of files in UTF-8.

    Raises OSError when a path is relative to a folder that is gone.
    """
    source, output, *rest = argv
    if output.strip().lower() not in _ANALYSIS_ONLY:
        output = absolute_path(output)
    return [_as_utf8(text) for text in (absolute_path(source), output, *rest)]


def _as_utf8(text: str) -> str:
    """Undo what this process's locale made of an argument's bytes; the engine's is always UTF-8."""
    if sys.platform == "win32" or sys.getfilesystemencoding() == "utf-8":
        return text
    return os.fsencode(text).decode("utf-8", "surrogateescape")


def _ask(folder: str, message: bytes, deadline: float) -> bytes:
    """Return the engine's last word on a request. Raises StateError if there is no engine to be had,
    TimeoutError at the deadline."""
    losses, turns = 0, 0
    while time.monotonic() < deadline:
        connection = _engine(folder, deadline, turns)
        turns += 1
        if connection is None:
            continue
        try:
            answer = _converse(connection, message, deadline)
        except ipc.Lost:
            losses += 1
            if losses > MOST_LOSSES:
                return _failure("the engine died again and again while it had this note in hand")
            # The door of one that is dying stays open for moments: asked at once, it would be lost again.
            time.sleep(_AFTER_LOSS_S * losses)
            continue
        finally:
            connection.close()
        if answer not in (ipc.BUSY, ipc.LEAVING):
            return answer
        _pause(turns)
    raise TimeoutError


def _engine(folder: str, deadline: float, turns: int) -> ipc.Socket | None:
    """Return a connection to the engine, starting it if nobody else does; None: come again."""
    try:
        return ipc.connect(folder)
    except ipc.NoEngine:
        from resampler.launch import start_engine

        connection = start_engine(folder, deadline)
        if connection is None:
            _pause(turns)
        return connection


def _converse(connection: ipc.Socket, message: bytes, deadline: float) -> bytes:
    """Send a request, wait through the signs of life, return the answer. Raises Lost, TimeoutError."""
    ipc.send_message(connection, message)
    while True:
        try:
            answer = ipc.receive_message(connection, min(deadline, time.monotonic() + SILENCE_S))
        except TimeoutError:
            if time.monotonic() < deadline:
                _end_hung(connection)
            raise
        if not answer.startswith(ipc.WAITING):
            return answer


def _end_hung(connection: ipc.Socket) -> None:
    from resampler.launch import end_hung_engine

    if end_hung_engine(connection):
        raise ipc.Lost("the engine gave no sign and was ended")


def _pause(turns: int) -> None:
    time.sleep(_PAUSES_S[min(turns, len(_PAUSES_S) - 1)])


def _failure(message: str) -> bytes:
    text = ipc.json_text(f"pychang-resampler: {message}")
    return f'{{"answer": "failed", "code": 1, "message": {text}}}'.encode("ascii")


def _pass_on(answer: bytes) -> int:
    """Say what the engine says about a note or its recording; returns the exit code."""
    import json

    try:
        told = json.loads(answer)
        message, code = str(told["message"]), int(told["code"])
    except (ValueError, KeyError, TypeError):
        return _tell("the engine answered what this version cannot read; try `vbtools engine stop`")
    from resampler.__main__ import tell

    tell(message)
    return code


def _tell(message: str) -> int:
    from resampler.__main__ import tell

    tell(f"pychang-resampler: {message}")
    return 1


def _is_there(output: str) -> bool:
    if output.strip().lower() in _ANALYSIS_ONLY:
        return True
    if sys.platform == "win32" and len(output) >= 240 and not output.startswith("\\\\"):
        output = f"\\\\?\\{output}"  # as pychang.files.long_path
    return os.path.exists(output)


def _render_here(argv: list[str]) -> int:
    """One cold render in this process, as `python -m resampler` does."""
    if sys.flags.no_site and not getattr(sys, "frozen", False):
        import site  # the launcher leaves it out, and with it numpy

        site.main()
    import warnings

    from resampler.__main__ import main as render_cold

    warnings.simplefilter("ignore")
    return render_cold(argv)


if __name__ == "__main__":
    main_program()
