"""Tempo map: OpenUtau's table, the inverse, and what is refused."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.score import Note, Tempo, TempoMap, one_voice, tempo_map

# OpenUtau's TimeAxisTest (host-protocol S1).
S1 = TempoMap((Tempo(0, 120.0), Tempo(4800, 75.0), Tempo(9600, 90.0), Tempo(18000, 60.0)))
S1_TABLE = [
    (0, 0.0),
    (2400, 2500.0),
    (4800, 5000.0),
    (7200, 9000.0),
    (9600, 13000.0),
    (15960, 21833.0 + 1 / 3),
    (18000, 24666.0 + 2 / 3),
    (24000, 37166.0 + 2 / 3),
]


@pytest.mark.parametrize(("ticks", "time_ms"), S1_TABLE)
def test_openutau_table_both_ways(ticks: int, time_ms: float) -> None:
    assert S1.ms_at(ticks) == pytest.approx(time_ms, abs=1e-8)
    assert S1.ticks_at(time_ms) == pytest.approx(ticks, abs=1e-8)


def test_tempo_in_force_changes_on_its_tick() -> None:
    assert [S1.bpm_at(ticks) for ticks in (-1, 0, 4799.9, 4800, 17999, 18000, 1e9)] == [
        120.0,
        120.0,
        120.0,
        75.0,
        90.0,
        60.0,
        60.0,
    ]


def test_before_the_start_and_behind_the_last_change_the_tempo_goes_on() -> None:
    assert S1.ms_at(-480) == pytest.approx(-500.0)
    assert S1.ticks_at(-500.0) == pytest.approx(-480.0)
    assert S1.ms_at(18000 + 480 * 60) == pytest.approx(S1.ms_at(18000) + 60000.0)


changes = st.lists(st.tuples(st.integers(0, 10**7), st.floats(10.0, 1000.0)), max_size=8)


@given(changes, st.floats(-1e5, 2e7))
def test_ticks_come_back(items: list[tuple[int, float]], ticks: float) -> None:
    built = tempo_map(items)
    assert built.ticks_at(built.ms_at(ticks)) == pytest.approx(ticks, abs=1e-4)


@given(changes, st.floats(0, 1e7), st.floats(0, 1e7))
def test_time_rises_with_ticks_at_no_more_than_the_slowest_tempo(
    items: list[tuple[int, float]], one: float, other: float
) -> None:
    built = tempo_map(items)
    low, high = sorted((one, other))
    slowest_bpm = min(tempo.bpm for tempo in built.tempos)
    rise_ms = built.ms_at(high) - built.ms_at(low)
    assert rise_ms + 1e-3 >= 0.0
    assert rise_ms <= (high - low) * 125.0 / slowest_bpm + 1e-3


def test_changes_may_come_in_any_order() -> None:
    built = tempo_map([(960, 60.0), (-5, 100.0), (480, 90.0), (480, 80.0), (1440, 60.0)])
    assert built.tempos == (Tempo(0, 100.0), Tempo(480, 80.0), Tempo(960, 60.0))
    assert tempo_map([(480, 90.0)], default_bpm=70.0).bpm_at(0) == 70.0


@pytest.mark.parametrize(
    ("tempos", "word"),
    [
        ((), "first tempo"),
        ((Tempo(1, 120.0),), "tick 0"),
        ((Tempo(0, 120.0), Tempo(0, 130.0)), "rise"),
        ((Tempo(0, 0.0),), "above 0"),
        ((Tempo(0, float("nan")),), "nan bpm"),
        ((Tempo(0, float("inf")),), "inf bpm"),
    ],
)
def test_impossible_maps_are_refused(tempos: tuple[Tempo, ...], word: str) -> None:
    with pytest.raises(PychangError, match=word):
        TempoMap(tempos)


def test_one_voice_sings_one_note_at_a_time() -> None:
    spans = [(480, 480, 60), (0, 700, 60), (960, 480, 60), (960, 480, 64)]
    notes, cuts_ticks = one_voice(Note(start, length, tone, "a") for start, length, tone in spans)
    assert [(one.position_ticks, one.duration_ticks) for one in notes] == [(0, 480), (480, 480), (960, 480)]
    assert notes[-1].tone_midi == 64
    assert cuts_ticks == (480, 960)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), max_size=20))
def test_one_voice_never_overlaps_and_keeps_every_start(spans: list[tuple[int, int]]) -> None:
    voice, _ = one_voice(Note(start, length, 60, "a") for start, length in spans)
    assert {note.position_ticks for note in voice} == {start for start, _ in spans}
    for note, following in pairwise(voice):
        assert note.duration_ticks > 0
        assert note.end_ticks <= following.position_ticks
