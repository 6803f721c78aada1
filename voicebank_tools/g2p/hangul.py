"""Hangul syllables <-> their letters (Unicode 3.12, arithmetic of precomposed syllables)."""

import unicodedata
from typing import NamedTuple

ONSETS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODAS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

_FIRST, _LAST = ord("가"), ord("힣")


class Syllable(NamedTuple):
    """Letters of one syllable; `onset` ㅇ is no sound, `coda` may be empty."""

    onset: str
    vowel: str
    coda: str


def is_hangul(text: str) -> bool:
    """Return whether a text consists of whole syllables (composed or not), at least one."""
    return bool(text) and all("가" <= letter <= "힣" for letter in unicodedata.normalize("NFC", text))


def split_syllables(text: str) -> tuple[Syllable, ...]:
    """Return the letters of a text for which `is_hangul` is true."""
    return tuple(_split(letter) for letter in unicodedata.normalize("NFC", text))


def joined_syllables(syllables: tuple[Syllable, ...]) -> str:
    """Return the text of syllables: inverse of `split_syllables`."""
    return "".join(_joined(syllable) for syllable in syllables)


def _split(letter: str) -> Syllable:
    rest, coda = divmod(ord(letter) - _FIRST, len(CODAS))
    onset, vowel = divmod(rest, len(VOWELS))
    return Syllable(ONSETS[onset], VOWELS[vowel], CODAS[coda])


def _joined(syllable: Syllable) -> str:
    number = ONSETS.index(syllable.onset) * len(VOWELS) + VOWELS.index(syllable.vowel)
    return chr(_FIRST + number * len(CODAS) + CODAS.index(syllable.coda))
