"""Vectors P1, P2, P3 and T2 of the host protocol, and the rules of its section 4.4."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools import pitch_curve as pc
from voicebank_tools.score import Curve, Note, PitchPoint, StepBend, Tempo, TempoMap, Vibrato
from voicebank_tools.timing import bend_count_whole

AT_120 = TempoMap((Tempo(0, 120.0),))


def note(position: int = 0, duration: int = 480, tone: int = 60, **fields: Any) -> Note:
    return Note(position, duration, tone, "a", **fields)


def bend(notes: list[Note], index: int = 0, origin_ms: float = 0.0, count: int = 107) -> tuple[int, ...]:
    grid = pc.phrase_pitch(notes, AT_120, lead_ms=200.0)
    return pc.bend_cents(grid, AT_120, notes[index], origin_ms, 120.0, count)


P1_POINTS = (PitchPoint(-200, 50), PitchPoint(100, 100, "o"), PitchPoint(300, -100, "i"), PitchPoint(400, 0))


class TestP1:
    def test_behind_a_rest_the_first_height_counts(self) -> None:
        points = pc.snapped_points(note(pitch_points=P1_POINTS, snap_first=False), None)
        assert [(point.x_ms + 100, point.y_cents) for point in points] == [
            (-100, 50), (200, 100), (400, -100), (500, 0),
        ]  # fmt: skip

    def test_behind_a_note_the_first_point_is_at_its_tone(self) -> None:
        points = pc.snapped_points(note(pitch_points=P1_POINTS), note(tone=61))
        assert [point.y_cents for point in points] == [100, 100, -100, 0]

    def test_on_the_grid(self) -> None:
        values = bend([note(480, pitch_points=P1_POINTS, snap_first=False)], origin_ms=500 - 100, count=117)
        at_ms = {ms: values[round(ms / (500 / 96))] for ms in (0, 200, 400, 500)}
        assert at_ms[200] == pytest.approx(100, abs=1)
        assert at_ms[400] == pytest.approx(-100, abs=3)
        assert at_ms[500] == pytest.approx(0, abs=2)
        assert 50 < at_ms[0] < 100


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("l", [0, 25, 50, 75, 100]),
        ("io", [0, 14.6447, 50, 85.3553, 100]),
        ("o", [0, 38.2683, 70.7107, 92.3880, 100]),
        ("i", [0, 7.6120, 29.2893, 61.7317, 100]),
    ],
)
def test_p2_shapes(shape: str, expected: list[float]) -> None:
    points = (PitchPoint(0, 0, shape), PitchPoint(100, 100))
    times_ms = np.array([0.0, 25.0, 50.0, 75.0, 100.0])
    assert pc.points_at(points, times_ms) == pytest.approx(expected, abs=1e-3)


class TestP3:
    NOTE = note(
        pitch_points=(PitchPoint(0, 100, "l"), PitchPoint(500, 100, "l"), PitchPoint(500, 0)),
        snap_first=False,
        vibrato=Vibrato(50, 250, 100, 0, 0, 0, 0),
    )

    def test_values(self) -> None:
        assert bend_count_whole(550.0, 120.0) == 107
        values = bend([self.NOTE])
        assert len(values) == 107
        assert set(values[:48]) == {100}
        assert [values[index] for index in (60, 72, 84, 96)] == [200, 100, 0, 100]
        assert set(values[97:]) == {0}

    def test_the_next_notes_pitch_stands_behind(self) -> None:
        values = bend([self.NOTE, note(480, tone=61)])
        assert values[60] == 200
        assert set(values[97:]) == {100}


@pytest.mark.parametrize(("cents", "ratio"), [(1.0, 2 ** (1 / 1200)), (1200.0, 2.0), (-1200.0, 0.5)])
def test_t2_bend_in_cents_is_a_frequency_ratio(cents: float, ratio: float) -> None:
    assert bend([note(tone=69, tuning_cents=cents)]) == (int(cents),) * 107
    assert pc.cents_to_hz(np.array([6900.0 + cents]))[0] == pytest.approx(440.0 * ratio)


class TestVibrato:
    PLACE = np.arange(201) * 0.005  # a second of 5 ms steps

    def test_height_is_a_share_of_the_depth(self) -> None:
        cents = pc.vibrato_at(Vibrato(50, 100, 100, 0, 0, 0, 100), self.PLACE, 1000.0)
        assert cents[[99, 100, 105, 115]] == pytest.approx([0, 100, 200, 0], abs=1e-6)

    def test_fade_in(self) -> None:
        cents = pc.vibrato_at(Vibrato(50, 100, 100, 100, 0, 0, 0), self.PLACE, 1000.0)
        assert cents[[105, 115, 125, 195]] == pytest.approx([5, -15, 25, -95])

    def test_fade_out(self) -> None:
        cents = pc.vibrato_at(Vibrato(50, 100, 100, 0, 100, 0, 0), self.PLACE, 1000.0)
        assert cents[[105, 115, 125, 195]] == pytest.approx([95, -85, 75, -5])

    def test_phase(self) -> None:
        cents = pc.vibrato_at(Vibrato(50, 100, 100, 0, 0, 25, 0), self.PLACE, 1000.0)
        assert cents[[100, 105, 110]] == pytest.approx([100, 0, -100], abs=1e-6)

    def test_length(self) -> None:
        cents = pc.vibrato_at(Vibrato(25, 100, 100, 0, 0, 0, 0), self.PLACE, 1000.0)
        assert not cents[:150].any()
        assert cents[[155, 165]] == pytest.approx([100, -100])


class TestPhrase:
    def test_portamento_reaches_back_into_the_note_before(self) -> None:
        glide = (PitchPoint(-50, 0, "l"), PitchPoint(50, 0, "l"))
        grid = pc.phrase_pitch([note(), note(480, tone=62, pitch_points=glide)], AT_120)
        ticks = np.array([400.0, 430.0, 480.0, 530.0, 600.0])
        assert grid.at(ticks) == pytest.approx([6000, 6000, 6100, 6200, 6200], abs=6)

    def test_without_points_the_tone_steps(self) -> None:
        grid = pc.phrase_pitch([note(), note(480, tone=62)], AT_120)
        assert grid.at(np.array([475.0, 480.0])) == pytest.approx([6000, 6200])

    def test_tuning_of_the_note_before_is_part_of_the_glide(self) -> None:
        glide = (PitchPoint(-50, 0, "l"), PitchPoint(50, 0, "l"))
        notes = [note(tuning_cents=50), note(480, tone=61, tuning_cents=-10, pitch_points=glide)]
        grid = pc.phrase_pitch(notes, AT_120)
        assert grid.at(np.array([420.0, 540.0])) == pytest.approx([6050, 6090])

    def test_deviation_curve_counts_between_its_points_only(self) -> None:
        curve = Curve((240, 480), (100.0, 200.0))
        grid = pc.phrase_pitch([note(0, 960)], AT_120, curve)
        assert grid.at(np.array([235.0, 240.0, 360.0, 480.0, 490.0])) == pytest.approx(
            [6000, 6100, 6150, 6200, 6000]
        )

    def test_points_follow_a_tempo_change(self) -> None:
        tempo_map = TempoMap((Tempo(0, 120.0), Tempo(240, 60.0)))
        rise = (PitchPoint(0, 0, "l"), PitchPoint(500, 100, "l"))
        grid = pc.phrase_pitch([note(0, 960, pitch_points=rise)], tempo_map)
        assert grid.at(np.array([240.0, 360.0])) == pytest.approx([6066.7, 6100], abs=1)

    def test_spline_runs_through_its_points(self) -> None:
        points = tuple(PitchPoint(x, y, "sp") for x, y in ((0, 0), (100, 50), (200, -50), (300, 0)))
        values = pc.points_at(points, np.array([0.0, 100.0, 200.0, 300.0]))
        assert values == pytest.approx([0, 50, -50, 0])
        middle = pc.points_at(points, np.array([50.0, 150.0]))
        assert middle[0] > 25.0
        assert middle[1] == pytest.approx(0.0, abs=1e-9)

    def test_phrases_split_at_gaps(self) -> None:
        phrases = pc.split_phrases([note(), note(480), note(1000), note(1480)])
        assert [len(phrase) for phrase in phrases] == [2, 2]

    def test_first_point_is_held_before_the_phrase(self) -> None:
        start = note(480, pitch_points=(PitchPoint(0, -300, "l"), PitchPoint(100, 0)), snap_first=False)
        assert bend([start], origin_ms=400.0, count=2) == (-300, -300)


class TestStepBend:
    def test_values_every_five_ticks_from_its_start(self) -> None:
        ten_steps_ms = 10 * 500.0 / 96.0
        bent = note(480, step_bend=StepBend(-ten_steps_ms, tuple(float(value) for value in range(60))))
        values = bend([bent], origin_ms=500.0 - ten_steps_ms, count=70)
        assert values[:60] == tuple(range(60))
        assert set(values[61:]) == {0}

    def test_it_holds_before_the_position_whatever_the_note_before_sings(self) -> None:
        bent = note(480, tone=67, step_bend=StepBend(-50.0, (10.0,) * 60))
        values = bend([note(), bent], index=1, origin_ms=450.0, count=20)
        assert set(values) == {10}


def test_bend_is_rounded_half_to_even() -> None:
    assert bend([note(tuning_cents=0.5)], count=1) == (0,)
    assert bend([note(tuning_cents=1.5)], count=1) == (2,)


def test_bend_stays_within_what_a_host_can_say() -> None:
    assert bend([note(tuning_cents=5000.0)], count=1) == (2047,)
    assert bend([note(tuning_cents=-5000.0)], count=1) == (-2048,)


@given(st.lists(st.tuples(st.integers(1, 2000), st.floats(20, 400)), max_size=5), st.floats(-500, 60000))
def test_ticks_at_agrees_with_the_tempo_map(changes: list[tuple[int, float]], time_ms: float) -> None:
    position, tempos = 0, [Tempo(0, 120.0)]
    for width, bpm in changes:
        position += width
        tempos.append(Tempo(position, bpm))
    tempo_map = TempoMap(tuple(tempos))
    assert pc.ticks_at(tempo_map, np.array([time_ms]))[0] == pytest.approx(tempo_map.ticks_at(time_ms))


@given(
    st.lists(
        st.tuples(
            st.integers(1, 400),
            st.integers(0, 127),
            st.lists(
                st.tuples(
                    st.floats(-800, 800), st.floats(-2400, 2400), st.sampled_from(["io", "l", "i", "o", "sp"])
                ),
                max_size=5,
            ),
            st.booleans(),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_phrase_has_a_finite_pitch(rows: list[Any]) -> None:
    position, notes = 0, []
    for duration, tone, points, snap in rows:
        pitch_points = tuple(PitchPoint(*point) for point in points)
        notes.append(note(position, duration, tone, pitch_points=pitch_points, snap_first=snap))
        position += duration
    grid = pc.phrase_pitch(notes, AT_120, lead_ms=123.0)
    assert np.isfinite(grid.cents).all()
    assert grid.start_ticks <= 0
    assert grid.ticks[-1] >= position
