"""The seam between plan and engine."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pychang.note import frames_for
from pychang.units import HOP_SAMPLES
from tests.pychang.signals import straight_plan


@given(st.integers(1, 10**6), st.integers(0, HOP_SAMPLES - 1))
def test_frames_reach_the_end_of_the_note(samples: int, lead_samples: int) -> None:
    last = (frames_for(samples, lead_samples) - 1) * HOP_SAMPLES - lead_samples
    assert samples <= last <= samples + HOP_SAMPLES


@pytest.mark.parametrize("speed", [0.0, 0.4, 1.0, 1.7, -1.0])
def test_speed_is_source_frames_passed_per_frame(speed: float) -> None:
    plan = straight_plan(5000, 220.0, first_frame=90.0, speed=speed)
    np.testing.assert_allclose(plan.speed, speed, atol=1e-9)
