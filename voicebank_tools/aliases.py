"""A lyric -> the aliases a voicebank may have for it, best first.

Kinds of Japanese banks: CV (`か`), VCV (`a か`, `- か` at the head of a phrase) and CVVC (`か` and
`a k` into the next consonant); each in hiragana, katakana or some romaji.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from voicebank_tools import kana
from voicebank_tools.oto import OtoEntry

HEAD = "-"
"""Stands for the vowel before at the head of a phrase (`- か`)."""

_VOWELS = "aiueon"
_REPEATS = ("2", "3")
_PROBED_MORAE = ("か", "さ", "た", "な", "ま")


class AliasSource(Protocol):
    """What is asked of a voicebank here."""

    def find(self, alias: str, tone_midi: int, color: str) -> OtoEntry | None:
        """Return the oto line of an alias at a tone, with the bank's prefixes and suffixes."""

    def has(self, alias: str, tone_midi: int, color: str) -> bool:
        """Return whether `find` finds something, of an alias that is not to be sung."""


class BankKind(Enum):
    """How a bank's recordings join."""

    CV = "CV"
    VCV = "VCV"
    CVVC = "CVVC"


@dataclass(frozen=True)
class Wish:
    """A lyric as understood: `text` as written save for blanks and a leading `?`; `morae` in
    hiragana (none if it is not Japanese); `bare` if no context (`a `, `- `) is written with it.
    """

    text: str
    morae: tuple[str, ...]
    bare: bool

    @property
    def vowel(self) -> str:
        """The vowel the lyric ends on, "" if unknown."""
        return kana.vowel_of(self.morae[-1]) if self.morae else ""


def read_lyric(lyric: str) -> Wish:
    """Return what a lyric asks for.

    `?か`, `か`, `カ`, `ka`, `KA,`, `a か`, `- ka`, `か2` and `a かD4` all mean か (the last two by
    what stands before their digits).
    """
    text = unicodedata.normalize("NFC", lyric.strip()).removeprefix("?").strip()
    *context, core = text.split() or [""]
    return Wish(text, _morae(core), bare=not context)


def _morae(core: str) -> tuple[str, ...]:
    """The morae of a lyric without its context; romaji is one mora at most."""
    bare = core.strip(',.;:!?…"“”()_、。')
    for spelling in (bare, re.sub(r"[A-G]?[#♯b]?[0-9]+$", "", bare)):
        mora = kana.kana_of(spelling)
        morae = (mora,) if mora else kana.split_morae(spelling)
        if len(morae) > 1 and kana.split_morae(spelling.rstrip("".join(kana.LONG_MARKS))) == morae[:1]:
            return morae[:1]  # `かー` on a note of its own is か
        if morae:
            return morae
    return ()


def spellings(mora: str) -> tuple[str, ...]:
    """Return how banks may write a hiragana mora: kana, romaji, then kana of the same sound."""
    every = [mora, kana.to_katakana(mora), *kana.romaji_of(mora)]
    for other in kana.same_sound(mora):
        every += [other, kana.to_katakana(other)]
    return tuple(dict.fromkeys(every))


def alias_candidates(wish: Wish, vowel_before: str, kind: BankKind) -> Iterator[str]:
    """Yield the aliases to try for a lyric of one mora (or none that is understood), best first.

    Args:
        wish: The lyric.
        vowel_before: What the phrase sang last (a i u e o n), `HEAD` at its head, "" if unknown.
        kind: A bank of VCV or CVVC recordings sings a bare mora by its context; a CV bank, and
            any lyric with a context written to it, the alias as written.
    """
    mora = wish.morae[0] if len(wish.morae) == 1 else ""
    plain = spellings(mora) if mora else ()
    contextual = _in_context(plain, vowel_before or HEAD)
    if kind is not BankKind.CV and wish.bare:
        yield from contextual
    yield wish.text
    yield from plain
    yield from contextual
    for alias in (*contextual, *plain):
        yield from (alias + repeat for repeat in _REPEATS)
    yield from _in_any_context(plain)


def _in_context(plain: Iterable[str], vowel_before: str) -> tuple[str, ...]:
    vowels = ("n", "N") if vowel_before == "n" else (vowel_before,)
    return tuple(f"{vowel} {spelling}" for vowel in vowels for spelling in plain)


def _in_any_context(plain: tuple[str, ...]) -> Iterator[str]:
    """The mora as recorded behind any other vowel: better than silence."""
    for vowel in (HEAD, *_VOWELS, "*"):
        for alias in _in_context(plain, vowel):
            yield alias
            yield from (alias + repeat for repeat in _REPEATS)


def transition_candidates(vowel: str, next_mora: str) -> tuple[str, ...]:
    """Return the aliases of a CVVC bank that lead from a vowel into the next mora's consonant."""
    if not vowel:
        return ()
    return _in_context(kana.consonants_of(next_mora), vowel)


def ending_candidates(vowel: str) -> tuple[str, ...]:
    """Return the aliases in which a vowel ends at the end of a phrase."""
    return tuple(f"{vowel} {mark}" for mark in (HEAD, "R")) if vowel else ()


def bank_kind(bank: AliasSource, tone_midi: int = 60, color: str = "") -> BankKind:
    """Return which kind a bank is, by asking it for a few aliases only that kind has."""
    known = _count(bank, _transition_probes(), tone_midi, color)
    if known >= 4:
        return BankKind.CVVC
    joined = _count(bank, _joined_probes(), tone_midi, color)
    return BankKind.VCV if joined >= 4 else BankKind.CV


def _transition_probes() -> Iterator[tuple[str, ...]]:
    """Groups of spellings of the same transition, such as `a k`."""
    return (transition_candidates(vowel, mora) for vowel in "aiueo" for mora in _PROBED_MORAE)


def _joined_probes() -> Iterator[tuple[str, ...]]:
    """Groups of spellings of the same joined mora, such as `a か`."""
    return (_in_context(spellings(mora), vowel) for vowel in "aiueo" for mora in _PROBED_MORAE)


def _count(bank: AliasSource, probes: Iterable[tuple[str, ...]], tone_midi: int, color: str) -> int:
    return sum(any(bank.has(alias, tone_midi, color) for alias in group) for group in probes)
