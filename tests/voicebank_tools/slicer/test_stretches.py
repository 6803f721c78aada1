import numpy as np

from voicebank_tools.slicer.cuts import CutKind, Cuts
from voicebank_tools.slicer.levels import Levels
from voicebank_tools.slicer.options import SliceOptions
from voicebank_tools.slicer.room import Room
from voicebank_tools.slicer.stretches import Stretch, between_cuts, without_long_silence

HOP = 100  # of 10 ms


def scene(*parts: tuple[float, bool]) -> tuple[Levels, Room]:
    """Parts of (seconds, silent)."""
    is_silent = np.repeat([silent for _, silent in parts], [round(100 * s) for s, _ in parts])
    count = len(is_silent)
    levels = Levels(count * HOP, 100 * HOP, HOP, np.where(is_silent, -60.0, -20.0), np.zeros(count))
    return levels, Room(-62.0, -50.0, -20.0, is_silent, True)


def test_reasons_and_what_is_forced() -> None:
    kinds = np.array([CutKind.SILENCE, CutKind.UNVOICED, CutKind.DIP, CutKind.NOTE, CutKind.PITCH_STEP])
    cuts = Cuts(np.arange(1, 6) * 10, kinds, np.zeros(5), np.full(5, -61.23))
    stretches = between_cuts(cuts, 60)
    assert [(one.end, one.forced) for one in stretches] == [
        ("silence", False), ("unvoiced", True), ("dip", True), ("note", True), ("pitch step", False),
        ("end", False),
    ]  # fmt: skip
    assert stretches[0] == Stretch(0, 10, "clip", "silence", False, -61.2)
    assert stretches[-1] == Stretch(50, 60)


def test_long_silence_is_taken_out_and_shared_between_neighbours() -> None:
    levels, room = scene((1.0, True), (5.0, False), (4.0, True), (5.0, False))
    halves = [Stretch(0, 80000, end="silence", level_db=-60.0), Stretch(80000, 150000)]
    found = without_long_silence(halves, levels, room, SliceOptions(kept_silence_s=0.5))
    assert [(one.start, one.stop, one.kind) for one in found] == [
        (0, 5000, "silence"), (5000, 65000, "clip"), (65000, 95000, "silence"), (95000, 150000, "clip"),
    ]  # fmt: skip
    assert found[-1].end == "end"
    assert found[1].end == "silence"


def test_clips_stay_as_long_as_they_must_be_and_all_silence_is_one_stretch() -> None:
    levels, room = scene((2.0, True), (0.3, False), (2.0, True), (8.0, True))
    parts = [Stretch(0, 43000), Stretch(43000, 123000)]
    found = without_long_silence(parts, levels, room, SliceOptions(kept_silence_s=0.1))
    assert [one.kind for one in found] == ["silence", "clip", "silence"]
    assert found[1].stop - found[1].start == 20000
    assert found[1].start <= 20000
    assert found[1].stop >= 23000
    by_note = without_long_silence(parts, levels, room, SliceOptions(kept_silence_s=0.1, by_note=True))
    assert by_note[1].stop - by_note[1].start == 5000


def test_all_is_kept_unless_asked() -> None:
    levels, room = scene((5.0, True), (5.0, False))
    whole = [Stretch(0, 100000)]
    assert without_long_silence(whole, levels, room, SliceOptions()) is whole
