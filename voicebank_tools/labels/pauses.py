"""The names that tools give to pauses and breaths, and ours for them."""

from collections.abc import Iterable, Iterator
from types import MappingProxyType

from voicebank_tools.labels.segment import BREATH, SILENCE, Segment, Word

_NAMES = MappingProxyType(
    {
        **dict.fromkeys(
            ("", "sp", "sil", "pau", "silence", "spn", "sp1", "<sil>", "<p:>", "#", "_"), SILENCE
        ),
        **dict.fromkeys(("ap", "br", "breath", "<ap>", "<br>", "息", "吸"), BREATH),
    }
)
_MS = 1e-3


def pause_name(text: str) -> str:
    """Return `SILENCE` or `BREATH` where `text` is some tool's name of it (MFA, HTK, NNSVS, DiffSinger),
    else ""."""
    return _NAMES.get(text.strip().lower(), "")


def pause_word(text: str) -> Word | None:
    """Return a pause or breath that a text asks for as a word of that one phone, None for any other word."""
    name = pause_name(text) if text.strip() else ""
    return Word(name, (name,)) if name else None


def our_name(text: str) -> str:
    """Return a phone or word as it is called here: pauses and breaths by our names, all else stripped."""
    return pause_name(text) or text.strip()


def covering(segments: Iterable[Segment], duration_s: float) -> tuple[Segment, ...]:
    """Return segments that cover 0 to `duration_s` without gaps or overlaps.

    Gaps become `SILENCE`, or where they are under a millisecond part of the segment before; a segment begins
    where the one before ends; what lies behind the end is cut. Names become ours, see `our_name`.
    """
    return tuple(_covering(sorted(segments, key=lambda one: one.begin_s), duration_s))


def _covering(segments: list[Segment], duration_s: float) -> Iterator[Segment]:
    edge_s = 0.0
    starts_s = [*(min(segment.begin_s, duration_s) for segment in segments[1:]), duration_s]
    for segment, next_s in zip(segments, starts_s, strict=False):
        begin_s, end_s = max(segment.begin_s, edge_s), min(segment.end_s, duration_s)
        if end_s <= begin_s:
            continue
        if begin_s - edge_s > _MS:
            yield Segment(edge_s, begin_s, SILENCE)
        else:
            begin_s = edge_s
        if 0.0 < next_s - end_s <= _MS:
            end_s = next_s
        yield Segment(begin_s, end_s, our_name(segment.text))
        edge_s = end_s
    if edge_s < duration_s:
        yield Segment(edge_s, duration_s, SILENCE)
