import numpy as np
import pytest

from voicebank_tools.align.mixtures import PRIOR_FRAMES, Mixtures, fit

CLASSES = np.array([0, 0, 1])


def two_heaps(count: int) -> np.ndarray:
    random = np.random.default_rng(3)
    heaps = [random.normal(mean, 0.5, (count, 2)) for mean in (-2.0, 2.0)]
    return np.concatenate(heaps).astype(np.float32)


def test_scores_are_the_logarithms_of_a_mixture() -> None:
    mixtures = Mixtures(
        np.array([[[0.0], [3.0]], [[1.0], [0.0]]]),
        np.array([[[1.0], [4.0]], [[0.25], [1.0]]]),
        np.log(np.array([[0.25, 0.75], [1.0, 1e-300]])),
    )
    values = np.array([[0.5], [2.0]], dtype=np.float32)

    def normal(x: float, mean: float, variance: float) -> float:
        return float(np.exp(-0.5 * (x - mean) ** 2 / variance) / np.sqrt(2 * np.pi * variance))

    wanted = [[np.log(0.25 * normal(x, 0, 1) + 0.75 * normal(x, 3, 4)), np.log(normal(x, 1, 0.25))]
              for x in (0.5, 2.0)]  # fmt: skip
    np.testing.assert_allclose(mixtures.scores(values), wanted, atol=1e-5)


def test_frames_set_the_mean_and_a_rare_model_leans_on_its_class() -> None:
    frames = np.concatenate([np.full((400, 1), 1.0), np.full((2, 1), -1.0), np.full((50, 1), 5.0)])
    models = np.repeat([0, 1, 2], [400, 2, 50])
    found = fit(frames.astype(np.float32), np.ones(452, np.float32), models, CLASSES, None, split=False)
    assert found.means[0, 0, 0] == pytest.approx(1.0, abs=0.02)
    class_mean = (400.0 - 2.0) / (402.0 + PRIOR_FRAMES)
    assert found.means[1, 0, 0] == pytest.approx((-2.0 + PRIOR_FRAMES * class_mean) / (2.0 + PRIOR_FRAMES))
    assert np.isfinite(found.scores(frames.astype(np.float32))).all()


def test_a_model_without_frames_is_its_class() -> None:
    frames = np.full((300, 2), 2.0, dtype=np.float32)
    found = fit(frames, np.ones(300, np.float32), np.zeros(300, np.int64), CLASSES, None, split=False)
    np.testing.assert_allclose(found.means[1, 0], found.means[0, 0], atol=0.2)
    np.testing.assert_allclose(found.means[2, 0], 0.0)


def test_two_heaps_are_told_apart_by_a_split_and_only_with_frames_enough() -> None:
    frames = two_heaps(200)
    given = np.zeros(len(frames), np.int64)
    weights = np.ones(len(frames), np.float32)
    found = fit(frames, weights, given, CLASSES, None, split=False)
    for _ in range(3):
        found = fit(frames, weights, given, CLASSES, found, split=True)
    np.testing.assert_allclose(np.sort(found.means[0, :, 0]), [-2.0, 2.0], atol=0.3)
    np.testing.assert_allclose(np.exp(found.log_weights[0]).sum(), 1.0)
    few = fit(frames[::20], weights[::20], given[::20], CLASSES, None, split=False)
    assert np.isneginf(
        fit(frames[::20], weights[::20], given[::20], CLASSES, few, split=True).log_weights[0, 1]
    )


def test_a_weight_of_two_is_a_frame_twice() -> None:
    frames = two_heaps(30)
    twice = np.concatenate([frames, frames[:10]])
    weights = np.ones(len(frames), np.float32)
    weights[:10] = 2.0
    once = fit(frames, weights, np.zeros(len(frames), np.int64), CLASSES, None, split=False)
    again = fit(
        twice, np.ones(len(twice), np.float32), np.zeros(len(twice), np.int64), CLASSES, None, split=False
    )
    np.testing.assert_allclose(once.means, again.means, atol=1e-6)
    np.testing.assert_allclose(once.variances, again.variances, atol=1e-6)
