"""Tiers: what a TextGrid holds, and what of it are `Labels`."""

from dataclasses import dataclass, field, replace

from pychang import PychangError
from voicebank_tools.labels.pauses import covering
from voicebank_tools.labels.segment import Labels, Segment

WORDS = "words"
PHONES = "phones"

_WORD_NAMES = ("words", "word", "syllables", "syllable", "kana")
_PHONE_NAMES = ("phones", "phone", "phonemes", "phoneme", "phons", "phns")


@dataclass(frozen=True)
class Tier:
    """A named line of labels. Of points, begin and end are the same moment."""

    name: str
    segments: tuple[Segment, ...]
    of_points: bool = False


@dataclass(frozen=True)
class TierFile:
    """All tiers of a clip, in order; `remarks`: what had to be mended to read the file, one line each."""

    begin_s: float
    end_s: float
    tiers: tuple[Tier, ...]
    remarks: tuple[str, ...] = field(default=(), compare=False)


def labels_of(file: TierFile, duration_s: float, name: str) -> Labels:
    """Return the words and phones of a file as labels that cover 0 to `duration_s`.

    Tiers are known by name (words, phones and their common variants); without such names the first
    interval tier holds the words, the second the phones; a lone one is both.

    Raises:
        PychangError: No interval tier; `name` says which file.
    """
    intervals = [tier for tier in file.tiers if not tier.of_points]
    if not intervals:
        raise PychangError(f"{name}: no interval tier; give it a tier named {PHONES}")
    phones = _named(intervals, _PHONE_NAMES) or intervals[min(1, len(intervals) - 1)]
    words = _named(intervals, _WORD_NAMES) or (intervals[0] if intervals[0] is not phones else phones)
    return Labels(duration_s, covering(words.segments, duration_s), covering(phones.segments, duration_s))


def with_labels(labels: Labels, before: TierFile | None = None) -> TierFile:
    """Return the tiers words and phones of `labels`, behind them all other tiers of `before`."""
    own = (Tier(WORDS, labels.words), Tier(PHONES, labels.phones))
    if before is None:
        return TierFile(0.0, labels.duration_s, own)
    others = tuple(tier for tier in before.tiers if tier.name not in (WORDS, PHONES))
    return replace(before, begin_s=0.0, end_s=max(before.end_s, labels.duration_s), tiers=(*own, *others))


def _named(tiers: list[Tier], names: tuple[str, ...]) -> Tier | None:
    by_name = {tier.name.strip().lower().rpartition(" - ")[2]: tier for tier in reversed(tiers)}
    return next((by_name[name] for name in names if name in by_name), None)
