"""What one note asks of an engine: which moment of the recording, and which pitch, at every frame."""

from dataclasses import dataclass

from pychang.arrays import FloatArray
from pychang.units import HOP_SAMPLES


@dataclass(frozen=True)
class NotePlan:
    """A note, frame by frame; output frame i stands at sample i * HOP_SAMPLES - lead_samples.

    Attributes:
        samples: Length of the note.
        lead_samples: How far before the note's start the first frame stands, below HOP_SAMPLES: so
            that frames fall on the analysis' own and nothing is interpolated where nothing changes.
        source_frames: Position in the recording each frame sounds like, in analysis frames. [frames].
        f0_hz: Wanted pitch, positive everywhere. Shape [frames].
        held: How far each frame is a held vowel (1) rather than the recording as it went (0): its
            level is kept steady and its phases are its own, whether stretched or looped. [frames].
        level_db: Level curve added to the recording's own. Shape [frames].
        formant_ratio: Factor on every formant's frequency.
        breath_gain_db: Level of the noise in voiced parts.
        tilt_db_per_octave: Brightness of the voice (tension), loudness kept.
        seed: Seeds all that is random, so that the same request gives the same bytes.
    """

    samples: int
    lead_samples: int
    source_frames: FloatArray
    f0_hz: FloatArray
    held: FloatArray
    level_db: FloatArray
    formant_ratio: float = 1.0
    breath_gain_db: float = 0.0
    tilt_db_per_octave: float = 0.0
    seed: int = 0


def frames_for(samples: int, lead_samples: int) -> int:
    """Return how many plan frames cover a note: the last one stands at or behind its end."""
    return (samples + lead_samples) // HOP_SAMPLES + 2
