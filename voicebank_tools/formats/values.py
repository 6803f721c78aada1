"""What every song reader shares: files of a bounded size, bounded numbers, findings, one voice.

A song file comes from anywhere. Whatever it says, reading it must end soon, in little memory, with
a `Score` and findings or with one clear `PychangError`.
"""

import math
import re
from collections.abc import Iterable
from pathlib import Path

from pychang import PychangError
from pychang.files import read_limited
from voicebank_tools.score import Note, Score, TempoMap, Track, one_voice

MAX_LENGTH_TICKS = 10_000_000
"""Longest song: 20,000 quarter notes, more than two hours at any tempo people sing at."""

MAX_SONG_MS = 2.0 * 60.0 * 60000.0
MAX_NOTES = 50_000
MAX_LIST_ITEMS = 100_000
MIN_BPM = 1.0
MAX_BPM = 1000.0
DEFAULT_BPM = 120.0
MAX_FINDINGS = 50
TONES = (0, 127)

_NUMBER = re.compile(r"[+-]?([0-9]+[.,]?[0-9]*|[.,][0-9]+)([eE][+-]?[0-9]{1,4})?")


class Findings:
    """Collects what a reader had to leave out or change, one line each, at most `MAX_FINDINGS`."""

    def __init__(self, file: str) -> None:
        """`file` is the name that begins every line."""
        self.file = file
        self._lines: dict[str, None] = {}
        self._left_out = 0

    def add(self, where: str, text: str) -> None:
        """Note that at `where` (section, line, track) something is as `text` says."""
        line = f"{self.file}: {where}: {text}" if where else f"{self.file}: {text}"
        if line in self._lines:
            return
        if len(self._lines) < MAX_FINDINGS:
            self._lines[line] = None
        else:
            self._left_out += 1

    def error(self, where: str, text: str) -> PychangError:
        """Return the error to raise for something that cannot be mended."""
        return PychangError(f"{self.file}: {where}: {text}" if where else f"{self.file}: {text}")

    def lines(self) -> tuple[str, ...]:
        """Return the findings in the order they came."""
        more = (f"{self.file}: and {self._left_out} findings more",) if self._left_out else ()
        return (*self._lines, *more)


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Return the content of a song file of at most `max_bytes`.

    Raises:
        PychangError: no such file, a folder, not readable, empty, or larger than that.
    """
    cure = f"a song has at most {max_bytes}; split it if it is one"
    data = read_limited(path, max_bytes, "song file", cure)
    if not data:
        raise PychangError(f"{path}: the file is empty; save or copy the song again")
    return data


def number(text: str) -> float | None:
    """Return the finite number a text holds, None if it holds none.

    A decimal comma is read too: UTAU writes one where Windows is set so.
    """
    stripped = text.strip()
    if len(stripped) > 60 or not _NUMBER.fullmatch(stripped):
        return None
    value = float(stripped.replace(",", "."))
    return value if math.isfinite(value) else None


def shown(value: object) -> str:
    """Return a value for a message: one short line."""
    text = " ".join(str(value)[:200].split())
    return text if len(text) <= 40 else text[:40] + "..."


def bounded(value: float, low: float, high: float, findings: Findings, where: str, name: str) -> float:
    """Return `value` within [low, high]; a change is a finding."""
    limited = min(max(value, low), high)
    if limited != value:
        findings.add(where, f"{name}={value:g} is outside {low:g} to {high:g}; {limited:g} is used")
    return limited


def usable_bpm(bpm: float) -> bool:
    """Say whether a tempo can be sung (some programs have written 500000 for 120)."""
    return MIN_BPM <= bpm <= MAX_BPM


def told_voice(notes: Iterable[Note], findings: Findings, where: str) -> tuple[Note, ...]:
    """Return the notes as `score.one_voice` does; every cut is a finding."""
    voice, cuts_ticks = one_voice(notes)
    for ticks in cuts_ticks:
        findings.add(where, f"notes overlap at tick {ticks}; the earlier one ends there")
    return voice


def checked_score(
    name: str, tempo_map: TempoMap, tracks: tuple[Track, ...], length_ticks: int, findings: Findings
) -> Score:
    """Return the score if it is of a length that can be sung.

    Raises:
        PychangError: more ticks than `MAX_LENGTH_TICKS`, more time than `MAX_SONG_MS`, or more
            notes than `MAX_NOTES`.
    """
    if length_ticks > MAX_LENGTH_TICKS:
        raise findings.error("", f"{length_ticks} ticks long, at most {MAX_LENGTH_TICKS}; check the lengths")
    length_ms = tempo_map.ms_at(length_ticks)
    if length_ms > MAX_SONG_MS:
        raise findings.error("", f"lasts {length_ms / 3.6e6:.1f} hours, at most 2; check tempo and lengths")
    if sum(len(track.notes) for track in tracks) > MAX_NOTES:
        raise findings.error("", f"more than {MAX_NOTES} notes; split the song")
    return Score(name, tempo_map, tracks, length_ticks, findings.lines())
