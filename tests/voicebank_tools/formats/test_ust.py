"""Reading .ust: keys, places, pitch of both modes, tempo, encodings, and what is told."""

from pathlib import Path
from typing import Any

import pytest

from pychang import PychangError
from voicebank_tools.formats.ust import read_ust, score_from_ust, t_flag_in_cents
from voicebank_tools.formats.ust_document import UstDocument
from voicebank_tools.score import Envelope, Note, PitchPoint, Score, StepBend, Vibrato

SETTING = "[#VERSION]\r\nUST Version1.2\r\n[#SETTING]\r\nTempo=120.00\r\nMode2=True\r\n"


def section(index: int, **values: object) -> str:
    keys = {"Length": 480, "Lyric": "a", "NoteNum": 60} | values
    return f"[#{index:04d}]\r\n" + "".join(f"{key}={value}\r\n" for key, value in keys.items())


def score(*sections: str, setting: str = SETTING, encoding: str = "cp932") -> Score:
    text = setting + "".join(sections) + "[#TRACKEND]\r\n"
    return score_from_ust(UstDocument.from_bytes(text.encode(encoding)), "song.ust")


def first_note(setting: str = SETTING, **values: object) -> Note:
    return score(section(0, **values), setting=setting).tracks[0].notes[0]


def test_sections_follow_one_another_and_rests_are_gaps() -> None:
    song = score(section(0, Length=240), section(1, Lyric="R"), section(2, Lyric="r", Length=100), section(3))
    assert [(note.position_ticks, note.duration_ticks) for note in song.tracks[0].notes] == [
        (0, 240),
        (820, 480),
    ]
    assert song.length_ticks == 1300
    assert song.warnings == ()
    assert song.name == "song"


def test_a_rest_at_the_end_counts_for_the_length() -> None:
    assert score(section(0), section(1, Lyric="R", Length=960)).length_ticks == 1440


def test_every_plain_key() -> None:
    note = first_note(
        Lyric="か",
        NoteNum=72,
        Velocity=150,
        Intensity=80,
        Modulation=30,
        Flags="g-5B30",
        PreUtterance="120.5",
        VoiceOverlap="-20",
        StartPoint=15,
        Label="chorus",
        **{"$direct": "True"},
    )
    assert note == Note(
        0,
        480,
        72,
        "か",
        velocity_percent=150.0,
        volume_percent=80.0,
        modulation_percent=30.0,
        flags="g-5B30",
        preutterance_ms=120.5,
        overlap_ms=-20.0,
        start_point_ms=15.0,
        label="chorus",
        direct=True,
        snap_first=False,
    )


def test_empty_values_are_defaults_and_utaus_spelling_is_known() -> None:
    note = first_note(PreUtterance="", VoiceOverlap="", Velocity="", Moduration=-40)
    assert (note.preutterance_ms, note.overlap_ms, note.velocity_percent) == (None, None, 100.0)
    assert note.modulation_percent == -40.0


def test_comma_decimals() -> None:
    song = score(section(0, PreUtterance="12,5"), setting=SETTING.replace("120.00", "120,50"))
    assert song.tempo_map.bpm_at(0) == 120.5
    assert song.tracks[0].notes[0].preutterance_ms == 12.5


@pytest.mark.parametrize(
    ("lyric", "expected", "hint"),
    [
        ("?a か", "a か", ""),
        ("!- か", "- か", "- か"),
        ("A==B[C=D],EFG", "A==B[C=D],EFG", ""),
        ("+", "+", ""),
    ],
)
def test_lyrics(lyric: str, expected: str, hint: str) -> None:
    note = first_note(Lyric=lyric)
    assert (note.lyric, note.phonetic_hint) == (expected, hint)


def test_ust_2_places_notes_by_delta_and_duration() -> None:
    song = score(
        section(0, Delta=0, Duration=300, Length=480),
        section(1, Delta=480, Duration=200, Length=240),
        section(2, Delta=240, Duration=100, Length=100),
    )
    assert [(note.position_ticks, note.duration_ticks) for note in song.tracks[0].notes] == [
        (0, 300),
        (480, 200),
        (720, 100),
    ]


def test_ust_2_overlaps_are_cut() -> None:
    song = score(
        section(0, Delta=0, Duration=600, Length=480), section(1, Delta=480, Duration=200, Length=240)
    )
    assert song.tracks[0].notes[0].duration_ticks == 480
    assert "overlap at tick 480" in song.warnings[0]


def test_plugin_sections() -> None:
    neighbours = section(0, Lyric="before").replace("[#0000]", "[#PREV]")
    inserted = section(0, Lyric="new").replace("[#0000]", "[#INSERT]")
    song = score(neighbours, section(1), "[#DELETE]\r\n", inserted)
    assert [(note.lyric, note.position_ticks) for note in song.tracks[0].notes] == [("a", 0), ("new", 480)]
    assert "[#PREV]" in song.warnings[0]


# Mode 2: test vectors P1 and S2 of the protocol notes (x from the note's start, y in 10 cents).


def test_portamento_vector_p1() -> None:
    note = first_note(PBS="-200;5", PBW="300,200,100", PBY="10,-10,0", PBM=",r,j")
    assert note.pitch_points == (
        PitchPoint(-200.0, 50.0, "io"),
        PitchPoint(100.0, 100.0, "o"),
        PitchPoint(300.0, -100.0, "i"),
        PitchPoint(400.0, 0.0, "io"),
    )


def test_portamento_and_vibrato_vector_s2() -> None:
    note = first_note(PBS="-222;-19", PBW="292,183", PBY="-20.7,", VBR="80,200,20,20,20,0,-50,0")
    assert note.pitch_points == (
        PitchPoint(-222.0, -190.0),
        PitchPoint(70.0, -207.0),
        PitchPoint(253.0, 0.0),
    )
    assert note.vibrato == Vibrato(80.0, 200.0, 20.0, 20.0, 20.0, 0.0, -50.0)


def test_y_of_the_first_point_counts_behind_a_rest_only() -> None:
    slide = {"PBS": "-40,5", "PBW": "80"}
    song = score(section(0, **slide), section(1, **slide), section(2, Lyric="R"), section(3, **slide))
    assert [note.snap_first for note in song.tracks[0].notes] == [False, True, False]
    assert {note.pitch_points[0].y_cents for note in song.tracks[0].notes} == {50.0}


@pytest.mark.parametrize("keys", [{}, {"PBS": "-40"}, {"PBS": "-40", "PBW": ""}])
def test_without_widths_there_is_no_portamento(keys: dict[str, str]) -> None:
    assert first_note(**keys).pitch_points == ()


def test_linear_shape_and_widths_below_zero() -> None:
    song = score(section(0, PBS="0", PBW="100,-50", PBY="1,2", PBM="s,?"))
    points = song.tracks[0].notes[0].pitch_points
    assert points == (PitchPoint(0.0, 0.0, "l"), PitchPoint(100.0, 10.0), PitchPoint(100.0, 20.0))
    assert "PBW=-50" in song.warnings[0]


@pytest.mark.parametrize("vbr", ["", "0,200,20,20,20,0,0,0"])
def test_no_vibrato(vbr: str) -> None:
    assert first_note(VBR=vbr).vibrato is None


def test_fades_fill_the_vibrato_at_most() -> None:
    vibrato = first_note(VBR="65,180,35,80,40,0,0").vibrato
    assert vibrato is not None
    assert (vibrato.fade_in_percent, vibrato.fade_out_percent) == (60.0, 40.0)
    assert first_note(VBR="65").vibrato == Vibrato(65.0, 175.0, 25.0, 0.0, 0.0)


# Mode 1.

BEND: dict[str, Any] = {"PBType": 5, "PBStart": "-30.5", "PitchBend": "0,10,,-20", "PBS": "-40", "PBW": "80"}


@pytest.mark.parametrize("mode", ["Mode2=False\r\n", ""])
def test_mode_1_pitch(mode: str) -> None:
    note = first_note(setting=SETTING.replace("Mode2=True\r\n", mode), **BEND)
    assert note.step_bend == StepBend(-30.5, (0.0, 10.0, 0.0, -20.0))
    assert note.pitch_points == ()


def test_mode_2_takes_the_points() -> None:
    note = first_note(**BEND)
    assert note.step_bend is None
    assert len(note.pitch_points) == 2


def test_without_a_mode_points_are_taken_where_there_is_no_list() -> None:
    points = {"PBS": "-40", "PBW": "80"}
    assert len(first_note(setting=SETTING.replace("Mode2=True\r\n", ""), **points).pitch_points) == 2
    assert first_note(setting=SETTING.replace("True", "False"), **points).pitch_points == ()


def test_mode_1_without_start_begins_where_the_sample_does() -> None:
    setting = SETTING.replace("True", "False")
    note = first_note(setting=setting, PitchBend="0,5", PreUtterance=100, StartPoint=20)
    assert note.step_bend == StepBend(-120.0, (0.0, 5.0))


# Envelope.


@pytest.mark.parametrize(
    ("text", "envelope"),
    [
        ("", None),
        ("0,5,35,0,100,100,0", Envelope()),
        ("1,2,3,4,90,80,7,%,8", Envelope(1, 2, 3, 4, 90, 80, 7, 8)),
        ("1,2,3,4,90,80,7,%,8,9,70", Envelope(1, 2, 3, 4, 90, 80, 7, 8, 9, 70)),
        ("1,2,3,4,90,80,7,,8,,", Envelope(1, 2, 3, 4, 90, 80, 7, 8)),
    ],
)
def test_envelopes(text: str, envelope: Envelope | None) -> None:
    assert first_note(Envelope=text).envelope == envelope


def test_a_short_envelope_is_told() -> None:
    song = score(section(0, Envelope="0,5"))
    assert song.tracks[0].notes[0].envelope is None
    assert "Envelope=0,5 needs 7 numbers" in song.warnings[0]


# Tempo.


def test_tempo_changes_with_the_note_that_has_one_also_a_rest() -> None:
    song = score(section(0), section(1, Lyric="R", Tempo="60"), section(2, Tempo="90.5"))
    assert [song.tempo_map.bpm_at(tick) for tick in (479, 480, 960)] == [120.0, 60.0, 90.5]


@pytest.mark.parametrize(
    ("tempo", "notes", "bpm"), [("500000", "90", 90.0), ("0", "90", 90.0), ("-1", "", 120.0)]
)
def test_an_impossible_project_tempo_is_replaced(tempo: str, notes: str, bpm: float) -> None:
    song = score(section(0), section(1, Tempo=notes), setting=SETTING.replace("120.00", tempo))
    assert song.tempo_map.bpm_at(0) == bpm
    assert "cannot be sung" in song.warnings[0]


def test_an_impossible_tempo_of_a_note_is_left_out() -> None:
    song = score(section(0), section(1, Tempo="1e9"))
    assert song.tempo_map.bpm_at(480) == 120.0
    assert "tick 480" in song.warnings[0]


# Flags.


@pytest.mark.parametrize(
    ("tool2", "flags", "expected"),
    [
        ("tn_fnds.exe", "g-5t3", "g-5t30"),
        (r"C:\utau\world4utau.exe", "t-2.5", "t-25"),
        ("resampler.exe", "t3", "t3"),
        ("fresamp14.exe", "Mt20t+1B0", "Mt20t10B0"),
        (r"C:\moresampler\moresampler.exe", "t3", "t3"),
        ("./doppeltler64.exe", "t3", "t3"),
        ("pychang-resampler.exe", "t3", "t3"),
        ("", "t3", "t3"),
        ("resampler.exe", "Mt5Ht3", "Mt5Ht3"),
        ("resampler.exe", "tB5", "tB5"),
    ],
)
def test_flag_t_is_brought_to_cents_by_the_engine_of_the_file(tool2: str, flags: str, expected: str) -> None:
    song = score(section(0, Flags=flags), setting=SETTING + f"Tool2={tool2}\r\nFlags={flags}\r\n")
    assert song.tracks[0].flags == expected
    assert song.tracks[0].notes[0].flags == expected


def test_flags_without_t_stay_as_they_are() -> None:
    assert t_flag_in_cents("/g+5 ?B0", 10.0) == "/g+5 ?B0"


# Encodings.


@pytest.mark.parametrize(
    ("encoding", "charset"), [("cp932", ""), ("utf-8", ""), ("utf-8", "Charset=UTF-8\r\n"), ("utf-8-sig", "")]
)
def test_encodings(tmp_path: Path, encoding: str, charset: str) -> None:
    path = tmp_path / "かな.ust"
    setting = SETTING.replace("[#SETTING]", charset + "[#SETTING]")
    path.write_bytes((setting + section(0, Lyric="きゃ")).encode(encoding))
    song = read_ust(path)
    assert song.tracks[0].notes[0].lyric == "きゃ"
    assert song.name == "かな"


def test_a_charset_can_be_given(tmp_path: Path) -> None:
    path = tmp_path / "a.ust"
    path.write_bytes((SETTING + section(0, Lyric="你好")).encode("gbk"))
    assert read_ust(path, charset="gbk").tracks[0].notes[0].lyric == "你好"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends(line_end: str) -> None:
    data = (SETTING + section(0)).replace("\r\n", line_end).encode()
    assert len(score_from_ust(UstDocument.from_bytes(data), "a.ust").tracks[0].notes) == 1


# What is told.


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"NoteNum": "x"}, "NoteNum=x is not a number"),
        ({"NoteNum": "200"}, "NoteNum=200 is outside 0 to 127"),
        ({"Velocity": "nan"}, "Velocity=nan is not a number"),
        ({"Intensity": "900"}, "Intensity=900 is outside 0 to 200; 200 is used"),
        ({"PBW": "1,x"}, "'x' is not a number"),
        ({"Length": "0"}, "no length above 0"),
        ({"Length": ""}, "no length above 0"),
    ],
)
def test_findings_name_file_section_value_and_what_was_done(values: dict[str, object], word: str) -> None:
    song = score(section(0), section(1, **values))
    assert any(word in line and line.startswith("song.ust: ") for line in song.warnings), song.warnings
    assert song.tracks[0].notes[0].lyric == "a"


def test_odd_lines_and_sections_are_told() -> None:
    song = score(section(0) + "nonsense\r\n", "[#WHAT]\r\n")
    assert "[#0000] line 10: 'nonsense' is not key=value" in song.warnings[1]
    assert "[#WHAT] line 11: unknown section" in song.warnings[0]


def test_only_rests_is_a_song_of_silence() -> None:
    song = score(section(0, Lyric="R"))
    assert song.length_ticks == 480
    assert "only rests" in song.warnings[0]


@pytest.mark.parametrize("data", [b"RIFF\0\0\0\0WAVEfmt ", b"[#SETTING]\nTempo=120\n", b"name: x\n"])
def test_what_is_no_ust_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.ust"
    path.write_bytes(data)
    with pytest.raises(PychangError, match=r"a\.ust: no note section"):
        read_ust(path)


@pytest.mark.parametrize(
    "values", [{"Length": "1e300"}, {"Delta": -5, "Duration": 1}, {"Delta": 1e8, "Duration": 1}]
)
def test_places_beyond_reason_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(PychangError, match=r"song\.ust: \[#0000\]: .*at most 10000000: correct Length"):
        score(section(0, **values))
