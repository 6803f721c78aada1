"""The argument list of a host <-> `RenderRequest`.

Thirteen arguments: source, output, pitch, velocity, flags, offset, length, consonant, cutoff,
volume, modulation, tempo, bend. Only trailing ones may be missing. UTAU, OpenUtau and Utsu each
have a dialect; all are read without an option parser, because offsets begin with ``-``. A number
that cannot be read takes its default, one beyond reason is clamped. Standard library only.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pychang import PychangError
from resampler.flags import Flags, format_flags, parse_flags
from resampler.pitchbend import decode_bend, encode_bend

USAGE = (
    "usage: pychang-resampler SOURCE OUTPUT PITCH VELOCITY"
    " [FLAGS [OFFSET [LENGTH [CONSONANT [CUTOFF [VOLUME [MODULATION [TEMPO [BEND]]]]]]]]]"
)

MAX_LENGTH_MS = 300_000.0
"""Longest note that is sung: five minutes, which take a quarter of one and 1.3 GB. A host never asks for
more; a slip of the pen may."""

MAX_POSITION_MS = 24 * 3_600_000.0
"""Bound of offset, consonant and cutoff, far beyond any recording; rendering clamps to the file."""

HIGHEST_TONE = 127
LOWEST_HOST_TONE = 24
"""C1, the lowest note of UTAU's and OpenUtau's piano roll."""

_NOTE_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_NOTE = re.compile("([A-Ga-g])([#♯b♭]*)(-?[0-9]{1,3})")
_ANALYSIS_ONLY = frozenset({"nul", "/dev/null"})


class ArgumentError(PychangError):
    """An argument list that cannot be answered: too short, or without a usable pitch."""


@dataclass(frozen=True)
class RenderRequest:
    """One note as a host asks for it.

    `output_path` None: only analyse the source (the host's "initialise freq. map"). `tone_midi`
    is a MIDI note number; with `pitch_percent` (the source's own pitch in percent) the tone is
    not known. `offset_ms` counts from the file's start and may be negative; `length_ms` is the
    whole output, consonant included; `consonant_ms` is measured in the source, from the offset;
    `cutoff_ms` >= 0 counts from the file's end, < 0 is the window's length. `bend_cents` has one
    value for each 1/96 of a quarter note at `tempo_bpm`, from the output's start.
    """

    source_path: Path
    output_path: Path | None
    tone_midi: float
    velocity_percent: float = 100.0
    flags: Flags = field(default_factory=Flags)
    offset_ms: float = 0.0
    length_ms: float = 1000.0
    consonant_ms: float = 0.0
    cutoff_ms: float = 0.0
    volume_percent: float = 100.0
    modulation_percent: float = 0.0
    tempo_bpm: float = 120.0
    bend_cents: tuple[int, ...] = ()
    pitch_percent: float | None = None


def window_end_ms(offset_ms: float, cutoff_ms: float, recording_ms: float) -> float:
    """Return where the window of an oto line ends, as the line says; it may be behind the recording's end or
    before the offset. A cutoff below 0 counts on from the offset, another back from the recording's end."""
    return (offset_ms if cutoff_ms < 0.0 else recording_ms) - cutoff_ms


def parse_arguments(argv: Sequence[str]) -> RenderRequest:
    """Return the request of an argument list without the program's name.

    Raises ArgumentError for fewer than four arguments, an empty path or an unusable pitch.
    """
    if len(argv) < 4:
        raise ArgumentError(f"{len(argv)} arguments given, at least 4 are needed; {USAGE}")
    source, output, *rest = argv
    if not source or not output:
        raise ArgumentError(f"the {'output' if source else 'source'} path is empty; give a wav file")
    rest = _with_pitch(rest)
    velocity, flags, offset, length, consonant, cutoff, volume, modulation, tempo, bend = (
        rest[1:] + [""] * 10
    )[:10]
    tone_midi, pitch_percent = _pitch(rest[0])
    return RenderRequest(
        source_path=Path(source),
        output_path=None if output.strip().lower() in _ANALYSIS_ONLY else Path(output),
        tone_midi=tone_midi,
        velocity_percent=_number(velocity, 100.0, 0.0, 200.0),
        flags=parse_flags(flags),
        offset_ms=_number(offset, 0.0, -MAX_POSITION_MS, MAX_POSITION_MS),
        length_ms=_number(length, 1000.0, 0.0, MAX_LENGTH_MS),
        consonant_ms=_number(consonant, 0.0, 0.0, MAX_POSITION_MS),
        cutoff_ms=_number(cutoff, 0.0, -MAX_POSITION_MS, MAX_POSITION_MS),
        volume_percent=_number(volume, 100.0, 0.0, 200.0),
        modulation_percent=_number(modulation, 0.0, -200.0, 200.0),
        tempo_bpm=_tempo(tempo),
        bend_cents=decode_bend(bend.strip()),
        pitch_percent=pitch_percent,
    )


def format_arguments(request: RenderRequest) -> list[str]:
    """Return the argument list in OpenUtau's dialect, which `parse_arguments` reads back.

    Raises ArgumentError for a tone that is no whole note (the rest belongs into the bend).
    """
    arguments = [
        str(request.source_path),
        "nul" if request.output_path is None else str(request.output_path),
        _pitch_text(request),
        _number_text(request.velocity_percent),
        format_flags(request.flags),
        *map(
            _number_text,
            (
                request.offset_ms,
                request.length_ms,
                request.consonant_ms,
                request.cutoff_ms,
                request.volume_percent,
                request.modulation_percent,
            ),
        ),
        "!" + _number_text(request.tempo_bpm),
    ]
    # OpenUtau leaves the last argument out when there is no bend.
    return arguments + ([encode_bend(request.bend_cents)] if request.bend_cents else [])


def consonant_stretch(velocity_percent: float) -> float:
    """Return the factor of the consonant's length: 2 at velocity 0, 1 at 100, 0.5 at 200."""
    return float(2.0 ** (1.0 - velocity_percent / 100.0))


def note_name(midi: int) -> str:
    """Return the name with sharps of a MIDI note number (60 is "C4")."""
    return f"{_NOTE_NAMES[midi % 12]}{midi // 12 - 1}"


def parse_note_name(text: str) -> int:
    """Return the MIDI note number of a name such as C4, Bb3, F♯-1; raises ArgumentError."""
    match = _NOTE.fullmatch(text.strip())
    if match is None:
        raise ArgumentError(f"pitch {text[:40]!r} is no note name; write it like C4, F#3 or Bb3")
    letter, accidentals, octave = match.groups()
    shift = sum(1 if sign in "#♯" else -1 for sign in accidentals)
    return 12 * (int(octave) + 1) + _SEMITONES[letter.lower()] + shift


def _with_pitch(arguments: list[str]) -> list[str]:
    """Restore the pitch OpenUtau drops: it writes an unquoted empty name for tones below 0, so
    that all behind it stand one place too early and the tempo's mark gives it away."""
    shifted = len(arguments) > 8 and arguments[8].startswith("!") and not _is_note(arguments[0])
    return ["", *arguments] if shifted else arguments


def _is_note(text: str) -> bool:
    return _NOTE.fullmatch(text.strip()) is not None


def _pitch(text: str) -> tuple[float, float | None]:
    """Return (tone_midi, pitch_percent): a note name, or a number as in UTAU's analysis call."""
    if not text.strip():
        return float(LOWEST_HOST_TONE), None
    percent = _number(text, 0.0, 0.0, 10_000.0)
    if percent > 0.0:
        return 60.0, percent
    return float(min(max(parse_note_name(text), 0), HIGHEST_TONE)), None


def _pitch_text(request: RenderRequest) -> str:
    if request.pitch_percent is not None:
        return _number_text(request.pitch_percent)
    if request.tone_midi != int(request.tone_midi):
        raise ArgumentError(
            f"tone {request.tone_midi} lies between two notes; round it and put the rest into the bend"
        )
    return note_name(int(request.tone_midi))


def _number(text: str, default: float, minimum: float, maximum: float) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return default
    return min(max(value, minimum), maximum) if math.isfinite(value) else default


def _number_text(value: float) -> str:
    """Return the shortest text that reads back as the same number, whole ones without a point."""
    return str(int(value)) if value == int(value) else repr(float(value))


def _tempo(text: str) -> float:
    """Read ``!120``, ``T120.0``, ``120`` and the very old ``0.00Q120``; 120 if there is none."""
    mark = text.strip().rpartition("Q")[2]
    bpm = _number(mark[1:] if mark and not mark[0].isdigit() else mark, 0.0, 0.0, 10_000.0)
    return max(bpm, 1.0) if bpm > 0.0 else 120.0
