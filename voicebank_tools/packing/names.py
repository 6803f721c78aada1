"""Names that are fine here and make trouble where the bank is unpacked."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from voicebank_tools.encoding import name_key, nfc
from voicebank_tools.finding import Finding, shorten

_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[1-9]|lpt[1-9])(\..*)?", re.IGNORECASE)


def name_findings(root: Path, top: str, paths: Iterable[str]) -> Iterator[Finding]:
    """Yield what is wrong with names for Windows and macOS.

    Args:
        root: The bank.
        top: Name of the folder that the zip holds.
        paths: Of the files below it, with `/`.
    """
    names = [top]
    folders = dict.fromkeys(parent for path in paths for parent in _parents(path))
    names += folders
    decomposed = [name for name in names if name != nfc(name)]
    if decomposed:
        first = shorten(decomposed[0])
        why = f"{len(decomposed)} names are in macOS's Unicode form (NFD; the first: {first})"
        cure = "rename them in NFC (composed), or UTAU does not find what oto.ini names"
        yield Finding("warning", root, 0, "", why, cure)
    for name in names:
        if told := _forbidden(name.rpartition("/")[2]):
            yield Finding("warning", root, 0, name, f"{told}, which Windows forbids", "rename it")
    yield from _alike(root, folders)


def _alike(root: Path, names: Iterable[str]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for name in names:
        other = first.setdefault(name_key(name), name)
        if other != name:
            why = f"differs from {shorten(other)} in case or Unicode form alone: on Windows they are one"
            yield Finding("warning", root, 0, name, why, "rename one of them, also in oto.ini")


def _parents(path: str) -> Iterator[str]:
    """Yield the folders of a path, outermost first, and the path itself."""
    parts = path.split("/")
    yield from ("/".join(parts[:count]) for count in range(1, len(parts) + 1))


def _forbidden(name: str) -> str:
    if found := _FORBIDDEN.search(name):
        return f"holds {shorten(found[0])}"
    if name.endswith((".", " ")):
        return "ends with a dot or a blank"
    return f"is called {name.partition('.')[0]}" if _RESERVED.fullmatch(name) else ""
