"""Does OpenUtau get a note from the installed launcher? One is asked for, exactly as OpenUtau asks."""

import os
import subprocess
import tempfile
import time
import wave
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.audio import read_wav
from pychang.units import midi_to_hz
from resampler.protocol import RenderRequest, format_arguments
from voicebank_tools.demo_bank import write_demo_bank
from voicebank_tools.install import Place, is_ours, launcher_bytes, manifest_bytes
from voicebank_tools.program import program_environment
from voicebank_tools.song_check import measure_f0

TIMEOUT_S = 60.0
"""OpenUtau's own."""

LENGTH_MS = 1000.0
TONE_MIDI = 64
MOST_CENTS = 5.0
SLOW_S = 2.0


@dataclass
class Check:
    """What was found: `seconds` of the first and (if all was well) the second call, and one line for
    each problem."""

    seconds: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def check_openutau(place: Place, engine: str = "") -> Check:
    """Look at the two files and render a note twice through the launcher.

    `engine`: as `voicebank_tools.program.program_environment` takes it.
    Raises PychangError if nothing is installed there or the demo voice cannot be written.
    """
    if not place.launcher.exists():
        raise PychangError(f"{place.launcher} is not there; run `vbtools install openutau` first")
    check = Check()
    check.problems += _file_problems(place)
    with tempfile.TemporaryDirectory(prefix="pychang check ") as name:
        # Named and placed as OpenUtau does: a copy of the recording in its cache.
        folder = Path(name)
        source = write_demo_bank(folder / "声", ("か",)) / "ka.wav"
        source = source.rename(folder / "src-0badcafe-0badcafe-0badcafe.wav")
        for number in range(2):
            output = folder / f"res-0badcafe-{number:016x}.wav"
            began = time.perf_counter()
            problem = _call(place.launcher, note_arguments(source, output), engine)
            check.seconds.append(time.perf_counter() - began)
            check.problems += [problem] if problem else note_problems(output)
            if check.problems:
                return check
    if not check.problems and check.seconds[1] > SLOW_S:
        check.problems.append(f"the second note took {check.seconds[1]:.1f} s; see `vbtools engine status`")
    return check


def note_arguments(source: Path, output: Path) -> list[str]:
    """Return the arguments of a note as OpenUtau writes them."""
    request = RenderRequest(
        source, output, TONE_MIDI, offset_ms=100.0, length_ms=LENGTH_MS, consonant_ms=139.0, cutoff_ms=-900.0,
        tempo_bpm=119.99999999999999, bend_cents=(0,) * 190,
    )  # fmt: skip
    return format_arguments(request)


def _file_problems(place: Place) -> list[str]:
    problems = []
    if not is_ours(place.launcher):
        problems.append(f"{place.launcher} was not written by this command")
    elif place.launcher.read_bytes() != launcher_bytes(place):
        problems.append(f"{place.launcher} starts another installation of PyChang than this one")
    if not place.windows and not os.access(place.launcher, os.X_OK):
        problems.append(f"{place.launcher} may not be executed; run `vbtools install openutau` again")
    if not place.manifest.exists():
        problems.append(f"{place.manifest} is missing: OpenUtau does not know our flags and sends others")
    elif place.manifest.read_bytes() != manifest_bytes():
        problems.append(f"{place.manifest} is of another version; run `vbtools install openutau` again")
    return problems


def _call(launcher: Path, arguments: Sequence[str], engine: str) -> str:
    """Start the launcher as OpenUtau's ProcessRunner does; returns what is wrong, or nothing."""
    try:
        done = subprocess.run(
            [str(launcher), *arguments], cwd=launcher.anchor,
            env={**program_environment(engine), "LANG": "ja_JP.utf8"},
            stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"no answer within {TIMEOUT_S:g} s, which is when OpenUtau gives up"
    except OSError as error:
        return f"{launcher} cannot be started: {error.strerror}"
    said = " ".join((done.stdout + done.stderr).decode("utf-8", "replace").split())
    return (
        f"the launcher ended with code {done.returncode} and said: {said}" if done.returncode or said else ""
    )


def note_problems(path: Path) -> list[str]:
    """Return what is wrong with a note: file, format, length, pitch."""
    if not path.exists():
        return ["the launcher wrote no file"]
    try:
        with wave.open(str(path)) as file:
            layout = file.getnchannels(), file.getsampwidth(), file.getframerate()
            length_ms = 1000.0 * file.getnframes() / file.getframerate()
    except (wave.Error, EOFError) as error:
        return [f"the note is no plain wav file ({error})"]
    if layout != (1, 2, 44100):
        return [f"the note has {layout[0]} channels of {8 * layout[1]} bit at {layout[2]} Hz"]
    if length_ms < LENGTH_MS:
        return [f"the note lasts {length_ms:.0f} ms instead of {LENGTH_MS:.0f}"]
    return _pitch_problems(path)


def _pitch_problems(path: Path) -> list[str]:
    _, f0_hz = measure_f0(read_wav(path))
    voiced = f0_hz[f0_hz > 0.0]
    if len(voiced) < len(f0_hz) / 2:
        return ["the note is not sung: most of it has no pitch"]
    cents = abs(float(np.median(1200.0 * np.log2(voiced / midi_to_hz(TONE_MIDI)))))
    return [f"the note is {cents:.1f} cents off"] if cents > MOST_CENTS else []
