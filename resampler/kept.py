"""The recordings a worker has in hand: read and analysed once, until the file changes or room is needed."""

from collections import OrderedDict
from dataclasses import fields
from pathlib import Path

from pychang.analysis import Analysis
from pychang.arrays import FloatArray
from pychang.frq import frq_path_of
from resampler.protocol import RenderRequest
from resampler.render import read_source, render_file

KEPT_BYTES = 24 * 2**20
"""About 20 recordings of a second and a half, with their analyses."""

Kept = tuple[FloatArray, Analysis]
Stamp = tuple[tuple[int, ...] | None, ...]


class KeptRecordings:
    """Recordings and their analyses by path; the ones not asked for longest go first."""

    def __init__(self, most_bytes: int = KEPT_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, tuple[Stamp, int, Kept]] = OrderedDict()
        self._bytes = 0

    def render_file(self, request: RenderRequest, engine: str = "") -> str:
        """As `resampler.render.render_file`, reading a recording only when it is not in hand."""
        return render_file(request, engine, self.read)

    def read(self, request: RenderRequest) -> Kept:
        """Return (recording, analysis) of a request's source; raises as `resampler.render.read_source`."""
        path, stamp = str(request.source_path), _stamp(request)
        found = self._kept.get(path)
        if found is not None and found[0] == stamp and not request.flags.force_analysis:
            self._kept.move_to_end(path)
            return found[2]
        self._forget(path)
        kept = read_source(request)
        if stamp[0] is not None:
            self._keep(path, stamp, kept)
        return kept

    def _keep(self, path: str, stamp: Stamp, kept: Kept) -> None:
        size = _size_bytes(kept)
        if size > self._most_bytes:
            return
        self._kept[path] = stamp, size, kept
        self._bytes += size
        while self._bytes > self._most_bytes:
            self._forget(next(iter(self._kept)))

    def _forget(self, path: str) -> None:
        found = self._kept.pop(path, None)
        if found is not None:
            self._bytes -= found[1]


def _stamp(request: RenderRequest) -> Stamp:
    """What changes when the recording or its `.frq` file does."""
    return tuple(_file_stamp(path) for path in (request.source_path, frq_path_of(request.source_path)))


def _file_stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    # ctime as well: a copy may bring the old file's mtime along.
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _size_bytes(kept: Kept) -> int:
    recording, analysis = kept
    values = (getattr(analysis, field.name) for field in fields(Analysis))
    return recording.nbytes + sum(getattr(value, "nbytes", 0) for value in values)
