"""Japanese in kana and romaji -> the phones of NNSVS and DiffSinger, one word for each mora.

Phones: a i u e o N cl, b by ch d dy f fy g gw gy h hy j k kw ky m my n ny p py r ry s sh t ts ty v vy w y z.
A long mark draws its vowel out and is no phone of its own; は and へ are read as they are spelt. Kanji are
for a dictionary: which reading is sung, only the singer knows.
"""

import re
from typing import NamedTuple

from voicebank_tools import kana
from voicebank_tools.g2p.reading import (
    NO_DICTIONARY,
    Dictionary,
    Reading,
    dictionary_key,
    gathered,
    tokens,
)
from voicebank_tools.labels.pauses import pause_word
from voicebank_tools.labels.segment import Word

_SPECIAL = {kana.SYLLABIC_N: ("N",), kana.GEMINATE: ("cl",), "を": ("o",)}
_CONSONANTS = {"thy": "ty", "dhy": "dy"}
_SAME = str.maketrans("ぢづ", "じず")
_SMALL_VOWELS = "ぁぃぅぇぉ"
_MACRONS = str.maketrans("āīūēōâîûêôĀĪŪĒŌ", "aiueoaiueoAIUEO")
_HALF_WIDTH = re.compile("[\uff66-\uff9f]")
_LATIN = re.compile(r"[A-Za-z'’-]+")
_UNREAD = re.compile(r"[A-Za-z'’-]+|[^A-Za-z'’ぁ-ゖァ-ヺ]+")
_GEMINATED = re.compile(r"([bcdfghjkpqrstvwyz])(?=\1)|t(?=ch)")
_LONGEST_ROMAJI = 4
_LONGEST_MORA = 3


class _Found(NamedTuple):
    words: tuple[Word, ...]
    end: int


def phones_of_mora(mora: str) -> tuple[str, ...]:
    """Return the phones of a hiragana mora, none if it is no mora.

    A small vowel takes the place of the vowel before it (`むぁ` is m a, `ねぇ` n e).
    """
    if mora in _SPECIAL:
        return _SPECIAL[mora]
    romaji = kana.romaji_of(mora.translate(_SAME))
    if not romaji and mora[1:] and mora[-1] in _SMALL_VOWELS:
        before = ("w",) if mora[:-1] == "う" else phones_of_mora(mora[:-1])[:-1]
        return (*before, kana.vowel_of(mora[-1])) if before else ()
    if not romaji:
        return ()
    consonant = romaji[0][:-1].removeprefix("x")
    return (*((_CONSONANTS.get(consonant, consonant),) if consonant else ()), romaji[0][-1])


def read_japanese(text: str, dictionary: Dictionary = NO_DICTIONARY) -> Reading:
    """Return the morae of a text; words of the dictionary (the longest that fits) come first."""
    words: list[Word] = []
    unknown: list[str] = []
    longest = max(map(len, dictionary), default=0)
    for token in map(_plain, tokens(text)):
        pause = pause_word(token)
        words += [pause] if pause else []
        place = len(token) if pause else 0
        while place < len(token):
            found = _known(token, place, dictionary, longest) or _mora(token, place) or _romaji(token, place)
            if found is None:
                run = _UNREAD.match(token, place)
                found = _Found((), run.end() if run else place + 1)
                unknown.append(token[place : found.end])
            words += found.words
            place = found.end
    return gathered(words, unknown)


def romaji_morae(text: str) -> tuple[str, ...]:
    """Return the hiragana morae of a romaji word (`kitte`, `konnichiwa`), empty if it is none."""
    plain = text.translate(_MACRONS).lower()
    morae: list[str] = []
    place = 0
    while place < len(plain):
        if plain[place] in "'-’":
            place += 1
        elif _GEMINATED.match(plain, place):
            morae.append(kana.GEMINATE)
            place += 1
        else:
            length = _romaji_length(plain, place)
            if not length:
                return ()
            morae.append(kana.kana_of(plain[place : place + length]))
            place += length
    return tuple(morae)


def _plain(token: str) -> str:
    """The token with half-width kana widened, letters without macrons, no long marks at its head."""
    widened = kana.to_hiragana(token) if _HALF_WIDTH.search(token) else token
    return widened.translate(_MACRONS).lstrip("".join(kana.LONG_MARKS))


def _known(token: str, place: int, dictionary: Dictionary, longest: int) -> _Found | None:
    for end in range(min(len(token), place + longest), place, -1):
        phones = dictionary.get(dictionary_key(token[place:end]))
        if phones:
            return _Found((Word(token[place:end], phones),), end)
    return None


def _mora(token: str, place: int) -> _Found | None:
    for end in range(min(len(token), place + _LONGEST_MORA), place, -1):
        mora = kana.to_hiragana(token[place:end])
        if not mora.isascii() and phones_of_mora(mora):
            while end < len(token) and token[end] in kana.LONG_MARKS:
                end += 1
            return _Found((Word(token[place:end], phones_of_mora(mora)),), end)
    return None


def _romaji(token: str, place: int) -> _Found | None:
    run = _LATIN.match(token, place)
    morae = (kana.kana_of("N"),) if run and run[0] == "N" else romaji_morae(run[0]) if run else ()
    if run is None or not morae:
        return None
    return _Found(tuple(Word(mora, phones_of_mora(mora)) for mora in morae), run.end())


def _romaji_length(plain: str, place: int) -> int:
    """The length of the longest romaji mora here; `nn` is ん and the beginning of the next."""
    for length in range(_LONGEST_ROMAJI, 0, -1):
        piece = plain[place : place + length]
        if len(piece) == length and piece not in ("nn", "n'") and kana.kana_of(piece):
            return length
    return 0
