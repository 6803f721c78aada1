"""A song as notes: what every song format is read into and what `song` sings.

Resolution is 480 ticks per quarter note. Sources: host-protocol notes on .ust and .ustx.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

TICKS_PER_QUARTER = 480


@dataclass(frozen=True)
class PitchPoint:
    """A portamento point: `x_ms` from the note's start, `y_cents` from the note's tone;
    `shape` of the segment that begins here: "io" (half cosine), "l" (linear),
    "i" (slow start, UST `j`), "o" (fast start, UST `r`), "sp" (spline)."""

    x_ms: float
    y_cents: float
    shape: str = "io"


@dataclass(frozen=True)
class Vibrato:
    """`length_percent` of the note, at its end; `fade_in/out_percent` of the vibrato;
    `shift_percent` of a period; `drift_percent` of the depth."""

    length_percent: float = 0.0
    period_ms: float = 175.0
    depth_cents: float = 25.0
    fade_in_percent: float = 10.0
    fade_out_percent: float = 10.0
    shift_percent: float = 0.0
    drift_percent: float = 0.0


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
    (`pitd` cents, `dyn` 0.1 dB)."""

    ticks: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True)
class Note:
    """One sung note (rests are gaps). `None` in an optional field: the voicebank's or the
    host's default applies."""

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

    @property
    def end_ticks(self) -> int:
        return self.position_ticks + self.duration_ticks


@dataclass(frozen=True)
class Tempo:
    """`bpm` quarter notes a minute from `position_ticks` on."""

    position_ticks: int
    bpm: float


@dataclass(frozen=True)
class TempoMap:
    """Ticks <-> milliseconds through all tempo changes; the first tempo is at tick 0."""

    tempos: tuple[Tempo, ...] = (Tempo(0, 120.0),)

    def ms_at(self, ticks: float) -> float:
        raise NotImplementedError  # voicebank_tools/score.py owner fills this

    def ticks_at(self, time_ms: float) -> float:
        raise NotImplementedError

    def bpm_at(self, ticks: float) -> float:
        raise NotImplementedError


@dataclass(frozen=True)
class Track:
    """The notes one singer sings, in order of position; `flags` are appended to each note's
    own (UTAU: the first occurrence wins)."""

    name: str
    notes: tuple[Note, ...]
    curves: Mapping[str, Curve] = field(default_factory=dict)
    flags: str = ""
    volume_db: float = 0.0
    muted: bool = False


@dataclass(frozen=True)
class Score:
    """A whole song. `length_ticks` ends with the last note, or with the rest or part behind it;
    `warnings` are the reader's findings, one line each."""

    name: str
    tempo_map: TempoMap
    tracks: tuple[Track, ...]
    length_ticks: int
    warnings: tuple[str, ...] = ()
