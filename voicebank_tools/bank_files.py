"""The files of a voicebank folder, listed once, and the search for names the way people spell them.

A name in oto.ini may differ from the one on disk in letter case (made on Windows), in Unicode normal form
(went through macOS) or by a whole encoding (archive unpacked with the wrong one).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pychang import PychangError
from voicebank_tools.encoding import VOTED_ENCODINGS, Evidence, name_key
from voicebank_tools.finding import Finding
from voicebank_tools.recordings import is_left_over

MOST_FILES = 200_000
"""More than any voicebank; someone pointed at the whole disk."""

_WRONG_ENCODINGS = ("cp437", "cp850", "cp1252", "latin-1")


@dataclass(frozen=True)
class BankFolder:
    """One folder: its files' names in order, and `below`, its path relative to the bank as name keys."""

    path: Path
    below: tuple[str, ...]
    names: tuple[str, ...]

    def find(self, name: str) -> str | None:
        """Return the file's real name: the same, else the same but for case or normal form, else None."""
        return self._table.get(name) or self._table.get(name_key(name))

    def find_garbled(self, name: str, encoding: str) -> str | None:
        """Return the file whose name is `name` written in `encoding` and then read in a Western one."""
        codec = "utf-8" if encoding.startswith("utf") else encoding
        for wrong in _WRONG_ENCODINGS:
            try:
                found = self.find(name.encode(codec).decode(wrong))
            except UnicodeError:
                continue
            if found:
                return found
        return None

    def evidence(self, declared: str = "", likely: str = "") -> Evidence:
        """Return what the names in this folder say about the encoding of a text beside them."""
        return Evidence(frozenset(self._table), declared, likely)

    @cached_property
    def _table(self) -> dict[str, str]:
        table = {key: real for real in reversed(self.names) for key in _keys(real)}
        table.update((real, real) for real in self.names)
        return table


@dataclass(frozen=True)
class BankTree:
    """All folders of a bank, its root first, then by name; `findings` about what could not be listed."""

    root: Path
    folders: tuple[BankFolder, ...]
    findings: tuple[Finding, ...] = ()

    def place(self, folder: BankFolder, name: str) -> tuple[BankFolder, str] | None:
        """Return the folder and bare name that `name` (it may hold `sub\\a.wav`) means in `folder`, None
        when that leads out of the bank."""
        if "/" not in name and "\\" not in name:
            return folder, name
        *parts, last = name.replace("\\", "/").split("/")
        below = list(folder.below)
        for part in parts:
            if part == "..":
                if not below:
                    return None
                below.pop()
            elif part not in ("", "."):
                below.append(name_key(part))
        there = self._by_place.get(tuple(below))
        return (there, last) if there else None

    @cached_property
    def _by_place(self) -> dict[tuple[str, ...], BankFolder]:
        return {folder.below: folder for folder in reversed(self.folders)}


def scan_bank(root: Path) -> BankTree:
    """List the folder `root` and all below it; links are followed, loops are not. Files that other systems
    leave behind (`.`-names, `__MACOSX`) are passed over. Raises PychangError naming `root` when it is no
    readable folder or holds more files than any voicebank."""
    if not root.is_dir():
        what = "is a file" if root.exists() else "does not exist"
        raise PychangError(f"voicebank {root} {what}: give the folder that holds its wav files and oto.ini")
    folders: list[BankFolder] = []
    findings: list[Finding] = []
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[Path, tuple[str, ...]]] = [(root, ())]
    count = 0
    while waiting:
        path, below = waiting.pop()
        try:
            files, subfolders = _listing(path, seen)
        except OSError as error:
            findings.append(_unreadable(path, root, error))
            continue
        count += len(files) + len(subfolders)
        if count > MOST_FILES:
            raise PychangError(f"{root} holds more than {MOST_FILES} files: give the folder of one voicebank")
        folders.append(BankFolder(path, below, tuple(files)))
        waiting += [(path / name, (*below, name_key(name))) for name in reversed(subfolders)]
    return BankTree(root, tuple(folders), tuple(findings))


def _unreadable(path: Path, root: Path, error: OSError) -> Finding:
    if path == root:
        message = f"voicebank {root} cannot be read ({error.strerror}): check its permissions"
        raise PychangError(message) from error
    why = f"the folder cannot be read ({error.strerror})"
    return Finding("error", path, 0, "", why, "check its permissions")


def _listing(path: Path, seen: set[tuple[int, int]]) -> tuple[list[str], list[str]]:
    """Return the names of files and folders in `path`; none when it was `seen` before, by another link."""
    status = path.stat()
    identity = (status.st_dev, status.st_ino)
    if identity in seen:
        return [], []
    seen.add(identity)
    files, folders = [], []
    with os.scandir(path) as entries:
        for entry in entries:
            if is_left_over(entry.name):
                continue
            if entry.is_dir():
                folders.append(entry.name)
            elif entry.is_file():
                files.append(entry.name)
    return sorted(files, key=_order), sorted(folders, key=_order)


def _order(name: str) -> tuple[str, str]:
    return name_key(name), name


def _keys(name: str) -> Iterator[str]:
    """Yield what `name` may be looked up by. Names that are no UTF-8 on Linux (unpacked as raw Shift_JIS)
    are tried in the encodings of voicebanks."""
    yield name_key(name)
    if any("\udc80" <= char <= "\udcff" for char in name):
        for encoding in VOTED_ENCODINGS:
            try:
                yield name_key(os.fsencode(name).decode(encoding))
            except UnicodeError:
                continue
