"""Files into a zip file that is the same wherever and whenever it is made of the same files."""

import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pychang import PychangError
from pychang.files import long_path, open_atomically, read_limited
from voicebank_tools.finding import Finding, unreadable

_MOST_BYTES = 2**31
_UNIX = 3
_WHEN = (1980, 1, 1, 0, 0, 0)
"""Zip files hold local times without their zone: a file's own would differ from place to place."""


@dataclass(frozen=True)
class Archive:
    """What went into a zip file: files and their bytes, the zip file's own, and what could not be read."""

    files: int
    content_bytes: int
    packed_bytes: int
    findings: tuple[Finding, ...]


def write_zip(
    path: Path, top: str, files: Mapping[str, Path], on_progress: Callable[[int, int], None] | None = None
) -> Archive:
    """Write a zip file, all of it or none.

    Args:
        path: Of the zip file; replaced if there.
        top: The one folder that it holds.
        files: Name below that folder -> file. One that cannot be read is a finding.
        on_progress: Told how many of how many files are in.

    Raises:
        PychangError: It cannot be written.
    """
    findings: list[Finding] = []
    sizes: list[int] = []
    with open_atomically(path) as out, ZipFile(out, "w") as archive:
        for number, (name, data) in enumerate(_contents(files, findings), 1):
            if data is not None:
                archive.writestr(_entry(f"{top}/{name}"), data)
                sizes.append(len(data))
            if on_progress is not None:
                on_progress(number, len(files))
    return Archive(len(sizes), sum(sizes), long_path(path).stat().st_size, tuple(findings))


def _contents(files: Mapping[str, Path], findings: list[Finding]) -> Iterator[tuple[str, bytes | None]]:
    for name, path in files.items():
        try:
            yield name, read_limited(path, _MOST_BYTES, "file", "leave it out with --exclude")
        except PychangError as error:
            findings.append(unreadable(path, error))
            yield name, None


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _WHEN)  # says that a name is UTF-8 where it is not ASCII
    entry.compress_type = ZIP_DEFLATED
    entry.create_system = _UNIX
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry
