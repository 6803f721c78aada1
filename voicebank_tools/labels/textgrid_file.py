"""TextGrid files <-> tiers, through the `textgrid` library, with nothing lost on the way."""

import tempfile
import warnings
from io import StringIO
from pathlib import Path

from pychang.files import read_limited, write_atomically
from voicebank_tools.labels.segment import Segment
from voicebank_tools.labels.textgrid_text import RawGrid, decode_textgrid, parse_textgrid, plain_text
from voicebank_tools.labels.tiers import Tier, TierFile

MOST_BYTES = 64 * 2**20
_ALL_DIGITS = 30


def read_textgrid(path: Path) -> TierFile:
    """Return the tiers of a TextGrid file, long or short, in UTF-8, UTF-16 or an older encoding.

    Raises:
        PychangError: The file cannot be read or is no TextGrid.
    """
    data = read_limited(path, MOST_BYTES, "TextGrid", "is it really a TextGrid? Split it")
    return tiers_from_bytes(data, path.name)


def tiers_from_bytes(data: bytes, name: str) -> TierFile:
    """Return the tiers of a TextGrid's content; `name` is for messages. Raises as `read_textgrid`."""
    raw = parse_textgrid(decode_textgrid(data), name)
    if not raw.tiers:
        return TierFile(raw.begin_s, raw.end_s, (), raw.remarks)
    return TierFile(raw.begin_s, raw.end_s, _through_the_library(raw), raw.remarks)


def textgrid_bytes(file: TierFile) -> bytes:
    """Return a TextGrid's content in the long form and UTF-8; gaps between intervals become empty ones."""
    from textgrid import IntervalTier, PointTier, TextGrid

    grid = TextGrid(minTime=file.begin_s, maxTime=file.end_s)
    for tier in file.tiers:
        # The library writes names as they are; Praat doubles quotes.
        name = tier.name.replace('"', '""')
        made = (
            PointTier(name, file.begin_s) if tier.of_points else IntervalTier(name, file.begin_s, file.end_s)
        )
        for segment in tier.segments:
            times = (segment.begin_s,) if tier.of_points else (segment.begin_s, segment.end_s)
            made.add(*times, segment.text)
        grid.append(made)
    sink = _KeptText()
    grid.write(sink)
    return sink.content.encode("utf-8", "replace")


def write_textgrid(path: Path, file: TierFile) -> None:
    """Write a TextGrid, whole or not at all. Raises PychangError where it cannot be written."""
    write_atomically(path, textgrid_bytes(file))


class _KeptText(StringIO):
    """The library closes what it writes to; the content outlives that here."""

    content = ""

    def close(self) -> None:
        self.content = self.getvalue()
        super().close()


def _through_the_library(raw: RawGrid) -> tuple[Tier, ...]:
    from textgrid import TextGrid

    with tempfile.TemporaryDirectory(prefix="pychang-") as folder:
        path = Path(folder) / "plain.TextGrid"  # it reads from paths only
        path.write_text(plain_text(raw), "utf-8", newline="\n")
        grid = TextGrid()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # its codecs.open
            grid.read(str(path), round_digits=_ALL_DIGITS, encoding="utf-8")
    return tuple(
        Tier(tier.name, _points(read) if tier.of_points else _intervals(read), tier.of_points)
        for tier, read in zip(raw.tiers, grid.tiers, strict=True)
    )


def _points(tier: object) -> tuple[Segment, ...]:
    return tuple(Segment(point.time, point.time, point.mark) for point in tier)  # type: ignore[attr-defined]


def _intervals(tier: object) -> tuple[Segment, ...]:
    return tuple(Segment(one.minTime, one.maxTime, one.mark) for one in tier)  # type: ignore[attr-defined]
