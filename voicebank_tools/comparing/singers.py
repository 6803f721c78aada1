"""Who is compared: our own engines, WORLD, and any resampler program."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import IO, Protocol

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.audio import FULL_SCALE, read_wav, to_pcm16, write_wav
from pychang.choice import choose_engine, fitted_engine, require_neural
from pychang.engine import ClassicEngine, Engine
from pychang.frq import frq_path_of
from pychang.neural import NeuralEngine
from resampler.plan import build_plan
from resampler.protocol import RenderRequest, format_arguments
from resampler.render import render
from voicebank_tools.comparing.recordings import Recording
from voicebank_tools.comparing.world import world_note

RECORDING = "recording"
"""The row of the recordings themselves: no singer may be called so."""

_LAST_LETTERS = 300

Sing = Callable[[RenderRequest, Recording], FloatArray]
"""Sings a request made from a recording; returns the wave [samples], raises PychangError."""


class Singer(Protocol):
    """A resampler under a name. Can be sent to other processes."""

    @property
    def name(self) -> str: ...

    def sing(self, request: RenderRequest, recording: Recording) -> FloatArray:
        """Return the note as a 16-bit file holds it. Shape [samples]. Raises PychangError."""
        ...


@dataclass(frozen=True)
class EngineSinger:
    """One of our own engines (`pychang.choice.ENGINES`), in this process.

    `voice`: the fitted voice that it sings every recording with; empty: as hosts get it, each recording
    with the voice that it was fitted to, if any.
    """

    name: str = ClassicEngine.name
    voice: str = ""

    def sing(self, request: RenderRequest, recording: Recording) -> FloatArray:
        wave = render(request, recording.analysis, recording.wave, self._engine(recording))
        return to_pcm16(wave) / float(FULL_SCALE)

    def _engine(self, recording: Recording) -> Engine:
        if self.voice:
            return fitted_engine(self.voice)
        choice = choose_engine(self.name, recording.wave)
        if choice.engine.name != self.name:
            raise PychangError(choice.remark)
        return choice.engine


@dataclass(frozen=True)
class WorldSinger:
    """pyworld, in this process, singing the plan that our engines would."""

    name: str = "pyworld"

    def sing(self, request: RenderRequest, recording: Recording) -> FloatArray:
        return world_note(recording.world, build_plan(request, recording.analysis))


@dataclass(frozen=True)
class ProgramSinger:
    """A program that is called as hosts call resamplers, with thirteen arguments behind its own words.

    It gets copies of recordings (and of their `.frq` files), since many programs write beside them.
    What counts is the file it leaves, not its exit code: hosts look at no more.
    """

    name: str
    command: tuple[str, ...]
    timeout_s: float
    folder: Path

    def sing(self, request: RenderRequest, recording: Recording) -> FloatArray:
        place = self.folder / f"{os.getpid()}"
        place.mkdir(parents=True, exist_ok=True)
        output = place / "note.wav"
        output.unlink(missing_ok=True)
        source = _copy_into(place, recording)
        asked = replace(request, source_path=source, output_path=output)
        said = _run([*self.command, *format_arguments(asked)], self.timeout_s)
        if not output.is_file():
            raise PychangError(f"left no file: {said or 'and said nothing'}")
        return read_wav(output).astype(np.float64)


def own_singers(voice: str = "") -> list[Singer]:
    """Return our engines: the classic one, and the neural one where its model is installed.

    Args:
        voice: The fitted voice that the neural one sings everything with; empty: see `EngineSinger`.

    Raises:
        PychangError: There is no such voice.
    """
    classic, neural = EngineSinger(), EngineSinger(NeuralEngine.name, voice)
    if voice:
        fitted_engine(voice)
        return [classic, neural]
    try:
        require_neural()
    except PychangError:
        return [classic]
    return [classic, neural]


def program_singer(text: str, timeout_s: float, folder: Path) -> ProgramSinger:
    """Return the singer of `NAME=COMMAND`; files are put into `folder`, which need not be there yet.

    Raises PychangError where there is no name, no command or no such program.
    """
    name, _, command = (part.strip() for part in text.partition("="))
    if not name or not command:
        raise PychangError(f"resampler {text!r} has no name or no command; write NAME=COMMAND")
    words = [command] if Path(command).is_file() else _words(command)
    if shutil.which(words[0]) is None:
        raise PychangError(f"resampler {name}: no program {words[0]!r} is found; give its whole path")
    return ProgramSinger(name, tuple(words), timeout_s, folder / sha256(name.encode()).hexdigest()[:12])


def _words(command: str) -> list[str]:
    if os.name != "nt":
        with suppress(ValueError):
            return shlex.split(command)
        raise PychangError(f"command {command!r} has a quotation mark without its other half; add it")
    return [word.strip('"') for word in shlex.split(command, posix=False)]


def _copy_into(folder: Path, recording: Recording) -> Path:
    """Copy a recording, once; what is no wav file becomes one."""
    place = folder / sha256(str(recording.path).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    copy = place / recording.path.with_suffix(".wav").name
    if copy.is_file():
        return copy
    place.mkdir(exist_ok=True)
    if recording.path.suffix.lower() == ".wav":
        shutil.copyfile(recording.path, copy)
        with suppress(FileNotFoundError):
            shutil.copyfile(frq_path_of(recording.path), frq_path_of(copy))
    else:
        write_wav(copy, recording.wave)
    return copy


def _run(command: list[str], timeout_s: float) -> str:
    """Run to the end; returns the last it said. What it leaves running at the time-out is ended, too."""
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise PychangError(f"cannot be started ({error.strerror})") from error
        try:
            code = process.wait(timeout_s)
        except subprocess.TimeoutExpired as error:
            raise PychangError(f"took longer than {timeout_s:g} s") from error
        finally:
            _end(process)
        return f"exit code {code}{_last_words(said)}"


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        if sys.platform != "win32":
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.kill()
        process.wait()


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    words = " ".join(said.read().decode("utf-8", "replace").split())
    return f", {words[-_LAST_LETTERS:]}" if words else ""
