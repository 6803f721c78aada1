"""Reading MIDI: notes to one voice, words to notes, tempo, types, and what is told."""

import io
from pathlib import Path
from typing import Any, TypeAlias

import mido
import pytest

from pychang import PychangError
from voicebank_tools.formats.midi import read_midi, score_from_midi
from voicebank_tools.score import Note, Score

Event: TypeAlias = Any  # mido.Message or mido.MetaMessage; mido has no types


def note(tone: int, ticks: int = 480, channel: int = 0, before: int = 0) -> list[Event]:
    return [
        mido.Message("note_on", note=tone, velocity=90, channel=channel, time=before),
        mido.Message("note_off", note=tone, channel=channel, time=ticks),
    ]


def lyric(text: str, charset: str = "utf-8", kind: str = "lyrics", before: int = 0) -> list[Event]:
    # mido writes text as Latin-1: so the bytes of any charset can be put into the file.
    return [mido.MetaMessage(kind, text=text.encode(charset).decode("latin-1"), time=before)]


def file_of(*tracks: list[Event], kind: int = 1, ticks_per_beat: int = 480) -> bytes:
    buffer = io.BytesIO()
    song = mido.MidiFile(type=kind, ticks_per_beat=ticks_per_beat)
    song.tracks.extend(mido.MidiTrack(track) for track in tracks)
    song.save(file=buffer)
    return buffer.getvalue()


def score(*tracks: list[Event], **how: int) -> Score:
    return score_from_midi(file_of(*tracks, **how), "song.mid")


def lyrics_of(song: Score, track: int = 0) -> list[str]:
    return [each.lyric for each in song.tracks[track].notes]


@pytest.mark.parametrize(
    ("kind", "ticks_per_beat", "factor"), [(1, 480, 1), (0, 480, 1), (1, 960, 2), (1, 96, 0.2)]
)
def test_notes_words_and_the_scale_of_ticks(kind: int, ticks_per_beat: int, factor: float) -> None:
    ticks = int(480 * factor)
    song = score(
        [*lyric("do"), *note(60, ticks), *lyric("re", before=ticks), *note(62, 2 * ticks)],
        kind=kind,
        ticks_per_beat=ticks_per_beat,
    )
    assert song.tracks[0].notes == (Note(0, 480, 60, "do"), Note(960, 960, 62, "re"))
    assert (song.length_ticks, song.warnings) == (1920, ())


def test_uneven_scales_leave_no_gaps() -> None:
    song = score(
        [*lyric("a"), *(event for tone in range(60, 67) for event in note(tone, 1))], ticks_per_beat=7
    )
    notes = song.tracks[0].notes
    assert [each.position_ticks for each in notes[1:]] == [each.end_ticks for each in notes[:-1]]
    assert song.length_ticks == 480


def test_tempo_changes_of_any_track() -> None:
    first = [
        mido.MetaMessage("set_tempo", tempo=600000),
        mido.MetaMessage("set_tempo", tempo=1000000, time=480),
    ]
    song = score(first, [*lyric("a"), *note(60, 960)])
    assert [song.tempo_map.bpm_at(tick) for tick in (0, 480)] == [100.0, 60.0]
    assert song.tempo_map.ms_at(song.length_ticks) == pytest.approx(1600.0)


def test_an_unusable_tempo_is_told() -> None:
    song = score([mido.MetaMessage("set_tempo", tempo=0), *lyric("a"), *note(60)])
    assert song.tempo_map.bpm_at(0) == 120.0
    assert "0 microseconds" in song.warnings[0]


# Words.


@pytest.mark.parametrize("charset", ["utf-8", "cp932"])
def test_kana(charset: str) -> None:
    song = score([*lyric("きゃ", charset), *note(60), *lyric("ん", charset), *note(62)])
    assert lyrics_of(song) == ["きゃ", "ん"]


def test_accents_in_latin_1() -> None:
    assert lyrics_of(score([*lyric("für", "latin-1"), *note(60), *lyric("été", "latin-1"), *note(62)])) == [
        "für",
        "été",
    ]


def test_tag_of_japanese_files() -> None:
    assert lyrics_of(score([*lyric("{@JP}空", "cp932"), *note(60)])) == ["空"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bri-", "Bri"),
        ("la\r\n", "la"),
        ("word_", "word"),
        ("- a", "- a"),
        ("a -", "a -"),
        ("a か", "a か"),
        ("don't", "don't"),
    ],
)
def test_marks_are_taken_off(text: str, expected: str) -> None:
    assert lyrics_of(score([*lyric(text), *note(60)])) == [expected]


@pytest.mark.parametrize("mark", ["-", "+", "_", "ー", "~"])
def test_extenders(mark: str) -> None:
    song = score([*lyric("la"), *note(60), *lyric(mark), *note(62), *note(64)])
    assert lyrics_of(song) == ["la", "+", "+"]
    assert song.warnings == ()


def test_notes_before_the_first_word_sing_a() -> None:
    song = score([*note(60), *lyric("la"), *note(62)])
    assert lyrics_of(song) == ["a", "la"]
    assert "1 notes before the first lyric" in song.warnings[0]


def test_words_a_little_off_their_note_belong_to_it_and_lost_ones_are_told() -> None:
    events = [*lyric("la"), *note(60, before=10), *lyric("li"), *note(62), *lyric("lo", before=300)]
    song = score(events)
    assert lyrics_of(song) == ["la", "li"]
    assert "1 lyrics fall on no note" in song.warnings[0]


def test_no_words_at_all() -> None:
    song = score([*note(60), *note(62)])
    assert lyrics_of(song) == ["a", "a"]
    assert song.warnings == ("song.mid: no lyrics; every note sings 'a'",)


def test_words_in_a_track_of_their_own_find_the_melody() -> None:
    bass = [event for tone in (40, 41) for event in note(tone, 960)]
    melody = [event for tone in (60, 62, 64, 65) for event in note(tone, 480)]
    words = [event for text in ("do", "re", "mi", "fa") for event in [*lyric(text), *lyric("", before=480)]]
    song = score(bass, melody, words)
    assert lyrics_of(song, 1) == ["do", "re", "mi", "fa"]
    assert [track.muted for track in song.tracks] == [True, False]
    assert "Track 1: has no lyrics while others have; muted" in song.warnings[0]


def test_two_voices_with_words_of_their_own() -> None:
    song = score([*lyric("a"), *note(60)], [*lyric("b"), *note(72)])
    assert [lyrics_of(song, index) for index in (0, 1)] == [["a"], ["b"]]
    assert not any(track.muted for track in song.tracks)


def test_karaoke_texts() -> None:
    words = [*lyric("@KMIDI KARAOKE FILE", kind="text"), *lyric("@TTitle", kind="text")]
    for text in ("\\Hel", "lo ", "/world"):
        words += [*lyric(text, kind="text"), *lyric("", kind="text", before=480)]
    song = score(words, [event for tone in (60, 62, 64) for event in note(tone)])
    assert lyrics_of(song) == ["Hel", "lo", "world"]


def test_a_remark_is_no_word() -> None:
    song = score([*lyric("made with love", kind="text"), *note(60), *note(62)])
    assert lyrics_of(song) == ["a", "a"]


# Voices.


def test_overlaps_are_cut_and_of_a_chord_the_highest_stays() -> None:
    chord = [
        mido.Message("note_on", note=60, velocity=90),
        mido.Message("note_on", note=67, velocity=90),
        mido.Message("note_on", note=72, velocity=90, time=240),
        mido.Message("note_off", note=60, time=240),
        mido.Message("note_off", note=67),
        mido.Message("note_off", note=72),
    ]
    song = score([*lyric("la"), *chord])
    assert song.tracks[0].notes == (Note(0, 240, 67, "la"), Note(240, 240, 72, "+"))
    assert "overlap at tick 0" in song.warnings[0]


def test_the_same_tone_again_ends_the_one_that_sounds() -> None:
    again = [mido.Message("note_on", note=60, velocity=90), *note(60, before=240)]
    assert [each.duration_ticks for each in score([*lyric("a"), *again]).tracks[0].notes] == [240, 480]


def test_note_on_without_velocity_ends_a_note_and_running_status_is_read() -> None:
    body = b"\x00\x90\x3c\x40\x83\x60\x3c\x00\x00\x3e\x40\x83\x60\x3e\x00\x00\xff\x2f\x00"
    data = b"MThd\0\0\0\6\0\0\0\1\1\xe0MTrk" + len(body).to_bytes(4, "big") + body
    assert [each.tone_midi for each in score_from_midi(data, "a.mid").tracks[0].notes] == [60, 62]


def test_a_note_that_never_ends_ends_with_its_track() -> None:
    events = [
        *lyric("a"),
        mido.Message("note_on", note=60, velocity=90),
        mido.Message("note_off", note=61, time=480),
    ]
    song = score(events)
    assert song.tracks[0].notes == (Note(0, 480, 60, "a"),)
    assert "1 notes never end" in song.warnings[0]


def test_channels_are_tracks_and_drums_and_bends_are_told() -> None:
    name = [mido.MetaMessage("track_name", name="band"), mido.Message("pitchwheel", pitch=100)]
    song = score([*name, *note(60), *note(62, channel=1), *note(36, channel=9)], kind=0)
    assert [(track.name, len(track.notes)) for track in song.tracks] == [
        ("band channel 1", 1),
        ("band channel 2", 1),
    ]
    assert "drum" in song.warnings[0]
    assert "pitch bend" in song.warnings[1]


def test_type_2_sings_its_first_song() -> None:
    song = score([*lyric("a"), *note(60)], [*lyric("b"), *note(62), *note(64)], kind=2)
    assert (len(song.tracks), lyrics_of(song)) == (1, ["a"])
    assert "type 2" in song.warnings[0]


# Damage.


def test_unknown_chunks_a_riff_and_a_wrong_track_count_do_no_harm() -> None:
    data = file_of([*lyric("a"), *note(60)])
    odd = data[:10] + b"\0\x09" + data[12:14] + b"XFIH\0\0\0\2ab" + data[14:]
    assert score_from_midi(odd, "a.mid").tracks[0].notes == (Note(0, 480, 60, "a"),)
    riff = b"RIFF\0\0\0\0RMIDdata\0\0\0\0" + data
    assert lyrics_of(score_from_midi(riff, "a.rmi")) == ["a"]


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"RIFF\0\0\0\0WAVE", "no MThd"),
        (b"MThd\0\0\0\6\0", "no MThd"),
        (b"MThd\0\0\0\6\0\1\0\1\xe7\x28MTrk\0\0\0\0", "SMPTE frames"),
        (b"MThd\0\0\0\6\0\1\0\1\0\0MTrk\0\0\0\0", "0 ticks"),
        (b"MThd\0\0\0\6\0\1\0\1\1\xe0", "no track"),
        (b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\4\0\x90", "damaged MIDI data"),
        (b"MThd\0\0\0\6\0\1\0\1\1\xe0MTrk\0\0\0\4\0\xff\x2f\0", "no note outside"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, word: str) -> None:
    with pytest.raises(PychangError, match=f"song.mid: .*{word}"):
        score_from_midi(data, "song.mid")


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "歌.mid"
    path.write_bytes(file_of([*lyric("a"), *note(60)]))
    assert read_midi(path).name == "歌"
    with pytest.raises(PychangError, match="no such file"):
        read_midi(tmp_path / "no.mid")
