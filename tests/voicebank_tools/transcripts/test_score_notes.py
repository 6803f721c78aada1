from functools import partial
from pathlib import Path

import pytest

from pychang import PychangError
from voicebank_tools.formats.reader import read_score
from voicebank_tools.g2p.english import read_english
from voicebank_tools.g2p.japanese import read_japanese
from voicebank_tools.g2p.korean import read_korean
from voicebank_tools.score import Note, Score, Track, tempo_map
from voicebank_tools.transcripts.score_notes import read_notes


def song(*lyrics: str, hint: str = "", rest_after: int = -1) -> Score:
    """Quarter notes at 120 bpm, half a second each."""
    notes = []
    position = 480
    for index, lyric in enumerate(lyrics):
        notes.append(Note(position, 480, 60, lyric, phonetic_hint=hint))
        position += 960 if index == rest_after else 480
    return Score("s", tempo_map([(0, 120.0)]), (Track("t", tuple(notes)),), position)


def test_each_mora_begins_with_its_note() -> None:
    reading, onsets_s = read_notes(song("か", "+", "a き", "-", "ku", "R"), read_japanese, "ja")
    assert [word.text for word in reading.words] == ["か", "き", "く"]
    assert onsets_s == (0.5, 1.5, 2.5)


def test_several_morae_on_a_note() -> None:
    reading, onsets_s = read_notes(song("さくら", "か"), read_japanese, "ja")
    assert len(reading.words) == 4
    assert onsets_s == (0.5, None, None, 1.0)


def test_korean_syllables_are_one_word_up_to_a_rest() -> None:
    reading, onsets_s = read_notes(song("음", "악", rest_after=0), read_korean, "ko")
    assert [" ".join(word.phones) for word in reading.words] == ["eu M", "a K"]
    reading, onsets_s = read_notes(song("음", "악이", "love"), read_korean, "ko")
    assert [" ".join(word.phones) for word in reading.words] == ["eu", "m a", "g i"]
    assert onsets_s == (0.5, 1.0, None)
    assert reading.unknown == ("love",)


def test_english_syllables_become_words() -> None:
    reader = partial(read_english, dictionary={"britain": ("b", "n"), "brit": ("b",), "first": ("f",)})
    reading, onsets_s = read_notes(song("Brit-", "tain", "first,"), reader, "en")
    assert reading.unknown == ("tain",)
    reading, onsets_s = read_notes(song("Bri-", "+", "tain", "first,"), reader, "en")
    assert [word.text for word in reading.words] == ["Britain", "first"]
    assert onsets_s == (0.5, 2.0)


def test_a_hint_is_sung_instead() -> None:
    reading, _ = read_notes(song("人", hint="h i t o"), read_japanese, "ja")
    assert reading.words[0].phones == ("h", "i", "t", "o")


def test_a_song_without_words() -> None:
    with pytest.raises(PychangError, match="s: no track has lyrics"):
        read_notes(song("R", "+"), read_japanese, "ja")


def test_real_songs(shared_data: Path) -> None:
    paths = sorted((shared_data / "songs-openscore-lieder").glob("*.kana.ust"))
    assert paths
    for path in paths:
        reading, onsets_s = read_notes(read_score(path), read_japanese, "ja")
        assert reading.unknown == ()
        assert len(reading.words) == len(onsets_s) > 20
        known = [one for one in onsets_s if one is not None]
        assert known == sorted(known)
