"""Mandarin in pinyin or characters -> initial and final, one word for each syllable.

Phones are those of Opencpop's DiffSinger dictionary: `E En i0 ir` are the finals of ye, yan, zi and zhi,
which sound unlike e, an and i. Characters need the package pypinyin, which knows words and their readings.
"""

import re
import unicodedata

from pychang import PychangError
from voicebank_tools.g2p.reading import (
    NO_DICTIONARY,
    Dictionary,
    Reading,
    gathered,
    known_word,
    tokens,
)
from voicebank_tools.labels.segment import Word

_INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
_FINALS = re.compile(
    "a|ai|an|ang|ao|e|ei|en|eng|er|i|ia|ian|iang|iao|ie|in|ing|iong|iu|o|ong|ou|u|ua|uai|uan|uang|ui|un|uo"
    "|v|van|ve|vn"
)
_TONES = dict.fromkeys(map(ord, "\u0304\u0301\u030c\u0300"))
_SYLLABLE = re.compile(r"[A-Za-züÜêvV:]+[0-5]?")
_CHARACTER = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]+")
_WHOLE = {
    "yuan": ("y", "van"), "yue": ("y", "ve"), "yun": ("y", "vn"), "yu": ("y", "v"), "ye": ("y", "E"),
    "yan": ("y", "En"), "ng": ("ng",), "m": ("m",), "hm": ("h", "m"),
}  # fmt: skip


def phones_of_syllable(pinyin: str) -> tuple[str, ...]:
    """Return initial and final of a toneless syllable (`v` or `ü` in lü), none if it is no syllable."""
    plain = pinyin.lower().replace("u:", "v").replace("ü", "v")
    if plain in _WHOLE:
        return _WHOLE[plain]
    initial = next((one for one in _INITIALS if plain.startswith(one)), "")
    final = plain.removeprefix(initial)
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    if final == "ue" and initial in ("n", "l"):
        final = "ve"
    if not _FINALS.fullmatch(final):
        return ()
    if final == "i" and initial in ("zh", "ch", "sh", "r"):
        final = "ir"
    elif final == "i" and initial in ("z", "c", "s"):
        final = "i0"
    return (*((initial,) if initial else ()), final)


def read_chinese(text: str, dictionary: Dictionary = NO_DICTIONARY) -> Reading:
    """Return the syllables of a text in pinyin (tones as marks or numbers, or none; syllables apart, or
    with numbers between) or characters.

    Raises:
        PychangError: There are characters and pypinyin is not installed.
    """
    words: list[Word] = []
    unknown: list[str] = []
    for token in tokens(text):
        known = known_word(token, dictionary)
        if known:
            words.append(known)
            continue
        for piece in _pieces(token):
            if _CHARACTER.fullmatch(piece):
                _read_characters(piece, words, unknown)
            else:
                _read_pinyin(piece, piece, words, unknown)
    return gathered(words, unknown)


def _pieces(token: str) -> list[str]:
    """Runs of characters, and syllables of pinyin: a tone's number, a quote or a hyphen ends one."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFD", token).translate(_TONES))
    pieces: list[str] = []
    for run in re.split(f"({_CHARACTER.pattern})", plain):
        if _CHARACTER.fullmatch(run):
            pieces.append(run)
        else:
            pieces += [piece for part in re.split("['’-]", run) for piece in _syllables(part)]
    return pieces


def _syllables(run: str) -> list[str]:
    found = _SYLLABLE.findall(run)
    return found if "".join(found) == run else [run]


def _read_pinyin(text: str, pinyin: str, words: list[Word], unknown: list[str]) -> None:
    phones = phones_of_syllable(pinyin.rstrip("012345"))
    if phones:
        words.append(Word(text, phones))
    else:
        unknown.append(text)


def _read_characters(run: str, words: list[Word], unknown: list[str]) -> None:
    try:
        from pypinyin import Style, lazy_pinyin
    except ImportError as error:
        cure = "pip install pypinyin, or write pinyin"
        raise PychangError(f'"{run[:20]}": Chinese characters need the package pypinyin; {cure}') from error
    syllables = lazy_pinyin(run, style=Style.NORMAL, v_to_u=False)
    if len(syllables) != len(run):  # characters without a reading come back in one piece
        syllables = [lazy_pinyin(character, style=Style.NORMAL)[0] for character in run]
    for character, pinyin in zip(run, syllables, strict=True):
        _read_pinyin(character, pinyin, words, unknown)
