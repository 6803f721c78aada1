"""The files of a voicebank's folder that are packed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from voicebank_tools.finding import Finding
from voicebank_tools.packing.patterns import matching

_PUT_THERE = "put the file itself there, or leave it out with --exclude"


@dataclass(frozen=True)
class Collected:
    """Files to pack, by their path below the bank with `/`, in order of it; how many files and folders
    each pattern left out; and what was found on the way."""

    files: Mapping[str, Path]
    left_out: Mapping[str, int]
    findings: tuple[Finding, ...]


def collect_files(root: Path, patterns: Sequence[str]) -> Collected:
    """Return the files below `root` but for those that fit a pattern, in folders that fit one, or that
    links reach outside of it."""
    left_out: Counter[str] = Counter()
    findings: list[Finding] = []
    files = dict(_files(root, "", (root.resolve(),), patterns, left_out, findings))
    return Collected(dict(sorted(files.items())), left_out, tuple(findings))


def _files(
    folder: Path,
    below: str,
    above: tuple[Path, ...],
    patterns: Sequence[str],
    left_out: Counter[str],
    findings: list[Finding],
) -> Iterator[tuple[str, Path]]:
    """Yield (path below the bank, file). `above`: the real folders that lead here, the bank's first."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        findings.append(Finding("error", folder, 0, "", f"cannot be read ({error.strerror})", "allow it"))
        return
    for path in entries:
        name = f"{below}{path.name}"
        if pattern := matching(patterns, name):
            left_out[pattern] += 1
        elif why := _unfit(path, above[0]):
            findings.append(Finding("warning", path, 0, "", f"is left out: {why}", _PUT_THERE))
        elif not path.is_dir():
            yield name, path
        elif (real := path.resolve()) not in above:  # else a link back up: it would never end
            yield from _files(path, f"{name}/", (*above, real), patterns, left_out, findings)


def _unfit(path: Path, root: Path) -> str:
    """Say why a file or folder cannot be packed, "" if it can."""
    try:
        if not (path.is_dir() or path.is_file()):
            return "a link that leads nowhere" if path.is_symlink() else "neither a file nor a folder"
        # A junction of Windows is no symlink, but always a folder.
        if (path.is_symlink() or path.is_dir()) and not path.resolve().is_relative_to(root):
            return "a link that leads out of the bank"
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    return "" if is_text(path.name) else "its name is no text"


def is_text(name: str) -> bool:
    """Say whether a name can be written as UTF-8; on Linux it may be any bytes."""
    return not any("\ud800" <= char <= "\udfff" for char in name)
