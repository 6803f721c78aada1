"""Chosen cuts -> the stretches of a recording that become files."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from voicebank_tools.slicer.cuts import CutKind, Cuts
from voicebank_tools.slicer.levels import Levels
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.room import Room

_REASONS = {
    CutKind.SILENCE: "silence", CutKind.UNVOICED: "unvoiced", CutKind.DIP: "dip", CutKind.NOTE: "note",
    CutKind.PITCH_STEP: "pitch step",
}  # fmt: skip


@dataclass(frozen=True)
class Stretch:
    """[start, stop) in samples, whether it is but silence, and the cut at its end (see `manifest.Clip`)."""

    start: int
    stop: int
    kind: str = "clip"
    end: str = "end"
    forced: bool = False
    level_db: float | None = None


def between_cuts(cuts: Cuts, samples: int) -> list[Stretch]:
    """Return the stretches of a recording of `samples` samples: one more than there are cuts."""
    stretches = []
    start = 0
    for place, kind, level_db in zip(cuts.samples, cuts.kind, cuts.level_db, strict=True):
        forced = kind not in (CutKind.SILENCE, CutKind.PITCH_STEP)
        reason = _REASONS[CutKind(kind)]
        stretches.append(Stretch(start, int(place), "clip", reason, forced, round(float(level_db), 1)))
        start = int(place)
    return [*stretches, Stretch(start, samples)]


def without_long_silence(
    stretches: list[Stretch], levels: Levels, room: Room, options: SliceOptions
) -> list[Stretch]:
    """Take out of both ends of every stretch the silence beyond what is to be kept; neighbours share
    one stretch of silence. No clip becomes shorter than the least length."""
    if options.kept_silence_s is None:
        return stretches
    kept = round(options.kept_silence_s * levels.rate_hz)
    least = 1 if options.by_note else round(options.min_s * levels.rate_hz)
    parts = [part for one in stretches for part in _trimmed(one, levels, room, kept, least)]
    return list(_joined_silence(parts))


def _trimmed(one: Stretch, levels: Levels, room: Room, kept: int, least: int) -> list[Stretch]:
    hop = levels.hop_samples
    first, last = one.start // hop, min(-(-one.stop // hop), len(room.is_silent))
    loud = np.flatnonzero(~room.is_silent[first:last])
    if not len(loud):
        return [replace(one, kind="silence")]
    start = max(one.start, (first + int(loud[0])) * hop - kept)
    stop = min(one.stop, (first + int(loud[-1]) + 1) * hop + kept)
    lacking = max(0, min(least, one.stop - one.start) - (stop - start))
    stop_more = min(lacking, one.stop - stop)
    start, stop = start - (lacking - stop_more), stop + stop_more
    parts = (
        [Stretch(one.start, start, "silence", "silence", level_db=room.floor_db)] if start > one.start else []
    )
    if stop == one.stop:
        return [*parts, replace(one, start=start)]
    clip = Stretch(
        start, stop, "clip", "silence", level_db=round(float(levels.level_db[min(stop // hop, last - 1)]), 1)
    )
    return [*parts, clip, replace(one, start=stop, kind="silence")]


def _joined_silence(parts: list[Stretch]) -> Iterator[Stretch]:
    held: Stretch | None = None
    for part in parts:
        if held is not None and held.kind == part.kind == "silence":
            held = replace(part, start=held.start)
            continue
        if held is not None:
            yield held
        held = part
    if held is not None:
        yield held
