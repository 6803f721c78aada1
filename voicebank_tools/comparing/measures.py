"""What the columns of a comparison mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

TEXTURE, MOVEMENT = "texture_db", "movement_db"
"""The measures of all notes together: they have no value for a single one."""


@dataclass(frozen=True)
class Measure:
    """A column. `title`: with its unit. `best_at_zero`: either sign is worse; else lower is better.
    `p90`: the 90th percentile is shown, too."""

    title: str
    meaning: str
    best_at_zero: bool = False
    p90: bool = False


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "mel_db": Measure("mel dB", "distance of log-mel spectra, level taken out"),
        "high_mel_db": Measure("mel high dB", "the same above 4.2 kHz"),
        "cepstral_db": Measure("cepstral dB", "mel-cepstral distortion (MCD)", p90=True),
        "pitch_cents": Measure("f0 cents", "distance from the wanted pitch", p90=True),
        "pitch_p90_cents": Measure("f0 p90 in a note", "its 90th percentile inside each note"),
        "vowel_pitch_cents": Measure("vowel f0 cents", "the same where the vowel alone sounds"),
        "voicing_percent": Measure("voicing %", "frames voiced in one, unvoiced in the other"),
        "unvoiced_percent": Measure("unvoiced %", "frames of the note without a pitch"),
        "aperiodicity_db": Measure("aperiodicity dB", "distance of the share of noise, 0.4-15 kHz"),
        "length_off_ms": Measure("length off ms", "longer or shorter than asked for"),
        "click_db": Measure("click dB", "worst step of the level above 3 kHz within 3 ms", p90=True),
        "warble_db": Measure("warble dB", "movement of the level at 2-20 Hz"),
        "quicker_mel_db": Measure("x0.7 mel dB", "mel dB at 0.7 times the length"),
        "slower_mel_db": Measure("x1.5 mel dB", "mel dB at 1.5 times the length"),
        "vowel_mel_db": Measure("vowel mel dB", "distance of the vowels' mean log-mel spectra"),
        "vowel_cepstral_db": Measure("vowel cepstral dB", "distance of the vowels' mean cepstra"),
        "brightness_db": Measure("bright dB", "share of 8-16 kHz above the recording's", best_at_zero=True),
        TEXTURE: Measure("texture dB", "distance of all notes' patches from the recordings'"),
        MOVEMENT: Measure("movement dB", "the same, each note's own mean taken out"),
    }
)  # fmt: skip
"""Key of a figure -> its column, in the order of the tables."""

TITLES: Mapping[str, str] = MappingProxyType(
    {
        "copy": "as recorded",
        "shift": "flat notes, shifted by -12, -7, +5 and +12 semitones",
        "hold": "the vowel held for 4 s",
        "stretch": "the whole sample at 0.7 and 1.5 times its length",
        "round-trip": "shifted by -7 and +5 semitones, written, and shifted back",
        "starved": "stretched to 1.8 times its length, written, and brought back",
        "starved-shift": "shifted by -7 and +5 semitones and stretched to 1.8 times, and brought back",
        "transfer": "a sound sung from its recording at another pitch",
    }
)
"""Test -> what it asks for."""
