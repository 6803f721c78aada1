"""Reading .ustx: tracks, parts, expressions and flags, curves, pitch, tempo, old versions."""

import copy
from pathlib import Path

import pytest
import yaml

from pychang import PychangError
from voicebank_tools.formats.ustx import read_ustx, score_from_ustx
from voicebank_tools.score import Curve, Note, PitchPoint, Score, Tempo, Vibrato

NOTE = {"position": 0, "duration": 480, "tone": 60, "lyric": "a"}


def note(**values: object) -> dict[str, object]:
    return NOTE | values


def part(*notes: object, **values: object) -> dict[str, object]:
    return {"name": "p", "track_no": 0, "position": 0, "duration": 1920, "notes": list(notes)} | values


def score(*parts: object, **values: object) -> Score:
    project: dict[str, object] = {
        "name": "song",
        "ustx_version": "0.7",
        "tempos": [{"position": 0, "bpm": 120}],
        "tracks": [{}],
        "voice_parts": list(parts),
    }
    text = yaml.safe_dump(copy.deepcopy(project | values), allow_unicode=True, sort_keys=False)
    return score_from_ustx(text.encode(), "song.ustx")


def only_note(project: dict[str, object] | None = None, **values: object) -> Note:
    return score(part(note(**values)), **(project or {})).tracks[0].notes[0]


def test_parts_offset_their_notes_and_the_last_part_ends_the_song() -> None:
    song = score(part(note(), note(position=480, lyric="+")), part(note(tone=62), position=3840))
    assert [(each.position_ticks, each.lyric) for each in song.tracks[0].notes] == [
        (0, "a"),
        (480, "+"),
        (3840, "a"),
    ]
    assert song.length_ticks == 3840 + 1920
    assert (song.name, song.warnings) == ("song", ())


def test_a_plain_note_has_openutaus_defaults() -> None:
    assert only_note() == Note(0, 480, 60, "a")


def test_the_real_yaml_of_a_note() -> None:
    # OpenUtau's own text of a point and a vibrato (host-protocol S3).
    text = """
ustx_version: "0.9"
tempos: [{position: 0, bpm: 120}]
tracks: [{}]
voice_parts:
- position: 0
  notes:
  - position: 0
    duration: 480
    tone: 60
    lyric: no
    pitch:
      data:
      - {x: -5, y: 0, shape: io}
      snap_first: false
    vibrato: {length: 0, period: 175, depth: 25, in: 10, out: 10, shift: 0, drift: 0, vol_link: 0}
"""
    found = score_from_ustx(text.encode(), "a.ustx").tracks[0].notes[0]
    assert found == Note(0, 480, 60, "no", pitch_points=(PitchPoint(-5.0, 0.0),), snap_first=False)


def test_pitch_vibrato_and_tuning() -> None:
    found = only_note(
        tuning=-15,
        pitch={
            "data": [{"x": 40, "y": 2.5, "shape": "sp"}, {"x": -40, "y": -12, "shape": "l"}],
            "snap_first": True,
        },
        vibrato={
            "length": 60,
            "period": 150,
            "depth": 30,
            "in": 80,
            "out": 40,
            "shift": 25,
            "drift": -10,
            "vol_link": 5,
        },
    )
    assert found.tuning_cents == -15.0
    assert found.snap_first
    assert found.pitch_points == (PitchPoint(-40.0, -120.0, "l"), PitchPoint(40.0, 25.0, "sp"))
    assert found.vibrato == Vibrato(60.0, 150.0, 30.0, 60.0, 40.0, 25.0, -10.0, 5.0)


@pytest.mark.parametrize(
    ("lyric", "expected", "hint"),
    [
        ("read [r eh d]", "read", "r eh d"),
        ("[k a]", "k a", "k a"),
        ("+~", "+~", ""),
        ("+*", "+*", ""),
        ("a か", "a か", ""),
    ],
)
def test_lyrics_and_hints(lyric: str, expected: str, hint: str) -> None:
    found = only_note(lyric=lyric)
    assert (found.lyric, found.phonetic_hint) == (expected, hint)


def test_overrides_of_the_first_phoneme() -> None:
    overrides = [
        {"index": 0, "phoneme": "か", "offset": -10, "preutter_delta": 12.5, "overlap_delta": -4},
        {"index": 1, "phoneme": "x"},
    ]
    song = score(part(note(phoneme_overrides=overrides)))
    assert song.tracks[0].notes[0] == Note(
        0,
        480,
        60,
        "a",
        phoneme="か",
        phoneme_offset_ticks=-10,
        preutterance_delta_ms=12.5,
        overlap_delta_ms=-4.0,
    )
    assert "second and later phonemes" in song.warnings[0]


# Expressions.


def expressions(**values: float) -> list[dict[str, object]]:
    return [{"index": 0, "abbr": abbr.replace("_", "+"), "value": value} for abbr, value in values.items()]


def test_numbers_that_are_no_flags() -> None:
    found = only_note(
        phoneme_expressions=expressions(vel=150, vol=80, mod=40, atk=120, dec=30, shft=-12, alt=2, dir=1)
    )
    assert found == Note(
        0,
        480,
        60,
        "a",
        velocity_percent=150.0,
        volume_percent=80.0,
        modulation_percent=40.0,
        attack_percent=120.0,
        decay_percent=30.0,
        tone_shift=-12,
        alternate=2,
        direct=True,
    )


def test_values_stay_in_their_range() -> None:
    found = only_note(phoneme_expressions=expressions(vel=900, gen=-300))
    assert (found.velocity_percent, found.flags) == (200.0, "g-100")


def test_only_what_differs_from_the_default_is_sent() -> None:
    assert only_note(phoneme_expressions=expressions(gen=20, bre=0, lpf=5.9, norm=86)).flags == "g20H5"
    assert only_note().flags == ""


def described(**values: object) -> dict[str, object]:
    return {"type": "Numerical", "min": 0, "max": 100, "default_value": 0, "is_flag": True} | values


@pytest.mark.parametrize(
    ("definitions", "own", "flags"),
    [
        # A default the project has changed reaches every note, and a note can take it back.
        ({"bre": described(abbr="bre", flag="B", default_value=30)}, {}, "B30"),
        ({"bre": described(abbr="bre", flag="B", default_value=30)}, {"bre": 0}, "B0"),
        ({"bre": described(abbr="bre", flag="B", custom_default_value=40)}, {}, "B40"),
        ({"bre": described(abbr="bre", flag="B", _custom_default_value=40)}, {"bre": 40}, "B40"),
        # OpenUtau's own defaults, written out as it does, do not.
        (
            {
                "bre": described(abbr="bre", flag="B"),
                "norm": described(abbr="norm", flag="P", default_value=86),
            },
            {},
            "",
        ),
        # Custom expressions.
        ({"brth": described(abbr="brth", flag="B", default_value=50)}, {}, "B50"),
        ({"brth": described(abbr="brth", flag="B", default_value=50, skip_output_if_default=True)}, {}, ""),
        (
            {"brth": described(abbr="brth", flag="B", default_value=50, skip_output_if_default=True)},
            {"brth": 0},
            "B0",
        ),
        ({"tens": described(abbr="tens", flag="Mt", min=-100)}, {"tens": -40}, "Mt-40"),
        ({"tens": described(abbr="tens", flag="Mt", min=-100)}, {}, ""),
        ({"loop": described(abbr="loop", type="Options", options=["", "e", "l"])}, {"loop": 1}, "e"),
        ({"loop": described(abbr="loop", type="Options", options=["", "e", "l"])}, {}, ""),
        ({"loop": described(abbr="loop", type="Options", options=["", "e"], is_flag=False)}, {"loop": 1}, ""),
        ({"loop": described(abbr="loop", type="Options", options=["", "e"])}, {"loop": 7}, ""),
    ],
)
def test_flags(definitions: dict[str, object], own: dict[str, float], flags: str) -> None:
    found = only_note({"expressions": definitions}, phoneme_expressions=expressions(**own))
    assert found.flags == flags


def test_flags_come_in_the_order_of_the_project() -> None:
    definitions = {
        "tens": described(abbr="tens", flag="Mt"),
        "gen": described(abbr="gen", flag="g", min=-100),
    }
    found = only_note({"expressions": definitions}, phoneme_expressions=expressions(gen=-5, tens=10, lpf=3))
    assert found.flags == "Mt10g-5H3"


def test_track_expressions_replace_the_projects() -> None:
    own = described(abbr="gen", flag="g", min=-100, custom_default_value=15)
    song = score(
        part(note()), part(note(), track_no=1), tracks=[{"track_expressions": [own]}, {"track_name": "two"}]
    )
    assert [track.notes[0].flags for track in song.tracks] == ["g15", ""]


def test_colors_by_the_tracks_names_or_the_projects_list() -> None:
    project: dict[str, object] = {"expressions": {"clr": {"type": "Options", "options": ["", "power"]}}}
    own = expressions(clr=1)
    assert only_note(project, phoneme_expressions=own).color == "power"
    named = project | {"tracks": [{"voice_color_names": ["", "soft"]}]}
    assert only_note(named, phoneme_expressions=own).color == "soft"
    unknown = project | {"tracks": [{"voice_color_names": [""]}]}
    assert only_note(unknown, phoneme_expressions=own).color == "power"
    assert only_note(phoneme_expressions=own).color == ""


def test_accent_of_old_files_is_attack() -> None:
    assert (
        only_note(
            {"ustx_version": "0.3", "bpm": 120}, phoneme_expressions=expressions(acc=150)
        ).attack_percent
        == 150.0
    )


def test_what_is_not_sung_is_told() -> None:
    own = [*expressions(mod_=50, eng=1, nope=3), {"index": 1, "abbr": "vel", "value": 50}]
    song = score(
        part(note(phoneme_expressions=own), curves=[{"abbr": "tenc", "xs": [0], "ys": [5]}]),
        wave_parts=[{"x": 1}],
    )
    assert song.tracks[0].notes[0] == Note(0, 480, 60, "a")
    told = "\n".join(song.warnings)
    for word in ("wave parts", "eng", "mod+", "second and later", "tenc"):
        assert word in told


# Curves.


def test_curves_move_with_their_part_and_are_0_outside() -> None:
    curves = [{"abbr": "pitd", "xs": [0, 100], "ys": [0, 50]}, {"abbr": "dyn", "xs": [10], "ys": [-300]}]
    song = score(part(note(), position=480, curves=curves))
    assert song.tracks[0].curves == {
        "pitd": Curve((480, 580, 581), (0.0, 50.0, 0.0)),
        "dyn": Curve((489, 490, 491), (0.0, -240.0, 0.0)),
    }


def test_curves_of_two_parts_are_one_and_rise() -> None:
    curves = [[{"abbr": "pitd", "xs": [0, 100], "ys": [10, 20]}] for _ in range(3)]
    song = score(
        part(note(), curves=curves[0]),
        part(note(), position=480, curves=curves[1]),
        part(note(), position=530, curves=curves[2]),
    )
    assert song.tracks[0].curves["pitd"] == Curve(
        (-1, 0, 100, 101, 479, 480, 529, 530, 630, 631), (0, 10, 20, 0, 0, 10, 0, 10, 20, 0)
    )


def test_curve_lists_of_different_length_are_told() -> None:
    song = score(part(note(), curves=[{"abbr": "pitd", "xs": [0, 5, 9], "ys": [0, 5]}]))
    assert song.tracks[0].curves["pitd"].ticks == (0, 5, 6)
    assert "3 xs but 2 ys" in song.warnings[0]


# Tracks.


def test_tracks_keep_their_numbers_names_volume_and_mute() -> None:
    song = score(
        part(note(), track_no=2),
        tracks=[{"track_name": "lead", "volume": -6.5}, {"mute": True}, {"solo": False}],
    )
    assert [(track.name, track.volume_db, track.muted, len(track.notes)) for track in song.tracks] == [
        ("lead", -6.5, False, 0),
        ("Track 2", 0.0, True, 0),
        ("Track 3", 0.0, False, 1),
    ]


def test_solo_mutes_the_others() -> None:
    song = score(part(note()), tracks=[{"solo": True}, {}, {"mute": True, "solo": True}])
    assert [track.muted for track in song.tracks] == [False, True, True]


def test_a_part_without_its_track_is_told() -> None:
    song = score(part(note(), track_no=5), part(note()))
    assert len(song.tracks[0].notes) == 1
    assert "voice part 0: track_no 5: there is no such track" in song.warnings[0]


# Tempo and versions.


def test_the_tempo_map() -> None:
    song = score(part(note()), tempos=[{"position": 960, "bpm": 60}, {"position": 0, "bpm": 90.5}], bpm=33)
    assert song.tempo_map.tempos == (Tempo(0, 90.5), Tempo(960, 60.0))


@pytest.mark.parametrize("version", ["0.5", "0.1", "0.5.1"])
def test_before_0_6_one_tempo_stood_at_the_top(version: str) -> None:
    song = score(part(note(), note(position=480, lyric="...")), ustx_version=version, bpm=77, tempos=[])
    assert song.tempo_map.tempos == (Tempo(0, 77.0),)
    assert song.tracks[0].notes[1].lyric == ("..." if version >= "0.5" else "+")


@pytest.mark.parametrize(
    ("tempos", "bpm"), [([{"position": 0, "bpm": 0}, {"position": 480, "bpm": 70}], 70.0), ([], 120.0)]
)
def test_an_unusable_first_tempo(tempos: list[dict[str, float]], bpm: float) -> None:
    song = score(part(note()), tempos=tempos)
    assert song.tempo_map.bpm_at(0) == bpm
    assert "tempo" in song.warnings[0] or "cannot be sung" in song.warnings[0]


def test_a_newer_version_is_told() -> None:
    assert "newer than 0.9" in score(part(note()), ustx_version="0.10").warnings[0]
    assert score(part(note()), ustx_version="0.9").warnings == ()


# What is told and what is refused.


def test_overlaps_are_cut_and_told() -> None:
    song = score(part(note(duration=960), note(position=480)))
    assert [each.duration_ticks for each in song.tracks[0].notes] == [480, 480]
    assert "Track 1: notes overlap at tick 480" in song.warnings[0]


def test_bad_values_name_part_and_note() -> None:
    song = score(part(note(tone=300, duration="x", pitch={"data": [{"x": 1, "y": 2, "shape": "q"}]})))
    found = song.tracks[0].notes[0]
    assert (found.tone_midi, found.duration_ticks, found.pitch_points[0].shape) == (127, 10, "io")
    assert all(line.startswith("song.ustx: voice part 0 note 0") for line in song.warnings)
    assert len(song.warnings) == 3


def test_a_note_before_the_song_is_left_out() -> None:
    song = score(part(note(position=-5), note(position=480)))
    assert len(song.tracks[0].notes) == 1
    assert "begins before the song" in song.warnings[0]


@pytest.mark.parametrize("data", [b"a: 1", b"- 1", b"", b"voice_parts: 3"])
def test_what_is_no_ustx_is_refused(data: bytes) -> None:
    with pytest.raises(PychangError, match="no voice_parts"):
        score_from_ustx(data, "a.ustx")


def test_songs_beyond_reason_are_refused() -> None:
    with pytest.raises(PychangError, match="hours"):
        score(part(note(), position=9_000_000), tempos=[{"position": 0, "bpm": 60}])


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "歌.ustx"
    path.write_bytes(b"\xef\xbb\xbfustx_version: '0.7'\nvoice_parts: []\ntracks: []\n")
    assert read_ustx(path).name == "歌"
    with pytest.raises(PychangError, match="no such file"):
        read_ustx(tmp_path / "no.ustx")
