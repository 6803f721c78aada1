"""One note section of a .ust: its keys -> a `Note` and its place in time.

Sources: host-protocol notes 4.1 (keys), test vectors P1, P2, P3 and S2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from voicebank_tools.formats.ust_document import UstEntry, UstSection
from voicebank_tools.formats.values import MAX_LIST_ITEMS, TONES, Findings, bounded, number, shown
from voicebank_tools.score import Envelope, Note, PitchPoint, StepBend, Vibrato

_CENTS_PER_UNIT = 10.0
"""PBS and PBY count in tenths of a semitone."""

_SHAPES = {"": "io", "s": "l", "r": "o", "j": "i"}
_MAX_POINTS = 1000
_MAX_MS = 100_000.0
_MAX_CENTS = 12_000.0

_NUMBERS: dict[str, tuple[str, float, float]] = {
    "Velocity": ("velocity_percent", 0.0, 200.0),
    "Intensity": ("volume_percent", 0.0, 200.0),
    "Modulation": ("modulation_percent", -200.0, 200.0),
    "Moduration": ("modulation_percent", -200.0, 200.0),
    "PreUtterance": ("preutterance_ms", 0.0, _MAX_MS),
    "VoiceOverlap": ("overlap_ms", -_MAX_MS, _MAX_MS),
    "StartPoint": ("start_point_ms", -_MAX_MS, _MAX_MS),
    "STP": ("start_point_ms", -_MAX_MS, _MAX_MS),
}
"""Key -> field of `Note`, lowest and highest value. UTAU itself has written "Moduration"."""


@dataclass(frozen=True)
class UstNote:
    """A section read; `section` names it in findings.

    `note` has position and duration 0: they follow from `length_ticks` (None without a usable
    Length) or from UST 2.0's `delta_ticks` and `duration_ticks`.
    """

    section: str
    note: Note
    is_rest: bool
    length_ticks: int | None
    delta_ticks: int | None
    duration_ticks: int | None
    tempo_bpm: float | None


def parse_note(section: UstSection, mode2: bool | None, findings: Findings) -> UstNote:
    """Return what a note section says; what is unusable is a finding and left at its default.

    `mode2` is the project's setting: True takes the portamento keys, False the pitch bend list,
    None (no setting) the list where there is one.
    """
    values = {entry.key: entry for entry in section.entries}
    _tell_malformed(section, findings)
    reader = _Reader(f"[#{section.name}]", values, findings)
    lyric, hint = _lyric(reader.text("Lyric"))
    is_rest = hint == "" and lyric.lower() in ("", "r")
    note = Note(0, 0, _tone(reader, is_rest), lyric, phonetic_hint=hint)
    if not is_rest:
        note = _with_pitch(_with_sound(note, reader), reader, mode2)
    return UstNote(
        reader.section,
        note,
        is_rest,
        reader.ticks("Length"),
        reader.ticks("Delta"),
        reader.ticks("Duration"),
        reader.number("Tempo"),
    )


@dataclass(frozen=True)
class _Reader:
    """Values of one section by key, with findings that name section, line and value."""

    section: str
    entries: dict[str, UstEntry]
    findings: Findings

    def text(self, key: str) -> str:
        entry = self.entries.get(key)
        return entry.value.strip() if entry else ""

    def where(self, key: str) -> str:
        return f"{self.section} line {self.entries[key].line_number}"

    def number(self, key: str) -> float | None:
        text = self.text(key)
        if not text:
            return None
        value = number(text)
        if value is None:
            self.findings.add(self.where(key), f"{key}={shown(text)} is not a number; left out")
        return value

    def ticks(self, key: str) -> int | None:
        value = self.number(key)
        # Whatever is beyond this the reader of the song refuses; int() of 1e300 is no use to it.
        return None if value is None else int(min(max(value, -1e9), 1e9))

    def numbers(self, key: str, separators: str = ",") -> list[float]:
        """Return the numbers of a list; empty or unreadable items are 0, as hosts read them."""
        text = self.text(key)
        if not text:
            return []
        items = text.split(separators)[: MAX_LIST_ITEMS + 1]
        if len(items) > MAX_LIST_ITEMS:
            self.findings.add(self.where(key), f"{key} has more than {MAX_LIST_ITEMS} values; cut there")
        values = [number(item) if item.strip() else 0.0 for item in items[:MAX_LIST_ITEMS]]
        if None in values:
            bad = items[values.index(None)]
            self.findings.add(self.where(key), f"{key}: {shown(bad)!r} is not a number; read as 0")
        return [value or 0.0 for value in values]

    def bounded(self, key: str, value: float, low: float, high: float) -> float:
        return bounded(value, low, high, self.findings, self.where(key), key)


def _tell_malformed(section: UstSection, findings: Findings) -> None:
    for entry in section.entries:
        if not entry.key:
            where = f"[#{section.name}] line {entry.line_number}"
            findings.add(where, f"{shown(entry.value)!r} is not key=value; left out")


def _lyric(text: str) -> tuple[str, str]:
    """Return lyric and hint: `?x` is x, `!x` is x as the very alias (no automatic VCV)."""
    text = text.removeprefix("?").strip()
    if text.startswith("!") and len(text) > 1:
        return text[1:].strip(), text[1:].strip()
    return text, ""


def _tone(reader: _Reader, is_rest: bool) -> int:
    value = reader.number("NoteNum")
    if value is None:
        if not is_rest:
            reader.findings.add(reader.section, "no usable NoteNum; 60 (C4) is used")
        return 60
    return int(value) if is_rest else int(reader.bounded("NoteNum", value, *TONES))


def _with_sound(note: Note, reader: _Reader) -> Note:
    """Return the note with the keys that are one number or one text each."""
    found: dict[str, float] = {}
    for key, (field, low, high) in _NUMBERS.items():
        value = reader.number(key)
        if value is not None:
            found[field] = reader.bounded(key, value, low, high)
    return replace(
        note,
        flags=reader.text("Flags"),
        label=reader.text("Label"),
        direct=bool(reader.text("$direct")),
        envelope=_envelope(reader),
        vibrato=_vibrato(reader),
        **found,  # type: ignore[arg-type]  # all of _NUMBERS' fields are floats
    )


def _envelope(reader: _Reader) -> Envelope | None:
    """`p1,p2,p3,v1,v2,v3,v4[,%,p4[,p5[,v5]]]`: widths in ms, levels in percent."""
    parts = reader.text("Envelope").split(",")
    if parts == [""]:
        return None
    values = [number(part) for part in parts[:11]]
    if len(values) < 7 or None in values[:7]:
        text = shown(reader.text("Envelope"))
        reader.findings.add(reader.where("Envelope"), f"Envelope={text} needs 7 numbers; the default is used")
        return None
    # The eighth item is a literal % (or empty).
    ms = [*values[:3], *values[8:10], None, None][:5]
    percent = [*values[3:7], *values[10:], None][:5]
    p1, p2, p3, p4, p5 = (_optional(reader, value, _MAX_MS) for value in ms)
    v1, v2, v3, v4, v5 = (_optional(reader, value, 200.0) for value in percent)
    return Envelope(
        p1 or 0.0, p2 or 0.0, p3 or 0.0, v1 or 0.0, v2 or 0.0, v3 or 0.0, v4 or 0.0, p4 or 0.0, p5, v5
    )


def _optional(reader: _Reader, value: float | None, high: float) -> float | None:
    return None if value is None else reader.bounded("Envelope", value, 0.0, high)


def _vibrato(reader: _Reader) -> Vibrato | None:
    """`VBR=length %,period ms,depth cents,in %,out %,phase %,height %[,unused]`."""
    values = reader.numbers("VBR")
    if not values or values[0] <= 0.0:
        return None
    default = Vibrato(fade_in_percent=0.0, fade_out_percent=0.0)
    missing = (0.0, default.period_ms, default.depth_cents, 0.0, 0.0, 0.0, 0.0)
    length, period, depth, fade_in, fade_out, shift, drift = [*values[:7], *missing[len(values) :]]
    fade_out = reader.bounded("VBR", fade_out, 0.0, 100.0)
    return Vibrato(
        reader.bounded("VBR", length, 0.0, 100.0),
        reader.bounded("VBR", period, 5.0, 10_000.0),
        reader.bounded("VBR", depth, -1200.0, 1200.0),
        # Both fades together fill the vibrato at most.
        min(reader.bounded("VBR", fade_in, 0.0, 100.0), 100.0 - fade_out),
        fade_out,
        reader.bounded("VBR", shift, -100.0, 100.0),
        reader.bounded("VBR", drift, -1000.0, 1000.0),
    )


def _with_pitch(note: Note, reader: _Reader, mode2: bool | None) -> Note:
    bend = None if mode2 else _step_bend(note, reader)
    if bend is not None or mode2 is False:
        return replace(note, step_bend=bend)
    return replace(note, pitch_points=_pitch_points(reader))


def _step_bend(note: Note, reader: _Reader) -> StepBend | None:
    """Mode 1: cents every 5 ticks. Without PBStart the list starts where the sample does."""
    values = reader.numbers("PitchBend") or reader.numbers("Piches")
    if not values:
        return None
    start_ms = reader.number("PBStart")
    if start_ms is None:
        start_ms = -((note.preutterance_ms or 0.0) + note.start_point_ms)
    start_ms = min(max(start_ms, -_MAX_MS), _MAX_MS)
    return StepBend(start_ms, tuple(min(max(value, -_MAX_CENTS), _MAX_CENTS) for value in values))


def _pitch_points(reader: _Reader) -> tuple[PitchPoint, ...]:
    """Mode 2: PBS `x[;y]`, then one point for each width in PBW with its height in PBY."""
    widths = reader.numbers("PBW")
    if not widths:
        return ()
    start = reader.numbers("PBS", ";" if ";" in reader.text("PBS") else ",") or [0.0]
    xs = [reader.bounded("PBS", start[0], -_MAX_MS, _MAX_MS) if "PBS" in reader.entries else 0.0]
    for width in widths[:_MAX_POINTS]:
        xs.append(xs[-1] + reader.bounded("PBW", width, 0.0, _MAX_MS))
    heights = [start[1] if len(start) > 1 else 0.0, *reader.numbers("PBY")]
    heights += [0.0] * (len(xs) - len(heights))
    shapes = _shapes(reader.text("PBM").split(","), len(xs))
    return tuple(
        PitchPoint(x, min(max(_CENTS_PER_UNIT * y, -_MAX_CENTS), _MAX_CENTS), shape)
        for x, y, shape in zip(xs, heights, shapes, strict=False)
    )


def _shapes(modes: Sequence[str], count: int) -> list[str]:
    known = [_SHAPES.get(mode.strip(), "io") for mode in modes[:count]]
    return known + ["io"] * (count - len(known))
