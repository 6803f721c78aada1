"""A voicebank, checked, into the zip file that users install."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pychang import PychangError
from voicebank_tools.bank_check import BankReport, check_loaded
from voicebank_tools.files import check_folder
from voicebank_tools.finding import Finding, limited
from voicebank_tools.packing.archive import Archive, write_zip
from voicebank_tools.packing.collect import Collected, collect_files, is_text
from voicebank_tools.packing.names import name_findings
from voicebank_tools.packing.patterns import DEFAULTS, FRQ
from voicebank_tools.recordings import files_below
from voicebank_tools.voicebank import Voicebank, load_voicebank

_READ_BY_HOSTS = {"oto.ini", "character.txt", "character.yaml", "prefix.map"}


@dataclass(frozen=True)
class PackOptions:
    """What is packed, and where to.

    Attributes:
        bank: The voicebank's folder, or one that only wraps it.
        output: The zip file, or a folder for it; None: beside the bank, named as it.
        exclude: Patterns of what else is left out, see `packing.patterns`.
        without_frq: Leave out .frq files.
        force: Replace a zip file that is there.
    """

    bank: Path
    output: Path | None = None
    exclude: tuple[str, ...] = ()
    without_frq: bool = False
    force: bool = False


@dataclass(frozen=True)
class PackReport:
    """What was packed; `left_out`: pattern -> how many files and folders."""

    output: Path
    bank: Voicebank
    archive: Archive
    left_out: Mapping[str, int]
    findings: tuple[Finding, ...]


def pack_bank(options: PackOptions, progress: Callable[[str, int, int], None]) -> PackReport:
    """Check a voicebank and pack it, whatever is found, if anything of it can be sung.

    `progress`: told (stage, done, all). Raises PychangError where there is no voicebank, nothing can be
    sung, or the zip file is there already, would lie in the bank or cannot be written.
    """
    bank = load_voicebank(options.bank)
    root = bank.folder
    top = _top(root)
    output = _output(options, root, top)
    report = check_loaded(bank, lambda done, total: progress("checking", done, total))
    patterns = (*options.exclude, *([FRQ] if options.without_frq else []), *DEFAULTS)
    collected = collect_files(root, patterns)
    packed = set(collected.files.values())
    _refuse_unsingable(report, packed)
    findings = (
        *report.findings,
        *collected.findings,
        *limited(_lost(bank, packed)),
        *_idle(options.exclude, collected, root),
        *limited(name_findings(root, top, collected.files)),
    )
    output.parent.mkdir(parents=True, exist_ok=True)
    archive = write_zip(output, top, collected.files, lambda done, total: progress("packing", done, total))
    return PackReport(output, bank, archive, collected.left_out, (*findings, *archive.findings))


def _top(root: Path) -> str:
    top = root.resolve().name or "voicebank"
    if not is_text(top):
        raise PychangError(f"{root}: the folder's name is no text and cannot stand in a zip file; rename it")
    return top


def _output(options: PackOptions, root: Path, top: str) -> Path:
    output = options.output if options.output is not None else root.resolve().parent
    if output.is_dir():
        output /= f"{top}.zip"
    if output.suffix.lower() != ".zip":
        raise PychangError(f"--output {output}: name a .zip file, or a folder that is there")
    if output.resolve().is_relative_to(root.resolve()):
        raise PychangError(f"{output} would lie in the bank itself; name a zip file outside of it")
    if output.exists() and not options.force:
        raise PychangError(f"{output} is already there; give --force, or name another file with --output")
    check_folder(output.parent)
    return output


def _refuse_unsingable(report: BankReport, packed: Collection[Path]) -> None:
    """Raise PychangError unless some alias has no error, nor has its recording, and that is packed."""
    errors = {(finding.path, finding.text) for finding in report.findings if finding.kind == "error"}
    for entry in report.bank.entries:
        path = entry.wav_path
        if path in packed and not errors & {(path, ""), (path, entry.alias)}:
            return
    raise PychangError(
        f"{report.bank.folder} is not packed: no alias of it can be sung; mend what `vbtools check` lists"
    )


def _lost(bank: Voicebank, packed: Collection[Path]) -> Iterator[Finding]:
    """What singing with the bank needs and the zip file has not: recordings and what tells of them."""
    for path in files_below(bank.folder):
        if path.name.lower() in _READ_BY_HOSTS and path not in packed:
            yield Finding("error", path, 0, "", "is left out, though hosts read it", "mend --exclude")
    for path in dict.fromkeys(entry.wav_path for entry in bank.entries):
        if path not in packed:
            why = "is left out, though aliases of the bank are sung on it"
            yield Finding("error", path, 0, "", why, "mend --exclude, or its lines in oto.ini")


def _idle(exclude: tuple[str, ...], collected: Collected, root: Path) -> Iterator[Finding]:
    for pattern in exclude:
        if pattern not in collected.left_out:
            why = "--exclude leaves out nothing"
            yield Finding("warning", root, 0, pattern, why, "write it as names or as paths below the bank")
