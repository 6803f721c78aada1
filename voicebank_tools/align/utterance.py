"""The seams of the aligner: a clip with its text (`Utterance`), and the same clip labelled (`Aligned`)."""

from dataclasses import dataclass

from pychang.arrays import FloatArray
from voicebank_tools.labels.segment import Labels, Transcript


@dataclass(frozen=True, eq=False)
class Utterance:
    """A clip to label.

    Attributes:
        name: What the result is called by.
        wave: [samples] at 44.1 kHz, full scale 1.0.
        transcript: What is said in it.
        corrected: Labels a person has put right: kept as they are, and learnt from.
    """

    name: str
    wave: FloatArray
    transcript: Transcript
    corrected: Labels | None = None


@dataclass(frozen=True)
class Aligned:
    """A labelled clip.

    Attributes:
        labels: Cover the clip without gaps, with a confidence for every phone.
        score: How well text and sound fit: mean log-likelihood of a frame in nats, higher is better,
            comparable within one run. Minus infinity for a clip that cannot be labelled, 0 for labels of a
            person's in such a clip.
        suspect: Why a person should look at the whole clip; empty where nothing is the matter.
    """

    name: str
    labels: Labels
    score: float
    suspect: str = ""
