"""What hand-made labels teach: where a person puts the edges that the models put elsewhere."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from voicebank_tools.align.edges import SHORTEST_S, Placed
from voicebank_tools.align.manner import manner
from voicebank_tools.labels.pauses import pause_name
from voicebank_tools.labels.segment import Labels

PRIOR_EDGES = 5.0
"""So many edges of a class that were left alone stand beside those that were moved."""

LARGEST_MOVE_S = 0.05
"""A person who moves an edge farther mends an error; that is no habit to be learnt."""

Kind = tuple[str, str]


@dataclass(frozen=True)
class Habits:
    """Seconds to add to an edge, by the classes of the phones on both sides; empty: nothing is known."""

    by_kind: Mapping[Kind, float]
    by_right: Mapping[str, float]
    overall_s: float = 0.0

    def offset_s(self, left: str, right: str) -> float:
        """Return what to add to the edge between two phones."""
        kind = (manner(left), manner(right))
        return self.by_kind.get(kind, self.by_right.get(kind[1], self.overall_s))


def learn_habits(pairs: Sequence[tuple[Sequence[Placed], Labels]]) -> Habits:
    """Return how a person's labels differ from ours of the same clips.

    Each class of edges is drawn towards all edges with the same class on the right, and these towards
    all, so that a class seen once or twice does not jump.
    """
    moves = [move for ours, theirs in pairs for move in _moves(ours, theirs)]
    kinds: dict[Kind, list[float]] = defaultdict(list)
    rights: dict[str, list[float]] = defaultdict(list)
    for kind, move_s in moves:
        kinds[kind].append(move_s)
        rights[kind[1]].append(move_s)
    overall_s = _drawn([move_s for _, move_s in moves], 0.0)
    by_right = {right: _drawn(found, overall_s) for right, found in rights.items()}
    by_kind = {kind: _drawn(found, by_right[kind[1]]) for kind, found in kinds.items()}
    return Habits(by_kind, by_right, overall_s)


def apply_habits(placed: Sequence[Placed], habits: Habits, duration_s: float) -> list[Placed]:
    """Return phones with their edges moved, in order and none shorter than `SHORTEST_S`."""
    moved = list(placed)
    ends_s = [*(one.begin_s for one in placed[1:]), duration_s]
    for number in range(1, len(placed)):
        before, own = moved[number - 1], placed[number]
        wanted_s = own.begin_s + habits.offset_s(before.slot.phone, own.slot.phone)
        latest_s = max(ends_s[number] - SHORTEST_S, own.begin_s)
        earliest_s = min(before.begin_s + SHORTEST_S, own.begin_s)
        moved[number] = replace(own, begin_s=max(min(wanted_s, latest_s), earliest_s, before.begin_s))
    return moved


def _moves(ours: Sequence[Placed], theirs: Labels) -> Iterator[tuple[Kind, float]]:
    """Edges that both have, between the same phones, by how much theirs is later."""
    own_edges = _edges([(one.slot.phone, one.begin_s) for one in ours])
    their_edges = _edges([(one.text, one.begin_s) for one in theirs.phones])
    for edge in own_edges.keys() & their_edges.keys():
        move_s = their_edges[edge] - own_edges[edge]
        if abs(move_s) <= LARGEST_MOVE_S:
            yield (manner(edge[1]), manner(edge[2])), move_s


def _edges(phones: Sequence[tuple[str, float]]) -> dict[tuple[int, str, str], float]:
    """Begin of each phone, by (how many spoken phones have begun, phone before, phone)."""
    found, spoken = {}, 0
    for (left, _), (right, begin_s) in pairwise(phones):
        spoken += not pause_name(left)
        found[spoken, left, right] = begin_s
    return found


def _drawn(moves_s: Sequence[float], towards_s: float) -> float:
    return float((np.sum(moves_s) + PRIOR_EDGES * towards_s) / (len(moves_s) + PRIOR_EDGES))
