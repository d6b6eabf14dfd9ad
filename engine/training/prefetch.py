"""Batches that are made beside the network, in the order in which they are needed."""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor

import torch

from engine.methods.base import StemBatch


def prefetched(
    make_batch: Callable[[int], StemBatch], steps: range, *, num_threads: int = 1
) -> Generator[StemBatch, None, None]:
    """Yield ``make_batch(step)`` for every step, at most ``num_threads`` batches ahead.

    Array operations release the interpreter lock, so threads do; and since a batch is a
    function of its step, their number changes nothing but the speed.
    """
    pool = ThreadPoolExecutor(max_workers=num_threads, initializer=_use_one_core)
    pending: deque[Future[StemBatch]] = deque()
    try:
        for step in steps:
            pending.append(pool.submit(make_batch, step))
            if len(pending) > num_threads:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _use_one_core() -> None:
    # Holds for this thread alone: the network's threads are set where it runs.
    torch.set_num_threads(1)
