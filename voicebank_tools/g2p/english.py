"""English by dictionary -> ARPABET in small letters, without stress."""

from voicebank_tools.g2p.reading import Dictionary, Reading, dictionary_key, gathered, known_word, tokens
from voicebank_tools.labels.segment import Word


def read_english(text: str, dictionary: Dictionary) -> Reading:
    """Return the words of a text; of a compound with hyphens the parts are looked up too."""
    words: list[Word] = []
    unknown: list[str] = []
    for token in tokens(text):
        parts = [token] if dictionary_key(token) in dictionary else token.split("-")
        for part in filter(None, parts):
            word = known_word(part, dictionary)
            if word:
                words.append(word)
            else:
                unknown.append(part)
    return gathered(words, unknown)
