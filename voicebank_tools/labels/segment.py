"""The seams of labelling: what is said in a clip (`Transcript`), and when (`Labels`)."""

from dataclasses import dataclass

SILENCE = "SP"
"""Phone of a pause (DiffSinger's name)."""

BREATH = "AP"
"""Phone of an audible breath."""


@dataclass(frozen=True)
class Segment:
    """A stretch of a clip and what it holds."""

    begin_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class Word:
    """A word (or mora, or syllable) and the phones it is said with."""

    text: str
    phones: tuple[str, ...]


@dataclass(frozen=True)
class Transcript:
    """What is said in a clip, in order; pauses are left for the aligner to find.

    Attributes:
        words: At least one.
        onsets_s: About when each word begins (from a guide track or a score); None where nothing is
            known. As many as `words`.
    """

    words: tuple[Word, ...]
    onsets_s: tuple[float | None, ...]


@dataclass(frozen=True)
class Labels:
    """A labelled clip: two tiers that cover it from 0 to `duration_s` without gaps.

    Attributes:
        confidence: How sure each phone's beginning is, 0..1; empty where nobody measured.
    """

    duration_s: float
    words: tuple[Segment, ...]
    phones: tuple[Segment, ...]
    confidence: tuple[float, ...] = ()
