"""The seam between plan and engine."""

from hypothesis import given
from hypothesis import strategies as st

from pychang.note import frames_for
from pychang.units import HOP_SAMPLES


@given(st.integers(1, 10**6), st.integers(0, HOP_SAMPLES - 1))
def test_frames_reach_the_end_of_the_note(samples: int, lead_samples: int) -> None:
    last = (frames_for(samples, lead_samples) - 1) * HOP_SAMPLES - lead_samples
    assert samples <= last <= samples + HOP_SAMPLES
