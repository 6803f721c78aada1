"""A recording -> its stretches: measured, cut and told why. Nothing is written here."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, floor

from voicebank_tools.slicer.choose import choose_cuts
from voicebank_tools.slicer.cuts import Cuts, find_cuts
from voicebank_tools.slicer.levels import Levels, measure_levels
from voicebank_tools.slicer.notes import find_note_cuts
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.room import Room, measure_room
from voicebank_tools.slicer.snap import snap_cuts
from voicebank_tools.slicer.sound import Sound
from voicebank_tools.slicer.stretches import Stretch, between_cuts, without_long_silence


@dataclass(frozen=True)
class Plan:
    """The stretches of a recording of `samples` samples, in order of time, and the room it was made in."""

    samples: int
    room: Room
    stretches: tuple[Stretch, ...]


def plan_slices(sound: Sound, options: SliceOptions, on_share: Callable[[float], None] | None = None) -> Plan:
    """Find where a recording is to be cut.

    `on_share` is told which share of the recording has been measured. Raises PychangError as
    `measure_levels` does.
    """
    levels = measure_levels(sound, options.hop_s, on_share)
    room = measure_room(levels, options.threshold_db)
    chosen = _cuts(sound, levels, room, options)
    stretches = without_long_silence(between_cuts(chosen, levels.samples), levels, room, options)
    return Plan(levels.samples, room, tuple(stretches))


def _cuts(sound: Sound, levels: Levels, room: Room, options: SliceOptions) -> Cuts:
    if options.by_note:
        found = find_note_cuts(sound, levels, room, options)
        shortest, longest = 1, levels.samples
    else:
        every = find_cuts(levels, room, options.min_silence_s)
        found = choose_cuts(every, levels.samples, levels.rate_hz, options)
        shortest, longest = ceil(options.min_s * levels.rate_hz), floor(options.max_s * levels.rate_hz)
    return replace(found, samples=snap_cuts(sound, found.samples, shortest, longest, levels.samples))
