"""How a phone is made, by its symbol: enough phonetics to find it before anything has been learnt.

Symbols of the usual sets are known by their letters: romaji, ARPABET, IPA, pinyin, jyutping, romaja.
What means different things in different sets stands in the class that fits all of them (`j`: a glide in
IPA, an affricate elsewhere).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from voicebank_tools.labels.pauses import pause_name
from voicebank_tools.labels.segment import SILENCE

STRESS_AND_TONE = "ˈˌ'0123456789˥˦˧˨˩"


@dataclass(frozen=True)
class Spread:
    """A Gaussian of one cue."""

    mean: float
    deviation: float


@dataclass(frozen=True)
class Moment:
    """How a third of a phone looks: level below the clip's loudest (dB), voicing (0..1), and the level
    above 3.5 kHz over that below 1.2 kHz (dB)."""

    level_db: Spread
    voicing: Spread
    brightness_db: Spread


def _moment(*values: float) -> Moment:
    level, level_dev, voicing, voicing_dev, bright, bright_dev = values
    return Moment(Spread(level, level_dev), Spread(voicing, voicing_dev), Spread(bright, bright_dev))


_PAUSE = _moment(-50, 12, 0.45, 0.25, 5, 12)
_CLOSURE = _moment(-32, 12, 0.45, 0.25, -3, 12)
_MURMUR = _moment(-20, 9, 0.8, 0.2, -15, 12)
_VOWEL_EDGE, _VOWEL = _moment(-8, 7, 0.9, 0.12, -15, 8), _moment(-5, 6, 0.95, 0.08, -15, 8)

MOMENTS: Mapping[str, tuple[Moment, Moment, Moment]] = MappingProxyType(
    {
        "pause": (_PAUSE,) * 3,
        "breath": (_moment(-32, 8, 0.3, 0.2, 8, 10),) * 3,
        "vowel": (_VOWEL_EDGE, _VOWEL, _VOWEL_EDGE),
        "nasal": (_moment(-10, 6, 0.93, 0.1, -25, 8),) * 3,
        "approximant": (_moment(-10, 7, 0.88, 0.15, -20, 10),) * 3,
        "voiceless stop": (_CLOSURE, _CLOSURE, _moment(-22, 10, 0.5, 0.25, 5, 12)),
        "voiceless affricate": (_CLOSURE, _CLOSURE, _moment(-18, 10, 0.3, 0.25, 20, 12)),
        "voiced stop": (_MURMUR, _MURMUR, _moment(-14, 8, 0.8, 0.2, -10, 12)),
        "voiceless fricative": (_moment(-18, 8, 0.4, 0.2, 15, 15),) * 3,
        "voiced fricative": (_moment(-14, 8, 0.7, 0.25, 5, 15),) * 3,
        "unknown": (_moment(-15, 15, 0.7, 0.4, 0, 20),) * 3,
    }
)  # fmt: skip
"""What the thirds of each class look like in a dry recording of a voice. Textbook knowledge (Stevens 1998,
"Acoustic phonetics"), in round numbers: it only has to start the learning."""

_WHOLE = MappingProxyType(
    {
        **dict.fromkeys(("ch", "ts", "tʃ", "tɕ", "tsh", "c", "q", "tɬ"), "voiceless affricate"),
        **dict.fromkeys(("cl", "Q", "ʔ", "GlottalStop"), "voiceless stop"),
        **dict.fromkeys(("sh", "th", "hh", "HH", "SH", "TH"), "voiceless fricative"),
        **dict.fromkeys(("dh", "zh", "jh", "dz", "DH", "ZH", "JH", "dʒ", "dʑ"), "voiced fricative"),
        **dict.fromkeys(("CH", "TS"), "voiceless affricate"),
        **dict.fromkeys(("dx", "DX", "ɾ"), "approximant"),
    }
)

_BY_LETTER = (
    ("aeiouAEIOUɑɐæɛəɜɪɔʊʏøœɶʌɯɨɵɤɒ", "vowel"),
    ("mnNŋɱɲɴMηɳ", "nasal"),
    ("lɹrwyɥɾʎʁɻLRWYɭɫʋ", "approximant"),
    ("ptkPTK", "voiceless stop"),
    ("bdgɡBDGɟɖ", "voiced stop"),
    ("fsʃxhɣçɕFSHχʂθXɸ", "voiceless fricative"),
    ("vzʒjVZJʑʐðβʝ", "voiced fricative"),
)


def plain(phone: str) -> str:
    """Return a phone without its marks of stress and tone: they move pitch and level, not the tongue."""
    return phone.strip(STRESS_AND_TONE) or phone


def manner(phone: str) -> str:
    """Return the class of a phone, a key of `MOMENTS`; "unknown" for a symbol that tells nothing.

    A language prefix (`ja/a`) is passed over.
    """
    if rest := pause_name(phone):
        return "pause" if rest == SILENCE else "breath"
    symbol = plain(phone.rsplit("/", 1)[-1])
    if symbol in _WHOLE:
        return _WHOLE[symbol]
    letter = symbol[:1]
    return next((name for letters, name in _BY_LETTER if letter and letter in letters), "unknown")
