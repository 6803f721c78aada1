"""oto.ini as text: the aliases of a recording in the order they are sung, and about when."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from voicebank_tools.aliases import read_lyric
from voicebank_tools.g2p.reading import Reader, Reading
from voicebank_tools.labels.pauses import pause_name
from voicebank_tools.labels.segment import Word
from voicebank_tools.oto_line import OtoEntry

SAME_PLACE_S = 0.05
"""Aliases nearer than that name the same sound (`か`, `か2`, `- か`)."""

CONSONANT_S = 0.06
"""A consonant begins about that much before the vowel, which is where the preutterance points."""

_SUFFIX = re.compile(r"[_ ]?[A-G][#♯b]?-?\d$|(?<=\D)\d+$|↑|↓")
_NO_SOUND = ("", "-", "*", "R", "・")
_CONSONANT = re.compile(r"[bcdfghjklmnpqrstvwyz]+")


class Sung(NamedTuple):
    """A word, about when it begins in seconds, and about when its vowel does (for the order)."""

    word: Word
    onset_s: float
    vowel_s: float


def sung_words(entries: Sequence[OtoEntry], reader: Reader) -> tuple[Sung, ...]:
    """Return the words of one recording's aliases in the order of their preutterances; aliases of
    transitions (`a k`) and endings (`a R`) name no word, and of those at one place the first counts."""
    found: list[Sung] = []
    for entry in entries:
        vowel_s = entry.beat_ms / 1000.0
        words = alias_words(entry.alias, reader).words
        if len(words) == 1:
            lead_s = min(CONSONANT_S, entry.preutterance_ms / 1000.0) if len(words[0].phones) > 1 else 0.0
            found.append(Sung(words[0], vowel_s - lead_s, vowel_s))
    kept: list[Sung] = []
    for one in sorted(found, key=lambda sung: sung.vowel_s):
        if not kept or one.vowel_s - kept[-1].vowel_s > SAME_PLACE_S:
            kept.append(one)
    return tuple(kept)


def alias_words(alias: str, reader: Reader) -> Reading:
    """Return what an alias says without its context and suffixes (`a か_C4` is か; `n` is ん, but `a n` leads
    into an n)."""
    *context, core = alias.split() or [""]
    core = _SUFFIX.sub("", core)
    leads_on = _CONSONANT.fullmatch(core) and (context or core != "n")
    if core in _NO_SOUND or pause_name(core) or leads_on:
        return Reading(())
    morae = read_lyric(core).morae
    return reader(morae[0] if len(morae) == 1 and not core.isascii() else core)


def merged(named: Sequence[Word], sung: Sequence[Sung]) -> tuple[tuple[Word, ...], tuple[float | None, ...]]:
    """Return the words of a recording with onsets.

    Banks leave out aliases that they have elsewhere, and lines get swapped by hand: where the name says as
    much as the aliases or more, the words are the name's. As many as there are aliases take their times in
    order; of more, those that match.
    """
    if len(named) < len(sung):
        return tuple(one.word for one in sung), tuple(one.onset_s for one in sung)
    if len(named) == len(sung):
        return tuple(named), tuple(one.onset_s for one in sung)
    onsets: list[float | None] = [None] * len(named)
    phones = [word.phones for word in named], [one.word.phones for one in sung]
    for block in SequenceMatcher(None, *phones, autojunk=False).get_matching_blocks():
        onsets[block.a : block.a + block.size] = [one.onset_s for one in sung[block.b : block.b + block.size]]
    return tuple(named), tuple(onsets)
