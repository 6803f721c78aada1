"""One note of a .ustx -> `Note` (host-protocol notes 4.2; OpenUtau's UNote.cs)."""

import re
from collections.abc import Mapping

from voicebank_tools.formats.ustx_expressions import Expression, flag_string, note_values, value_of
from voicebank_tools.formats.values import MAX_LENGTH_TICKS, TONES
from voicebank_tools.formats.yaml_fields import Fields
from voicebank_tools.score import Note, PitchPoint, Vibrato

_HINT = re.compile(r"\[(.*)\]")
_SHAPES = frozenset(("io", "l", "i", "o", "sp"))
_CENTS_PER_UNIT = 10.0
_MIN_DURATION_TICKS = 10
"""OpenUtau lengthens shorter notes to this."""

_MAX_POINTS = 1000
_MAX_MS = 100_000.0
_MAX_UNITS = 1200.0


def parse_note(
    note: Fields, part_ticks: int, expressions: Mapping[str, Expression], colors: tuple[str, ...]
) -> Note:
    """Return a note; `part_ticks` is where its part begins, `colors` are the names `clr` counts.

    What is unusable is a finding and left at its default.
    """
    values = note_values(note, expressions)
    lyric, hint = _lyric_and_hint(note.text("lyric"))
    pitch = note.child("pitch")
    override = _override(note)
    return Note(
        part_ticks + note.integer("position", 0, -MAX_LENGTH_TICKS, MAX_LENGTH_TICKS),
        note.integer("duration", _MIN_DURATION_TICKS, _MIN_DURATION_TICKS, MAX_LENGTH_TICKS),
        note.integer("tone", 60, *TONES),
        lyric,
        tuning_cents=note.number("tuning", 0.0, -1200.0, 1200.0),
        pitch_points=_pitch_points(pitch),
        snap_first=pitch.truth("snap_first", True),
        vibrato=_vibrato(note.child("vibrato")),
        velocity_percent=value_of(expressions, values, "vel"),
        volume_percent=value_of(expressions, values, "vol"),
        modulation_percent=value_of(expressions, values, "mod"),
        attack_percent=value_of(expressions, values, "atk"),
        decay_percent=value_of(expressions, values, "dec"),
        flags=flag_string(expressions, values),
        preutterance_delta_ms=override.number("preutter_delta", 0.0, -_MAX_MS, _MAX_MS),
        overlap_delta_ms=override.number("overlap_delta", 0.0, -_MAX_MS, _MAX_MS),
        color=_color(expressions, values, colors),
        tone_shift=int(value_of(expressions, values, "shft")),
        alternate=int(value_of(expressions, values, "alt")),
        direct=int(value_of(expressions, values, "dir")) == 1,
        phonetic_hint=hint,
        phoneme=override.text("phoneme").strip(),
        phoneme_offset_ticks=override.integer("offset", 0, -MAX_LENGTH_TICKS, MAX_LENGTH_TICKS),
    )


def _lyric_and_hint(text: str) -> tuple[str, str]:
    """Split `lyric [hint]`; a hint alone is the lyric too."""
    found = _HINT.search(text)
    hint = found.group(1).strip() if found else ""
    lyric = _HINT.sub("", text).strip()
    return lyric or hint, hint


def _override(note: Fields) -> Fields:
    """Return the override of the first phoneme; later ones and unknown sorts are told."""
    first = note.child("")
    for each in note.children("phoneme_overrides", "override"):
        if each.integer("index", 0, 0, 1000) == 0:
            first = each
        else:
            note.findings.add("", "overrides of a note's second and later phonemes are not sung")
    for key in ("attack_time_delta", "release_time_delta"):
        if first.number_or_none(key):
            note.findings.add("", f"phoneme override {key} is not sung")
    return first


def _pitch_points(pitch: Fields) -> tuple[PitchPoint, ...]:
    points: list[PitchPoint] = []
    for each in pitch.children("data", "point"):
        if len(points) == _MAX_POINTS:
            pitch.findings.add(pitch.where, f"more than {_MAX_POINTS} points; the rest is left out")
            break
        shape = each.text("shape", "io")
        if shape not in _SHAPES:
            pitch.findings.add(each.where, f"shape {shape[:20]!r} is not known; io is used")
            shape = "io"
        x_ms = each.number("x", 0.0, -_MAX_MS, _MAX_MS)
        y_units = each.number("y", 0.0, -_MAX_UNITS, _MAX_UNITS)
        points.append(PitchPoint(x_ms, _CENTS_PER_UNIT * y_units, shape))
    return tuple(sorted(points, key=lambda point: point.x_ms))


def _vibrato(vibrato: Fields) -> Vibrato | None:
    length = vibrato.number("length", 0.0, 0.0, 100.0)
    if length == 0.0:
        return None
    fade_out = vibrato.number("out", 10.0, 0.0, 100.0)
    return Vibrato(
        length,
        vibrato.number("period", 175.0, 5.0, 500.0),
        vibrato.number("depth", 25.0, 0.0, 1200.0),
        # Both fades together fill the vibrato at most.
        min(vibrato.number("in", 10.0, 0.0, 100.0), 100.0 - fade_out),
        fade_out,
        vibrato.number("shift", 0.0, 0.0, 100.0),
        vibrato.number("drift", 0.0, -100.0, 100.0),
        vibrato.number("vol_link", 0.0, -100.0, 100.0),
    )


def _color(
    expressions: Mapping[str, Expression], values: Mapping[str, float], colors: tuple[str, ...]
) -> str:
    index = int(min(max(values.get("clr", expressions["clr"].effective_default), -1.0), 1e6))
    return colors[index] if 0 <= index < len(colors) else ""
