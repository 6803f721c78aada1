"""Kana and romaji: one table of Japanese morae, and what is read off it.

Each mora has one hiragana spelling and its romaji spellings, the first of them Hepburn, then
Kunrei and the ones voicebanks use. Katakana is hiragana moved by a fixed distance in Unicode.
"""

import re
import unicodedata
from functools import cache

# Rows of the syllabary: consonant spellings (first = Hepburn) and the kana for a i u e o;
# "-" where there is none. A mora with other spellings than its row's stands in _IRREGULAR.
_ROWS: tuple[tuple[str, str], ...] = (
    ("", "あ い う え お"),
    ("k", "か き く け こ"),
    ("g", "が ぎ ぐ げ ご"),
    ("s", "さ すぃ す せ そ"),
    ("z", "ざ ずぃ ず ぜ ぞ"),
    ("t", "た てぃ とぅ て と"),
    ("d", "だ でぃ どぅ で ど"),
    ("n", "な に ぬ ね の"),
    ("h", "は ひ - へ ほ"),
    ("f", "ふぁ ふぃ ふ ふぇ ふぉ"),
    ("b", "ば び ぶ べ ぼ"),
    ("p", "ぱ ぴ ぷ ぺ ぽ"),
    ("m", "ま み む め も"),
    ("y", "や - ゆ いぇ よ"),
    ("r l", "ら り る れ ろ"),
    ("w", "わ うぃ - うぇ うぉ"),
    ("v", "ゔぁ ゔぃ ゔ ゔぇ ゔぉ"),
    ("ky", "きゃ - きゅ きぇ きょ"),
    ("gy", "ぎゃ - ぎゅ ぎぇ ぎょ"),
    ("sh sy", "しゃ し しゅ しぇ しょ"),
    ("j jy zy", "じゃ じ じゅ じぇ じょ"),
    ("ch ty", "ちゃ ち ちゅ ちぇ ちょ"),
    ("ts", "つぁ つぃ つ つぇ つぉ"),
    ("ny", "にゃ - にゅ にぇ にょ"),
    ("hy", "ひゃ - ひゅ ひぇ ひょ"),
    ("by", "びゃ - びゅ びぇ びょ"),
    ("py", "ぴゃ - ぴゅ ぴぇ ぴょ"),
    ("my", "みゃ - みゅ みぇ みょ"),
    ("ry ly", "りゃ - りゅ りぇ りょ"),
    ("fy", "ふゃ - ふゅ - ふょ"),
    ("vy", "ゔゃ - ゔゅ - ゔょ"),
    ("thy", "てゃ - てゅ - てょ"),
    ("dhy", "でゃ - でゅ - でょ"),
    ("kw", "くぁ くぃ - くぇ くぉ"),
    ("gw", "ぐぁ ぐぃ - ぐぇ ぐぉ"),
)

_IRREGULAR: dict[str, tuple[str, ...]] = {
    "し": ("shi", "si"),
    "じ": ("ji", "zi"),
    "ち": ("chi", "ti"),
    "つ": ("tsu", "tu"),
    "ふ": ("fu", "hu"),
    "すぃ": ("si", "swi"),
    "ずぃ": ("zi", "zwi"),
    "てぃ": ("ti", "thi"),
    "でぃ": ("di", "dhi"),
    "とぅ": ("tu", "twu"),
    "どぅ": ("du", "dwu"),
    "いぇ": ("ye",),
    "を": ("wo", "o"),
    "うぉ": ("wo", "who"),
    "うぃ": ("wi", "whi"),
    "うぇ": ("we", "whe"),
    "ん": ("n", "N", "nn", "n'", "xn"),
    "ぢ": ("ji", "di", "dji"),
    "づ": ("zu", "du", "dzu"),
    "ぁ": ("xa", "la"),
    "ぃ": ("xi", "li"),
    "ぅ": ("xu", "lu"),
    "ぇ": ("xe", "le"),
    "ぉ": ("xo", "lo"),
    "っ": ("cl", "q", "xtsu", "xtu"),
}

# Which kana a romaji spelling means where the table gives several: what a singer would say.
_PREFERRED: dict[str, str] = {
    "si": "し", "zi": "じ", "ti": "ち", "tu": "つ", "ji": "じ", "zu": "ず", "o": "お",
    "di": "でぃ", "du": "どぅ", "wo": "を", "la": "ら", "li": "り", "lu": "る", "le": "れ", "lo": "ろ",
    "q": "っ",
}  # fmt: skip

_SAME_SOUND: dict[str, tuple[str, ...]] = {
    "を": ("お", "うぉ"), "うぉ": ("を",), "ぢ": ("じ",), "づ": ("ず",), "じ": ("ぢ",), "ず": ("づ",),
    "ぁ": ("あ",), "ぃ": ("い",), "ぅ": ("う",), "ぇ": ("え",), "ぉ": ("お",), "お": ("を",),
}  # fmt: skip

_SMALL_KANA = "ぁぃぅぇぉゃゅょゎ"
_KATAKANA_DISTANCE = 0x60
LONG_MARKS = frozenset("ー〜～")
"""Marks that draw the vowel before them out."""

GEMINATE = "っ"
SYLLABIC_N = "ん"


def to_hiragana(text: str) -> str:
    """Return `text` in NFC with each katakana letter as hiragana (half width ones as well)."""
    # Half-width katakana is the one form NFC leaves alone; NFKC on those letters only.
    widened = re.sub(r"[\uff66-\uff9f]+", lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return "".join(
        chr(ord(letter) - _KATAKANA_DISTANCE) if "ァ" <= letter <= "ヶ" else letter
        for letter in unicodedata.normalize("NFC", widened)
    )


def to_katakana(text: str) -> str:
    """Return `text` in NFC with each hiragana letter as katakana."""
    return "".join(
        chr(ord(letter) + _KATAKANA_DISTANCE) if "ぁ" <= letter <= "ゖ" else letter
        for letter in unicodedata.normalize("NFC", text)
    )


def romaji_of(mora: str) -> tuple[str, ...]:
    """Return the romaji spellings of one hiragana mora, Hepburn first; empty if not a mora."""
    return _romaji_table().get(mora, ())


def kana_of(romaji: str) -> str:
    """Return the hiragana of one romaji mora in any common spelling; "" if it is none."""
    if romaji == "N":
        return SYLLABIC_N
    return _kana_table().get(romaji.lower(), "")


def same_sound(mora: str) -> tuple[str, ...]:
    """Return the other kana that sound like the mora (`を` as `お`, `ぢ` as `じ`)."""
    return _SAME_SOUND.get(mora, ())


def split_morae(text: str) -> tuple[str, ...]:
    """Return the hiragana morae of a text in kana; empty if any letter of it is not kana.

    A long mark becomes the vowel it draws out (`かー` is `か`, `あ`).
    """
    morae: list[str] = []
    for letter in to_hiragana(text):
        if morae and letter in _SMALL_KANA and morae[-1] + letter in _romaji_table():
            morae[-1] += letter
        elif morae and letter in LONG_MARKS and vowel_of(morae[-1]):
            morae.append(kana_of(vowel_of(morae[-1])))
        elif letter in _romaji_table():
            morae.append(letter)
        else:
            return ()
    return tuple(morae)


def vowel_of(mora: str) -> str:
    """Return the vowel a hiragana mora ends on: a, i, u, e, o, `n` for ん, "" for っ and others."""
    if mora == SYLLABIC_N:
        return "n"
    romaji = romaji_of(mora)
    return romaji[0][-1] if romaji and romaji[0][-1] in "aiueo" else ""


def consonants_of(mora: str) -> tuple[str, ...]:
    """Return the consonant a hiragana mora begins with, in each romaji spelling; empty for vowels.

    Before `i` banks of the CVVC kind often name the palatal consonant (`a ky` before き).
    """
    plain = tuple(dict.fromkeys(romaji[:-1] for romaji in romaji_of(mora) if romaji[-1] in "aiueo"))
    consonants = tuple(consonant for consonant in plain if consonant)
    if vowel_of(mora) == "i" and consonants and not consonants[0].endswith(("y", "h", "j", "s")):
        return (consonants[0] + "y", *consonants)
    return consonants


@cache
def _romaji_table() -> dict[str, tuple[str, ...]]:
    """Hiragana mora -> romaji spellings."""
    table: dict[str, tuple[str, ...]] = {}
    for consonants, row in _ROWS:
        for vowel, mora in zip("aiueo", row.split(), strict=True):
            if mora != "-":
                table[mora] = tuple(consonant + vowel for consonant in consonants.split() or [""])
    return {**table, **_IRREGULAR}


@cache
def _kana_table() -> dict[str, str]:
    """Romaji spelling in lower case -> hiragana mora."""
    table: dict[str, str] = {}
    for mora, spellings in _romaji_table().items():
        for spelling in spellings:
            table.setdefault(spelling.lower(), mora)
    return {**table, **_PREFERRED}
