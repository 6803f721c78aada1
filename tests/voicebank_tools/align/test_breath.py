import numpy as np
import pytest

from voicebank_tools.align.breath import with_breaths
from voicebank_tools.align.edges import FRAME_S, LEVEL_S, Placed
from voicebank_tools.align.graph import Slot

A, SP = Slot("a", 0), Slot("SP", -1, optional=True)
VOICE, SILENCE, BREATH = (-10.0, 0.95, -15.0), (-80.0, 0.3, 5.0), (-40.0, 0.2, 5.0)


def clip(*pieces: tuple[float, tuple[float, float, float]]) -> tuple[np.ndarray, np.ndarray, float]:
    """Cues, levels and duration of (seconds, (level, voicing, brightness)) pieces."""
    end_s = np.cumsum([long_s for long_s, _ in pieces])

    def at(step_s: float) -> np.ndarray:
        times_s = np.arange(int(end_s[-1] / step_s)) * step_s
        rows = np.minimum(np.searchsorted(end_s, times_s, side="right"), len(pieces) - 1)
        return np.array([row for _, row in pieces])[rows]

    return at(FRAME_S).astype(np.float32), at(LEVEL_S)[:, 0].astype(np.float32), float(end_s[-1])


def names(placed: list[Placed], pieces: list[tuple[float, tuple[float, float, float]]]) -> list[str]:
    return [one.slot.phone for one in with_breaths(placed, *clip(*pieces))]


def test_a_breath_stands_between_silences() -> None:
    pieces = [(0.5, VOICE), (0.2, SILENCE), (0.3, BREATH), (0.2, SILENCE), (0.5, VOICE)]
    found = with_breaths([Placed(A, 0.0, 1.0), Placed(SP, 0.5, 0.7), Placed(A, 1.2, 1.0)], *clip(*pieces))
    assert [one.slot.phone for one in found] == ["a", "SP", "AP", "SP", "a"]
    assert [one.begin_s for one in found] == pytest.approx([0.0, 0.5, 0.7, 1.0, 1.2], abs=0.01)


def test_a_short_silence_beside_a_breath_becomes_part_of_it() -> None:
    pieces = [(0.5, VOICE), (0.02, SILENCE), (0.3, BREATH), (0.02, SILENCE), (0.5, VOICE)]
    assert names([Placed(A, 0.0, 1.0), Placed(SP, 0.5, 1.0), Placed(A, 0.84, 1.0)], pieces) == [
        "a",
        "AP",
        "a",
    ]


def test_a_gasp_in_two_is_one_breath() -> None:
    pieces = [
        (0.5, VOICE),
        (0.2, SILENCE),
        (0.2, BREATH),
        (0.035, SILENCE),
        (0.2, BREATH),
        (0.2, SILENCE),
        (0.5, VOICE),
    ]
    placed = [Placed(A, 0.0, 1.0), Placed(SP, 0.5, 1.0), Placed(A, 1.335, 1.0)]
    assert names(placed, pieces) == ["a", "SP", "AP", "SP", "a"]


def test_a_pause_too_short_for_anything_stays_a_pause() -> None:
    assert names([Placed(A, 0.0, 1.0), Placed(SP, 0.5, 1.0)], [(0.5, VOICE), (0.03, SILENCE)]) == ["a", "SP"]


@pytest.mark.parametrize(
    "middle",
    [(0.06, BREATH), (0.3, (-40.0, 0.9, 5.0)), (0.3, (-40.0, 0.2, -30.0)), (0.3, (-12.0, 0.2, 5.0))],
    ids=["too short", "voiced", "dull", "as loud as a voice"],
)
def test_what_is_no_breath_stays_a_pause(middle: tuple[float, tuple[float, float, float]]) -> None:
    pieces = [(0.5, VOICE), (0.2, SILENCE), middle, (0.2, SILENCE), (0.5, VOICE)]
    assert names([Placed(A, 0.0, 1.0), Placed(SP, 0.5, 1.0), Placed(A, 1.0, 1.0)], pieces) == ["a", "SP", "a"]


def test_breathy_phones_are_left_alone() -> None:
    pieces = [(0.5, VOICE), (0.3, BREATH), (0.5, VOICE)]
    h = Slot("h", 1)
    assert names([Placed(A, 0.0, 1.0), Placed(h, 0.5, 1.0), Placed(A, 0.8, 1.0)], pieces) == ["a", "h", "a"]
