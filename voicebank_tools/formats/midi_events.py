"""A standard MIDI file -> its notes, words and tempos, by track. mido parses the messages.

Ticks here are the file's own. Tracks are put into chunks anew before mido sees them, so that
unknown chunks (which the standard says to skip) and a wrong track count do no harm.
"""

import io
import struct
from dataclasses import dataclass, field

import mido
from mido.midifiles.meta import KeySignatureError

from voicebank_tools.formats.values import MAX_NOTES, Findings, shown

MAX_MIDI_BYTES = 2 * 2**20
_DRUM_CHANNEL = 9
_HEADER_BYTES = 14


@dataclass
class MidiNote:
    """One note of one channel."""

    start_ticks: int
    end_ticks: int
    tone_midi: int


@dataclass
class MidiTrack:
    """What one track holds: notes by channel, words by kind of event, microseconds per quarter."""

    name: bytes = b""
    notes: dict[int, list[MidiNote]] = field(default_factory=dict)
    lyrics: list[tuple[int, bytes]] = field(default_factory=list)
    texts: list[tuple[int, bytes]] = field(default_factory=list)
    tempos: list[tuple[int, int]] = field(default_factory=list)
    bends: bool = False
    drums: bool = False


@dataclass(frozen=True)
class MidiSong:
    """`midi_type` 0: one track, 1: tracks sounding together, 2: tracks one after another."""

    midi_type: int
    ticks_per_quarter: int
    tracks: tuple[MidiTrack, ...]


def parse_midi(data: bytes, findings: Findings) -> MidiSong:
    """Return what a MIDI file's bytes say.

    Raises:
        PychangError: no MIDI file, a division in SMPTE frames, damaged tracks, too many notes.
    """
    start = data.find(b"MThd", 0, 64) if data.startswith(b"RIFF") else 0
    data = data[max(start, 0) :]
    if not data.startswith(b"MThd") or len(data) < _HEADER_BYTES:
        raise findings.error("", "no MIDI file (no MThd at its start); export the song as MIDI type 1")
    midi_type, _, division = struct.unpack(">HHh", data[8:_HEADER_BYTES])
    if division <= 0:
        what = "counts SMPTE frames" if division < 0 else "has 0 ticks to the quarter"
        raise findings.error("", f"its time {what}; export it with ticks per quarter note")
    try:
        file = mido.MidiFile(file=io.BytesIO(_tidied(data, findings)), clip=True)
    except (EOFError, OSError, ValueError, LookupError, TypeError, struct.error, KeySignatureError) as error:
        text = shown(error) or type(error).__name__
        raise findings.error("", f"damaged MIDI data ({text}); export the song again") from None
    tracks = tuple(_track(track, index, findings) for index, track in enumerate(file.tracks))
    if sum(len(notes) for track in tracks for notes in track.notes.values()) > MAX_NOTES:
        raise findings.error("", f"more than {MAX_NOTES} notes; export the voice's track alone")
    return MidiSong(min(midi_type, 2), division, tracks)


def _tidied(data: bytes, findings: Findings) -> bytes:
    """Return the file with its header and the tracks that are there, nothing else."""
    tracks: list[bytes] = []
    at = 8 + int.from_bytes(data[4:8], "big")
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "big")
        body = data[at + 8 : at + 8 + size]
        if data[at : at + 4] == b"MTrk":
            tracks.append(b"MTrk" + len(body).to_bytes(4, "big") + body)
            if len(body) < size:
                findings.add(f"track {len(tracks)}", "is cut short")
        at += 8 + size
    if not tracks:
        raise findings.error("", "no track (MTrk) in the file; export the song again")
    return b"MThd\0\0\0\6" + struct.pack(">HH", 1, len(tracks)) + data[12:_HEADER_BYTES] + b"".join(tracks)


def _track(messages: mido.MidiTrack, index: int, findings: Findings) -> MidiTrack:
    track = MidiTrack()
    sounding: dict[tuple[int, int], MidiNote] = {}
    ticks = 0
    for message in messages:
        ticks += message.time
        if message.is_meta:
            _take_meta(track, message, ticks)
        elif message.type in ("note_on", "note_off"):
            _take_note(track, sounding, message, ticks)
        elif message.type == "pitchwheel" and message.pitch:
            track.bends = True
    if sounding:
        findings.add(f"track {index + 1}", f"{len(sounding)} notes never end; they end with the track")
    for note in sounding.values():
        note.end_ticks = ticks
    return track


def _take_meta(track: MidiTrack, message: mido.MetaMessage, ticks: int) -> None:
    if message.type == "set_tempo":
        track.tempos.append((ticks, message.tempo))
    elif message.type == "track_name":
        track.name = track.name or message.name.encode("latin-1")
    elif message.type == "lyrics":
        track.lyrics.append((ticks, message.text.encode("latin-1")))
    elif message.type == "text":
        track.texts.append((ticks, message.text.encode("latin-1")))


def _take_note(
    track: MidiTrack, sounding: dict[tuple[int, int], MidiNote], message: mido.Message, ticks: int
) -> None:
    key = (message.channel, message.note)
    before = sounding.pop(key, None)
    if before is not None:
        before.end_ticks = ticks
    if message.type == "note_off" or message.velocity == 0:
        return
    if message.channel == _DRUM_CHANNEL:
        track.drums = True
        return
    sounding[key] = MidiNote(ticks, ticks, message.note)
    track.notes.setdefault(message.channel, []).append(sounding[key])
