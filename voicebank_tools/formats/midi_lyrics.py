"""Words of a MIDI file: their encoding, their marks, and which note each belongs to.

MIDI does not say how text is encoded. Sources: RP-017 (lyric events: one syllable each, hyphens
and line ends as marks), RP-026 (`{@JP}` and `{@LATIN}`), and the habits of karaoke files (text
events, `\\` and `/` for new lines, `@` headers).
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

from voicebank_tools.formats.text import detect

_MARKS = re.compile(r"\{[@#][^}]*\}|[\r\n]")
_EXTENDERS = frozenset(("-", "+", "_", "__", "~", "=", "–", "—", "ー", "*"))
_WORD_END = re.compile(r"(?<=\w)[-_–]+$")


def codec_of(texts: Sequence[bytes]) -> str:
    """Return Python's codec for a file's words.

    UTF-8 if they are valid UTF-8; code page 932 if a tag says Japanese or they give kana (the lead
    bytes of kana are control characters in Latin text); cp949 for Hangul; else cp1252.
    """
    data = b"\n".join(texts)
    if b"{@JP" in data:
        return "cp932"
    if b"{@LATIN" in data:
        return "cp1252"
    codec = detect(data).codec
    if codec == "cp932" and not _has_kana(data.decode("cp932", "replace")):
        return "cp1252"
    return codec


def syllable(text: str, *, karaoke: bool = False) -> str:
    """Return a lyric event as a lyric: "" if it holds no word, "+" if it extends the last one.

    A hyphen that says "the word goes on" is taken off (`Bri-` is `Bri`); one that belongs to an
    alias (`- a`, `a -`) stays.
    """
    text = _MARKS.sub("", text)
    if karaoke:
        text = "" if text.startswith("@") else text.lstrip("\\/")
    text = text.strip()
    return "+" if text in _EXTENDERS else _WORD_END.sub("", text)


def attach(
    words: Sequence[tuple[int, str]], onsets: Sequence[int], tolerance_ticks: int
) -> tuple[dict[int, str], int]:
    """Return word by index of the note it belongs to, and how many found none.

    `words` are (tick, word); `onsets` the rising ticks of the notes. A word belongs to the nearest
    onset within the tolerance; words that meet on one note are joined.
    """
    found: dict[int, str] = {}
    lost = 0
    for ticks, word in words:
        after = bisect_left(onsets, ticks)
        near = [index for index in (after - 1, after) if 0 <= index < len(onsets)]
        index = min(near, key=lambda each: abs(onsets[each] - ticks), default=None)
        if index is None or abs(onsets[index] - ticks) > tolerance_ticks:
            lost += 1
        else:
            found[index] = _joined(found.get(index, "+"), word)
    return found, lost


def _joined(first: str, second: str) -> str:
    """Return two words on one note as one; an extender gives way to a word."""
    if "+" in (first, second):
        return second if first == "+" else first
    return first + second


def _has_kana(text: str) -> bool:
    return any("ぁ" <= char <= "ヺ" for char in text)
