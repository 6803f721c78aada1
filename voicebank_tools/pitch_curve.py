"""The pitch a song asks for: tones, portamento, vibrato and curves on a grid of 5 ticks.

Source: the host protocol notes, section 4.4 (OpenUtau's RenderPhrase and ResamplerItem), and
UTAU's mode 1, which OpenUtau ignores. Pitch is in cents of MIDI note numbers (6900 = A4).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pychang.units import A4_HZ, A4_MIDI
from resampler.pitchbend import bend_step_ms
from voicebank_tools.score import Curve, Note, PitchPoint, TempoMap, Vibrato

FloatArray = npt.NDArray[np.float64]

GRID_TICKS = 5
"""Distance of two values of a pitch grid: 1/96 beat, as in the hosts' pitch bend."""

LOWEST_BEND_CENTS, HIGHEST_BEND_CENTS = -2048, 2047
"""What a host's pitch bend can say."""


@dataclass(frozen=True)
class PitchGrid:
    """The wanted pitch of one phrase whose first note stands at `position_ticks`: `cents[i]` at
    `start_ticks + 5 i`, held at both ends.
    """

    position_ticks: int
    start_ticks: int
    cents: FloatArray

    @property
    def ticks(self) -> FloatArray:
        """The position of each value in ticks."""
        return self.start_ticks + GRID_TICKS * np.arange(len(self.cents), dtype=np.float64)

    def at(self, ticks: FloatArray) -> FloatArray:
        """Return the pitch in cents at positions in ticks, linear between grid points."""
        return np.asarray(np.interp(ticks, self.ticks, self.cents), dtype=np.float64)


def split_phrases(notes: Sequence[Note]) -> tuple[tuple[Note, ...], ...]:
    """Return the chains of notes that touch each other, in order."""
    phrases: list[list[Note]] = []
    for note in notes:
        if phrases and phrases[-1][-1].end_ticks >= note.position_ticks:
            phrases[-1].append(note)
        else:
            phrases.append([note])
    return tuple(tuple(phrase) for phrase in phrases)


def phrase_pitch(
    notes: Sequence[Note], tempo_map: TempoMap, deviation: Curve | None = None, lead_ms: float = 0.0
) -> PitchGrid:
    """Return the wanted pitch of notes that touch each other.

    Args:
        notes: One phrase, those that extend a note included.
        tempo_map: The song's.
        deviation: The `pitd` curve in cents.
        lead_ms: How long before its position the first note begins to sound.
    """
    start_ticks = _grid_start(notes[0], tempo_map, lead_ms)
    # One value behind the end: there the tone stands alone again, without points or vibrato.
    count = math.ceil((notes[-1].end_ticks - start_ticks) / GRID_TICKS) + 2
    ticks = start_ticks + GRID_TICKS * np.arange(count, dtype=np.float64)
    cents = _steps(notes, ticks)
    for note in notes:
        _bend_flat(note, ticks, cents, tempo_map)
    for index, note in enumerate(notes):
        previous = notes[index - 1] if index else None
        _add_points(note, previous, ticks, cents, tempo_map, is_last=index == len(notes) - 1)
    if deviation is not None and deviation.ticks:
        cents += np.interp(ticks, deviation.ticks, deviation.values, left=0.0, right=0.0)
    return PitchGrid(notes[0].position_ticks, start_ticks, cents)


def bend_cents(
    grid: PitchGrid, tempo_map: TempoMap, note: Note, origin_ms: float, tempo_bpm: float, count: int
) -> tuple[int, ...]:
    """Return the pitch bend of one phone: whole cents from its note's tone.

    Args:
        grid: The phrase's wanted pitch.
        tempo_map: The song's.
        note: The phone's note, for its tone and its mode 1 pitch.
        origin_ms: The song time of the first value (the rendered wave's first sample).
        tempo_bpm: The phone's constant tempo, which gives the distance of the values.
        count: How many values.
    """
    times_ms = origin_ms + bend_step_ms(tempo_bpm) * np.arange(count)
    ticks = ticks_at(tempo_map, np.asarray(times_ms, dtype=np.float64))
    cents = grid.at(ticks)
    if note.step_bend is not None:
        # In mode 1 the note's own bend also holds for what sounds before its position.
        before = ticks < note.position_ticks
        cents[before] = tone_cents(note) + _step_bend(note, ticks[before], tempo_map)
    # np.rint rounds half to even, as OpenUtau does.
    whole = np.rint(np.round(cents - note.tone_midi * 100.0, 6)).astype(int)
    return tuple(int(value) for value in np.clip(whole, LOWEST_BEND_CENTS, HIGHEST_BEND_CENTS))


def tone_cents(note: Note) -> float:
    """Return the note's tone with its tuning in cents of MIDI note numbers."""
    return note.tone_midi * 100.0 + note.tuning_cents


def cents_to_hz(cents: FloatArray) -> FloatArray:
    """Return frequencies in hertz of pitches in cents (6900 -> 440 Hz)."""
    return np.asarray(A4_HZ * 2.0 ** ((cents - 100.0 * A4_MIDI) / 1200.0), dtype=np.float64)


def ticks_at(tempo_map: TempoMap, times_ms: FloatArray) -> FloatArray:
    """Return `tempo_map.ticks_at` of many times at once."""
    positions = np.array([tempo.position_ticks for tempo in tempo_map.tempos], dtype=np.float64)
    starts_ms = np.array([tempo_map.ms_at(position) for position in positions])
    ticks_per_ms = np.array([tempo.bpm for tempo in tempo_map.tempos]) * 480.0 / 60000.0
    index = np.maximum(np.searchsorted(starts_ms, times_ms, side="right") - 1, 0)
    return np.asarray(positions[index] + (times_ms - starts_ms[index]) * ticks_per_ms[index])


def shape_at(shape: str, fraction: FloatArray) -> FloatArray:
    """Return how far (0..1) a portamento of one shape has come after a fraction of its width.

    "l" linear, "o" fast start (UST `r`), "i" slow start (UST `j`), any other half a cosine.
    """
    if shape == "l":
        return fraction
    if shape == "o":
        return np.asarray(np.sin(fraction * np.pi / 2.0))
    if shape == "i":
        return np.asarray(1.0 - np.cos(fraction * np.pi / 2.0))
    return np.asarray((1.0 - np.cos(fraction * np.pi)) / 2.0)


def points_at(points: Sequence[PitchPoint], times_ms: FloatArray) -> FloatArray:
    """Return the portamento in cents at times in ms from the note's start, held at both ends.

    Of two points at one time the second holds just behind it.
    """
    x_ms = np.array([point.x_ms for point in points], dtype=np.float64)
    y_cents = np.array([point.y_cents for point in points], dtype=np.float64)
    values = np.where(times_ms <= x_ms[0], y_cents[0], y_cents[-1])
    for index, (left, right) in enumerate(pairwise(points)):
        inside = (times_ms > left.x_ms) & (times_ms <= right.x_ms)
        fraction = (times_ms[inside] - left.x_ms) / max(right.x_ms - left.x_ms, 1e-9)
        if left.shape == "sp" and len(points) > 2:
            values[inside] = _spline(x_ms, y_cents, index, fraction)
        else:
            values[inside] = left.y_cents + (right.y_cents - left.y_cents) * shape_at(left.shape, fraction)
    return values


def vibrato_at(vibrato: Vibrato, place: FloatArray, duration_ms: float) -> FloatArray:
    """Return the vibrato in cents at places 0..1 of a note's duration."""
    length = min(max(vibrato.length_percent / 100.0, 0.0), 1.0)
    begin = 1.0 - length
    period = vibrato.period_ms / duration_ms
    if length == 0.0 or period <= 0.0:
        return np.zeros_like(place)
    phase = 2.0 * np.pi * ((place - begin) / period + vibrato.shift_percent / 100.0)
    cents = vibrato.depth_cents * (np.sin(phase) + vibrato.drift_percent / 100.0)
    fade_in = length * vibrato.fade_in_percent / 100.0
    fade_out = length * vibrato.fade_out_percent / 100.0
    if fade_in > 0.0:
        cents *= np.clip((place - begin) / fade_in, 0.0, 1.0)
    if fade_out > 0.0:
        cents *= np.clip((1.0 - place) / fade_out, 0.0, 1.0)
    return np.where((place >= begin) & (place <= 1.0), cents, 0.0)


def _grid_start(first: Note, tempo_map: TempoMap, lead_ms: float) -> int:
    """The grid point at or before the moment the phrase begins to sound."""
    position_ms = tempo_map.ms_at(first.position_ticks)
    lead_ticks = first.position_ticks - tempo_map.ticks_at(position_ms - max(0.0, lead_ms))
    return first.position_ticks - GRID_TICKS * math.ceil(lead_ticks / GRID_TICKS)


def _steps(notes: Sequence[Note], ticks: FloatArray) -> FloatArray:
    """The bare tones: each until its note's end, the first also before, the last also behind."""
    ends = np.array([note.end_ticks for note in notes[:-1]], dtype=np.float64)
    tones = np.array([tone_cents(note) for note in notes])
    return np.asarray(tones[np.searchsorted(ends, ticks, side="right")])


def _bend_flat(note: Note, ticks: FloatArray, cents: FloatArray, tempo_map: TempoMap) -> None:
    """Put the note's vibrato or mode 1 pitch in the place of its bare tone."""
    inside = (ticks >= note.position_ticks) & (ticks < note.end_ticks)
    if note.step_bend is not None:
        cents[inside] = tone_cents(note) + _step_bend(note, ticks[inside], tempo_map)
    elif note.vibrato is not None and note.vibrato.length_percent > 0.0:
        place = (ticks[inside] - note.position_ticks) / note.duration_ticks
        duration_ms = tempo_map.ms_at(note.end_ticks) - tempo_map.ms_at(note.position_ticks)
        cents[inside] = tone_cents(note) + vibrato_at(note.vibrato, place, duration_ms)


def _step_bend(note: Note, ticks: FloatArray, tempo_map: TempoMap) -> FloatArray:
    """Mode 1 pitch in cents at positions in ticks; UTAU leaves trailing zeros out."""
    assert note.step_bend is not None
    start_ticks = tempo_map.ticks_at(tempo_map.ms_at(note.position_ticks) + note.step_bend.start_ms)
    values = (*note.step_bend.cents, 0.0)
    steps = (ticks - start_ticks) / GRID_TICKS
    return np.asarray(np.interp(steps, np.arange(len(values)), values, left=0.0))


def _add_points(
    note: Note,
    previous: Note | None,
    ticks: FloatArray,
    cents: FloatArray,
    tempo_map: TempoMap,
    *,
    is_last: bool,
) -> None:
    """Add what the note's portamento differs from the tone that stands at each place.

    Behind the note's end its points do not count, at the end itself only if none follows.
    """
    if not note.pitch_points:
        return
    points = _points_in_ticks(snapped_points(note, previous), note, tempo_map)
    begin = ticks[0] if previous is None else min(points[0].x_ms, note.position_ticks)
    end = max(points[-1].x_ms, note.end_ticks)
    inside = (ticks >= begin) & ((ticks <= end) if is_last else (ticks < end))
    base = np.full(int(inside.sum()), tone_cents(note))
    if previous is not None:
        base[ticks[inside] < note.position_ticks] = tone_cents(previous)
    cents[inside] += tone_cents(note) + points_at(points, ticks[inside]) - base


def snapped_points(note: Note, previous: Note | None) -> tuple[PitchPoint, ...]:
    """Return the note's points with the first at the pitch of the touching note before."""
    first, *rest = note.pitch_points
    if note.snap_first:
        y_cents = 0.0 if previous is None else tone_cents(previous) - tone_cents(note)
        first = replace(first, y_cents=y_cents)
    return (first, *rest)


def _points_in_ticks(points: Sequence[PitchPoint], note: Note, tempo_map: TempoMap) -> tuple[PitchPoint, ...]:
    """The points with x in song ticks, rounded to whole ones as OpenUtau does, never falling."""
    position_ms = tempo_map.ms_at(note.position_ticks)
    placed: list[PitchPoint] = []
    for point in points:
        x_ticks = float(round(tempo_map.ticks_at(position_ms + point.x_ms)))
        placed.append(replace(point, x_ms=max(x_ticks, placed[-1].x_ms) if placed else x_ticks))
    return tuple(placed)


def _spline(x_ms: FloatArray, y_cents: FloatArray, index: int, fraction: FloatArray) -> FloatArray:
    """One segment of a Catmull-Rom spline through the points (as a cubic Hermite curve)."""
    slopes = np.zeros(len(x_ms))
    spans_ms = np.maximum(x_ms[2:] - x_ms[:-2], 1e-9)
    slopes[1:-1] = (y_cents[2:] - y_cents[:-2]) / spans_ms
    width_ms = x_ms[index + 1] - x_ms[index]
    t, t2, t3 = fraction, fraction**2, fraction**3
    return np.asarray(
        (2 * t3 - 3 * t2 + 1) * y_cents[index]
        + (t3 - 2 * t2 + t) * width_ms * slopes[index]
        + (3 * t2 - 2 * t3) * y_cents[index + 1]
        + (t3 - t2) * width_ms * slopes[index + 1]
    )
