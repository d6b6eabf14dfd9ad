"""Which songs, performances and sentences belong to which split; fixed by the seed."""

import hashlib
from collections.abc import Iterable
from typing import Literal

Split = Literal["train", "validation", "test"]

SPLITS: tuple[Split, ...] = ("train", "validation", "test")

_VALIDATION_SHARE = 0.08
_TEST_SHARE = 0.14


def split_names(names: Iterable[str], *, seed: int, kind: str) -> dict[Split, tuple[str, ...]]:
    """Deal names out to the splits; every name stands in exactly one.

    Args:
        names: Names of songs, sessions or singers' recordings.
        seed: Seed of the dataset.
        kind: What the names stand for; different kinds are dealt independently.

    Returns:
        The names of each split in a random order; with three names or more no split is empty.
    """

    def position(name: str) -> bytes:
        return hashlib.sha256(f"{seed}/{kind}/{name}".encode()).digest()

    shuffled = sorted(set(names), key=position)
    num_validation = _share(len(shuffled), _VALIDATION_SHARE)
    num_test = _share(len(shuffled), _TEST_SHARE)
    return {
        "validation": tuple(shuffled[:num_validation]),
        "test": tuple(shuffled[num_validation : num_validation + num_test]),
        "train": tuple(shuffled[num_validation + num_test :]),
    }


def _share(count: int, share: float) -> int:
    return 0 if count < 3 else max(1, round(count * share))
