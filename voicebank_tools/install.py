"""The resampler put where OpenUtau looks for it, and taken away again; what to set in UTAU.

OpenUtau lists every program in its `Resamplers` folder and reads the flags from a yaml file of the same
name beside it. So exactly two files are written there, and nothing that could look like a third program.
"""

import os
import shlex
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pychang import PychangError
from pychang.files import read_limited, write_atomically
from resampler.flags import openutau_manifest_yaml
from resampler.state import package_root

NAME = "pychang"
"""Songs name their resampler by its file name: it stays the same from release to release."""

WINDOWS_PROGRAM = "pychang-resampler.exe"

MARK = "written by `vbtools install openutau`"

CLIENT_BOOT = (
    "import sys; sys.path.append(sys.argv.pop(1)); from resampler.client import main_program; main_program()"
)
"""Starts the client without site-packages, which it does not need: half the time."""

_MOST_BYTES = 4 * 2**20


@dataclass(frozen=True)
class Place:
    """Where OpenUtau keeps its resamplers, and our two files there."""

    folder: Path
    windows: bool = os.name == "nt"

    @property
    def launcher(self) -> Path:
        return self.folder / (f"{NAME}.exe" if self.windows else f"{NAME}.sh")

    @property
    def manifest(self) -> Path:
        return self.folder / f"{NAME}.yaml"


def find_openutau(folder: Path | None = None) -> Place:
    """Return OpenUtau's place for resamplers.

    Args:
        folder: OpenUtau's data folder, its `Resamplers` folder, or on Windows the folder of a portable
            OpenUtau; None: the usual one of this system.

    Raises:
        PychangError: There is no such folder.
    """
    if folder is not None:
        if not folder.is_dir():
            raise PychangError(f"{folder} is no folder; give OpenUtau's data folder")
        return Place(folder if folder.name == "Resamplers" else folder / "Resamplers")
    usual = openutau_folder(os.environ, Path("~").expanduser())
    if not usual.is_dir():
        raise PychangError(
            f"OpenUtau's folder {usual} is not there; start OpenUtau once, or name the folder with --folder"
        )
    return Place(usual / "Resamplers")


def openutau_folder(environment: Mapping[str, str], home: Path, platform: str = sys.platform) -> Path:
    """Return where OpenUtau keeps its data if it was installed the usual way."""
    if platform == "win32":
        return _documents(home) / "OpenUtau"
    if platform == "darwin":
        return home / "Library" / "OpenUtau"
    return Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "OpenUtau"


def openutau_cache(environment: Mapping[str, str], place: Place, platform: str = sys.platform) -> Path:
    """Return where OpenUtau keeps rendered notes, which it takes for good after an upgrade, too."""
    home = Path("~").expanduser()
    if platform == "win32":
        return place.folder.parent / "Cache"
    if platform == "darwin":
        return home / "Library" / "Caches" / "OpenUtau"
    return Path(environment.get("XDG_CACHE_HOME") or home / ".cache") / "OpenUtau"


def install_openutau(place: Place, replace: bool = False) -> bool:
    """Write launcher and manifest; returns whether an earlier installation was replaced.

    Raises PychangError when a file of that name is there that is not ours (unless `replace`), when the
    program to start is missing, and when nothing can be written.
    """
    launcher, manifest = launcher_bytes(place), manifest_bytes()
    there = [path for path in (place.launcher, place.manifest) if path.exists()]
    foreign = [path for path in there if not is_ours(path)]
    if foreign and not replace:
        raise PychangError(f"{foreign[0]} is there and not from PyChang; move it away, or give --force")
    try:
        place.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PychangError(f"{place.folder} cannot be made ({error.strerror}); give --folder") from error
    write_atomically(place.manifest, manifest)
    write_atomically(place.launcher, launcher)
    if not place.windows:
        place.launcher.chmod(0o755)
    return bool(there)


def uninstall_openutau(place: Place) -> tuple[list[Path], list[Path]]:
    """Remove launcher and manifest; returns (removed, kept because they are not ours).

    Raises PychangError when a file cannot be removed.
    """
    removed, kept = [], []
    for path in (place.launcher, place.manifest):
        if not path.exists():
            continue
        if not is_ours(path):
            kept.append(path)
            continue
        try:
            path.unlink()
        except OSError as error:
            raise PychangError(f"{path} cannot be removed ({error.strerror}); close OpenUtau") from error
        removed.append(path)
    return removed, kept


def is_ours(path: Path) -> bool:
    """Say whether a launcher or manifest was written by this or an earlier PyChang."""
    if not path.is_file():
        return False
    data = read_limited(path, _MOST_BYTES, "file", "no file of PyChang's is")
    if path.suffix == ".exe":  # made by pip; the script inside names its module
        return b"from resampler." in data
    # The first releases were put there by hand, in the README's words.
    by_hand = data.startswith(b"#!/bin/sh\nexec ") and data.endswith(b'/pychang-resampler" "$@"\n')
    return MARK.encode() in data or by_hand or data == openutau_manifest_yaml().encode()


def launcher_bytes(place: Place) -> bytes:
    """Return the launcher: a shell script, or on Windows the program that pip made for this Python.

    Raises PychangError if there is no such program.
    """
    if not place.windows:
        return os.fsencode(launcher_script(sys.executable, package_root()))
    program = Path(sysconfig.get_path("scripts")) / WINDOWS_PROGRAM
    if not program.is_file():
        raise PychangError(f"{program} is missing; install PyChang again with pip")
    return read_limited(program, _MOST_BYTES, "program", "it was not made by pip")


def launcher_script(python: str, root: str) -> str:
    """Return a launcher for Unix: `python` (absolute) runs the client of the packages in `root`.

    Starts no shell commands besides; says in one line if that Python is gone.
    """
    quoted = shlex.quote(python)
    gone = shlex.quote(f"pychang: {python} is gone; run `vbtools install openutau` again")
    return (
        f"#!/bin/sh\n# PyChang, {MARK}; `vbtools uninstall openutau` removes it.\n"
        f"[ -x {quoted} ] || {{ echo {gone} >&2; exit 1; }}\n"
        f'exec {quoted} -I -S -c {shlex.quote(CLIENT_BOOT)} {shlex.quote(root)} "$@"\n'
    )


def manifest_bytes() -> bytes:
    """Return the manifest with our mark."""
    return f"# PyChang's flags, {MARK}.\n{openutau_manifest_yaml()}".encode()


def utau_advice() -> str:
    """Return what to set in UTAU to sing with this installation."""
    if os.name == "nt":
        program = str(Path(sysconfig.get_path("scripts")) / WINDOWS_PROGRAM)
        where = "In UTAU's project properties choose as Tool 2 (resample):"
    else:
        program = f"...\\Scripts\\{WINDOWS_PROGRAM}"
        where = "UTAU runs on Windows: install PyChang there, and choose in its project properties as Tool 2:"
    return (
        f"{where}\n  {program}\nLeave Tool 1 (append) as it is.\n"
        "After an update of PyChang remove the song's cache folder (CacheDir in the .ust, usually beside\n"
        "it): UTAU keeps rendered notes there and does not notice that the engine has changed."
    )


def _documents(home: Path) -> Path:
    """The user's documents, wherever Windows (or OneDrive) has put them."""
    if sys.platform == "win32":
        import winreg

        key = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
        try:
            with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as folders:
                return Path(os.path.expandvars(winreg.QueryValueEx(folders, "Personal")[0]))
        except OSError:
            pass
    return home / "Documents"
