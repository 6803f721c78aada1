"""Against every path there is, one by one."""

from itertools import combinations, product

import numpy as np
import pytest

from voicebank_tools.align.graph import STATES, Graph, text_graph
from voicebank_tools.align.viterbi import Passage, decode
from voicebank_tools.labels.segment import Transcript, Word

NUMBERS = {"SP": 0, "a": 1, "i": 2}


def graph_of(*words: str, onset_s: float | None = None) -> Graph:
    found = tuple(Word(word, tuple(word.split())) for word in words)
    return text_graph(Transcript(found, (*(None,) * (len(words) - 1), onset_s)), NUMBERS)


def chances(seed: int, frames: int) -> tuple[np.ndarray, Passage]:
    random = np.random.default_rng(seed)
    leave = random.uniform(0.1, 0.9, 9)
    scores = random.normal(0.0, 3.0, (frames, 9)).astype(np.float32)
    return scores, Passage(np.log1p(-leave).astype(np.float32), np.log(leave).astype(np.float32))


def all_paths(graph: Graph, frames: int) -> list[np.ndarray]:
    """Every choice of optional pauses, with every way to share the frames among the states."""
    paths = []
    for taken in product(*([True, False] if slot.optional else [True] for slot in graph.slots)):
        states = [STATES * slot + state for slot, kept in enumerate(taken) if kept for state in range(STATES)]
        for cuts in combinations(range(1, frames), len(states) - 1):
            lengths = np.diff([0, *cuts, frames])
            paths.append(np.repeat(states, lengths))
    return paths


def worth(graph: Graph, path: np.ndarray, scores: np.ndarray, passage: Passage) -> float:
    models = graph.models[path]
    moved = np.diff(path) > 0
    steps = np.where(moved, passage.leave[models[:-1]], passage.stay[models[:-1]]).sum()
    early = np.maximum(graph.earliest[path] - np.arange(len(path)), 0.0)
    late = np.maximum(np.arange(len(path)) - graph.latest[path], 0.0)
    return float(
        scores[np.arange(len(path)), models].sum() + steps - graph.nats_per_frame * (early + late).sum()
    )


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("onset_s", [None, 0.19])
def test_no_path_is_better(seed: int, onset_s: float | None) -> None:
    graph = graph_of("a", onset_s=onset_s)
    scores, passage = chances(seed, 14)
    path, total = decode([graph], [scores], passage)[0]
    values = [worth(graph, one, scores, passage) for one in all_paths(graph, 14)]
    assert total == pytest.approx(max(values), abs=1e-3)
    assert worth(graph, path, scores, passage) == pytest.approx(total, abs=1e-3)


def test_clips_side_by_side_do_not_touch() -> None:
    graphs = [graph_of("a"), graph_of("a i", "i"), graph_of("i", onset_s=0.3)]
    scores, passage = zip(*(chances(seed, frames) for seed, frames in enumerate((40, 90, 25))), strict=True)
    together = decode(graphs, scores, passage[0])
    for graph, one, (path, total) in zip(graphs, scores, together, strict=True):
        alone_path, alone = decode([graph], [one], passage[0])[0]
        np.testing.assert_array_equal(path, alone_path)
        assert total == pytest.approx(alone, rel=1e-6)
        assert len(path) == len(one)


def test_a_clip_with_too_few_frames_still_has_a_path() -> None:
    scores, passage = chances(1, 4)
    path, _ = decode([graph_of("a i")], [scores], passage)[0]
    assert path.shape == (4,)
    assert (np.diff(path) >= 0).all()
