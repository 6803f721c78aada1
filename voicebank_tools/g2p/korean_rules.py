"""The rules of standard Korean pronunciation at the border of two syllables.

Source: National Institute of Korean Language, Standard Pronunciation (표준 발음법), articles 5 and 9 to 25;
numbers of articles stand at the rules. Left to a user's dictionary is what hangs on the sense of a word:
ㄴ inserted in compounds (꽃잎, article 29), tense sounds of Chinese words and compounds (갈등, 26;
문고리, 28) and of verb stems in ㄴ and ㅁ (신고, 24).
"""

from voicebank_tools.g2p.hangul import Syllable

SILENT = "ㅇ"

_SPLIT = {
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip
_AT_REST = {
    **dict.fromkeys("ㄲㅋㄳㄺ", "ㄱ"), **dict.fromkeys("ㅅㅆㅈㅊㅌㅎ", "ㄷ"), **dict.fromkeys("ㅍㅄㄿ", "ㅂ"),
    **dict.fromkeys("ㄵㄶ", "ㄴ"), **dict.fromkeys("ㄼㄽㄾㅀ", "ㄹ"), "ㄻ": "ㅁ",
}  # fmt: skip
_TENSE = {"ㄱ": "ㄲ", "ㄷ": "ㄸ", "ㅂ": "ㅃ", "ㅅ": "ㅆ", "ㅈ": "ㅉ"}
_ASPIRATE = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅂ": "ㅍ", "ㅈ": "ㅊ"}
_NASAL = {"ㄱ": "ㅇ", "ㄷ": "ㄴ", "ㅂ": "ㅁ"}
_PALATAL = {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}
_BEFORE_H = {"ㄺ": ("ㄹ", "ㅋ"), "ㄼ": ("ㄹ", "ㅍ"), "ㄵ": ("ㄴ", "ㅊ")}
_NOUNS_IN_LG = frozenset("닭흙칡삵슭탉암")
_LB_AS_B = ("밟", "넓죽", "넓둥", "넓적")


def spoken(syllables: tuple[Syllable, ...], written: str) -> tuple[Syllable, ...]:
    """Return the syllables of one word as they are said; `written` is the same word as text.

    Codas of the result are none or one of ㄱ ㄴ ㄷ ㄹ ㅁ ㅂ ㅇ.
    """
    said = list(syllables)
    for place in range(len(said) - 1):
        said[place], said[place + 1] = _border(said[place], said[place + 1], written[place:])
    said[-1] = said[-1]._replace(coda=_at_rest(said[-1].coda))
    return tuple(one._replace(vowel=_vowel(one)) for one in said)


def _border(left: Syllable, right: Syllable, written: str) -> tuple[Syllable, Syllable]:
    if not left.coda:
        return left, right
    for rule in (_with_h, _into_h, _palatal, _linked):
        found = rule(left.coda, right)
        if found:
            return left._replace(coda=found[0]), right._replace(onset=found[1])
    coda, onset = _tensed(left.coda, right.onset, written)
    coda, onset = _assimilated(coda, onset)
    return left._replace(coda=coda), right._replace(onset=onset)


def _at_rest(coda: str) -> str:
    """Articles 8 to 11: seven sounds at the end."""
    return _AT_REST.get(coda, coda)


def _with_h(coda: str, right: Syllable) -> tuple[str, str] | None:
    """Article 12: ㅎ ㄶ ㅀ before another sound."""
    if coda not in ("ㅎ", "ㄶ", "ㅀ"):
        return None
    rest = {"ㅎ": "", "ㄶ": "ㄴ", "ㅀ": "ㄹ"}[coda]
    if right.onset in _ASPIRATE:
        return rest, _ASPIRATE[right.onset]
    if right.onset == "ㅅ":
        return rest, "ㅆ"
    if right.onset == "ㄴ":
        return (rest or "ㄴ"), ("ㄹ" if rest == "ㄹ" else "ㄴ")
    if right.onset == SILENT:
        return "", rest or SILENT
    return None


def _into_h(coda: str, right: Syllable) -> tuple[str, str] | None:
    """Article 12: a stop before ㅎ is said with it."""
    if right.onset != "ㅎ":
        return None
    if coda in ("ㄷ", "ㅈ") and _palatalises(right):
        return "", "ㅊ"
    stop = _at_rest(coda)
    return _BEFORE_H.get(coda) or (("", _ASPIRATE[stop]) if stop in _ASPIRATE else None)


def _split(coda: str) -> tuple[str, str]:
    """What stays and what comes last: ㄳ is ㄱ and ㅅ, ㄱ nothing and ㄱ."""
    pair = _SPLIT.get(coda, coda)
    return pair[:-1], pair[-1]


def _palatal(coda: str, right: Syllable) -> tuple[str, str] | None:
    """Article 17: ㄷ ㅌ before 이 (and 여, as in 붙여)."""
    rest, last = _split(coda)
    if right.onset != SILENT or not _palatalises(right) or last not in _PALATAL:
        return None
    return rest, _PALATAL[last]


def _palatalises(right: Syllable) -> bool:
    """이 and 히, and 여 혀 as endings are (붙였다, but 맏형)."""
    return right.vowel == "ㅣ" or (right.vowel == "ㅕ" and right.coda in ("", "ㅆ"))


def _linked(coda: str, right: Syllable) -> tuple[str, str] | None:
    """Articles 13 and 14: the end goes over to a vowel; ㅅ behind another end becomes tense."""
    if right.onset != SILENT or coda == SILENT:
        return None
    rest, last = _split(coda)
    return rest, (_TENSE["ㅅ"] if rest and last == "ㅅ" else last)


def _tensed(coda: str, onset: str, written: str) -> tuple[str, str]:
    """Articles 10, 11 and 23 to 25: the sound the end leaves, and the tense sound behind it."""
    tense = _TENSE.get(onset, onset)
    if coda == "ㄺ" and onset == "ㄱ" and written[0] not in _NOUNS_IN_LG:
        return "ㄹ", tense
    if coda == "ㄼ" and written.startswith(_LB_AS_B):
        return "ㅂ", tense
    if coda in ("ㄵ", "ㄻ", "ㄼ", "ㄾ") and onset in "ㄱㄷㅅㅈ":
        return _at_rest(coda), tense
    at_rest = _at_rest(coda)
    return at_rest, (tense if at_rest in _NASAL else onset)


def _assimilated(coda: str, onset: str) -> tuple[str, str]:
    """Articles 18 to 20: nasals and ㄹ colour their neighbours."""
    if onset == "ㄹ" and coda in "ㅁㅇㄱㄷㅂ":
        onset = "ㄴ"
    if onset in "ㄴㅁ" and coda in _NASAL:
        coda = _NASAL[coda]
    if (coda, onset) in (("ㄴ", "ㄹ"), ("ㄹ", "ㄴ")):
        return "ㄹ", "ㄹ"
    return coda, onset


def _vowel(syllable: Syllable) -> str:
    """Article 5: 의 behind a consonant, and 져 쪄 쳐."""
    if syllable.vowel == "ㅢ" and syllable.onset != SILENT:
        return "ㅣ"
    if syllable.vowel == "ㅕ" and syllable.onset in "ㅈㅉㅊ":
        return "ㅓ"
    if syllable.vowel == "ㅖ" and syllable.onset not in (SILENT, "ㄹ"):
        return "ㅔ"
    return syllable.vowel
