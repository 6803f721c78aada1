import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from voicebank_tools.slicer.frames import runs, smooth, weakest_before_breath


@given(st.lists(st.booleans(), max_size=60))
def test_runs_are_the_true_frames(flags: list[bool]) -> None:
    found = list(runs(np.array(flags, bool)))
    assert [frame for run in found for frame in run] == [i for i, flag in enumerate(flags) if flag]
    assert all(a.stop < b.start for a, b in itertools.pairwise(found))


def test_smooth_is_a_mean() -> None:
    assert np.allclose(smooth(np.full(20, 3.0), 5), 3.0)
    assert np.allclose(smooth(np.arange(9.0), 3)[1:-1], np.arange(9.0)[1:-1])


def test_the_weakest_moment_lies_before_the_breath() -> None:
    decay, breath = np.linspace(-30.0, -60.0, 20), np.full(30, -45.0)
    gap, after = np.full(10, -60.0), np.full(5, -62.0)
    frame, is_breath = weakest_before_breath(np.concatenate([decay, gap, breath, after]))
    assert 19 <= frame < 30
    assert is_breath
    frame, is_breath = weakest_before_breath(np.concatenate([decay, gap, after]))
    assert frame >= 30
    assert not is_breath
