"""One note of a comparison: who sang what, and what was measured of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voicebank_tools.comparing.trials import Texture


@dataclass(frozen=True)
class Note:
    """What became of one trial with one resampler.

    Attributes:
        test: Name of the test.
        case: Number of the sample or pair.
        variant: Which of the test's notes.
        singer: Who sang it; `singers.RECORDING` for the recording itself.
        figures: Name of a measure -> value; empty where it failed.
        seconds: Taken for the note, mean of the calls where it is several.
        failure: Why there is none, in one line; "" where there is.
        texture: Patches for the pooled measure.
        wave: 16 bit, shape [samples]; None where nobody will listen.
    """

    test: str
    case: int
    variant: str
    singer: str
    figures: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    failure: str = ""
    texture: Texture | None = field(default=None, repr=False)
    wave: NDArray[np.int16] | None = field(default=None, repr=False)
