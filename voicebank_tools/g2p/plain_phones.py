"""Texts that are phones already: symbols with blanks between them, `|` or a line's end between words."""

import re

from voicebank_tools.g2p.reading import NO_DICTIONARY, Dictionary, Reading, dictionary_key
from voicebank_tools.labels.pauses import pause_name
from voicebank_tools.labels.segment import Word


def read_phones(text: str, dictionary: Dictionary = NO_DICTIONARY) -> Reading:
    """Return the words of a text of phones; without any `|` each phone is a word of its own.

    A symbol that the dictionary holds stands for the phones given there. Pauses are left out.
    """
    parts = re.split(r"\||\n", text) if "|" in text else text.split()
    words = []
    for part in parts:
        symbols = [symbol for symbol in part.split() if not pause_name(symbol)]
        phones = tuple(phone for symbol in symbols for phone in _phones(symbol, dictionary))
        if phones:
            words.append(Word(" ".join(symbols), phones))
    return Reading(tuple(words))


def _phones(symbol: str, dictionary: Dictionary) -> tuple[str, ...]:
    return dictionary.get(dictionary_key(symbol), (symbol,))
