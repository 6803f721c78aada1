"""How sure `vbtools label` was of each edge, from its review.csv."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from voicebank_tools.labelling.outputs import REVIEW_CSV
from voicebank_tools.labelling.review import read_review

_SAME_S = 0.001
"""The table's times are rounded to a millisecond; an edge that is elsewhere was moved by a person."""


@dataclass(frozen=True)
class Certainty:
    """`edges`: clip -> its edges (seconds, how sure 0..1) in order; `doubts`: clip -> why all of it is in
    doubt."""

    edges: Mapping[str, tuple[tuple[float, float], ...]] = field(default_factory=lambda: MappingProxyType({}))
    doubts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, clip: str, time_s: float) -> float:
        """Return how sure the edge at a time is; 1 where nobody has doubted it."""
        edges = self.edges.get(clip, ())
        place = bisect_left(edges, (time_s - _SAME_S, 0.0))
        if place < len(edges) and abs(edges[place][0] - time_s) <= _SAME_S:
            return edges[place][1]
        return 1.0


def read_certainty(labels: Path) -> Certainty:
    """Return what the review in a folder of labels says, nothing where there is none.

    Raises:
        PychangError: There is one that cannot be read.
    """
    path = labels / REVIEW_CSV
    if not path.is_file():
        return Certainty()
    edges: dict[str, list[tuple[float, float]]] = defaultdict(list)
    doubts: dict[str, str] = {}
    for doubt, boundary in read_review(path):
        edges[boundary.clip].append((boundary.time_s, boundary.confidence))
        if doubt:
            doubts[boundary.clip] = doubt
    in_order = {clip: tuple(sorted(found)) for clip, found in edges.items()}
    return Certainty(MappingProxyType(in_order), MappingProxyType(doubts))
