"""Which aliases a sound gives a voicebank, by the bank's style."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from voicebank_tools import kana
from voicebank_tools.aliases import HEAD, BankKind
from voicebank_tools.oto_making.sounds import Placed, Sound, consonant_name, vowel_name

ENDING = "R"


class Part(Enum):
    """What of the recording an alias is, and with it the rule of its numbers."""

    CV = "consonant and vowel"
    JOINED = "out of the sound before"
    TRANSITION = "from the vowel into the next consonant"
    ENDING = "from the vowel into the pause"


@dataclass(frozen=True)
class Naming:
    """How aliases are written.

    Attributes:
        kind: The bank's style.
        language: As in `vbtools label`.
        romaji: Japanese in romaji (Hepburn) instead of kana.
        heads: Aliases of phrase beginnings (`- か`) in a CV bank too; VCV and CVVC banks have them anyway.
        endings: Aliases of phrase endings (`a R`).
    """

    kind: BankKind
    language: str = "ja"
    romaji: bool = False
    heads: bool = False
    endings: bool = False


class Named(NamedTuple):
    """An alias without number and suffix, and what it is."""

    alias: str
    part: Part


def aliases_of(placed: Placed, naming: Naming) -> Iterator[Named]:
    """Yield the aliases that a sound gives, with its neighbours, in a bank of that style."""
    sound, before, after = placed.sound, placed.before, placed.after
    text = _text(sound, naming)
    joined = naming.kind is BankKind.VCV
    if not joined:
        yield Named(text, Part.CV)
    if sound.at_head and (naming.heads or naming.kind is not BankKind.CV):
        yield Named(f"{HEAD} {text}", Part.JOINED if joined else Part.CV)
    if before and (joined or (naming.kind is BankKind.CVVC and not sound.lead)):
        yield Named(f"{vowel_name(before, naming.language)} {text}", Part.JOINED)
    if naming.kind is BankKind.CVVC and after and after.lead:
        vowel, consonant = vowel_name(sound, naming.language), consonant_name(after, naming.language)
        yield Named(f"{vowel} {consonant}", Part.TRANSITION)
    if naming.endings and sound.at_tail:
        yield Named(f"{vowel_name(sound, naming.language)} {ENDING}", Part.ENDING)


def _text(sound: Sound, naming: Naming) -> str:
    romaji = kana.romaji_of(kana.to_hiragana(sound.text)) if naming.romaji else ()
    return romaji[0] if romaji else sound.text
