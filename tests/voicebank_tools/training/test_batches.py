from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pychang import PychangError
from pychang.conditions import reference_db
from pychang.image import BANDS, FLOOR_DB, band_centres_hz, to_unit
from tests.voicebank_tools.training import made
from voicebank_tools.training.augment import Augmentation
from voicebank_tools.training.batches import SHARES, UNKNOWN_SHARES, BatchOptions, Sampler, padded, places_of
from voicebank_tools.training.dataset import Dataset
from voicebank_tools.training.examples import PAIR, SHIFTED, STARVED

PLAIN = BatchOptions(
    examples=6, frames=32, augmentation=Augmentation(colour_share=0.0, formant_share=0.0, noise_share=0.0)
)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return made.dataset(tmp_path_factory.mktemp("set"))


def test_a_step_has_one_batch_whoever_asks_and_whenever(dataset: Dataset) -> None:
    options = BatchOptions(examples=4, frames=32, seed=5)
    first = Sampler(dataset, options).batch(7)
    sampler = Sampler(dataset, options)
    sampler.batch(0)
    again = sampler.batch(7)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    other = Sampler(dataset, replace(options, seed=6)).batch(7)
    assert not np.array_equal(first["image"], other["image"])


def test_shapes_and_types_are_what_the_network_expects(dataset: Dataset) -> None:
    batch = Sampler(dataset, PLAIN).batch(0)
    shapes = {name: values.shape[1:] for name, values in batch.items()}
    assert shapes == {
        "image": (32, BANDS, 3), "scalars": (32, 5), "voice": (), "levels_db": (32, BANDS, 2),
        "target_db": (32, BANDS, 2), "strength": (32,), "weights": (32,), "band": (BANDS,),
        "any_level": (), "reference_db": (), "kind": (),
    }  # fmt: skip
    assert {name for name, values in batch.items() if values.dtype != np.float32} == {"voice", "kind"}


def test_validation_voices_and_left_out_ones_are_never_drawn(dataset: Dataset) -> None:
    options = replace(PLAIN, unknown_shares=(0.0,) * 4, leave_out=("bob",))
    drawn = {int(voice) for step in range(10) for voice in Sampler(dataset, options).batch(step)["voice"]}
    assert drawn == {1}
    validation = Sampler(dataset, options).validation()
    assert validation is not None
    assert set(validation["voice"]) == {0}
    assert set(validation["kind"]) == {SHIFTED, STARVED, PAIR}
    with pytest.raises(PychangError, match="nothing is left to train on"):
        Sampler(dataset, replace(options, leave_out=("alice", "bob"))).batch(0)


def test_kinds_come_at_their_shares_and_of_each_some_do_not_tell_their_voice(dataset: Dataset) -> None:
    sampler = Sampler(dataset, replace(PLAIN, examples=16))
    batches = [sampler.batch(step) for step in range(40)]
    kinds, voices = (np.concatenate([batch[name] for batch in batches]) for name in ("kind", "voice"))
    # of the fourth kind the dataset has none: the others take its share
    wanted = np.array([SHARES[kind] for kind in (SHIFTED, STARVED, PAIR)])
    found = [(kinds == kind).mean() for kind in (SHIFTED, STARVED, PAIR)]
    assert np.allclose(found, wanted / wanted.sum(), atol=0.06)
    for kind in (SHIFTED, STARVED, PAIR):
        assert np.mean(voices[kinds == kind] == 0) == pytest.approx(UNKNOWN_SHARES[kind], abs=0.1)
    only = Sampler(dataset, replace(PLAIN, shares=(0.0, 0.0, 1.0, 0.0)))
    assert set(only.batch(0)["kind"]) == {PAIR}


def test_a_voice_alone_is_measured_on_what_is_held_out_of_it(tmp_path: Path) -> None:
    alone = made.dataset(tmp_path, validate=(), shards=10)
    sampler = Sampler(alone, replace(PLAIN, unknown_shares=(0.0,) * 4, held_out_share=0.2))
    validation = sampler.validation(most=1000)
    assert validation is not None
    assert set(validation["voice"]) == {1, 2, 3}
    assert len(validation["voice"]) == 3 * 2 * 3  # voices, shards, kinds
    places = [place for place in places_of(alone) if sampler._is_trained(place)]
    assert len(places) == 3 * 8 * 3
    assert Sampler(alone, PLAIN).validation() is None


def test_a_short_example_is_filled_with_what_counts_nothing() -> None:
    short = made.example(0, STARVED, frames=10, band_hz=5000.0)
    row = padded(short, 2, 16)
    assert row["weights"].tolist() == [1.0] * 10 + [0.0] * 6
    assert (row["target_db"][10:] == FLOOR_DB).all()
    assert row["any_level"] == 1.0
    assert np.array_equal(row["band"], band_centres_hz() < 5000.0)
    reference = reference_db(short.levels_db)
    assert row["reference_db"] == pytest.approx(reference)
    assert np.array_equal(row["image"][:10], to_unit(short.levels_db, reference))


def test_frames_where_the_gains_do_not_apply_count_nothing() -> None:
    one = made.example(0)
    one.strength[:5] = 0.0
    row = padded(one, 1, made.FRAMES)
    assert row["weights"][:5].max() == 0.0
    assert row["weights"][5:].min() == 1.0
    assert row["any_level"] == 0.0
