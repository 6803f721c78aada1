"""A voicebank that keeps in mind what it was asked for: a song is told what is amiss with its own aliases
alone."""

from collections.abc import Iterable

from voicebank_tools.encoding import nfc
from voicebank_tools.finding import Finding
from voicebank_tools.oto import OtoEntry
from voicebank_tools.voicebank import Voicebank


class AskedBank:
    """Finds what the voicebank finds."""

    def __init__(self, bank: Voicebank) -> None:
        self._bank = bank
        self._asked: set[str] = set()

    def find(self, alias: str, tone_midi: int, color: str = "") -> OtoEntry | None:
        """Return what `Voicebank.find` returns."""
        for name in self._bank.names(alias, tone_midi, color):
            self._asked.add(name)
            if entry := self._bank.named(name):
                return entry
        return None

    def has(self, alias: str, tone_midi: int, color: str = "") -> bool:
        """Return what `Voicebank.has` returns. That is not asking for the alias: nobody sings it."""
        return self._bank.has(alias, tone_midi, color)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is amiss with the whole bank or with aliases that were asked for."""
        return findings_about(self._bank, self._asked)


def findings_about(bank: Voicebank, aliases: Iterable[str]) -> tuple[Finding, ...]:
    """Return the bank's errors and warnings about the whole bank or any of the `aliases`."""
    wanted = set(map(nfc, aliases))
    return tuple(
        finding
        for finding in bank.findings
        if finding.kind != "note"
        and (not finding.aliases or not wanted.isdisjoint(map(nfc, finding.aliases)))
    )
