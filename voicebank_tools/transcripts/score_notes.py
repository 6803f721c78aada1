"""A score as text: the lyrics of its notes, and when they are sung."""

from collections.abc import Sequence
from typing import NamedTuple

from pychang import PychangError
from voicebank_tools.aliases import read_lyric
from voicebank_tools.g2p.hangul import is_hangul
from voicebank_tools.g2p.reading import Reader, Reading, tokens
from voicebank_tools.labels.pauses import pause_name
from voicebank_tools.labels.segment import Word
from voicebank_tools.score import Note, Score, Track

_MOST_JOINED = 6
_EXTENDERS = ("+", "...", "…", "-", "ー", "〜", "～")


class TimedText(NamedTuple):
    """A lyric and when its note begins, in seconds; `end_s` of the last note that holds it."""

    text: str
    hint: str
    begin_s: float
    end_s: float


def read_notes(score: Score, reader: Reader, language: str) -> tuple[Reading, tuple[float | None, ...]]:
    """Return the words of a score's first track that is not muted and has lyrics, with their onsets.

    Korean syllables that follow each other without a rest are read as one word, English ones joined where
    that makes a word of the dictionary.

    Raises:
        PychangError: No track has a lyric.
    """
    for track in score.tracks:
        timed = () if track.muted else _timed(track, score)
        if timed:
            return _read(timed, reader, language)
    raise PychangError(f"{score.name}: no track has lyrics; give them to the notes in the editor")


def _timed(track: Track, score: Score) -> tuple[TimedText, ...]:
    found: list[TimedText] = []
    for note in track.notes:
        begin_s, end_s = (score.tempo_map.ms_at(t) / 1000.0 for t in (note.position_ticks, note.end_ticks))
        if _extends(note):
            if found:
                found[-1] = found[-1]._replace(end_s=end_s)
        elif note.phonetic_hint or not _is_rest(note.lyric.strip()):
            found.append(TimedText(note.lyric, note.phonetic_hint, begin_s, end_s))
    return tuple(found)


def _is_rest(lyric: str) -> bool:
    return lyric in ("R", "・") or bool(pause_name(lyric))


def _extends(note: Note) -> bool:
    lyric = note.lyric.strip()
    return lyric in _EXTENDERS or lyric.startswith("+")


def _read(
    timed: Sequence[TimedText], reader: Reader, language: str
) -> tuple[Reading, tuple[float | None, ...]]:
    words: list[Word] = []
    onsets: list[float | None] = []
    unknown: list[str] = []
    place = 0
    while place < len(timed):
        count = _joined_count(timed[place:], reader, language)
        reading = _reading(timed[place : place + count], reader, language)
        unknown += reading.unknown
        words += reading.words
        onsets += _onsets(timed[place : place + count], reading)
        place += count
    return Reading(tuple(words), tuple(dict.fromkeys(unknown))), tuple(onsets)


def _joined_count(timed: Sequence[TimedText], reader: Reader, language: str) -> int:
    """How many notes are read at once: syllables of a Korean phrase, or of an English word."""
    if timed[0].hint:
        return 1
    if language == "ko":
        count = 0
        while count < len(timed) and is_hangul(timed[count].text.strip()) and not timed[count].hint:
            count += 1
            if count < len(timed) and timed[count].begin_s > timed[count - 1].end_s + 1e-3:
                break
        return max(1, count)
    if language == "en":
        for count in range(min(_MOST_JOINED, len(timed)), 1, -1):
            if _is_word("".join(one.text.strip("- ") for one in timed[:count]), reader):
                return count
    return 1


def _is_word(text: str, reader: Reader) -> bool:
    reading = reader(text)
    return len(tokens(text)) == 1 and len(reading.words) == 1 and not reading.unknown


def _reading(timed: Sequence[TimedText], reader: Reader, language: str) -> Reading:
    if timed[0].hint:
        phones = tuple(timed[0].hint.split())
        return Reading((Word(timed[0].text, phones),))
    text = "".join(one.text.strip("- ") for one in timed)
    if language == "ja":
        morae = read_lyric(timed[0].text).morae
        text = "".join(morae) or text
    return reader(text)


def _onsets(timed: Sequence[TimedText], reading: Reading) -> list[float | None]:
    """Of Korean notes each gives its first syllable an onset; else the first word has the first note's."""
    onsets: list[float | None] = [None] * len(reading.words)
    lengths = [len(one.text.strip("- ")) for one in timed]
    starts = [0] if sum(lengths) != len(onsets) else [sum(lengths[:i]) for i in range(len(timed))]
    for start, one in zip(starts, timed, strict=False):
        if start < len(onsets):
            onsets[start] = one.begin_s
    return onsets
