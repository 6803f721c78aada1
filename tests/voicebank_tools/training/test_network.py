import numpy as np
import pytest

from pychang import PychangError
from pychang.conditions import SCALARS
from pychang.image import BANDS, SPAN_DB, band_centres_hz
from tests.voicebank_tools.training.made import needs_keras, quiet_libraries
from voicebank_tools.training.network import NetworkOptions, build_network

pytestmark = [needs_keras, quiet_libraries]

SMALL = NetworkOptions(channels=(4, 6), code_size=3)


def inputs(frames: int, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = ((1, frames, BANDS, 3), (1, frames, len(SCALARS)), (1, 3))
    image, scalars, code = (rng.uniform(-1.0, 1.0, shape).astype(np.float32) for shape in shapes)
    return [image, scalars, code]


def stirred(options: NetworkOptions):  # type: ignore[no-untyped-def]
    """A network with weights by chance: one that does something."""
    network = build_network(options)
    rng = np.random.default_rng(1)
    for layer in network.layers:
        if layer.trainable:
            layer.set_weights([rng.normal(0.0, 0.1, w.shape) for w in layer.get_weights()])
    return network


def test_an_untrained_network_changes_nothing() -> None:
    gains = np.asarray(build_network(NetworkOptions())([*inputs(20)[:2], np.zeros((1, 16), np.float32)]))
    assert gains.shape == (1, 20, BANDS, 2)
    assert not gains.any()


def test_gains_stay_within_their_bounds_and_know_the_voice() -> None:
    network = stirred(SMALL)
    image, scalars, code = inputs(30)
    gains = np.asarray(network([30.0 * image, scalars, code]))
    assert np.abs(gains[..., 0]).max() <= 12.0
    assert 6.0 < np.abs(gains[..., 1]).max() <= SMALL.largest_db[1] == 24.0
    assert np.abs(gains[..., band_centres_hz() > 2500.0, 1]).max() <= 6.0
    assert np.abs(gains).max() > 1.0
    assert np.abs(np.asarray(network([30.0 * image, scalars, -code])) - gains).max() > 1e-3


def test_of_a_voice_without_a_code_it_sees_no_picture_and_not_which_way_a_note_was_moved() -> None:
    network = stirred(SMALL)
    (image, scalars, code), (other_image, other_scalars, _) = inputs(30), inputs(30, seed=5)
    image[..., 0] = other_image[..., 0] = 0.0  # no leakage, which no voice has gains for
    of_all = [SCALARS.index(name) for name in ("distance", "speed", "voicing")]
    other_scalars[..., of_all] = scalars[..., of_all]

    def apart(code: np.ndarray) -> float:
        ours, theirs = (network([*one, code]) for one in ((image, scalars), (other_image, other_scalars)))
        return float(np.abs(np.asarray(ours) - np.asarray(theirs)).max())

    assert apart(0.0 * code) == 0.0
    assert apart(1e-3 * code) > 0.1
    further = scalars.copy()
    further[..., SCALARS.index("distance")] += 1.0
    told = [np.asarray(network([image, one, 0.0 * code])) for one in (scalars, further)]
    assert np.abs(told[0] - told[1]).max() > 0.01


def test_a_frame_is_changed_by_its_neighbourhood_and_by_nothing_beyond() -> None:
    network, around = stirred(SMALL), SMALL.context_frames
    assert NetworkOptions().context_frames == 21
    image, scalars, code = inputs(100)
    before = np.asarray(network([image, scalars, code]))
    image[0, 50] += 5.0
    changed = np.abs(np.asarray(network([image, scalars, code])) - before).max(axis=(0, 2, 3)) > 0.0
    assert np.flatnonzero(changed).tolist() == list(range(50 - around, 50 + around + 1))


def test_the_harmonic_part_is_left_alone_where_it_is_leakage_and_its_noise_is_not() -> None:
    hz = band_centres_hz()
    partials = np.argmin(np.abs(hz[:, None] - [440.0, 880.0, 1320.0]), axis=0)
    image, scalars, code = inputs(20)
    image[..., 0] = 0.0
    between = np.setdiff1d(np.arange(partials[0], partials[-1]), np.add.outer(partials, [-1, 0, 1]))
    image[0, :, between, 0] = -40.0 / SPAN_DB
    gains = np.abs(np.asarray(stirred(SMALL)([image, scalars, code])))[0]
    assert gains[:, between, 0].max() == 0.0
    assert gains[:, partials, 0].max() > 0.1
    assert gains[:, between, 1].max() > 0.1


def test_far_quieter_bands_are_partials_where_they_lie_far_apart() -> None:
    image, scalars, code = inputs(20)
    image[..., 0] = 0.0
    high = int(np.argmin(np.abs(band_centres_hz() - 9000.0)))
    image[0, :, high, 0] = -40.0 / SPAN_DB
    assert np.abs(np.asarray(stirred(SMALL)([image, scalars, code])))[0, :, high, 0].max() > 0.1


def test_gains_do_not_flicker_from_frame_to_frame() -> None:
    image, scalars, code = inputs(60)
    options = NetworkOptions(channels=(4, 6), code_size=3, smoothing_frames=1)
    rough = np.asarray(stirred(options)([image, scalars, code]))
    smooth = np.asarray(stirred(SMALL)([image, scalars, code]))
    assert np.diff(smooth, axis=1).std() < 0.5 * np.diff(rough, axis=1).std()


def test_too_many_levels_are_refused() -> None:
    with pytest.raises(PychangError, match="5 levels do not divide 80 bands"):
        build_network(NetworkOptions(channels=(4,) * 5))
