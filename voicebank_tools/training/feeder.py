"""Batches made ahead by threads, in order; measures how long the training had to wait for them."""

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from voicebank_tools.training.batches import Batch, Sampler

AHEAD = 3
"""Batches kept ready for each thread."""


@dataclass
class Feeder:
    """Iterates over the batches from `first_step` on, without end.

    Attributes:
        sampler: Makes them.
        first_step: Number of the first one.
        threads: That make them.
        waited_s: How long whoever iterates has waited so far.
    """

    sampler: Sampler
    first_step: int
    threads: int = 2
    waited_s: float = field(default=0.0, init=False)

    def __iter__(self) -> Iterator[Batch]:
        waiting: deque[Future[Batch]] = deque()
        step = self.first_step
        pool = ThreadPoolExecutor(self.threads, thread_name_prefix="batches")
        try:
            while True:
                while len(waiting) < self.threads * AHEAD:
                    waiting.append(pool.submit(self.sampler.batch, step))
                    step += 1
                began = time.perf_counter()
                batch = waiting.popleft().result()
                self.waited_s += time.perf_counter() - began
                yield batch
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
