"""MIDI bytes -> events by track, in the file's own ticks."""

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pychang import PychangError
from voicebank_tools.formats import midi_events
from voicebank_tools.formats.midi_events import MidiNote, MidiSong, MidiTrack, parse_midi
from voicebank_tools.formats.values import Findings

END = b"\x00\xff\x2f\x00"


def chunk(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return name + struct.pack(">I", len(body) if size is None else size) + body


def header(kind: int = 1, tracks: int = 1, division: int = 480) -> bytes:
    return chunk(b"MThd", struct.pack(">HHh", kind, tracks, division))


def meta(kind: int, text: bytes, delta: int = 0) -> bytes:
    return bytes([delta, 0xFF, kind, len(text)]) + text


def parsed(data: bytes) -> tuple[MidiSong, tuple[str, ...]]:
    findings = Findings("a.mid")
    return parse_midi(data, findings), findings.lines()


def only_track(body: bytes) -> MidiTrack:
    song, lines = parsed(header() + chunk(b"MTrk", body + END))
    assert lines == ()
    (track,) = song.tracks
    return track


def test_header_fields() -> None:
    song, _ = parsed(header(0, 9, 96) + chunk(b"MTrk", END))
    assert (song.midi_type, song.ticks_per_quarter, len(song.tracks)) == (0, 96, 1)
    assert parsed(header(7) + chunk(b"MTrk", END))[0].midi_type == 2


def test_a_longer_header_is_skipped_to_its_end() -> None:
    longer = chunk(b"MThd", struct.pack(">HHh", 1, 1, 240) + b"more")
    song, _ = parsed(longer + chunk(b"MTrk", b"\x00\x90\x3c\x40\x10\x80\x3c\x00" + END))
    assert song.tracks[0].notes == {0: [MidiNote(0, 16, 60)]}


def test_words_names_and_tempos_keep_their_bytes_and_ticks() -> None:
    kana = "か".encode("cp932")
    track = only_track(
        meta(3, b"voice")
        + meta(3, b"again")
        + meta(5, kana, 5)
        + meta(1, b"@KMIDI", 2)
        + meta(0x51, (500_000).to_bytes(3, "big"), 3)
        + meta(5, "é".encode(), 1)
    )
    assert track.name == b"voice"
    assert track.lyrics == [(5, kana), (11, "é".encode())]
    assert track.texts == [(7, b"@KMIDI")]
    assert track.tempos == [(10, 500_000)]


def test_notes_by_channel_end_with_off_with_silence_or_with_the_next_of_their_tone() -> None:
    track = only_track(
        b"\x00\x90\x3c\x40"  # channel 0: 60 on
        b"\x00\x91\x3c\x40"  # channel 1: the same tone is another note
        b"\x0a\x80\x3c\x40"  # 10: channel 0 off
        b"\x05\x91\x3c\x40"  # 15: channel 1 again
        b"\x05\x91\x3c\x00"  # 20: by velocity 0
        b"\x05\x80\x30\x40"  # 25: never began
    )
    assert track.notes == {0: [MidiNote(0, 10, 60)], 1: [MidiNote(0, 15, 60), MidiNote(15, 20, 60)]}
    assert (track.drums, track.bends) == (False, False)


def test_drums_are_no_notes_and_a_wheel_at_rest_is_no_bend() -> None:
    drums = only_track(b"\x00\x99\x24\x40\x0a\x89\x24\x40\x00\xe0\x00\x40")
    assert (drums.notes, drums.drums, drums.bends) == ({}, True, False)
    assert only_track(b"\x00\xe0\x01\x40").bends


def test_a_note_without_end_lasts_as_long_as_its_track() -> None:
    song, lines = parsed(header() + chunk(b"MTrk", b"\x00\x90\x3c\x40\x00\x90\x40\x40" + b"\x20" + END[1:]))
    assert song.tracks[0].notes == {0: [MidiNote(0, 32, 60), MidiNote(0, 32, 64)]}
    assert lines == ("a.mid: track 1: 2 notes never end; they end with the track",)


def test_tracks_are_found_between_unknown_chunks_and_counted_anew() -> None:
    track = chunk(b"MTrk", END)
    song, lines = parsed(header(1, 40) + chunk(b"XFIH", b"odd") + track + chunk(b"????", b"") + track)
    assert (len(song.tracks), lines) == (2, ())


def test_a_cut_last_track_is_told_and_read_as_far_as_it_goes() -> None:
    body = b"\x00\x90\x3c\x40\x10\x80\x3c\x40" + END
    song, lines = parsed(header() + chunk(b"MTrk", body, len(body) + 100))
    assert song.tracks[0].notes == {0: [MidiNote(0, 16, 60)]}
    assert lines == ("a.mid: track 1: is cut short",)


def test_data_bytes_beyond_the_standard_are_clipped() -> None:
    assert only_track(b"\x00\x90\x3c\xff\x10\x80\x3c\x00").notes == {0: [MidiNote(0, 16, 60)]}


@pytest.mark.parametrize("division", [0, -25 * 256 + 40])
def test_time_without_quarters_is_refused(division: int) -> None:
    with pytest.raises(PychangError, match=r"a\.mid: its time .*; export it with ticks per quarter note"):
        parsed(header(division=division) + chunk(b"MTrk", END))


def test_a_flood_of_notes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(midi_events, "MAX_NOTES", 10)
    note = b"\x00\x90\x3c\x40\x01\x80\x3c\x40"
    assert len(only_track(note * 10).notes[0]) == 10
    with pytest.raises(PychangError, match=r"more than 10 notes"):
        parsed(header(1, 2) + chunk(b"MTrk", note * 6 + END) * 2)


events = st.sampled_from(
    [
        b"\x00\x90\x3c\x40", b"\x10\x80\x3c\x40", b"\x10\x3c\x40", b"\x05\x99\x24\x40", b"\x00\xe0\x01\x02",
        b"\x00\xff\x05\x01a", b"\x00\xff\x51\x03\x07\xa1\x20", b"\x00\xff\x59\x02\x63\x07", b"\x81\x00",
        b"\x00\xf0\x03\x01\x02\xf7", b"\x00\xff\x7f\x7f", b"\x00\xf4", END,
    ]
)  # fmt: skip


@given(st.lists(st.one_of(events, st.binary(max_size=5)), max_size=30).map(b"".join))
@example(b"\xff\xff\xff\xff\x7f\x90\x3c\x40")
def test_any_track_is_read_or_refused(body: bytes) -> None:
    notes: list[MidiNote] = []
    refusal = "a.mid: not refused"
    try:
        song, _ = parsed(header() + chunk(b"MTrk", body))
        notes = [note for voice in song.tracks[0].notes.values() for note in voice]
    except PychangError as error:
        refusal = str(error)
    assert refusal.startswith("a.mid: ")
    assert "\n" not in refusal
    assert all(0 <= note.start_ticks <= note.end_ticks for note in notes)
    assert all(0 <= note.tone_midi <= 127 for note in notes)
