"""Examples: what the network is shown, and what it should have made of it.

Four kinds. A *shifted* recording is moved to another pitch by the engine, half of the time made longer as
well, analysed again and asked back: its target is the recording. Of a *true pair* one recording is asked for
with the times and the pitch of another of the same sounds, which is the target. A *moved* one is drawn at
its own pitch as though it were another: it shows what one move costs, where the way there and back of a
shifted one costs twice (measured: trained on shifted ones alone, the network undoes a second move that no
note has). A *starved* one is moved and has other times: slower, quicker, or nearly standing as a held vowel;
its target is the recording along the same map.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from pychang.analysis import Analysis, analyse
from pychang.arrays import FloatArray
from pychang.breath import smoothed
from pychang.conditions import SCALARS, Conditions, conditions, course_of
from pychang.image import IMAGE_HOP_SAMPLES, TOP_HZ, band_levels_db
from pychang.note import NotePlan, frames_for
from pychang.partials import HOLD_SMOOTHING_FRAMES
from pychang.prior import draw
from pychang.units import HOP_SAMPLES
from voicebank_tools.training.corpora import Piece
from voicebank_tools.training.pairs import align

SHIFTED, STARVED, PAIR, MOVED = 0, 1, 2, 3
KINDS = ("shifted", "starved", "pair", "moved")
"""Names of the kinds, by number."""

EXAMPLES_VERSION = 5
"""Part of every shard's key: raise it whenever an example would come out different."""

FEWEST_VOICED = 0.15
"""Share of voiced frames below which a recording has nothing to teach."""

_SHIFT_SEMITONES = (1.5, 12.0)
_STRETCHED_SHARE, _MOST_STRETCH = 0.5, 2.0  # of shifted ones, and how much longer they are on their way
_RUN_FRAMES, _HELD_SHARE, _HELD_SPEED = (40, 200), 0.5, 0.15
_SPEED_OCTAVES = (-1.0, 1.0)
_FRAMES = IMAGE_HOP_SAMPLES // HOP_SAMPLES


@dataclass(frozen=True)
class Example:
    """One example; frame i of the image stands at sample i * IMAGE_HOP_SAMPLES.

    Attributes:
        levels_db: Prior's harmonic and noise level and the sample's envelope, in bands. [frames, bands, 3].
        scalars: Shape [frames, 5] (see `pychang.conditions`).
        strength: How far the gains apply, 0..1. Shape [frames].
        target_db: The recording's total and noise level. Shape [frames, bands, 2].
        weights: How much each frame counts. Shape [frames].
        kind: Index into `KINDS`.
        band_hz: What lies above was never recorded.
    """

    levels_db: FloatArray
    scalars: FloatArray
    strength: FloatArray
    target_db: FloatArray
    weights: FloatArray
    kind: int
    band_hz: float = TOP_HZ


@dataclass(frozen=True)
class Recipe:
    """What each recording gives by itself.

    Attributes:
        shifts: Examples of round trips of pitch.
        starved: Starved ones.
        moved: Moved ones.
        altered: How often the recording is first made another voice's (see `other_voice`): for a generator
            of all voices, not for a voice of its own.
    """

    shifts: int = 1
    starved: int = 1
    moved: int = 1
    altered: float = 0.0


@dataclass(frozen=True)
class Analysed:
    """A stretch of a recording and its analysis."""

    piece: Piece
    analysis: Analysis


def own_examples(piece: Piece, recipe: Recipe, rng: np.random.Generator) -> Iterator[Example]:
    """Yield the examples that a recording gives by itself; none if it has too little voice.

    Args:
        piece: The recording.
        recipe: How many of each kind.
        rng: All chance comes from here.
    """
    for example in _of_one(piece.wave, recipe, rng):
        yield replace(example, band_hz=piece.band_hz)


def pair_example(source: Analysed, wanted: Analysed, rng: np.random.Generator) -> Example | None:
    """Return `source` sung with the times and the pitch of `wanted`; None where one has too little voice."""
    ours, theirs = source.analysis, wanted.analysis
    if min(_voiced(ours), _voiced(theirs)) < FEWEST_VOICED:
        return None
    source_db, wanted_db = band_levels_db(source.piece.wave), band_levels_db(wanted.piece.wave)
    found = align(source_db, wanted_db, _on_image(ours, len(source_db)), _on_image(theirs, len(wanted_db)))
    samples = len(wanted.piece.wave)
    frames = frames_for(samples, 0)
    at = np.interp(np.arange(frames) / _FRAMES, np.arange(len(found.source_frames)), found.source_frames)
    plan = plain_plan(ours, samples, rng, source_frames=at * _FRAMES, f0_hz=asked_f0(theirs, frames))
    made = _example(ours, plan, _target_db(theirs, wanted.piece.wave), PAIR, found.weights)
    return replace(made, band_hz=min(source.piece.band_hz, wanted.piece.band_hz))


def _of_one(wave: FloatArray, recipe: Recipe, rng: np.random.Generator) -> Iterator[Example]:
    analysis = analyse(wave)
    if _voiced(analysis) < FEWEST_VOICED:
        return
    target_db = _target_db(analysis, wave)
    for _ in range(recipe.shifts):
        semitones = rng.choice([-1.0, 1.0]) * rng.uniform(*_SHIFT_SEMITONES)
        example = _shifted(analysis, float(semitones), target_db, rng)
        if example is not None:
            yield example
    for _ in range(recipe.starved):
        yield _starved(analysis, target_db, rng)
    for _ in range(recipe.moved):
        yield _moved(analysis, target_db, rng)


def _shifted(
    analysis: Analysis, semitones: float, target_db: FloatArray, rng: np.random.Generator
) -> Example | None:
    samples = len(analysis.residual)
    stretch = _MOST_STRETCH ** rng.random() if rng.random() < _STRETCHED_SHARE else 1.0
    longer = round(samples * stretch)
    source = np.arange(frames_for(longer, 0)) / stretch
    asked = analysis.own_hz_at(source) * 2.0 ** (semitones / 12.0)
    moved = analyse(draw(analysis, plain_plan(analysis, longer, rng, source, asked)).wave)
    if _voiced(moved) < 0.5 * _voiced(analysis):
        return None
    frames = frames_for(samples, 0)
    back = plain_plan(moved, samples, rng, np.arange(frames) * stretch, asked_f0(analysis, frames))
    return _example(moved, back, target_db, SHIFTED)


def _moved(analysis: Analysis, target_db: FloatArray, rng: np.random.Generator) -> Example:
    plan = plain_plan(analysis, len(analysis.residual), rng)
    return _cut(_told_as_moved(analysis, plan, rng), target_db, MOVED)


def _starved(analysis: Analysis, target_db: FloatArray, rng: np.random.Generator) -> Example:
    source, held = _other_times(len(analysis.voicing), rng)
    plan = plain_plan(analysis, (len(source) - 2) * HOP_SAMPLES, rng, source, held=held)
    moments = np.minimum(np.rint(source[::_FRAMES] / _FRAMES).astype(int), len(target_db) - 1)
    # what a held vowel is to sound like is no single moment either
    steady = smoothed(target_db.reshape(len(target_db), -1), HOLD_SMOOTHING_FRAMES // _FRAMES)
    still = held[::_FRAMES, None, None].astype(np.float32)
    wanted = target_db[moments]
    wanted = wanted + still * (steady.reshape(target_db.shape)[moments] - wanted)
    return _cut(_told_as_moved(analysis, plan, rng), wanted, STARVED)


def _told_as_moved(analysis: Analysis, plan: NotePlan, rng: np.random.Generator) -> Conditions:
    """A plan at the recording's own pitch, drawn and told as though it were some semitones away."""
    told = conditions(analysis, plan, draw(analysis, plan, as_moved=True), course_of(analysis, plan))
    semitones = rng.choice([-1.0, 1.0]) * rng.uniform(*_SHIFT_SEMITONES)
    voicing = told.scalars[:, SCALARS.index("voicing")]
    scalars = told.scalars.copy()
    scalars[:, SCALARS.index("shift")] = semitones / 12.0 * voicing
    scalars[:, SCALARS.index("distance")] = abs(semitones) / 12.0 * voicing
    return replace(told, scalars=scalars, strength=voicing)


def _other_times(frames: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Return (source frames, held) of a run through a recording: stretches slower, quicker, or held."""
    speeds, held, gone = [np.zeros(2)], [np.zeros(2)], 0.0
    while gone < frames:
        count = int(rng.uniform(*_RUN_FRAMES))
        holds = rng.random() < _HELD_SHARE
        speed = _HELD_SPEED if holds else 2.0 ** rng.uniform(*_SPEED_OCTAVES)
        speeds.append(np.full(count, speed))
        held.append(np.full(count, float(holds)))
        gone += count * speed
    source = np.cumsum(np.concatenate(speeds))
    inside = source < frames
    return source[inside], np.concatenate(held)[inside]


def plain_plan(
    analysis: Analysis, samples: int, rng: np.random.Generator, source_frames: FloatArray | None = None,
    f0_hz: FloatArray | None = None, held: FloatArray | None = None,
) -> NotePlan:  # fmt: skip
    """A note without effects; by default the recording's own times and pitch."""
    frames = frames_for(samples, 0)
    source = np.arange(frames, dtype=float) if source_frames is None else source_frames
    pitch = analysis.own_hz_at(source) if f0_hz is None else f0_hz
    steady = np.zeros(frames)
    return NotePlan(
        samples, 0, source, pitch, steady if held is None else held, steady, seed=int(rng.integers(1 << 30))
    )


def _example(
    analysis: Analysis, plan: NotePlan, target_db: FloatArray, kind: int, weights: FloatArray | None = None
) -> Example:
    made = conditions(analysis, plan, draw(analysis, plan), course_of(analysis, plan))
    return _cut(made, target_db, kind, weights)


def _cut(made: Conditions, target_db: FloatArray, kind: int, weights: FloatArray | None = None) -> Example:
    frames = min(len(made.levels_db), len(target_db))
    counted = np.ones(frames) if weights is None else weights[:frames]
    return Example(
        made.levels_db[:frames], made.scalars[:frames], made.strength[:frames], target_db[:frames],
        counted.astype(np.float32), kind,
    )  # fmt: skip


def _target_db(analysis: Analysis, wave: FloatArray) -> FloatArray:
    """Total and noise level of a recording. Its noise is what the engine draws at another pitch, where no
    partial of the recording is left in it. Shape [frames, bands, 2]."""
    plan = plain_plan(analysis, len(wave), np.random.default_rng(0))
    noise = draw(analysis, plan, as_moved=True).noise
    return np.stack([band_levels_db(wave), band_levels_db(noise)], axis=2)


def asked_f0(analysis: Analysis, frames: int) -> FloatArray:
    """Return a recording's own pitch at as many plan frames, without gaps. Shape [frames]."""
    return analysis.own_hz_at(np.arange(frames, dtype=float))


def _voiced(analysis: Analysis) -> float:
    return float((analysis.voicing > 0).mean())


def _on_image(analysis: Analysis, frames: int) -> FloatArray:
    """Voicing at the frames of an image. Shape [frames]."""
    return np.interp(np.arange(frames) * _FRAMES, np.arange(len(analysis.voicing)), analysis.voicing)
