import math

import numpy as np
import pytest

from voicebank_tools.align.leave_one_out import KNOWN_FRAMES, Given, outside_losses

CENTRES = np.array([[-1.0, -1.0], [1.0, 1.0], [1.0, -1.0]])


def clip(sung: list[int], said: list[int], seed: int, frames: int = 60) -> Given:
    """Phones of so many frames each: what is sung, and what the text says. Phone 2 is a pause."""
    sounds = CENTRES[np.repeat(sung, frames)]
    noise = 0.1 * np.random.default_rng(seed).standard_normal(sounds.shape)
    phones = np.array([-1 if one == 2 else place for place, one in enumerate(said)])
    return Given(
        (sounds + noise).astype(np.float32),
        np.repeat(said, frames).astype(np.int64),
        np.repeat(phones, frames),
    )


def honest(count: int) -> list[Given]:
    return [clip([2, 0, 1, 0], [2, 0, 1, 0], seed) for seed in range(count)]


def test_right_texts_lose_nothing_and_wrong_ones_much() -> None:
    losses = outside_losses([*honest(6), clip([2, 1, 0, 1], [2, 0, 1, 0], 9)])
    assert max(losses[:6]) < 0.1
    assert losses[6] > 5.0


def test_a_clip_does_not_vouch_for_itself() -> None:
    """The wrong clip holds most frames of its phones: models that it taught would find nothing wrong."""
    wrong = clip([2, 1, 0, 1], [2, 0, 1, 0], 9, frames=5000)
    assert outside_losses([*honest(2), wrong])[2] > 5.0


def test_the_loss_is_that_of_models_taught_by_the_others() -> None:
    clips = honest(3)
    clips[1] = clip([0, 1], [1, 1], 5)
    others = [(one.frames[one.models == model]) for model in (0, 1, 2) for one in (clips[0], clips[2])]
    scores = []
    for model in range(3):
        own = np.concatenate(others[2 * model : 2 * model + 2]).astype(np.float64)
        count = len(own) + 20.0
        mean = own.sum(axis=0) / count
        variance = np.maximum(((own**2).sum(axis=0) + 20.0) / count - mean**2, 0.02)
        scores.append(-0.5 * np.sum((clips[1].frames - mean) ** 2 / variance + np.log(variance), axis=1))
    loss = np.max(scores, axis=0) - scores[1]
    wanted = np.median([loss[:60].mean(), loss[60:].mean()])
    # Model 0 is none of the second clip's own, so it is as all clips have taught it: the same ones here.
    assert outside_losses(clips)[1] == pytest.approx(wanted, rel=1e-3)


def test_what_other_clips_do_not_hold_is_not_judged() -> None:
    few = clip([1], [1], 3, frames=KNOWN_FRAMES - 1)
    enough = clip([1], [1], 3, frames=KNOWN_FRAMES)
    lonely = clip([0, 2], [1, 2], 4)
    assert math.isnan(outside_losses([clip([0], [0], 1), few, lonely])[2])
    assert outside_losses([clip([0], [0], 1), enough, lonely])[2] > 1.0


def test_pauses_are_not_judged() -> None:
    same = honest(3)
    noisy = clip([0, 0, 1, 0], [2, 0, 1, 0], 7)
    assert outside_losses([*same, noisy])[3] < 0.1
