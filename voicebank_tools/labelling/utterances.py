"""Clips as the aligner asks for them: each wave is read when its turn comes, none is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from voicebank_tools.align.utterance import Utterance
from voicebank_tools.labelling.clip import Clip, read_wave


@dataclass(frozen=True, eq=False)
class Utterances(Sequence[Utterance]):
    """The utterances of clips, in their order. An hour of waves would be 635 MB.

    Asking for one raises PychangError where its file cannot be read any more.
    """

    clips: Sequence[Clip]

    def __len__(self) -> int:
        return len(self.clips)

    @overload
    def __getitem__(self, place: int) -> Utterance: ...
    @overload
    def __getitem__(self, place: slice) -> "Utterances": ...
    def __getitem__(self, place: int | slice) -> "Utterance | Utterances":
        if isinstance(place, slice):
            return Utterances(self.clips[place])
        clip = self.clips[place]
        labels = clip.by_hand.labels if clip.by_hand else None
        return Utterance(clip.name, read_wave(clip.path), clip.transcript, labels)
