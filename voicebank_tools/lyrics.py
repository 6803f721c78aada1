"""The notes of a track -> the aliases that sing them (phones), and what the bank lacks.

Notes that extend (`+`, `ー`) are drawn to the note before; a lyric of several kana shares its note
among them; CVVC banks get their transitions and banks with endings those.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pychang import PychangError
from voicebank_tools import kana
from voicebank_tools.aliases import (
    HEAD,
    AliasSource,
    BankKind,
    Wish,
    alias_candidates,
    bank_kind,
    ending_candidates,
    read_lyric,
    transition_candidates,
)
from voicebank_tools.oto import OtoEntry
from voicebank_tools.score import Note, TempoMap
from voicebank_tools.timing import Phone

REST_LYRICS = frozenset({"", "R", "r", "rest", "pau", "sil"})
"""Lyrics that are silence and no alias."""

ENDING_TICKS = 60
"""Longest share of a note that is given to the ending of its vowel (an eighth of a beat)."""

MAX_MORAE = 16
"""A lyric of more kana than this is a sentence, not a note."""


@dataclass(frozen=True)
class MissingAlias:
    """A lyric the bank has no alias for, and where the notes that ask for it stand."""

    lyric: str
    positions_ticks: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.positions_ticks)


@dataclass(frozen=True)
class Resolution:
    """The phones of a track in order of position, and what could not be found."""

    phones: tuple[Phone, ...]
    missing: tuple[MissingAlias, ...]


@dataclass
class _Part:
    """A mora of a note on its way to a phone; `entry` None is silence."""

    note: Note
    wish: Wish
    start_ticks: int
    end_ticks: int
    alias: str = ""
    entry: OtoEntry | None = None
    first: bool = True
    silent: bool = False


@dataclass
class _Resolver:
    """The bank with what was found in it so far."""

    bank: AliasSource
    kind: BankKind
    fallback: str = ""
    missing: dict[str, MissingAlias] = field(default_factory=dict)

    def find(self, wish: Wish, vowel_before: str, note: Note) -> tuple[str, OtoEntry] | None:
        """The best alias the bank has for the wish at the note's tone and colour."""
        tone_midi = note.tone_midi + note.tone_shift
        for alias in dict.fromkeys(alias_candidates(wish, vowel_before, self.kind)):
            entry = self.bank.find(alias, tone_midi, note.color)
            if entry is not None:
                return self._alternate(alias, note) or (alias, entry)
        return None

    def first_of(self, aliases: Sequence[str], note: Note) -> tuple[str, OtoEntry] | None:
        """The first of some aliases that the bank has."""
        for alias in aliases:
            entry = self.bank.find(alias, note.tone_midi + note.tone_shift, note.color)
            if entry is not None:
                return alias, entry
        return None

    def _alternate(self, alias: str, note: Note) -> tuple[str, OtoEntry] | None:
        """OpenUtau's `alt`: another recording of the alias, numbered."""
        return self.first_of((f"{alias}{note.alternate}",), note) if note.alternate else None

    def report(self, wish: Wish, position_ticks: int) -> None:
        """Count a lyric that was not found."""
        known = self.missing.get(wish.text, MissingAlias(wish.text, ()))
        self.missing[wish.text] = MissingAlias(wish.text, (*known.positions_ticks, position_ticks))

    def find_fallback(self, vowel_before: str, note: Note) -> tuple[str, OtoEntry]:
        """What is sung instead of a missing lyric."""
        found = self.find(read_lyric(self.fallback), vowel_before, note)
        if found is None:
            raise PychangError(
                f"--fallback {self.fallback}: the voicebank has no such alias; name one it has"
            )
        return found


def resolve(notes: Sequence[Note], bank: AliasSource, tempo_map: TempoMap, fallback: str = "") -> Resolution:
    """Return the phones of one track.

    Args:
        notes: In order of position, none overlapping the next.
        bank: Where aliases are looked up.
        tempo_map: The song's.
        fallback: Lyric that is sung where the bank lacks the note's own; "" for silence.

    Raises:
        PychangError: The fallback is needed and the bank lacks that, too.
    """
    tone_midi = sorted(note.tone_midi for note in notes)[len(notes) // 2] if notes else 60
    resolver = _Resolver(bank, bank_kind(bank, tone_midi), fallback)
    parts = _extend([part for note in notes for part in _parts_of(note, resolver)], resolver)
    _find_all(parts, resolver)
    phones = _phones(parts, resolver, tempo_map)
    return Resolution(phones, tuple(resolver.missing.values()))


def is_rest(lyric: str) -> bool:
    """Return whether a lyric means silence (a lone っ is the silence of a stop)."""
    return lyric.strip() in REST_LYRICS or kana.split_morae(lyric.strip()) == (kana.GEMINATE,)


def _parts_of(note: Note, resolver: _Resolver) -> list[_Part]:
    """A note as one part, or as one for each of its kana where the bank lacks the whole."""
    text = note.phoneme or note.phonetic_hint or note.lyric
    wish = read_lyric(text)
    start_ticks = note.position_ticks + min(note.phoneme_offset_ticks, note.duration_ticks - 1)
    whole = _Part(note, wish, start_ticks, note.end_ticks, silent=is_rest(text))
    length = len(wish.morae)
    if not 1 < length <= min(MAX_MORAE, note.end_ticks - start_ticks) or resolver.find(wish, "", note):
        return [whole]
    edges = [start_ticks + (note.end_ticks - start_ticks) * index // length for index in range(length + 1)]
    return [
        _Part(note, read_lyric(mora), edges[index], edges[index + 1], first=index == 0, silent=is_rest(mora))
        for index, mora in enumerate(wish.morae)
    ]


def _extend(parts: list[_Part], resolver: _Resolver) -> list[_Part]:
    """Draw parts that extend into the one before; behind a rest they sing its vowel again."""
    drawn: list[_Part] = []
    for part in parts:
        if not _extends(part, resolver) or not drawn:
            drawn.append(part)
        elif drawn[-1].end_ticks >= part.note.position_ticks:
            drawn[-1].end_ticks = part.end_ticks
        else:
            vowel = drawn[-1].wish.vowel
            part.wish = read_lyric(vowel) if vowel else part.wish
            drawn.append(part)
    return drawn


def _extends(part: _Part, resolver: _Resolver) -> bool:
    text = part.wish.text
    if text.startswith(("+", "...")) or text == "…":
        return True
    marks = text == HEAD or (bool(text) and set(text) <= kana.LONG_MARKS)
    return marks and resolver.first_of((text,), part.note) is None


def _find_all(parts: Sequence[_Part], resolver: _Resolver) -> None:
    """Give each part its alias, in the context of what was sung right before."""
    previous: _Part | None = None
    for part in parts:
        if part.silent:
            previous = None
            continue
        touches = previous is not None and previous.end_ticks >= part.note.position_ticks
        vowel_before = previous.wish.vowel if touches and previous is not None else HEAD
        found = resolver.find(part.wish, vowel_before, part.note)
        if found is None:
            resolver.report(part.wish, part.start_ticks)
            if resolver.fallback:
                part.wish = read_lyric(resolver.fallback)
                found = resolver.find_fallback(vowel_before, part.note)
        if found is not None:
            part.alias, part.entry = found
        previous = part if found is not None else None


def _phones(parts: Sequence[_Part], resolver: _Resolver, tempo_map: TempoMap) -> tuple[Phone, ...]:
    phones: list[Phone] = []
    for index, part in enumerate(parts):
        if part.entry is None:
            continue
        following = parts[index + 1] if index + 1 < len(parts) else None
        touches = following is not None and following.note.position_ticks <= part.end_ticks
        end_ticks = following.start_ticks if touches and following is not None else part.end_ticks
        tail = _tail(part, following if touches else None, end_ticks, resolver, tempo_map)
        vowel_end = tail.position_ticks if tail else end_ticks
        if vowel_end <= part.start_ticks:
            continue
        only = tail is None and part.first and (following is None or following.note is not part.note)
        duration_ticks = vowel_end - part.start_ticks
        phones.append(
            Phone(part.note, part.alias, part.entry, part.start_ticks, duration_ticks, part.first, only)
        )
        if tail:
            phones.append(tail)
    return tuple(phones)


def _tail(
    part: _Part, following: _Part | None, end_ticks: int, resolver: _Resolver, tempo_map: TempoMap
) -> Phone | None:
    """The transition into the next consonant or the ending of the vowel, if the bank has one."""
    duration_ticks = end_ticks - part.start_ticks
    if following is None or following.silent:
        found = resolver.first_of(ending_candidates(part.wish.vowel), part.note)
        wanted_ticks = min(ENDING_TICKS, duration_ticks // 3)
    elif following.entry is None or " " in following.alias or not following.wish.morae:
        return None  # nothing to lead into, or an alias that begins with the transition itself
    else:
        candidates = transition_candidates(part.wish.vowel, following.wish.morae[0])
        found = resolver.first_of(candidates, part.note)
        wanted_ticks = min(_lead_ticks(following, end_ticks, tempo_map), duration_ticks // 2)
    if found is None or wanted_ticks <= 0:
        return None
    alias, entry = found
    return Phone(part.note, alias, entry, end_ticks - wanted_ticks, wanted_ticks, first=False, only=False)


def _lead_ticks(following: _Part, end_ticks: int, tempo_map: TempoMap) -> int:
    """How long before its position the next phone's consonant begins."""
    assert following.entry is not None
    lead_ms = following.entry.preutterance_ms
    lead_ticks = end_ticks - tempo_map.ticks_at(tempo_map.ms_at(end_ticks) - lead_ms)
    return round(lead_ticks) or ENDING_TICKS
