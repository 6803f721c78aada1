"""What every language's reader gives back, and what they share: punctuation, pauses, dictionary words."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from voicebank_tools.labels.pauses import pause_word
from voicebank_tools.labels.segment import Word

Dictionary: TypeAlias = Mapping[str, tuple[str, ...]]
"""`dictionary_key` of a word -> its phones."""

NO_DICTIONARY: Dictionary = MappingProxyType({})


@dataclass(frozen=True)
class Reading:
    """A text as words with phones; `unknown`: what of it nobody could read, in order, each once."""

    words: tuple[Word, ...]
    unknown: tuple[str, ...] = ()


Reader: TypeAlias = Callable[[str], Reading]
"""Reads a text of one language; never raises."""

_KEPT_INSIDE = "'-’"


def dictionary_key(word: str) -> str:
    """Return a word as dictionaries are asked for it: composed form, small letters, straight apostrophes."""
    return unicodedata.normalize("NFC", word).casefold().replace("’", "'")


def tokens(text: str) -> tuple[str, ...]:
    """Return the words of a text: split at blanks and punctuation, save for apostrophes and hyphens inside
    a word."""
    spaced = "".join(" " if _parts_words(letter) else letter for letter in unicodedata.normalize("NFC", text))
    stripped = (word.strip(_KEPT_INSIDE) for word in spaced.split())
    return tuple(word for word in stripped if word)


def known_word(token: str, dictionary: Dictionary) -> Word | None:
    """Return a word of the dictionary, or a pause that the text asks for (`SP`, `AP`, `pau`, `br`); None for
    what the rules of a language must read."""
    phones = dictionary.get(dictionary_key(token))
    return Word(token, phones) if phones else pause_word(token)


def gathered(words: list[Word], unknown: list[str]) -> Reading:
    """Return both as a `Reading`."""
    return Reading(tuple(words), tuple(dict.fromkeys(unknown)))


def _parts_words(letter: str) -> bool:
    # 〜 and ～ draw a vowel out; modifier letters such as ー are no punctuation to Unicode anyway.
    return unicodedata.category(letter)[0] in "PSZC" and letter not in _KEPT_INSIDE + "〜～"
