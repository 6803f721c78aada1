"""A voicebank looked at as a whole: what the loader found, every recording, every window, every prefix."""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pychang import PychangError
from voicebank_tools.bank_files import BankTree, scan_bank
from voicebank_tools.bank_recordings import CheckedRecording, check_recording
from voicebank_tools.bank_windows import window_findings
from voicebank_tools.encoding import nfc
from voicebank_tools.files import read_limited
from voicebank_tools.finding import Finding, has_faults
from voicebank_tools.lyrics import REST_LYRICS
from voicebank_tools.oto import MOST_BYTES
from voicebank_tools.oto_making.document import FILE_NAME, declared_encoding
from voicebank_tools.voicebank import Voicebank, load_voicebank


@dataclass(frozen=True)
class BankReport:
    """What was looked at, and all that was found, file by file."""

    bank: Voicebank
    recordings: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Whether there is nothing to mend."""
        return not has_faults(self.findings)


def check_bank(folder: Path, on_progress: Callable[[int, int], None] | None = None) -> BankReport:
    """Return what is wrong with the voicebank in `folder`; nothing is changed.

    `on_progress`: told how many of how many recordings were read. Raises PychangError as `load_voicebank`
    does; anything else that is wrong is a finding.
    """
    return check_loaded(load_voicebank(folder), on_progress)


def check_loaded(bank: Voicebank, on_progress: Callable[[int, int], None] | None = None) -> BankReport:
    """Return what `check_bank` does of a voicebank that is loaded already."""
    tree = scan_bank(bank.folder)
    aliases: dict[Path, set[str]] = {}
    for entry in bank.entries:
        aliases.setdefault(entry.wav_path, set()).add(entry.alias)
    checked: dict[Path, CheckedRecording] = {}
    for path, names in aliases.items():
        checked[path] = check_recording(path, may_be_silent=names <= REST_LYRICS)
        if on_progress is not None:
            on_progress(len(checked), len(aliases))
    sounds = (finding for one in checked.values() for finding in one.findings)
    findings = (
        *_listing(tree),
        *bank.findings,
        *_untold_encodings(tree),
        *subbank_findings(bank),
        *sounds,
        *_windows(bank, checked),
    )
    return BankReport(bank, len(aliases), findings)


def subbank_findings(bank: Voicebank) -> Iterator[Finding]:
    """Yield a finding for every prefix and suffix that no alias of the bank has."""
    aliases = [nfc(alias) for alias in bank.aliases]
    for subbank in bank.subbanks:
        prefix, suffix = nfc(subbank.prefix), nfc(subbank.suffix)
        if any(alias.startswith(prefix) and alias.endswith(suffix) for alias in aliases):
            continue
        tones = ", ".join(subbank.tone_ranges)
        color = f" of colour {subbank.color}" if subbank.color else ""
        why = f"no alias has this prefix and suffix{color} (tones {tones})"
        cure = "mend prefix.map or character.yaml, or add the aliases to oto.ini"
        yield Finding("warning", bank.folder, 0, f"{subbank.prefix}*{subbank.suffix}", why, cure)


def _listing(tree: BankTree) -> Iterator[Finding]:
    if not tree.folders[0].find("character.txt"):
        why = "there is no character.txt, without which UTAU and OpenUtau do not list the bank"
        yield Finding("warning", tree.root, 0, "", why, "add one with the line name=...")


def _untold_encodings(tree: BankTree) -> Iterator[Finding]:
    """OpenUtau reads every oto.ini as character.yaml says, else as Shift-JIS, but for a byte order mark."""
    if declared_encoding(tree.root).startswith("utf"):
        return
    for path in (folder.path / name for folder in tree.folders if (name := folder.find(FILE_NAME))):
        try:
            data = read_limited(path, MOST_BYTES)
            is_untold = not (data.isascii() or data.startswith(BOM_UTF8)) and bool(data.decode("utf-8"))
        except (PychangError, UnicodeError):
            continue  # told by the loader, or in another encoding
        if is_untold:
            cure = "write the line text_file_encoding: utf-8 into character.yaml"
            yield Finding("warning", path, 0, "", "is in UTF-8, which OpenUtau takes for Shift-JIS", cure)


def _windows(bank: Voicebank, checked: dict[Path, CheckedRecording]) -> Iterator[Finding]:
    for entry in bank.entries:
        length_ms = checked[entry.wav_path].length_ms
        if length_ms is not None:
            yield from window_findings(entry, length_ms)
