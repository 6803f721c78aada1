"""Of several recordings of one alias the best gets the name, the others `2`, `3` behind it."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path

from voicebank_tools.encoding import name_key, nfc
from voicebank_tools.oto import OtoEntry
from voicebank_tools.oto_making.rules import Numbers

UNSURE = 0.5
"""An edge less sure than that is to be looked at (measured: docs/alignment.md)."""

SAME_SOUND_MS = 200.0
"""Beats of one alias in one recording that are nearer mean the same sound, differently set."""


@dataclass(frozen=True)
class Candidate:
    """A sound that an alias could be.

    Attributes:
        alias: Without number and suffix.
        sure: How sure its least sure edge is, 0..1.
        in_doubt: The whole recording is.
        clipped: Its window is.
        wobble_db: How much the level of its vowel moves.
    """

    wav_path: Path
    alias: str
    suffix: str
    numbers: Numbers
    sure: float = 1.0
    in_doubt: bool = False
    clipped: bool = False
    wobble_db: float = 0.0

    @property
    def beat_ms(self) -> float:
        """Where in the recording the note begins."""
        return self.numbers.offset_ms + self.numbers.preutterance_ms

    @property
    def unsure(self) -> bool:
        """Whether a person should look at it."""
        return self.in_doubt or self.sure < UNSURE


@dataclass(frozen=True)
class Chosen:
    """A candidate and the alias it is written as."""

    alias: str
    candidate: Candidate

    @property
    def entry(self) -> OtoEntry:
        """The line to write."""
        return OtoEntry(self.candidate.wav_path, self.alias, *self.candidate.numbers)


def choose(candidates: Iterable[Candidate], existing: Sequence[OtoEntry], most: int) -> tuple[Chosen, ...]:
    """Return which candidates become lines, and as what, in the order they came.

    Certain before doubtful, whole before clipped, then the steadier vowel. What `existing` lines name
    already stays theirs: neither the same alias nor the same sound is made again.

    Args:
        most: The highest number behind an alias, and so how many there are of it at most; 0: all.
    """
    taken = {nfc(entry.alias) for entry in existing}
    known = _beats_by_sound(existing)
    groups: dict[tuple[str, str], list[tuple[int, Candidate]]] = defaultdict(list)
    for place, one in enumerate(candidates):
        if not _is_known(one, known):
            groups[nfc(one.alias), one.suffix].append((place, one))
    # A number must not make one alias another: ma, the second time, is not ma2, if that is a syllable, too.
    whole = {nfc(f"{alias}{suffix}") for alias, suffix in groups}
    found: list[tuple[int, Chosen]] = []
    for (alias, suffix), group in groups.items():
        names = list(islice(_free_names(alias, suffix, taken, whole, most), len(group)))
        taken.update(map(nfc, names))
        found += [
            (place, Chosen(name, one))
            for (place, one), name in zip(sorted(group, key=_rank), names, strict=False)
        ]
    return tuple(chosen for _, chosen in sorted(found, key=lambda pair: pair[0]))


def _rank(pair: tuple[int, Candidate]) -> tuple[bool, bool, float, int]:
    place, one = pair
    return one.unsure, one.clipped, one.wobble_db, place


def _free_names(
    alias: str, suffix: str, taken: Collection[str], whole: Collection[str], most: int
) -> Iterator[str]:
    """Yield the names an alias may have. `whole`: those that none may have with a number."""
    for number in range(1, most + 1) if most else count(1):
        name = f"{alias}{number if number > 1 else ''}{suffix}"
        if nfc(name) not in taken and (number == 1 or nfc(name) not in whole):
            yield name


def _is_of(other: str, alias: str, suffix: str) -> bool:
    return bool(re.fullmatch(rf"{re.escape(alias)}\d*{re.escape(suffix)}", other))


def _beats_by_sound(existing: Sequence[OtoEntry]) -> dict[str, list[tuple[str, float]]]:
    """Recording -> its aliases and where their notes begin, ms."""
    beats: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for entry in existing:
        beats[name_key(str(entry.wav_path))].append((nfc(entry.alias), entry.beat_ms))
    return beats


def _is_known(one: Candidate, known: dict[str, list[tuple[str, float]]]) -> bool:
    return any(
        abs(beat_ms - one.beat_ms) <= SAME_SOUND_MS and _is_of(alias, nfc(one.alias), one.suffix)
        for alias, beat_ms in known.get(name_key(str(one.wav_path)), ())
    )
