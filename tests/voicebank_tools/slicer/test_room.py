import numpy as np
import pytest

from voicebank_tools.slicer.levels import SILENT_DB, Levels
from voicebank_tools.slicer.room import measure_room


def levels(*parts: tuple[int, float, float], jitter_db: float = 1.0) -> Levels:
    """Parts of (frames, level_db, voicing)."""
    level_db = np.concatenate([np.full(count, level) for count, level, _ in parts])
    quiet = level_db > SILENT_DB
    level_db = level_db + quiet * np.random.default_rng(0).uniform(-jitter_db, jitter_db, len(level_db))
    voicing = np.concatenate([np.full(count, value) for count, _, value in parts])
    return Levels(len(level_db) * 441, 44100, 441, level_db, voicing)


@pytest.mark.parametrize("room_db", [-75.0, -60.0, -45.0])
def test_the_threshold_follows_the_room(room_db: float) -> None:
    room = measure_room(levels((200, room_db, 0.1), (800, -18.0, 0.95)))
    assert room.floor_db == pytest.approx(room_db, abs=1.5)
    assert room_db + 2.0 < room.threshold_db < -30.0
    assert np.array_equal(room.is_silent, np.arange(1000) < 200)
    assert room.has_sound


def test_digital_silence_says_nothing_of_the_room() -> None:
    room = measure_room(levels((500, SILENT_DB, 0.0), (100, -60.0, 0.1), (400, -18.0, 0.95)))
    assert room.floor_db == pytest.approx(-60.0, abs=1.5)
    assert np.array_equal(room.is_silent, np.arange(1000) < 600)


def test_a_song_without_pauses_has_no_silence() -> None:
    room = measure_room(levels((900, -18.0, 0.95), (100, -22.0, 0.9)))
    assert not room.is_silent.any()
    assert room.has_sound


def test_a_soft_note_is_sound_a_hum_far_below_is_not() -> None:
    room = measure_room(levels((900, -18.0, 0.95), (80, -48.0, 0.9), (20, -50.0, 0.1)))
    assert not room.is_silent[900:980].any()
    hum = measure_room(levels((100, -60.0, 0.9), (900, -18.0, 0.95)))
    assert hum.is_silent[:100].all()


@pytest.mark.parametrize("level_db", [SILENT_DB, -30.0])
def test_nothing_but_room_is_silent_throughout(level_db: float) -> None:
    room = measure_room(levels((1000, level_db, 0.1)))
    assert not room.has_sound
    assert room.is_silent.mean() > 0.99


def test_the_users_threshold_is_taken_as_it_is() -> None:
    room = measure_room(levels((200, -40.0, 0.1), (800, -18.0, 0.95)), threshold_db=-45.0)
    assert room.threshold_db == -45.0
    assert not room.is_silent.any()
