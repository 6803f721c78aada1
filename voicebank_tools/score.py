"""A song as notes: what every song format is read into and what `song` sings.

Resolution is 480 ticks per quarter note. Sources: host-protocol notes on .ust and .ustx.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise

from pychang import PychangError

TICKS_PER_QUARTER = 480
MS_PER_MINUTE = 60000.0


@dataclass(frozen=True)
class PitchPoint:
    """A portamento point: `x_ms` from the note's start, `y_cents` from the note's tone;
    `shape` of the segment that begins here: "io" (half cosine), "l" (linear),
    "i" (slow start, UST `j`), "o" (fast start, UST `r`), "sp" (spline).
    """

    x_ms: float
    y_cents: float
    shape: str = "io"


@dataclass(frozen=True)
class Vibrato:
    """`length_percent` of the note, at its end; `fade_in/out_percent` of the vibrato;
    `shift_percent` of a period; `drift_percent` of the depth; `volume_link_percent` is how
    much the volume follows (OpenUtau).
    """

    length_percent: float = 0.0
    period_ms: float = 175.0
    depth_cents: float = 25.0
    fade_in_percent: float = 10.0
    fade_out_percent: float = 10.0
    shift_percent: float = 0.0
    drift_percent: float = 0.0
    volume_link_percent: float = 0.0


@dataclass(frozen=True)
class Envelope:
    """UTAU's envelope: widths p1..p5 in ms, levels v1..v5 in percent."""

    p1_ms: float = 0.0
    p2_ms: float = 5.0
    p3_ms: float = 35.0
    v1_percent: float = 0.0
    v2_percent: float = 100.0
    v3_percent: float = 100.0
    v4_percent: float = 0.0
    p4_ms: float = 0.0
    p5_ms: float | None = None
    v5_percent: float | None = None


@dataclass(frozen=True)
class StepBend:
    """UTAU's mode 1 pitch: `cents` every 5 ticks from `start_ms` relative to the note's start."""

    start_ms: float
    cents: tuple[float, ...]


@dataclass(frozen=True)
class Curve:
    """An automation curve in song ticks: points joined by lines, `values` in the curve's unit
    (`pitd` cents, `dyn` 0.1 dB).
    """

    ticks: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Note:
    """One sung note (rests are gaps). `None` in an optional field: the voicebank's or the
    host's default applies.

    A lyric that begins with `+` or is "..." extends the note before it with a new tone.
    `pitch_points` are empty if the score has none. With `snap_first` the `y_cents` of the first
    point does not count: it starts at the tone of the note right before, or at its own tone
    where none touches. The .ust reader clears `snap_first` behind a rest, so there y counts.
    `phonetic_hint` (OpenUtau `lyric [hint]`, UST `!alias`) is sung instead of the lyric;
    `phoneme` replaces what the lyric became (OpenUtau's override of the first phoneme), moved
    by `phoneme_offset_ticks`. Flags are the note's own, without the track's.
    """

    position_ticks: int
    duration_ticks: int
    tone_midi: int
    lyric: str
    tuning_cents: float = 0.0
    pitch_points: tuple[PitchPoint, ...] = ()
    snap_first: bool = True
    step_bend: StepBend | None = None
    vibrato: Vibrato | None = None
    envelope: Envelope | None = None
    velocity_percent: float = 100.0
    volume_percent: float = 100.0
    modulation_percent: float = 0.0
    attack_percent: float = 100.0
    decay_percent: float = 0.0
    flags: str = ""
    preutterance_ms: float | None = None
    preutterance_delta_ms: float = 0.0
    overlap_ms: float | None = None
    overlap_delta_ms: float = 0.0
    start_point_ms: float = 0.0
    color: str = ""
    tone_shift: int = 0
    alternate: int = 0
    direct: bool = False
    phonetic_hint: str = ""
    phoneme: str = ""
    phoneme_offset_ticks: int = 0
    label: str = ""

    @property
    def end_ticks(self) -> int:
        return self.position_ticks + self.duration_ticks


def one_voice(notes: Iterable[Note]) -> tuple[tuple[Note, ...], tuple[int, ...]]:
    """Return the notes in order, each ending where the next begins at the latest, and the ticks at
    which one had to be cut; of notes that begin together the last in order stays.
    """
    ordered = sorted(notes, key=lambda note: note.position_ticks)
    kept: list[Note] = []
    cuts_ticks: list[int] = []
    for note, following in zip(ordered, [*ordered[1:], None], strict=False):
        if following is not None and following.position_ticks < note.end_ticks:
            cuts_ticks.append(following.position_ticks)
            note = replace(note, duration_ticks=following.position_ticks - note.position_ticks)
        if note.duration_ticks > 0:
            kept.append(note)
    return tuple(kept), tuple(cuts_ticks)


@dataclass(frozen=True)
class Tempo:
    """`bpm` quarter notes a minute from `position_ticks` on."""

    position_ticks: int
    bpm: float


@dataclass(frozen=True)
class TempoMap:
    """Ticks <-> milliseconds through all tempo changes; the first tempo is at tick 0.

    Before tick 0 the first tempo goes on, behind the last change the last one does.
    `tempo_map` builds one from changes in any order.

    Raises:
        PychangError: no tempo, a first tempo not at 0, positions that do not rise, or a
            tempo that is not a positive number.
    """

    tempos: tuple[Tempo, ...] = (Tempo(0, 120.0),)

    def __post_init__(self) -> None:
        positions = [tempo.position_ticks for tempo in self.tempos]
        if not positions or positions[0] != 0:
            raise PychangError(f"tempo map: the first tempo must be at tick 0, not {positions[:1]}")
        if any(later <= earlier for earlier, later in pairwise(positions)):
            raise PychangError("tempo map: positions must rise; sort the tempo changes")
        for tempo in self.tempos:
            if not (math.isfinite(tempo.bpm) and tempo.bpm > 0.0):
                raise PychangError(
                    f"tempo map: {tempo.bpm} bpm at tick {tempo.position_ticks} is not above 0"
                )

    def ms_at(self, ticks: float) -> float:
        """Return the time in ms of a position in ticks (fractions and any sign allowed)."""
        index = self._index_at(ticks)
        tempo = self.tempos[index]
        return self._starts_ms[index] + _ms_in(ticks - tempo.position_ticks, tempo.bpm)

    def ticks_at(self, time_ms: float) -> float:
        """Return the position in ticks, with fractions, of a time in ms: inverse of `ms_at`."""
        index = max(0, bisect_right(self._starts_ms, time_ms) - 1)
        tempo = self.tempos[index]
        return tempo.position_ticks + _ticks_in(time_ms - self._starts_ms[index], tempo.bpm)

    def bpm_at(self, ticks: float) -> float:
        """Return the tempo in quarter notes a minute that is in force at a position in ticks."""
        return self.tempos[self._index_at(ticks)].bpm

    def _index_at(self, ticks: float) -> int:
        return max(0, bisect_right(self._positions_ticks, ticks) - 1)

    @cached_property
    def _positions_ticks(self) -> tuple[int, ...]:
        return tuple(tempo.position_ticks for tempo in self.tempos)

    @cached_property
    def _starts_ms(self) -> tuple[float, ...]:
        starts_ms = [0.0]
        for tempo, following in pairwise(self.tempos):
            width_ticks = following.position_ticks - tempo.position_ticks
            starts_ms.append(starts_ms[-1] + _ms_in(width_ticks, tempo.bpm))
        return tuple(starts_ms)


def tempo_map(changes: Iterable[tuple[int, float]], default_bpm: float = 120.0) -> TempoMap:
    """Return the map of `(position_ticks, bpm)` changes in any order.

    Of several changes at one position the last wins; changes before tick 0 count as at 0;
    `default_bpm` holds until the first change. A change to the tempo in force is left out.
    """
    by_position: dict[int, float] = {0: default_bpm}
    for position_ticks, bpm in sorted(changes, key=lambda change: change[0]):
        by_position[max(0, position_ticks)] = bpm
    tempos: list[Tempo] = []
    for position_ticks, bpm in sorted(by_position.items()):
        if not tempos or tempos[-1].bpm != bpm:
            tempos.append(Tempo(position_ticks, bpm))
    return TempoMap(tuple(tempos))


# Multiplied before divided: whole quarters at usual tempos then are exact.
def _ms_in(ticks: float, bpm: float) -> float:
    return ticks * MS_PER_MINUTE / (bpm * TICKS_PER_QUARTER)


def _ticks_in(time_ms: float, bpm: float) -> float:
    return time_ms * (bpm * TICKS_PER_QUARTER) / MS_PER_MINUTE


@dataclass(frozen=True)
class Track:
    """The notes one singer sings, in order of position; `flags` are appended to each note's
    own (UTAU: the first occurrence wins).
    """

    name: str
    notes: tuple[Note, ...]
    curves: Mapping[str, Curve] = field(default_factory=dict)
    flags: str = ""
    volume_db: float = 0.0
    muted: bool = False


@dataclass(frozen=True)
class Score:
    """A whole song. `length_ticks` ends with the last note, or with the rest or part behind it;
    `warnings` are the reader's findings, one line each.
    """

    name: str
    tempo_map: TempoMap
    tracks: tuple[Track, ...]
    length_ticks: int
    warnings: tuple[str, ...] = ()
