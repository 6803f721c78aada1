import numpy as np
from numpy.typing import NDArray

from voicebank_tools.slicer.cuts import CutKind, Cuts, find_cuts, pauses_of, weak_frames
from voicebank_tools.slicer.levels import Levels
from voicebank_tools.slicer.room import Room, measure_room

HOP = 441


def scene(*parts: tuple[float, float, float]) -> tuple[Levels, Room]:
    """Parts of (seconds, level_db, voicing) in frames of 10 ms."""
    counts = [round(100 * duration_s) for duration_s, _, _ in parts]
    level_db = np.repeat([level for _, level, _ in parts], counts)
    level_db = level_db + np.random.default_rng(0).uniform(-0.5, 0.5, len(level_db))
    voicing = np.repeat([value for _, _, value in parts], counts)
    levels = Levels(len(level_db) * HOP, 44100, HOP, level_db, voicing)
    return levels, measure_room(levels)


VOICE, ROOM, BREATH, FRICATIVE = (3.0, -18.0, 0.95), (1.0, -65.0, 0.1), (0.4, -42.0, 0.2), (0.1, -30.0, 0.2)


def seconds(cuts: Cuts, kind: CutKind) -> NDArray[np.float64]:
    return np.asarray(cuts.samples[cuts.kind == kind] / 44100.0)


def test_pauses_are_cut_away_from_sounds() -> None:
    levels, room = scene(VOICE, ROOM, VOICE)
    assert pauses_of(levels, room, 0.2) == [range(300, 400)]
    found = seconds(find_cuts(levels, room, 0.2), CutKind.SILENCE)
    assert len(found) >= 3
    assert found.min() >= 3.1
    assert found.max() <= 3.9


def test_a_pause_that_is_too_short_is_none() -> None:
    levels, room = scene(VOICE, (0.15, -65.0, 0.1), VOICE)
    cuts = find_cuts(levels, room, 0.2)
    assert not len(seconds(cuts, CutKind.SILENCE))
    assert abs(seconds(cuts, CutKind.UNVOICED)[0] - 3.075) < 0.08
    assert len(seconds(find_cuts(levels, room, 0.1), CutKind.SILENCE))


def test_a_breath_is_not_cut_but_the_pause_before_it() -> None:
    levels, room = scene(VOICE, (0.4, -65.0, 0.1), BREATH, VOICE)
    cuts = find_cuts(levels, room, 0.2)
    best = cuts.only(cuts.kind <= CutKind.UNVOICED)
    assert ((best.samples / 44100.0 < 3.42) | (best.kind == CutKind.UNVOICED)).all()
    quiet = scene(VOICE, (0.4, -65.0, 0.1), (0.4, -57.0, 0.1), VOICE)  # below the threshold
    assert seconds(find_cuts(*quiet, 0.2), CutKind.SILENCE).max() < 3.42


def test_without_a_pause_the_breath_is_cut_before() -> None:
    levels, room = scene((6.0, -18.0, 0.95), (0.06, -55.0, 0.2), BREATH, VOICE, ROOM)
    found = seconds(find_cuts(levels, room, 0.2), CutKind.UNVOICED)
    assert len(found[(found > 5.9) & (found < 6.6)]) == 1
    assert abs(found[(found > 5.9) & (found < 6.6)][0] - 6.03) < 0.05


def test_dips_and_consonants_come_before_notes() -> None:
    levels, room = scene(VOICE, FRICATIVE, VOICE, (0.03, -34.0, 0.9), VOICE, ROOM)
    cuts = find_cuts(levels, room, 0.2)
    assert np.any(np.abs(seconds(cuts, CutKind.UNVOICED) - 3.05) < 0.06)
    assert np.any(np.abs(seconds(cuts, CutKind.DIP) - 6.115) < 0.03)
    assert len(seconds(cuts, CutKind.NOTE)) > 100
    weak = weak_frames(levels, ~room.is_silent) / 100.0
    assert [round(frame_s) for frame_s in weak] == [3, 6]


def test_there_is_a_place_everywhere() -> None:
    """What the bounds' slack relies on."""
    levels, room = scene(VOICE, ROOM, VOICE, (0.3, -65.0, 0.1), BREATH, VOICE, FRICATIVE)
    samples = find_cuts(levels, room, 0.2).samples
    assert np.diff(samples).max() <= 0.1 * 44100
    assert np.all(np.diff(samples) > 0)
    assert samples[0] > 0
    assert samples[-1] < levels.samples
