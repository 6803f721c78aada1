"""Reader of .mid: standard MIDI files of type 0, 1 and 2, with lyric events.

Each channel of each track that has notes is one `Track`. Words come from lyric events, in karaoke
files from text events, also where they stand in a track of their own. A note without a word in
a voice that has words goes on with the last one ("+").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voicebank_tools.formats.midi_events import MAX_MIDI_BYTES, MidiNote, MidiSong, parse_midi
from voicebank_tools.formats.midi_lyrics import attach, codec_of, syllable
from voicebank_tools.formats.values import Findings, checked_score, read_bytes, told_voice, usable_bpm
from voicebank_tools.score import TICKS_PER_QUARTER, Note, Score, TempoMap, Track, tempo_map

_MICROSECONDS_PER_MINUTE = 60e6
_WORDLESS_LYRIC = "a"
_KARAOKE_SHARE = 0.5
"""Text events count as words if at least this share of them falls on notes."""


@dataclass(frozen=True)
class _Voice:
    """Notes of one channel of one track, in the song's ticks, without words yet."""

    track_index: int
    name: str
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Words:
    """Words of one track, in the song's ticks."""

    track_index: int
    words: tuple[tuple[int, str], ...]


def read_midi(path: Path) -> Score:
    """Return the song of a MIDI file.

    Raises:
        PychangError: the file cannot be read, is damaged, counts time in SMPTE frames, has no
            notes, or is beyond reason in length.
    """
    return score_from_midi(read_bytes(path, MAX_MIDI_BYTES), path.name)


def score_from_midi(data: bytes, file: str) -> Score:
    """Return the song of a MIDI file's bytes; `file` names it in findings and errors.

    Where a file has words, voices without any are muted: they are the accompaniment. Where it has
    none, all notes sing "a".

    Raises:
        PychangError: as `read_midi`.
    """
    findings = Findings(file)
    song = _one_pattern(parse_midi(data, findings), findings)
    voices = _voices(song, findings)
    if not voices:
        raise findings.error("", "no note outside the drum channel; export the voice's track")
    words = _words(song, voices)
    by_voice = _words_by_voice(words, voices, findings)
    if not by_voice:
        findings.add("", f"no lyrics; every note sings {_WORDLESS_LYRIC!r}")
    tracks = tuple(
        _track(voice, by_voice.get(index), bool(by_voice), findings) for index, voice in enumerate(voices)
    )
    last_ticks = max(note.end_ticks for track in tracks for note in track.notes)
    return checked_score(Path(file).stem, _tempo_map(song, findings), tracks, last_ticks, findings)


def _one_pattern(song: MidiSong, findings: Findings) -> MidiSong:
    """Of a type 2 file, whose tracks are songs of their own, keep the first one with notes."""
    if song.midi_type < 2 or len(song.tracks) < 2:
        return song
    findings.add("", "type 2: its tracks are songs of their own; only the first one with notes is read")
    first = next((track for track in song.tracks if track.notes), song.tracks[0])
    return MidiSong(song.midi_type, song.ticks_per_quarter, (first,))


def _scaled(ticks: int, ticks_per_quarter: int) -> int:
    return (2 * ticks * TICKS_PER_QUARTER + ticks_per_quarter) // (2 * ticks_per_quarter)


def _tempo_map(song: MidiSong, findings: Findings) -> TempoMap:
    changes = []
    for ticks, microseconds in (tempo for track in song.tracks for tempo in track.tempos):
        bpm = _MICROSECONDS_PER_MINUTE / max(microseconds, 1)
        if usable_bpm(bpm):
            changes.append((_scaled(ticks, song.ticks_per_quarter), bpm))
        else:
            findings.add(f"tick {ticks}", f"tempo of {microseconds} microseconds cannot be sung; left out")
    return tempo_map(changes)


def _voices(song: MidiSong, findings: Findings) -> list[_Voice]:
    voices = []
    for index, track in enumerate(song.tracks):
        name = track.name.decode(codec_of([track.name]), "replace").strip() or f"Track {index + 1}"
        if track.drums:
            findings.add(name, "notes of the drum channel are not sung")
        if track.bends:
            findings.add(name, "pitch bend events are not sung")
        for channel, midi_notes in sorted(track.notes.items()):
            voice_name = name if len(track.notes) == 1 else f"{name} channel {channel + 1}"
            notes = _notes(midi_notes, song.ticks_per_quarter, voice_name, findings)
            if notes:
                voices.append(_Voice(index, voice_name, notes))
    return voices


def _notes(
    midi_notes: Sequence[MidiNote], ticks_per_quarter: int, name: str, findings: Findings
) -> tuple[Note, ...]:
    """Return the notes one after another; of a chord the highest stays."""
    notes = []
    for each in sorted(midi_notes, key=lambda note: (note.start_ticks, note.tone_midi)):
        start_ticks = _scaled(each.start_ticks, ticks_per_quarter)
        duration_ticks = _scaled(each.end_ticks, ticks_per_quarter) - start_ticks
        if duration_ticks <= 0:
            findings.add(name, f"the note at tick {each.start_ticks} has no length; left out")
        else:
            notes.append(Note(start_ticks, duration_ticks, each.tone_midi, ""))
    return told_voice(notes, findings, name)


def _words(song: MidiSong, voices: Sequence[_Voice]) -> list[_Words]:
    """Return the words of every track that has some: lyric events, else karaoke's text events."""
    lyrics = [track.lyrics for track in song.tracks]
    if any(lyrics):
        return _cleaned(lyrics, song.ticks_per_quarter, karaoke=False)
    texts = _cleaned([track.texts for track in song.tracks], song.ticks_per_quarter, karaoke=True)
    headed = any(text.startswith(b"@K") for track in song.tracks for _, text in track.texts)
    onsets = {note.position_ticks for voice in voices for note in voice.notes}
    return [each for each in texts if headed or _share_on(each, onsets) >= _KARAOKE_SHARE]


def _share_on(words: _Words, onsets: set[int]) -> float:
    later = [ticks for ticks, _ in words.words]
    # One text alone is a title or a remark.
    return sum(ticks in onsets for ticks in later) / len(later) if len(later) > 1 else 0.0


def _cleaned(
    sources: Sequence[Sequence[tuple[int, bytes]]], ticks_per_quarter: int, *, karaoke: bool
) -> list[_Words]:
    codec = codec_of([text for source in sources for _, text in source])
    found = []
    for index, source in enumerate(sources):
        words = [
            (_scaled(ticks, ticks_per_quarter), syllable(text.decode(codec, "replace"), karaoke=karaoke))
            for ticks, text in source
        ]
        if any(word for _, word in words):
            found.append(_Words(index, tuple((ticks, word) for ticks, word in words if word)))
    return found


def _words_by_voice(
    words: Sequence[_Words], voices: Sequence[_Voice], findings: Findings
) -> dict[int, dict[int, str]]:
    """Return by voice the word of each note that has one.

    A track's words belong to that one of its own voices (of all, if it has none) whose notes begin
    with most of them.
    """
    by_voice: dict[int, dict[int, str]] = {}
    for each in words:
        own = [index for index, voice in enumerate(voices) if voice.track_index == each.track_index]
        matches = {
            index: attach(
                each.words, [note.position_ticks for note in voices[index].notes], TICKS_PER_QUARTER // 8
            )
            for index in own or range(len(voices))
        }
        best = max(matches, key=lambda index: (len(matches[index][0]), -len(voices[index].notes)))
        found, lost = matches[best]
        if lost:
            findings.add(voices[best].name, f"{lost} lyrics fall on no note; left out")
        if found:
            by_voice.setdefault(best, {}).update(found)
    return by_voice


def _track(voice: _Voice, words: dict[int, str] | None, others_have_words: bool, findings: Findings) -> Track:
    if words is None:
        if others_have_words:
            findings.add(voice.name, "has no lyrics while others have; muted")
        notes = tuple(_with_lyric(note, _WORDLESS_LYRIC) for note in voice.notes)
        return Track(voice.name, notes, muted=others_have_words)
    first = min(words)
    if first > 0:
        findings.add(voice.name, f"{first} notes before the first lyric sing {_WORDLESS_LYRIC!r}")
    lyrics = (
        words.get(index, "+" if index > first else _WORDLESS_LYRIC) for index in range(len(voice.notes))
    )
    return Track(voice.name, tuple(map(_with_lyric, voice.notes, lyrics)))


def _with_lyric(note: Note, lyric: str) -> Note:
    return Note(note.position_ticks, note.duration_ticks, note.tone_midi, lyric)
