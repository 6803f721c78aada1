"""Korean in Hangul -> phones, one word for each syllable, said as the standard says (`korean_rules`).

Phones: g kk n d tt r m b pp s ss j jj ch k t p h before the vowel; y and w of its glides; a e eo o u eu i (ㅐ
and ㅔ are one sound in today's speech, ㅚ is w e, ㅢ is eu i); K N T L M P NG at the end.
"""

from voicebank_tools.g2p.hangul import Syllable, is_hangul, split_syllables
from voicebank_tools.g2p.korean_rules import spoken
from voicebank_tools.g2p.reading import (
    NO_DICTIONARY,
    Dictionary,
    Reading,
    gathered,
    known_word,
    tokens,
)
from voicebank_tools.labels.segment import Word

_ONSETS = {
    "ㄱ": "g", "ㄲ": "kk", "ㄴ": "n", "ㄷ": "d", "ㄸ": "tt", "ㄹ": "r", "ㅁ": "m", "ㅂ": "b", "ㅃ": "pp",
    "ㅅ": "s", "ㅆ": "ss", "ㅈ": "j", "ㅉ": "jj", "ㅊ": "ch", "ㅋ": "k", "ㅌ": "t", "ㅍ": "p", "ㅎ": "h",
}  # fmt: skip
_VOWELS = {
    "ㅏ": "a", "ㅐ": "e", "ㅑ": "y a", "ㅒ": "y e", "ㅓ": "eo", "ㅔ": "e", "ㅕ": "y eo", "ㅖ": "y e",
    "ㅗ": "o", "ㅘ": "w a", "ㅙ": "w e", "ㅚ": "w e", "ㅛ": "y o", "ㅜ": "u", "ㅝ": "w eo", "ㅞ": "w e",
    "ㅟ": "w i", "ㅠ": "y u", "ㅡ": "eu", "ㅢ": "eu i", "ㅣ": "i",
}  # fmt: skip
_CODAS = {"ㄱ": "K", "ㄴ": "N", "ㄷ": "T", "ㄹ": "L", "ㅁ": "M", "ㅂ": "P", "ㅇ": "NG"}


def read_korean(text: str, dictionary: Dictionary = NO_DICTIONARY) -> Reading:
    """Return the syllables of a text; sounds go over inside words (between blanks), not between them."""
    words: list[Word] = []
    unknown: list[str] = []
    for token in tokens(text):
        known = known_word(token, dictionary)
        if known:
            words.append(known)
        elif is_hangul(token):
            said = spoken(split_syllables(token), token)
            words += [Word(letter, phones_of(one)) for letter, one in zip(token, said, strict=True)]
        else:
            unknown.append(token)
    return gathered(words, unknown)


def phones_of(said: Syllable) -> tuple[str, ...]:
    """Return the phones of a syllable as it is said (see `korean_rules.spoken`)."""
    onset, coda = _ONSETS.get(said.onset, ""), _CODAS.get(said.coda, "")
    return tuple(f"{onset} {_VOWELS[said.vowel]} {coda}".split())
