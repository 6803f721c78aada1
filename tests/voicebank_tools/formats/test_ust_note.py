"""One section of a .ust by itself: every key, its bounds, and what is told with its line."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools.formats.ust_document import UstEntry, UstSection
from voicebank_tools.formats.ust_note import UstNote, parse_note
from voicebank_tools.formats.values import MAX_LIST_ITEMS, Findings
from voicebank_tools.score import Envelope, Note, PitchPoint, StepBend, Vibrato

KEYS = (
    "Length", "Delta", "Duration", "Lyric", "NoteNum", "Tempo", "Velocity", "Intensity", "Modulation",
    "Moduration", "PreUtterance", "VoiceOverlap", "StartPoint", "STP", "Flags", "Label", "$direct",
    "Envelope", "VBR", "PBS", "PBW", "PBY", "PBM", "PitchBend", "Piches", "PBStart",
)  # fmt: skip


def read(*entries: tuple[str, str], mode2: bool | None = True) -> tuple[UstNote, tuple[str, ...]]:
    """The section [#0007] of these entries; its header stands in line 50."""
    lines = tuple(UstEntry(key, value, 51 + index) for index, (key, value) in enumerate(entries))
    findings = Findings("song.ust")
    return parse_note(UstSection("0007", 50, lines), mode2, findings), findings.lines()


def note_of(mode2: bool | None = True, **values: str) -> Note:
    found, lines = read(("Lyric", "a"), ("NoteNum", "60"), *values.items(), mode2=mode2)
    assert lines == ()
    return found.note


def told(**values: str) -> tuple[Note, str]:
    """The note, and the one finding about it."""
    found, lines = read(("Lyric", "a"), ("NoteNum", "60"), *values.items())
    (line,) = lines
    return found.note, line


PLAIN = Note(0, 0, 60, "a")


def test_a_section_has_no_place_yet_only_what_it_says_of_it() -> None:
    found, _ = read(("Length", "480.9"), ("Lyric", "か"), ("NoteNum", "61"), ("Tempo", "90,5"))
    assert found == UstNote("[#0007]", Note(0, 0, 61, "か"), False, 480, None, None, 90.5)
    found, _ = read(("Delta", "-10"), ("Duration", "1e300"), ("Lyric", "a"), ("NoteNum", "60"))
    assert (found.length_ticks, found.delta_ticks, found.duration_ticks) == (None, -10, 1_000_000_000)


@pytest.mark.parametrize("lyric", ["R", "r", "", " R ", "?R", "?"])
def test_rests_take_nothing_but_their_length_and_need_no_tone(lyric: str) -> None:
    found, lines = read(("Lyric", lyric), ("Length", "240"), ("Flags", "g5"), ("PBW", "10"), ("VBR", "x"))
    assert (found.is_rest, found.length_ticks, lines) == (True, 240, ())
    assert replace(found.note, lyric="") == Note(0, 0, 60, "")


@pytest.mark.parametrize(
    ("text", "lyric", "hint"),
    [("!R", "R", "R"), ("? か", "か", ""), ("?!- a", "- a", "- a"), ("!", "!", ""), ("rr", "rr", "")],
)
def test_marks_of_lyrics(text: str, lyric: str, hint: str) -> None:
    found, _ = read(("Lyric", text), ("NoteNum", "60"))
    assert (found.note.lyric, found.note.phonetic_hint, found.is_rest) == (lyric, hint, False)


def test_the_last_of_two_keys_counts_and_both_names_of_a_start_point() -> None:
    found, _ = read(("Lyric", "a"), ("NoteNum", "60"), ("NoteNum", "62"), ("STP", "3"), ("StartPoint", "-4"))
    assert (found.note.tone_midi, found.note.start_point_ms) == (62, 3.0)
    assert note_of(StartPoint="-4").start_point_ms == -4.0


def test_a_sung_note_without_a_tone_sings_middle_c() -> None:
    found, lines = read(("Lyric", "a"))
    assert found.note.tone_midi == 60
    assert lines == ("song.ust: [#0007]: no usable NoteNum; 60 (C4) is used",)


@pytest.mark.parametrize(
    ("key", "value", "field", "expected"),
    [
        ("Velocity", "250", "velocity_percent", 200.0),
        ("Intensity", "-1", "volume_percent", 0.0),
        ("Modulation", "-300", "modulation_percent", -200.0),
        ("PreUtterance", "-5", "preutterance_ms", 0.0),
        ("VoiceOverlap", "-1e9", "overlap_ms", -100_000.0),
        ("NoteNum", "128", "tone_midi", 127),
        ("Velocity", "fast", "velocity_percent", 100.0),
        ("VoiceOverlap", "1_0", "overlap_ms", None),
    ],
)
def test_numbers_out_of_bounds_and_words_are_told_with_their_line(
    key: str, value: str, field: str, expected: float | None
) -> None:
    note, line = told(**{key: value})
    assert getattr(note, field) == expected
    assert line.startswith(f"song.ust: [#0007] line 53: {key}=")


def test_lines_that_are_no_keys_are_told() -> None:
    _, lines = read(("", "what is this"), ("Lyric", "R"))
    assert lines == ("song.ust: [#0007] line 51: 'what is this' is not key=value; left out",)


# Envelope.


@pytest.mark.parametrize(
    ("text", "envelope"),
    [
        ("0, 5 ,35,0,100,100,0", Envelope()),
        ("0,5,35,0,100,100,0,%", Envelope()),
        ("0,5,35,0,100,100,0,%,-", Envelope()),
        ("0,5,35,0,100,100,0,%,1,2", Envelope(p4_ms=1.0, p5_ms=2.0)),
        ("0,5,35,0,100,100,0,%,1,2,3,99,99", Envelope(p4_ms=1.0, p5_ms=2.0, v5_percent=3.0)),
    ],
)
def test_envelopes_long_and_short(text: str, envelope: Envelope) -> None:
    assert note_of(Envelope=text).envelope == envelope


@pytest.mark.parametrize("text", ["0,5,35,0,100,100", "0,5,35,0,x,100,0", "%"])
def test_half_an_envelope_is_none(text: str) -> None:
    note, line = told(Envelope=text)
    assert note.envelope is None
    assert f"line 53: Envelope={text} needs 7 numbers" in line


def test_levels_and_widths_of_an_envelope_stay_in_bounds() -> None:
    _, lines = read(("Lyric", "a"), ("NoteNum", "60"), ("Envelope", "-1,5,35,0,300,100,0"))
    assert [line.split(": ", 2)[2] for line in lines] == [
        "Envelope=-1 is outside 0 to 100000; 0 is used",
        "Envelope=300 is outside 0 to 200; 200 is used",
    ]


# Vibrato.


@pytest.mark.parametrize(
    ("text", "vibrato"),
    [
        ("50", Vibrato(50.0, 175.0, 25.0, 0.0, 0.0)),
        ("50,100,30", Vibrato(50.0, 100.0, 30.0, 0.0, 0.0)),
        ("50,100,30,10,20,-30,40,0,7", Vibrato(50.0, 100.0, 30.0, 10.0, 20.0, -30.0, 40.0)),
        ("50,100,30,70,70", Vibrato(50.0, 100.0, 30.0, 30.0, 70.0)),
        ("-5,100", None),
        ("", None),
    ],
)
def test_vibrato(text: str, vibrato: Vibrato | None) -> None:
    assert note_of(VBR=text).vibrato == vibrato


def test_a_period_of_nothing_is_told() -> None:
    note, line = told(VBR="50,0,30")
    assert note.vibrato is not None
    assert (note.vibrato.period_ms, "VBR=0 is outside 5 to 10000" in line) == (5.0, True)


# Pitch.


def test_points_take_missing_values_as_zero_and_half_cosine() -> None:
    assert note_of(PBW="10,,30", PBY="5").pitch_points == (
        PitchPoint(0.0, 0.0),
        PitchPoint(10.0, 50.0),
        PitchPoint(10.0, 0.0),
        PitchPoint(40.0, 0.0),
    )


@pytest.mark.parametrize(("start", "y_cents"), [("-20", 0.0), ("-20;-3.5", -35.0), ("-20,2", 20.0)])
def test_both_separators_of_a_first_point(start: str, y_cents: float) -> None:
    assert note_of(PBS=start, PBW="5").pitch_points[0] == PitchPoint(-20.0, y_cents)


def test_heights_beyond_ten_octaves_and_a_thousand_points_are_cut() -> None:
    points = note_of(PBW=",".join(["1"] * 1500), PBY="9e9,-9e9").pitch_points
    assert len(points) == 1001
    assert [point.y_cents for point in points[:4]] == [0.0, 12_000.0, -12_000.0, 0.0]


def test_shapes_are_those_of_the_segments_that_begin_at_a_point() -> None:
    shapes = [point.shape for point in note_of(PBW="1,1,1,1,1", PBM="s,r, j ,,x").pitch_points]
    assert shapes == ["l", "o", "i", "io", "io", "io"]


def test_a_list_of_steps_by_either_name() -> None:
    assert note_of(False, Piches="1,2").step_bend == StepBend(0.0, (1.0, 2.0))
    assert note_of(False, Piches="1", PitchBend="2", PBStart="7").step_bend == StepBend(7.0, (2.0,))
    assert note_of(False, PitchBend="1", VoiceOverlap="9", PreUtterance="5", STP="-2").step_bend == StepBend(
        -3.0, (1.0,)
    )


@pytest.mark.parametrize(("mode2", "points", "steps"), [(True, 2, False), (False, 0, True), (None, 0, True)])
def test_the_mode_chooses_where_both_are_given(mode2: bool | None, points: int, steps: bool) -> None:
    note = note_of(mode2, PBW="10", PitchBend="1,2")
    assert (len(note.pitch_points), note.step_bend is not None) == (points, steps)


def test_a_list_too_long_is_cut_and_told() -> None:
    found, lines = read(
        ("Lyric", "a"), ("NoteNum", "60"), ("PitchBend", "1," * (MAX_LIST_ITEMS + 5)), mode2=False
    )
    assert found.note.step_bend is not None
    assert len(found.note.step_bend.cents) == MAX_LIST_ITEMS
    assert lines == (
        f"song.ust: [#0007] line 53: PitchBend has more than {MAX_LIST_ITEMS} values; cut there",
    )


values = st.one_of(
    st.text(max_size=12),
    st.lists(st.sampled_from(["0", "-5", "1e308", "nan", "", "%", "x", "12,5", "-0"]), max_size=12).map(
        ",".join
    ),
)


@given(st.lists(st.tuples(st.sampled_from(KEYS), values), max_size=12), st.sampled_from([True, False, None]))
def test_whatever_stands_there_the_note_is_one_that_can_be_sung(
    entries: list[tuple[str, str]], mode2: bool | None
) -> None:
    found, lines = read(*entries, mode2=mode2)
    note = found.note
    assert all(line.startswith("song.ust: [#0007]") for line in lines)
    assert found.is_rest or 0 <= note.tone_midi <= 127
    numbers = [note.velocity_percent, note.volume_percent, note.modulation_percent, note.start_point_ms]
    numbers += [value for point in note.pitch_points for value in (point.x_ms, point.y_cents)]
    numbers += note.step_bend.cents if note.step_bend else ()
    assert all(math.isfinite(number) for number in numbers)
    xs = [point.x_ms for point in note.pitch_points]
    assert xs == sorted(xs)
    if note.vibrato:
        assert note.vibrato.fade_in_percent + note.vibrato.fade_out_percent <= 100.0
        assert note.vibrato.period_ms >= 5.0
