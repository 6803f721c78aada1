from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pychang.analysis import analyse
from pychang.conditions import SCALARS
from pychang.image import BANDS, band_levels_db, image_frames
from tests.pychang.signals import white
from tests.voicebank_tools.training.made import sung
from voicebank_tools.training.corpora import CorpusFacts, Piece, read_recording
from voicebank_tools.training.examples import (
    MOVED,
    PAIR,
    SHIFTED,
    STARVED,
    Analysed,
    Example,
    Recipe,
    own_examples,
    pair_example,
)


@pytest.fixture(scope="module")
def piece() -> Piece:
    return Piece(sung("a", 220.0), 0.0, 12_000.0)


@pytest.fixture(scope="module")
def examples(piece: Piece) -> list[Example]:
    return list(own_examples(piece, Recipe(shifts=2, starved=3, moved=1), np.random.default_rng(1)))


def test_a_recording_gives_what_the_recipe_says(examples: list[Example], piece: Piece) -> None:
    assert [one.kind for one in examples] == [SHIFTED, SHIFTED, STARVED, STARVED, STARVED, MOVED]
    frames = image_frames(len(piece.wave))
    for one in examples:
        own = len(one.weights)
        assert own == frames or one.kind == STARVED
        assert one.levels_db.shape == (own, BANDS, 3)
        assert one.target_db.shape == (own, BANDS, 2)
        assert one.scalars.shape == (own, len(SCALARS))
        assert one.strength.shape == (own,)
        assert one.band_hz == 12_000.0
        assert all(np.isfinite(values).all() for values in (one.levels_db, one.scalars, one.target_db))


def test_the_target_is_the_recording_itself(examples: list[Example], piece: Piece) -> None:
    wanted = band_levels_db(piece.wave)
    for one in examples:
        if len(one.weights) != len(wanted):
            continue  # made longer or shorter, and left so
        assert np.array_equal(one.target_db[..., 0], wanted)
        # its noise is no louder than all of it, but where both are next to nothing
        heard = wanted > wanted.max() - 50.0
        assert np.median((one.target_db[..., 1] - wanted)[heard]) < 0.0


def test_a_shifted_recording_comes_back_at_its_own_pitch(examples: list[Example]) -> None:
    shifted = examples[0]
    middle = slice(10, -10)
    assert np.allclose(shifted.scalars[middle, 0], 0.0, atol=0.01)  # log2(220 Hz / 220 Hz)
    moved = 12.0 * np.median(np.abs(shifted.scalars[middle, 1]))
    assert 1.4 < moved < 12.1
    # a round trip is not the recording, but near it
    total = 10 * np.log10((10 ** (shifted.levels_db[..., :2] / 10)).sum(2))
    low = slice(0, 20)
    assert np.abs(total - shifted.target_db[..., 0])[middle, low].mean() < 6.0


def test_some_shifted_recordings_were_longer_on_their_way(piece: Piece) -> None:
    swelling = replace(piece, wave=piece.wave * np.geomspace(0.1, 1.0, len(piece.wave), dtype=np.float32))
    made = list(own_examples(swelling, Recipe(shifts=6, starved=0, moved=0), np.random.default_rng(2)))
    speeds = [3.0 * np.median(one.scalars[10:-10, SCALARS.index("speed")]) for one in made]
    assert 0 < sum(speed > 0.05 for speed in speeds) < len(speeds)
    assert max(speeds) <= 1.0
    wanted = band_levels_db(swelling.wave)
    for one in made:
        assert np.array_equal(one.target_db[..., 0], wanted)
        # it is back at its own times: where the recording is loud, so is the example
        level_db, truth_db = (
            10 * np.log10((10 ** (levels / 10)).sum(axis=1))
            for levels in (one.levels_db[..., :2].reshape(len(wanted), -1), wanted)
        )
        assert np.ptp((level_db - truth_db)[10:-10]) < 1.5


def test_starved_ones_have_other_times_and_are_moved(examples: list[Example]) -> None:
    starved = [one for one in examples if one.kind == STARVED]
    assert len({len(one.weights) for one in starved}) > 1
    for one in starved:
        assert 1.4 < 12.0 * np.median(one.scalars[:, SCALARS.index("distance")]) < 12.1
        assert np.array_equal(one.strength, one.scalars[:, SCALARS.index("voicing")])
        total = 10 * np.log10((10 ** (one.levels_db[..., :2] / 10)).sum(2))
        assert np.abs(total - one.target_db[..., 0])[10:-10, :20].mean() < 3.0


def test_a_held_stretch_is_told_no_speed_and_wants_an_even_picture(examples: list[Example]) -> None:
    recorded = np.abs(np.diff(examples[0].target_db[10:-10, :40, 0], axis=0)).mean()
    found = 0
    for one in (one for one in examples if one.kind == STARVED):
        held = one.scalars[:, SCALARS.index("speed")] == 0.0
        inside = np.flatnonzero(held[:-1] & held[1:])
        inside = inside[(inside > 12) & (inside < len(held) - 12)]
        if len(inside):
            steps = np.abs(np.diff(one.target_db[:, :40, 0], axis=0))
            assert steps[inside].mean() < 0.3 * recorded
        found += len(inside)
    assert found > 20


def test_a_moved_recording_is_told_as_shifted_and_drawn_at_its_own_pitch(examples: list[Example]) -> None:
    moved = examples[-1]
    middle = slice(10, -10)
    assert np.allclose(moved.scalars[middle, 0], 0.0, atol=0.01)
    told = 12.0 * np.median(moved.scalars[middle, 1])
    assert 1.4 < abs(told) < 12.1
    assert 12.0 * np.median(moved.scalars[middle, 2]) == pytest.approx(abs(told), abs=1e-3)
    assert moved.strength[middle].min() > 0.9
    # what one move costs is less than what the way there and back does
    low = slice(0, 20)
    costs = []
    for one in (moved, examples[0]):
        total = 10 * np.log10((10 ** (one.levels_db[..., :2] / 10)).sum(2))
        costs.append(np.abs(total - one.target_db[..., 0])[middle, low].mean())
    assert 0.0 < costs[0] < costs[1]


def test_the_same_chance_gives_the_same_examples(piece: Piece) -> None:
    first, again = (next(own_examples(piece, Recipe(1, 0, 0), np.random.default_rng(7))) for _ in range(2))
    assert np.array_equal(first.levels_db, again.levels_db)


def test_what_has_no_voice_teaches_nothing(piece: Piece) -> None:
    noise = Piece(white(20_000), 0.0, 20_000.0)
    assert list(own_examples(noise, Recipe(), np.random.default_rng(0))) == []
    pytest.importorskip("librosa", reason="librosa comes with the train and test extras")
    sound = Analysed(piece, analyse(piece.wave))
    silent = Analysed(noise, analyse(noise.wave))
    assert pair_example(sound, silent, np.random.default_rng(0)) is None


def test_a_true_pair_asks_for_the_other_recordings_pitch_and_length(piece: Piece) -> None:
    pytest.importorskip("librosa", reason="librosa comes with the train and test extras")
    other = Piece(sung("a", 330.0, 0.5), 0.0, 9000.0)
    source, wanted = (Analysed(one, analyse(one.wave)) for one in (piece, other))
    made = pair_example(source, wanted, np.random.default_rng(0))
    assert made is not None
    assert made.kind == PAIR
    assert made.band_hz == 9000.0
    assert len(made.weights) == image_frames(len(other.wave))
    middle = slice(10, -10)
    assert 2.0 * np.median(made.scalars[middle, 0]) == pytest.approx(np.log2(1.5), abs=0.01)
    assert 12.0 * np.median(made.scalars[middle, 1]) == pytest.approx(7.02, abs=0.2)
    assert np.array_equal(made.target_db[..., 0], band_levels_db(other.wave))
    assert 0.4 < (made.weights > 0.5).mean() <= 0.8


def test_two_takes_of_a_real_phrase_align(shared_data: Path) -> None:
    """The same vowel sung by the same singer at two pitches: most frames find their like."""
    pytest.importorskip("librosa", reason="librosa comes with the train and test extras")
    paths = sorted((shared_data / "singing-human-voice-notes").rglob("*.flac"))[:2]
    pieces = [read_recording(path, CorpusFacts("test", "MIT")) for path in paths]
    source, wanted = (
        Analysed(one, analyse(one.wave))
        for one in (replace(piece, wave=piece.wave[:60_000].copy()) for piece in pieces)
    )
    made = pair_example(source, wanted, np.random.default_rng(0))
    assert made is not None
    assert (made.weights > 0.5).mean() > 0.3
