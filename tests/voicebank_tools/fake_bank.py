"""A voicebank that is only a set of aliases."""

from collections.abc import Iterable
from pathlib import Path

from voicebank_tools.kana import romaji_of
from voicebank_tools.oto import OtoEntry


class FakeBank:
    """Finds an alias, with a suffix for high tones or a colour if the bank has it."""

    def __init__(
        self, aliases: Iterable[str], preutterance_ms: float = 60.0, overlap_ms: float = 20.0
    ) -> None:
        self.entries = {
            alias: OtoEntry(Path(f"{alias}.wav"), alias, 100.0, 90.0, -500.0, preutterance_ms, overlap_ms)
            for alias in aliases
        }

    def find(self, alias: str, tone_midi: int, color: str) -> OtoEntry | None:
        high = f"{alias}_{'high' if tone_midi >= 72 else 'low'}"
        return self.entries.get(alias + color) or self.entries.get(high) or self.entries.get(alias)


CV = [*"あいうえおかきくけこさしすせそたちつてとなにぬねのまみむめもん"]
ROMAJI = [romaji_of(mora)[0] for mora in CV]
VCV = [f"{vowel} {mora}" for vowel in "-aiueon" for mora in CV]
CONSONANTS = ("k", "ky", "s", "sh", "t", "ch", "ts", "n", "ny", "m", "my")
CVVC = CV + [f"{vowel} {consonant}" for vowel in "aiueon" for consonant in CONSONANTS]
