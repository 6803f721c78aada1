"""The likeliest way through a chain of states, many clips at once (Viterbi; Rabiner 1989)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebank_tools.align.graph import STATES, Graph

Scores = NDArray[np.float32]

NEVER = np.float32(-1e30)
STAY, STEP, SKIP = 0, 1, 2
_STRIDES = np.array([0, 1, STATES + 1])


@dataclass(frozen=True, eq=False)
class Passage:
    """Log-probabilities, by model, of staying in a state and of leaving it: [models] each."""

    stay: Scores
    leave: Scores


@dataclass(frozen=True, eq=False)
class _Chains:
    """Chains side by side, short ones filled up: [clips, states] each, `lengths` and `frames` [clips]."""

    models: NDArray[np.int64]
    stay: Scores
    leave: Scores
    skip: Scores
    earliest: Scores
    latest: Scores
    nats_per_frame: Scores
    lengths: NDArray[np.int64]
    frames: NDArray[np.int64]
    open_start: NDArray[np.bool_]
    open_end: NDArray[np.bool_]


def decode(
    graphs: Sequence[Graph], scores: Sequence[Scores], passage: Passage
) -> list[tuple[NDArray[np.int64], float]]:
    """Return for each clip (its state at every frame [frames], log-likelihood of this path).

    `scores`: [frames, models] of each clip. A path begins in the first state and ends in the last, or
    past the optional pauses there; from one frame to the next it stays, goes on by one state, or leaves
    an optional pause out. A clip with too few frames gets the path that breaks the fewest rules.
    """
    chains = _side_by_side(graphs, scores, passage)
    clips, most = len(graphs), max(len(one) for one in scores)
    filled = np.zeros((clips, most, scores[0].shape[1]), dtype=np.float32)
    for clip, one in enumerate(scores):
        filled[clip, : len(one)] = one
    arrivals, finals = _forward(chains, filled)
    paths, totals = _backward(chains, arrivals, finals)
    return [(paths[clip, : len(one)], float(totals[clip])) for clip, one in enumerate(scores)]


def _side_by_side(graphs: Sequence[Graph], scores: Sequence[Scores], passage: Passage) -> _Chains:
    lengths = np.array([len(graph.models) for graph in graphs])
    shape = (len(graphs), int(lengths.max()))
    models = np.zeros(shape, dtype=np.int64)
    skip = np.full(shape, NEVER)
    earliest, latest = np.full(shape, -np.inf, np.float32), np.full(shape, np.inf, np.float32)
    for clip, graph in enumerate(graphs):
        used = slice(lengths[clip])
        models[clip, used] = graph.models
        skip[clip, used] = np.where(graph.entered, np.float32(0.0), NEVER)
        earliest[clip, used], latest[clip, used] = graph.earliest, graph.latest
    return _Chains(
        models,
        passage.stay[models],
        passage.leave[models],
        skip,
        earliest,
        latest,
        np.array([[graph.nats_per_frame] for graph in graphs], dtype=np.float32),
        lengths,
        np.array([len(one) for one in scores]),
        np.array([graph.slots[0].optional and len(graph.slots) > 1 for graph in graphs]),
        np.array([graph.slots[-1].optional and len(graph.slots) > 1 for graph in graphs]),
    )


def _forward(chains: _Chains, scores: Scores) -> tuple[NDArray[np.uint8], Scores]:
    """Return (how each state was reached best [frames, clips, states], scores at each clip's end)."""
    clips, states = chains.models.shape
    bounded = bool(np.isfinite(chains.earliest).any() or np.isfinite(chains.latest).any())
    best = np.full((clips, states), NEVER)
    best[:, 0] = 0.0
    if states > STATES:
        best[chains.open_start, STATES] = 0.0
    arrivals = np.zeros((scores.shape[1], clips, states), dtype=np.uint8)
    finals = np.full((clips, states), NEVER)
    stepped, skipped = np.full((clips, states), NEVER), np.full((clips, states), NEVER)
    for frame in range(scores.shape[1]):
        if frame:
            leaving = best + chains.leave
            stepped[:, 1:] = leaving[:, :-1]
            skipped[:, STATES + 1 :] = leaving[:, : -STATES - 1] + chains.skip[:, STATES + 1 :]
            best = best + chains.stay
            arrivals[frame][stepped > best] = STEP
            np.maximum(best, stepped, out=best)
            arrivals[frame][skipped > best] = SKIP
            np.maximum(best, skipped, out=best)
        best += np.take_along_axis(scores[:, frame], chains.models, axis=1)
        if bounded:
            best -= _outside(chains, frame)
        np.maximum(best, NEVER, out=best)
        ending = chains.frames == frame + 1
        finals[ending] = best[ending]
    return arrivals, finals


def _outside(chains: _Chains, frame: int) -> Scores:
    """What it costs to be in a state too early or too late, [clips, states]."""
    early = np.maximum(chains.earliest - np.float32(frame), 0.0)
    late = np.maximum(np.float32(frame) - chains.latest, 0.0)
    return np.asarray(chains.nats_per_frame * (early + late), dtype=np.float32)


def _backward(
    chains: _Chains, arrivals: NDArray[np.uint8], finals: Scores
) -> tuple[NDArray[np.int64], Scores]:
    clips = np.arange(len(chains.lengths))
    last = chains.lengths - 1
    spoken = np.where(chains.open_end, last - STATES, last)
    state = np.where(finals[clips, spoken] > finals[clips, last], spoken, last)
    totals = finals[clips, state]
    paths = np.zeros((len(clips), len(arrivals)), dtype=np.int64)
    for frame in range(len(arrivals) - 1, -1, -1):
        within = frame < chains.frames
        paths[:, frame] = np.where(within, state, 0)
        state = np.where(within, state - _STRIDES[arrivals[frame, clips, state]], state)
    return paths, totals
