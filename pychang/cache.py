"""Analyses kept on disk, by the content of the recording: a copy or a renamed file is a hit.

Layout: docs/formats.md, "analysis cache". Every failure to read or write is a miss, never an error.
"""

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import numpy as np

from pychang import PychangError
from pychang.analysis import ANALYSIS_VERSION, Analysis, analyse
from pychang.arrays import FloatArray
from pychang.files import remove_unfinished, user_folder, write_atomically
from pychang.units import HOP_SAMPLES

CACHE_LIMIT_BYTES = 2 * 1024**3
"""Oldest analyses are removed when the folder grows beyond this."""

UNFINISHED_S = 3600.0
"""What was not finished for so long never will be."""

_TRIMMED_WITH = "0"
"""Keys that begin so, one in sixteen, have the folder trimmed when their analysis comes in: without a
resident engine nobody else would."""

_TABLES = ("log_amplitudes", "tract_phase", "deviation", "log_noise", "log_missing", "log_tone")


def cache_folder() -> Path:
    """Return this user's folder for analyses; `PYCHANG_CACHE` overrides it."""
    override = os.environ.get("PYCHANG_CACHE")
    if override:
        return Path(override)
    return user_folder("Caches", "XDG_CACHE_HOME", ".cache") / "analysis"


def content_key(samples: FloatArray, hint_hz: FloatArray | None, named_hz: float | None = None) -> str:
    """Return the key of a recording: what it holds, what was hinted, and who analysed it."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{ANALYSIS_VERSION}".encode())
    digest.update(np.ascontiguousarray(samples, dtype="<f4").tobytes())
    if hint_hz is not None:
        digest.update(np.ascontiguousarray(hint_hz, dtype="<f4").tobytes())
    if named_hz is not None:
        digest.update(f"{named_hz:.2f} Hz".encode())
    return digest.hexdigest()


def cached_analysis(
    samples: FloatArray,
    hint_hz: FloatArray | None = None,
    refresh: bool = False,
    named_hz: float | None = None,
) -> Analysis:
    """Return the analysis of a recording, from disk if it is there, and keep it there if not.

    Args:
        samples: Mono wave at 44.1 kHz. Shape [samples].
        hint_hz: See `pychang.analysis.analyse`, also for `named_hz`.
        refresh: Analyse anew and replace what is kept.
    """
    path = cache_folder() / f"{content_key(samples, hint_hz, named_hz)}.npz"
    kept = None if refresh else load_analysis(path)
    if kept is not None:
        return kept
    analysis = analyse(samples, hint_hz, named_hz)
    store_analysis(path, analysis)
    return analysis


def load_analysis(path: Path) -> Analysis | None:
    """Return the analysis in a file, or None where it is absent, foreign or damaged."""
    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                return None
            file.seek(0)
            with np.load(file, allow_pickle=False) as data:
                values = {field.name: data[field.name] for field in fields(Analysis)}
    except Exception:  # noqa: BLE001 - zip, its compressors and numpy's headers fail in a dozen ways
        return None
    if not all(isinstance(value, np.ndarray) for value in values.values()) or not _is_whole(values):
        return None
    return Analysis(**{**values, "peak": float(values["peak"])})


def _is_whole(values: dict[str, FloatArray]) -> bool:
    """Say whether the arrays have the shapes that `Analysis` promises."""
    frames = (values["residual"].size // HOP_SAMPLES + 1,)
    rows = (*frames, *values["log_amplitudes"].shape[1:2])
    shapes = dict.fromkeys(_TABLES, rows)
    shapes |= dict.fromkeys(("f0_hz", "voicing", "phase_cycles"), frames)
    shapes |= dict.fromkeys(("residual", "breath"), (values["residual"].size,))
    shapes |= {"pulsing": (*frames, 2), "peak": ()}
    return len(rows) == 2 and all(
        values[name].shape == shape and values[name].dtype.kind in "fc" for name, shape in shapes.items()
    )


def store_analysis(path: Path, analysis: Analysis) -> None:
    """Write an analysis, whole or not at all. A folder that cannot be written is no error."""
    with suppress(OSError, PychangError):
        path.parent.mkdir(parents=True, exist_ok=True)
        archive = io.BytesIO()
        np.savez(archive, **{field.name: getattr(analysis, field.name) for field in fields(Analysis)})
        write_atomically(path, archive.getvalue())
        if path.name.startswith(_TRIMMED_WITH):
            trim_cache(path.parent)


def trim_cache(folder: Path, limit_bytes: int = CACHE_LIMIT_BYTES) -> int:
    """Remove the oldest analyses beyond the limit and what was never finished, and nothing else.

    Returns how many analyses were removed.
    """
    remove_unfinished(folder, UNFINISHED_S)
    kept = sorted(_kept_files(folder))
    size, removed = sum(bytes_ for _, bytes_, _ in kept), 0
    for _, bytes_, path in kept:
        if size <= limit_bytes:
            break
        with suppress(OSError):  # on Windows: it is being read
            Path(path).unlink()
            size, removed = size - bytes_, removed + 1
    return removed


def _kept_files(folder: Path) -> Iterator[tuple[float, int, str]]:
    """Yield (time of change, bytes, path) of each file named by a content key."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if re.fullmatch("[0-9a-f]{32}\\.npz", entry.name):
                with suppress(OSError):
                    yield entry.stat().st_mtime, entry.stat().st_size, entry.path
