"""Models of the phones of a folder, learnt from its own clips and texts (Viterbi training)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pychang.arrays import FloatArray
from voicebank_tools.align.features import Frames
from voicebank_tools.align.graph import THIRDS, Graph
from voicebank_tools.align.manner import MOMENTS, manner
from voicebank_tools.align.mixtures import Mixtures, fit
from voicebank_tools.align.start import class_scores
from voicebank_tools.align.viterbi import Passage, decode

Path = NDArray[np.int64]

SPLITS = (False, False, False, False, True, True)
"""One pass each; from the fifth on with two Gaussians. More passes or Gaussians do not place better."""

CELLS_AT_ONCE = 2**23
CLIPS_AT_ONCE = 32

LEAVE, LEAVE_HELD = 0.3, 0.06
"""Chance of leaving a state while nothing is known; the second for what can be held, vowels and pauses."""

HELD = frozenset({"vowel", "pause", "breath"})


@dataclass(frozen=True, eq=False)
class Lesson:
    """A clip to learn from.

    Attributes:
        graph: Its text.
        frames: [frames, features] of mean 0 and variance 1 over the folder.
        cues: [frames, 3].
        weight: How much its frames count.
    """

    graph: Graph
    frames: Frames
    cues: Frames
    weight: float = 1.0


@dataclass(frozen=True, eq=False)
class Models:
    """What has been learnt: sound and stay of each third of each phone."""

    mixtures: Mixtures
    passage: Passage


def learn(lessons: Sequence[Lesson], phones: Sequence[str], advance: Callable[[int], None]) -> Models:
    """Return models learnt from clips, at least one; `phones` in the order of their numbers.

    The same lessons give the same models. `advance`: told how many clips have been gone through since it
    was last told; all of them `len(SPLITS)` times.
    """
    count = THIRDS * len(phones)
    kinds = list(MOMENTS)
    classes = np.array(
        [THIRDS * kinds.index(manner(phone)) + third for phone in phones for third in range(THIRDS)]
    )
    frames = np.concatenate([lesson.frames for lesson in lessons])
    weights = np.repeat([lesson.weight for lesson in lessons], [len(one.frames) for one in lessons])
    passage = _first_passage(phones)
    paths = find_paths(lessons, passage, lambda lesson: class_scores(lesson.cues, phones), advance)
    mixtures: Mixtures | None = None
    for split in SPLITS:
        if mixtures is not None:
            paths = _paths_by(mixtures, lessons, passage, advance)
        given = np.concatenate([one.graph.models[path] for one, path in zip(lessons, paths, strict=True)])
        mixtures = fit(frames, weights.astype(np.float32), given, classes, mixtures, split)
        passage = _passage(lessons, paths, count)
    assert mixtures is not None
    return Models(mixtures, passage)


def _paths_by(
    mixtures: Mixtures, lessons: Sequence[Lesson], passage: Passage, advance: Callable[[int], None]
) -> list[Path]:
    return find_paths(lessons, passage, lambda lesson: mixtures.scores(lesson.frames), advance)


def _first_passage(phones: Sequence[str]) -> Passage:
    chances = [LEAVE_HELD if manner(phone) in HELD else LEAVE for phone in phones]
    return _by_chance(np.repeat(chances, THIRDS))


def _by_chance(leave: FloatArray) -> Passage:
    return Passage(np.log1p(-leave).astype(np.float32), np.log(leave).astype(np.float32))


def in_batches(lessons: Sequence[Lesson]) -> Iterator[list[int]]:
    """Yield places of lessons of like length, few enough to be decoded at once."""
    batch: list[int] = []
    longest = most_states = 0
    for place in sorted(range(len(lessons)), key=lambda one: len(lessons[one].frames)):
        longest = len(lessons[place].frames)
        most_states = max(most_states, len(lessons[place].graph.models))
        if batch and (
            len(batch) == CLIPS_AT_ONCE or (len(batch) + 1) * longest * most_states > CELLS_AT_ONCE
        ):
            yield batch
            batch, most_states = [], len(lessons[place].graph.models)
        batch.append(place)
    if batch:
        yield batch


def find_paths(
    lessons: Sequence[Lesson],
    passage: Passage,
    scores: Callable[[Lesson], Frames],
    advance: Callable[[int], None],
) -> list[Path]:
    """Return the likeliest path of each clip, in order; `scores` of a clip are [frames, models]."""
    paths: dict[int, Path] = {}
    for batch in in_batches(lessons):
        chosen = [lessons[place] for place in batch]
        found = decode([one.graph for one in chosen], [scores(one) for one in chosen], passage)
        paths.update(zip(batch, (path for path, _ in found), strict=True))
        advance(len(batch))
    return [paths[place] for place in range(len(lessons))]


def _passage(lessons: Sequence[Lesson], paths: Sequence[Path], models: int) -> Passage:
    """Chance of leaving a model's states: visits over frames, one visit in four frames added."""
    visits, frames = np.zeros(models), np.zeros(models)
    for lesson, path in zip(lessons, paths, strict=True):
        numbers = lesson.graph.models
        visits += np.bincount(numbers[np.unique(path)], minlength=models)
        frames += np.bincount(numbers[path], minlength=models)
    return _by_chance(np.clip((visits + 1.0) / (frames + 4.0), 0.02, 0.98))


def normalise(clips: Sequence[Frames]) -> None:
    """Bring frames [frames, features] to mean 0 and variance 1 over all clips, in place (120 MB an hour)."""
    count = sum(len(one) for one in clips)
    mean = sum(one.sum(axis=0, dtype=np.float64) for one in clips) / count
    spread = sum(np.square(one - mean).sum(axis=0, dtype=np.float64) for one in clips) / count
    for one in clips:
        one -= mean.astype(np.float32)
        one /= (np.sqrt(spread) + 1e-6).astype(np.float32)
