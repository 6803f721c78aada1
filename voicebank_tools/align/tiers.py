"""Placed phones -> the two tiers of a labelled clip."""

from collections.abc import Sequence

from voicebank_tools.align.edges import Placed
from voicebank_tools.align.graph import Slot
from voicebank_tools.labels.pauses import our_name
from voicebank_tools.labels.segment import Labels, Segment, Transcript


def tiers(placed: Sequence[Placed], transcript: Transcript, duration_s: float) -> Labels:
    """Return phones, and the words they make up, as labels that cover 0 to `duration_s`."""
    ends_s = [*(one.begin_s for one in placed[1:]), duration_s]
    phones = tuple(
        Segment(one.begin_s, end_s, our_name(one.slot.phone))
        for one, end_s in zip(placed, ends_s, strict=True)
    )
    words: list[Segment] = []
    for number, (one, phone) in enumerate(zip(placed, phones, strict=True)):
        word = one.slot.word
        if number and word >= 0 and placed[number - 1].slot.word == word:
            words[-1] = Segment(words[-1].begin_s, phone.end_s, words[-1].text)
        else:
            text = transcript.words[word].text if word >= 0 else phone.text
            words.append(Segment(phone.begin_s, phone.end_s, text))
    return Labels(duration_s, tuple(words), phones, tuple(one.confidence for one in placed))


def evenly(slots: Sequence[Slot], duration_s: float) -> list[Placed]:
    """Return the phones of a text spread evenly over a clip, without confidence."""
    said = [slot for slot in slots if not slot.optional] or list(slots)
    return [Placed(slot, duration_s * place / len(said), 0.0) for place, slot in enumerate(said)]
