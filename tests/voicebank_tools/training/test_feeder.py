import time
from itertools import islice

import numpy as np
import pytest

from voicebank_tools.training.feeder import Feeder


class Slow:
    """A sampler that takes its time, less for later steps, so that threads finish out of order."""

    def batch(self, step: int) -> dict[str, np.ndarray]:
        time.sleep(0.02 if step % 2 == 0 else 0.001)
        return {"step": np.array(step)}


class Broken:
    def batch(self, step: int) -> dict[str, np.ndarray]:
        raise ValueError("no such shard")


def test_batches_come_in_order_from_the_step_that_is_asked_for() -> None:
    feeder = Feeder(Slow(), first_step=5, threads=3)  # type: ignore[arg-type]
    assert [int(batch["step"]) for batch in islice(feeder, 12)] == list(range(5, 17))
    assert 0.0 < feeder.waited_s < 5.0


def test_what_goes_wrong_in_a_thread_is_told() -> None:
    with pytest.raises(ValueError, match="no such shard"):
        next(iter(Feeder(Broken(), first_step=0)))  # type: ignore[arg-type]
