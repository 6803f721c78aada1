"""One note of a .ustx by itself: from its YAML fields to a `Note`."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools.formats.ustx_expressions import BUILT_IN
from voicebank_tools.formats.ustx_note import parse_note
from voicebank_tools.formats.values import MAX_LENGTH_TICKS, Findings
from voicebank_tools.formats.yaml_fields import Fields
from voicebank_tools.score import Note, PitchPoint, Vibrato

STANDARD = {each.abbr: each for each in BUILT_IN}
SAID = {"position": "0", "duration": "480", "tone": "60", "lyric": "a"}


def read(part_ticks: int = 0, colors: tuple[str, ...] = (), **values: Any) -> tuple[Note, tuple[str, ...]]:
    fields = Fields(SAID | values, "note 3", Findings("a.ustx"))
    return parse_note(fields, part_ticks, STANDARD, colors), fields.findings.lines()


def note_of(**values: Any) -> Note:
    note, lines = read(**values)
    assert lines == ()
    return note


def own(**values: str) -> list[dict[str, str]]:
    return [{"abbr": abbr, "value": value} for abbr, value in values.items()]


def test_a_note_stands_where_its_part_begins() -> None:
    assert read(1920, position="-480", duration="95.9")[0] == Note(1440, 95, 60, "a")


def test_a_note_that_says_nothing_is_short_and_c4() -> None:
    fields = Fields({}, "note 3", Findings("a.ustx"))
    assert parse_note(fields, 0, STANDARD, ()) == Note(0, 10, 60, "")
    assert fields.findings.lines() == ()


@pytest.mark.parametrize(
    ("key", "value", "field", "expected"),
    [
        ("duration", "3", "duration_ticks", 10),
        ("duration", "1e300", "duration_ticks", MAX_LENGTH_TICKS),
        ("tone", "-1", "tone_midi", 0),
        ("tuning", "5000", "tuning_cents", 1200.0),
    ],
)
def test_numbers_out_of_bounds_are_told_with_their_place(
    key: str, value: str, field: str, expected: float
) -> None:
    note, (line,) = read(**{key: value})
    assert getattr(note, field) == expected
    assert line.startswith(f"a.ustx: note 3: {key}=")


@pytest.mark.parametrize(
    ("text", "lyric", "hint"),
    [
        ("sing[s ih ng]", "sing", "s ih ng"),
        ("[ ]", "", ""),
        (" la [ l a ] ", "la", "l a"),
        ("a [b] [c]", "a", "b] [c"),  # OpenUtau's expression is greedy
        ("]a[", "]a[", ""),
    ],
)
def test_hints(text: str, lyric: str, hint: str) -> None:
    note = note_of(lyric=text)
    assert (note.lyric, note.phonetic_hint) == (lyric, hint)


# Pitch.


def test_points_are_cents_in_order_of_time() -> None:
    data = [{"x": "50", "y": "-1.5", "shape": "l"}, {"x": "-25"}, {"x": "0", "y": "10", "shape": "sp"}]
    note = note_of(pitch={"data": data, "snap_first": "false"})
    assert note.pitch_points == (
        PitchPoint(-25.0, 0.0, "io"),
        PitchPoint(0.0, 100.0, "sp"),
        PitchPoint(50.0, -15.0, "l"),
    )
    assert not note.snap_first
    assert note_of(pitch={}).snap_first


def test_unknown_shapes_and_floods_of_points_are_told() -> None:
    note, lines = read(pitch={"data": [{"x": "1", "shape": "zigzag"}, *[{"x": "2"}] * 1200]})
    assert len(note.pitch_points) == 1000
    assert lines == (
        "a.ustx: note 3 pitch point 0: shape 'zigzag' is not known; io is used",
        "a.ustx: note 3 pitch: more than 1000 points; the rest is left out",
    )


@pytest.mark.parametrize(
    ("values", "vibrato"),
    [
        ({}, None),
        ({"length": "0", "depth": "50"}, None),
        ({"length": "50"}, Vibrato(50.0, 175.0, 25.0, 10.0, 10.0)),
        ({"length": "50", "in": "60", "out": "70"}, Vibrato(50.0, 175.0, 25.0, 30.0, 70.0)),
        (
            {"length": "100", "period": "80", "depth": "9", "shift": "5", "drift": "-6", "vol_link": "7"},
            Vibrato(100.0, 80.0, 9.0, 10.0, 10.0, 5.0, -6.0, 7.0),
        ),
    ],
)
def test_vibrato(values: dict[str, str], vibrato: Vibrato | None) -> None:
    assert note_of(vibrato=values).vibrato == vibrato


# Expressions and overrides.


def test_expressions_go_where_they_belong() -> None:
    values = own(vel="120", vol="90", mod="10", atk="110", dec="20", shft="-1.9", alt="3", dir="1", gen="4")
    assert note_of(phoneme_expressions=values) == Note(
        0, 480, 60, "a", velocity_percent=120.0, volume_percent=90.0, modulation_percent=10.0,
        attack_percent=110.0, decay_percent=20.0, tone_shift=-1, alternate=3, direct=True, flags="g4",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "color"), [("0", ""), ("1", "soft"), ("1.9", "soft"), ("2", ""), ("-1", ""), ("1e300", "")]
)
def test_a_color_is_counted_in_the_names_there_are(value: str, color: str) -> None:
    note, lines = read(colors=("", "soft"), phoneme_expressions=own(clr=value))
    assert (note.color, lines) == (color, ())


def test_the_override_of_the_first_phoneme_wherever_it_stands() -> None:
    later = {"index": "1", "phoneme": "x"}
    first = {"phoneme": " か ", "offset": "-30", "preutter_delta": "1.5", "overlap_delta": "-2.5"}
    note, lines = read(phoneme_overrides=[later, first, later])
    assert note == Note(
        0, 480, 60, "a", phoneme="か", phoneme_offset_ticks=-30, preutterance_delta_ms=1.5,
        overlap_delta_ms=-2.5,
    )  # fmt: skip
    assert lines == ("a.ustx: overrides of a note's second and later phonemes are not sung",)


@pytest.mark.parametrize("key", ["attack_time_delta", "release_time_delta"])
def test_overrides_that_are_not_sung_are_told_where_they_are_set(key: str) -> None:
    assert read(phoneme_overrides=[{key: "0"}])[1] == ()
    assert read(phoneme_overrides=[{key: "5"}])[1] == (f"a.ustx: phoneme override {key} is not sung",)


leaves = st.one_of(st.none(), st.text(max_size=6), st.sampled_from(["-1e308", "1e308", "nan", "0", "true"]))
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "data",
                    "x",
                    "y",
                    "shape",
                    "length",
                    "in",
                    "out",
                    "period",
                    "abbr",
                    "value",
                    "index",
                    "offset",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)
keys = st.sampled_from([*SAID, "tuning", "pitch", "vibrato", "phoneme_expressions", "phoneme_overrides"])


@given(st.dictionaries(keys, trees))
def test_whatever_stands_there_the_note_is_one_that_can_be_sung(values: dict[str, Any]) -> None:
    note, lines = read(**values)
    assert all(line.startswith("a.ustx: ") for line in lines)
    assert note.duration_ticks >= 10
    assert 0 <= note.tone_midi <= 127
    xs = [point.x_ms for point in note.pitch_points]
    assert xs == sorted(xs)
    assert all(math.isfinite(point.y_cents) for point in note.pitch_points)
    if note.vibrato:
        assert note.vibrato.fade_in_percent + note.vibrato.fade_out_percent <= 100.0
