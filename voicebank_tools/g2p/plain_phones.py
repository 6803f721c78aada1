"""Texts that are phones already: symbols with blanks between them, `|` or a line's end between words."""

import re
from itertools import chain

from voicebank_tools.g2p.reading import NO_DICTIONARY, Dictionary, Reading, dictionary_key
from voicebank_tools.labels.pauses import pause_word
from voicebank_tools.labels.segment import Word


def read_phones(text: str, dictionary: Dictionary = NO_DICTIONARY) -> Reading:
    """Return the words of a text of phones; without any `|` each phone is a word of its own.

    A symbol that the dictionary holds stands for the phones given there. Pauses are words of their own.
    """
    words: list[Word] = []
    for part in re.split(r"\||\n", text) if "|" in text else text.split():
        symbols: list[str] = []
        for symbol in part.split():
            pause = pause_word(symbol)
            if pause:
                words += [*_word(symbols, dictionary), pause]
                symbols = []
            else:
                symbols.append(symbol)
        words += _word(symbols, dictionary)
    return Reading(tuple(words))


def _word(symbols: list[str], dictionary: Dictionary) -> list[Word]:
    phones = [dictionary.get(dictionary_key(symbol), (symbol,)) for symbol in symbols]
    return [Word(" ".join(symbols), tuple(chain.from_iterable(phones)))] if symbols else []
