"""A folder of clips with their texts -> their labels, by models learnt from these clips alone."""

from collections.abc import Callable, Sequence

from voicebank_tools.align.utterance import Aligned, Utterance


def align_folder(
    utterances: Sequence[Utterance], progress: Callable[[int, int], None] | None = None
) -> Sequence[Aligned]:
    """Return the labels of every clip, in the same order.

    `progress`: called with (steps done, all steps).
    """
    raise NotImplementedError
