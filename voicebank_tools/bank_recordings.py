"""What is wrong with a voicebank's recording as a sound, whatever oto.ini says of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.arrays import FloatArray
from pychang.audio import mono, read_native
from resampler.effects import SILENCE_PEAK
from resampler.render import SHORTEST_RECORDING_S, refuse_long
from voicebank_tools.finding import Finding, unreadable
from voicebank_tools.labelling.hearing import CLIPPED_SHARE, SILENT_DB, clipped_share, levels_db
from voicebank_tools.wav_header import broken_off

SHORTEST_MS = 1000.0 * SHORTEST_RECORDING_S

_COARSE_STEPS = 2048.0


@dataclass(frozen=True)
class CheckedRecording:
    """`length_ms` is None where the recording cannot be read or is not whole: no line can fit it then."""

    length_ms: float | None
    findings: tuple[Finding, ...]


def check_recording(path: Path, may_be_silent: bool = False) -> CheckedRecording:
    """Read a recording and return its length with what was found. Never raises for what is in the file."""
    try:
        samples, rate_hz = read_native(path)
    except PychangError as error:
        return CheckedRecording(None, (unreadable(path, error),))
    length_ms = 1000.0 * len(samples) / rate_hz
    broken = broken_off(path)
    findings = [
        *_breaks_off(path, broken),
        *_too_long(path, length_ms),
        *_too_little(path, samples, length_ms, may_be_silent),
        *_clipped(path, samples),
    ]
    is_whole = not broken and length_ms >= SHORTEST_MS
    return CheckedRecording(length_ms if is_whole else None, tuple(findings))


def _breaks_off(path: Path, broken: str) -> Iterator[Finding]:
    if broken:
        yield Finding("error", path, 0, "", broken, "copy it again or record it again")


def _too_long(path: Path, length_ms: float) -> Iterator[Finding]:
    try:
        refuse_long(path, length_ms / 1000.0)
    except PychangError as error:
        yield unreadable(path, error)


def _too_little(path: Path, samples: FloatArray, length_ms: float, may_be_silent: bool) -> Iterator[Finding]:
    if length_ms < SHORTEST_MS:
        yield Finding("error", path, 0, "", f"lasts only {length_ms:.0f} ms", "record it longer")
        return
    loudest_db = float(levels_db(mono(samples)).max())
    if loudest_db >= SILENT_DB or may_be_silent:
        return
    if float(np.max(np.abs(samples))) < SILENCE_PEAK:
        yield Finding("error", path, 0, "", "holds nothing but silence", "record it again")
    else:  # breaths of real banks are so soft
        why = f"is very soft (its loudest moment is at {loudest_db:.0f} dB)"
        yield Finding("note", path, 0, "", why, "record it again, unless it is a breath")


def _clipped(path: Path, samples: FloatArray) -> Iterator[Finding]:
    share = clipped_share(samples)
    if share > CLIPPED_SHARE and not _is_coarse(samples):
        why = f"is clipped ({share:.2%} of its samples stand at the peak)"
        yield Finding("warning", path, 0, "", why, "record it again with less gain")


def _is_coarse(samples: FloatArray) -> bool:
    """Whether all are in steps of 12 bits or less: such tops are flat without clipping."""
    steps = samples * _COARSE_STEPS
    return bool((steps == np.rint(steps)).all())
