import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebank_tools.slicer.choose import cheapest_path, choose_cuts
from voicebank_tools.slicer.cuts import CutKind, Cuts
from voicebank_tools.slicer.options import SLACK_S, SliceOptions

RATE_HZ = 1000


def cuts(*places: tuple[float, CutKind]) -> Cuts:
    """Places of (seconds, kind), all of cost 0, over a grid of places through notes."""
    ordered = sorted(places)
    return Cuts(
        np.array([round(place_s * RATE_HZ) for place_s, _ in ordered], int),
        np.array([kind for _, kind in ordered], int), np.zeros(len(ordered)), np.full(len(ordered), -60.0),
    )  # fmt: skip


def chosen_s(found: Cuts, duration_s: float, options: SliceOptions | None = None) -> list[float]:
    chosen = choose_cuts(found, round(duration_s * RATE_HZ), RATE_HZ, options or SliceOptions())
    return [float(sample) / RATE_HZ for sample in chosen.samples]


def silences(*places_s: float) -> list[tuple[float, CutKind]]:
    return [(place_s, CutKind.SILENCE) for place_s in places_s]


def test_the_way_is_the_best_of_all_not_the_next_best() -> None:
    # Greedily 10 | 19 would come first and leave 11 s and a rest; 8 | 18 | 28 is nearer to 10 throughout.
    assert chosen_s(cuts(*silences(8.0, 10.0, 18.0, 24.5, 28.0)), 38.0) == [8.0, 18.0, 28.0]


def test_a_recording_within_the_bounds_is_one_clip() -> None:
    assert chosen_s(cuts(*silences(5.0, 10.0)), 15.0) == []
    assert chosen_s(cuts(*silences(1.0)), 1.5) == []


def test_no_forced_cut_where_pauses_serve_though_its_length_is_nicer() -> None:
    found = cuts(*silences(14.0, 28.0), (10.0, CutKind.UNVOICED), (20.0, CutKind.UNVOICED))
    assert chosen_s(found, 31.0) == [14.0, 28.0]


def test_a_stretch_without_pauses_is_cut_at_its_weak_moments() -> None:
    weak = [(place_s, CutKind.UNVOICED) for place_s in (6.0, 9.9, 20.1, 26.0)]
    notes = [(float(place_s), CutKind.NOTE) for place_s in range(1, 40)]
    assert chosen_s(cuts(*weak, *notes, *silences(30.0)), 40.0) == [9.9, 20.1, 30.0]


def test_a_weak_moment_beside_pauses_only_if_no_way_leads_through_them() -> None:
    # 14 | 15.5 leaves a clip of 1.5 s, and neither alone leaves bounds: one more cut is needed.
    found = cuts(*silences(14.0, 15.5), (7.0, CutKind.UNVOICED), (8.0, CutKind.NOTE))
    assert chosen_s(found, 29.5) == [7.0, 15.5]


def test_as_few_cuts_through_a_note_as_can_be() -> None:
    found = cuts(*[(place / 10, CutKind.NOTE) for place in range(1, 300)])
    (only,) = chosen_s(found, 29.0)
    assert 14.0 <= only <= 15.0


def brute_force(places_s: list[float], costs: list[float], options: SliceOptions) -> float:
    best = float("inf")
    for mask in range(2 ** (len(places_s) - 2)):
        way = [0, *[i + 1 for i in range(len(places_s) - 2) if mask >> i & 1], len(places_s) - 1]
        lengths = [places_s[b] - places_s[a] for a, b in itertools.pairwise(way)]
        if all(options.min_s <= length <= options.max_s for length in lengths):
            cost = sum((length - options.target_s) ** 2 for length in lengths)
            best = min(best, cost + sum(costs[i] for i in way))
    return best


@given(
    st.lists(st.integers(1, 39), min_size=1, max_size=8, unique=True),
    st.lists(st.integers(0, 60), min_size=8),
)
def test_no_way_is_cheaper(inner: list[int], costs: list[int]) -> None:
    options = SliceOptions()
    places_s = [0.0, *[float(place) for place in sorted(inner)], 40.0]
    fees = [0.0, *[float(cost) for cost in costs[: len(inner)]], 0.0]
    path = cheapest_path(np.array(places_s), np.array(fees), options)
    best = brute_force(places_s, fees, options)
    if path is None:
        assert best == float("inf")
        return
    lengths = np.diff(np.array(places_s)[path])
    assert ((lengths - options.target_s) ** 2).sum() + np.array(fees)[path].sum() == pytest.approx(best)


@settings(deadline=None, max_examples=60)
@given(st.floats(0.2, 5.0), st.floats(SLACK_S, 9.0), st.floats(0.05, 100.0))
def test_a_grid_serves_every_recording(min_s: float, more_s: float, duration_s: float) -> None:
    """The promise of the options' check: with a place in every 0.1 s no recording is without clips."""
    options = SliceOptions(min_s, min_s, 2.0 * min_s + more_s)
    rng = np.random.default_rng(round(duration_s * 1000))
    grid = np.arange(0.0, duration_s, 0.05) + rng.uniform(0.0, 0.05, len(np.arange(0.0, duration_s, 0.05)))
    inside = [float(place_s) for place_s in grid if 0.001 < place_s < duration_s - 0.001]
    kinds = rng.choice([CutKind.SILENCE, CutKind.UNVOICED, CutKind.NOTE], len(inside), p=[0.02, 0.08, 0.9])
    found = cuts(*zip(inside, [CutKind(kind) for kind in kinds], strict=True))
    samples = round(duration_s * RATE_HZ)
    ends = [0.0, *chosen_s(found, duration_s, options), samples / RATE_HZ]
    if samples >= min_s * RATE_HZ:
        assert min(np.diff(ends)) >= min_s - 1e-9
        assert max(np.diff(ends)) <= options.max_s + 1e-9
