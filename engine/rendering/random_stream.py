"""Random numbers that depend on names, not on the order in which they are drawn."""

import hashlib

import numpy as np


def random_stream(seed: int, *names: str | int) -> np.random.Generator:
    """Return the generator that belongs to a seed and a path of names.

    Two different paths give independent streams, and the same path gives the same numbers on
    every machine and in every process, so tracks may be rendered in any order.

    Args:
        seed: Seed of the whole dataset.
        names: Path of the decision, such as ``("train", 17, "banks")``.

    Returns:
        A generator in its initial state.
    """
    key = "/".join(str(name) for name in (seed, *names))
    digest = hashlib.sha256(key.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "little"))
