import numpy as np
import pytest

from voicebank_tools.align.edges import FRAME_S, LEVEL_S, Placed, at_sound, place_path
from voicebank_tools.align.graph import STATES, Slot, text_graph
from voicebank_tools.labels.segment import Transcript, Word

SP, K, A = Slot("SP", -1, optional=True), Slot("k", 0), Slot("a", 0)


def placed_by(gain: np.ndarray, frame: int) -> Placed:
    """The edge between two phones whose log-likelihoods differ by `gain` [frames]."""
    graph = text_graph(Transcript((Word("ka", ("k", "a")),), (None,)), {"SP": 0, "k": 1, "a": 2})
    scores = np.zeros((len(gain), 9), dtype=np.float32)
    scores[:, 6] = gain
    path = np.where(np.arange(len(gain)) < frame, 2 * STATES - 1, 2 * STATES)
    return place_path(graph, path, scores)[1]


def test_the_edge_lies_where_both_phones_fit_equally_well() -> None:
    for true_frame in (19.2, 19.5, 19.9):
        gain = 4.0 * (np.arange(40) - true_frame)
        assert placed_by(gain, 20).begin_s == pytest.approx(true_frame * FRAME_S)
    assert placed_by(np.ones(40), 20).begin_s == pytest.approx(19.5 * FRAME_S)


def test_a_sharp_contrast_is_sure_and_none_is_not() -> None:
    sharp = np.where(np.arange(40) < 20, -30.0, 30.0)
    assert placed_by(sharp, 20).confidence > 0.9
    assert placed_by(np.zeros(40), 20).confidence == pytest.approx(5.0 / 13.0)
    assert placed_by(-sharp, 20).confidence < 0.1


def levels(*pieces: tuple[float, float]) -> np.ndarray:
    """Level at each millisecond, of (seconds, dB) pieces."""
    return np.concatenate([np.full(round(long_s / LEVEL_S), db) for long_s, db in pieces]).astype(np.float32)


def moved(placed: list[Placed], level_db: np.ndarray) -> list[tuple[str, float]]:
    return [(one.slot.phone, one.begin_s) for one in at_sound(placed, level_db)]


def test_a_stop_begins_at_its_burst_however_long_the_silence_before() -> None:
    level_db = levels((0.5, -80.0), (0.5, -20.0), (0.3, -80.0))
    early = [Placed(SP, 0.0, 1.0), Placed(K, 0.2, 1.0), Placed(A, 0.53, 1.0), Placed(SP, 1.0, 1.0)]
    assert moved(early, level_db)[1] == ("k", pytest.approx(0.5, abs=0.003))


def test_a_stop_that_swallowed_the_pause_gives_it_back() -> None:
    level_db = levels((0.5, -80.0), (0.5, -20.0), (0.3, -80.0))
    found = moved([Placed(K, 0.0, 1.0), Placed(A, 0.53, 1.0), Placed(SP, 1.0, 1.0)], level_db)
    assert [phone for phone, _ in found] == ["SP", "k", "a", "SP"]
    assert found[1][1] == pytest.approx(0.5, abs=0.003)


@pytest.mark.parametrize("phone", ["z", "n", "a", "s"])
def test_any_phone_that_swallowed_the_pause_gives_it_back(phone: str) -> None:
    level_db = levels((0.5, -80.0), (0.5, -20.0), (0.3, -80.0))
    found = moved([Placed(Slot(phone, 0), 0.0, 1.0), Placed(A, 0.7, 1.0)], level_db)
    assert found == [("SP", 0.0), (phone, pytest.approx(0.5, abs=0.003)), ("a", 0.7)]


def test_a_phone_that_is_silent_throughout_is_kept_but_a_stop_is_its_burst() -> None:
    level_db = levels((0.5, -80.0), (0.5, -20.0), (0.3, -80.0))
    assert moved([Placed(Slot("h", 0), 0.0, 1.0), Placed(A, 0.48, 1.0)], level_db)[0] == ("h", 0.0)
    found = moved([Placed(Slot("b", 0), 0.0, 1.0), Placed(A, 0.48, 1.0)], level_db)
    assert found == [("SP", 0.0), ("b", pytest.approx(0.475)), ("a", 0.48)]


def test_a_click_at_the_very_start_is_not_a_stop() -> None:
    level_db = levels((0.02, -30.0), (0.48, -80.0), (0.5, -20.0), (0.3, -80.0))
    found = moved([Placed(Slot("b", 0), 0.0, 1.0), Placed(A, 0.48, 1.0)], level_db)
    assert found == [("SP", 0.0), ("b", pytest.approx(0.475)), ("a", 0.48)]


def test_a_click_before_a_stop_is_not_its_burst_but_a_burst_before_breath_is() -> None:
    placed = [Placed(SP, 0.0, 1.0), Placed(K, 0.1, 1.0), Placed(A, 0.63, 1.0), Placed(SP, 1.0, 1.0)]
    click = levels((0.2, -80.0), (0.02, -30.0), (0.3, -80.0), (0.5, -20.0), (0.3, -80.0))
    assert moved(placed, click)[1] == ("k", pytest.approx(0.52, abs=0.003))
    burst = levels((0.52, -80.0), (0.02, -30.0), (0.04, -80.0), (0.4, -20.0), (0.3, -80.0))
    assert moved(placed, burst)[1] == ("k", pytest.approx(0.52, abs=0.003))


def test_a_vowel_is_looked_for_near_its_edge_alone() -> None:
    level_db = levels((0.5, -80.0), (0.5, -20.0))
    near = moved([Placed(SP, 0.0, 1.0), Placed(A, 0.45, 1.0)], level_db)
    far = moved([Placed(SP, 0.0, 1.0), Placed(A, 0.3, 1.0)], level_db)
    assert near[1][1] == pytest.approx(0.5, abs=0.003)
    assert far[1][1] == 0.3


def test_a_phone_ends_where_sound_ends() -> None:
    level_db = levels((0.5, -20.0), (0.5, -80.0))
    found = moved([Placed(A, 0.0, 1.0), Placed(SP, 0.48, 1.0)], level_db)
    assert found[1][1] == pytest.approx(0.5, abs=0.006)


def test_edges_in_sound_stay() -> None:
    level_db = levels((1.0, -20.0))
    placed = [Placed(SP, 0.0, 1.0), Placed(K, 0.2, 1.0), Placed(A, 0.4, 1.0), Placed(SP, 0.9, 1.0)]
    assert at_sound(placed, level_db) == placed
