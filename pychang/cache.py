"""Analyses kept on disk, by the content of the recording: a copy or a renamed file is a hit.

Layout: docs/formats.md, "analysis cache". Every failure to read or write is a miss, never an error.
"""

import hashlib
import io
import os
import sys
import zipfile
import zlib
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.analysis import ANALYSIS_VERSION, Analysis, analyse
from pychang.arrays import FloatArray
from pychang.files import write_atomically
from pychang.units import HOP_SAMPLES

CACHE_LIMIT_BYTES = 2 * 1024**3
"""Oldest analyses are removed when the folder grows beyond this."""


def cache_folder() -> Path:
    """Return this user's folder for analyses; `PYCHANG_CACHE` overrides it."""
    override = os.environ.get("PYCHANG_CACHE")
    if override:
        return Path(override)
    home = Path("~").expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "PyChang" / "analysis"


def content_key(samples: FloatArray, hint_hz: FloatArray | None) -> str:
    """Return the key of a recording: what it holds, what was hinted, and who analysed it."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{ANALYSIS_VERSION}".encode())
    digest.update(np.ascontiguousarray(samples, dtype="<f4").tobytes())
    if hint_hz is not None:
        digest.update(np.ascontiguousarray(hint_hz, dtype="<f4").tobytes())
    return digest.hexdigest()


def cached_analysis(
    samples: FloatArray, hint_hz: FloatArray | None = None, refresh: bool = False
) -> Analysis:
    """Return the analysis of a recording, from disk if it is there, and keep it there if not.

    Args:
        samples: Mono wave at 44.1 kHz. Shape [samples].
        hint_hz: See `pychang.analysis.analyse`.
        refresh: Analyse anew and replace what is kept.
    """
    path = cache_folder() / f"{content_key(samples, hint_hz)}.npz"
    kept = None if refresh else load_analysis(path)
    if kept is not None:
        return kept
    analysis = analyse(samples, hint_hz)
    store_analysis(path, analysis)
    return analysis


def load_analysis(path: Path) -> Analysis | None:
    """Return the analysis in a file, or None where it is absent, foreign or damaged."""
    try:
        with np.load(path, allow_pickle=False) as data:
            values = {field.name: data[field.name] for field in fields(Analysis)}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError):
        return None
    values["peak"] = float(values["peak"])
    frames = len(values["residual"]) // HOP_SAMPLES + 1
    shapes_agree = all(len(values[name]) == frames for name in ("f0_hz", "voicing", "log_amplitudes"))
    return Analysis(**values) if shapes_agree else None


def store_analysis(path: Path, analysis: Analysis) -> None:
    """Write an analysis, whole or not at all. A folder that cannot be written is no error."""
    with suppress(OSError, PychangError):
        path.parent.mkdir(parents=True, exist_ok=True)
        archive = io.BytesIO()
        np.savez(archive, **{field.name: getattr(analysis, field.name) for field in fields(Analysis)})
        write_atomically(path, archive.getvalue())


def trim_cache(folder: Path, limit_bytes: int = CACHE_LIMIT_BYTES) -> int:
    """Remove the oldest analyses beyond the limit. Returns how many were removed."""
    try:
        files = [(entry.stat().st_mtime, entry.stat().st_size, entry.path) for entry in os.scandir(folder)]
    except OSError:
        return 0
    size, removed = sum(item[1] for item in files), 0
    for _, bytes_, path in sorted(files):
        if size <= limit_bytes:
            break
        Path(path).unlink(missing_ok=True)
        size, removed = size - bytes_, removed + 1
    return removed
