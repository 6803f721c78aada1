"""Textures that are known: the same, shifted by a constant, moving less."""

import numpy as np
import pytest
from numpy.typing import NDArray

from pychang import metrics
from pychang.metrics.texture import PATCHES, PatchMoments, pooled
from tests.pychang.signals import filtered, vowel, white

pytest.importorskip("librosa", reason="librosa comes with the measure and test extras")


def moments(patches: NDArray[np.float64]) -> PatchMoments:
    moved = patches - patches.mean(axis=0)
    return PatchMoments(len(patches), patches.sum(axis=0), patches.T @ patches, moved.T @ moved)


def test_gaussians_are_as_far_apart_as_the_formula_says() -> None:
    """Diagonal covariances: d^2 = |m1 - m2|^2 + sum (s1 - s2)^2."""
    rng = np.random.default_rng(3)
    exact = rng.standard_normal((4000, 48))
    exact -= exact.mean(axis=0)
    exact = exact @ np.linalg.inv(np.linalg.cholesky(exact.T @ exact / len(exact))).T
    first, second = rng.uniform(0.5, 3.0, (2, 48))
    found = metrics.texture_distance_db([moments(exact * first)], [moments(exact * second + 1.5)])
    assert found == pytest.approx(np.sqrt(np.mean((first - second) ** 2) + 1.5**2), rel=1e-6)


def test_a_distance_that_turns_is_one_that_does_not_commute() -> None:
    """Against a matrix root taken another way: the eigenvalues of C1 C2 itself."""
    rng = np.random.default_rng(4)
    mixed = [rng.standard_normal((600, 48)) @ rng.standard_normal((48, 48)) / 7 for _ in range(2)]
    first, second = (np.cov(one.T, bias=True) for one in mixed)
    means = [one.mean(axis=0) for one in mixed]
    roots = np.sqrt(np.abs(np.linalg.eigvals(first @ second))).sum()
    wanted = ((means[0] - means[1]) ** 2).sum() + np.trace(first) + np.trace(second) - 2 * roots
    found = metrics.texture_distance_db([moments(mixed[0])], [moments(mixed[1])])
    assert found == pytest.approx(np.sqrt(wanted / 48), rel=1e-4)
    assert metrics.texture_distance_db([moments(mixed[0])], [moments(mixed[0])]) < 1e-5


def test_level_is_no_texture_but_movement_and_colour_are() -> None:
    wave = vowel(220.0, breath_db=-20.0)
    own = [metrics.patch_moments(wave)]
    assert own[0].count == PATCHES
    assert metrics.texture_distance_db(own, [metrics.patch_moments(0.25 * wave)]) < 0.01
    other_breath = metrics.patch_moments(vowel(220.0, breath_db=-20.0)[: len(wave)] + white(len(wave), -90.0))
    still = metrics.patch_moments(vowel(220.0))
    duller = metrics.patch_moments(filtered(wave, 5000.0, -10.0))
    near = metrics.texture_distance_db(own, [other_breath])
    assert near < 0.5 * metrics.texture_distance_db(own, [still])
    assert near < 0.5 * metrics.texture_distance_db(own, [duller])


def test_colours_are_no_movement() -> None:
    """Waves that differ in their means alone move alike; those that move half as much are half as far."""
    rng = np.random.default_rng(6)
    waves = [rng.standard_normal((200, 48)) for _ in range(3)]
    own = [moments(one) for one in waves]
    coloured = [moments(one + rng.standard_normal(48)) for one in waves]
    assert metrics.movement_distance_db(own, coloured) < 1e-3
    assert metrics.texture_distance_db(own, coloured) > 0.3
    still, half = [moments(0.0 * one) for one in waves], [moments(0.5 * one) for one in waves]
    whole = metrics.movement_distance_db(own, still)
    assert whole == pytest.approx(1.0, abs=0.05)
    assert metrics.movement_distance_db(own, half) == pytest.approx(0.5 * whole, rel=1e-6)


def test_a_pool_is_the_sum_of_its_waves() -> None:
    rng = np.random.default_rng(5)
    patches = rng.standard_normal((50, 48))
    whole, parts = moments(patches), pooled([moments(patches[:20]), moments(patches[20:])])
    assert parts.count == 50
    assert parts.sums == pytest.approx(whole.sums)
    assert parts.products == pytest.approx(whole.products)
    assert np.trace(parts.scatter) < np.trace(whole.scatter)  # two waves, two means
    with pytest.raises(ValueError, match="no wave"):
        pooled([])


def test_a_wave_too_short_has_no_texture() -> None:
    with pytest.raises(ValueError, match="too few"):
        metrics.patch_moments(np.zeros(1000))
    assert metrics.patch_moments(np.zeros(5000)).sums == pytest.approx(np.zeros(48))  # silence: no error
