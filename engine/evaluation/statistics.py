"""Means and medians over tracks, with bootstrap confidence intervals.

Tracks are resampled with replacement and the 2.5 % and 97.5 % quantiles of the resampled
statistic are the interval (the percentile bootstrap; Efron, Tibshirani 1993, chapter 13).

Axes: R resample, K track.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NUM_RESAMPLES = 10_000
CONFIDENCE = 0.95

# Rows of the resampled matrix at a time, so that thousands of tracks do not fill the memory.
MAX_CELLS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A statistic with its 95 % interval; of a single track there is none."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One column over all tracks that have a value in it.

    Attributes:
        count: Number of tracks with a value.
        mean: Arithmetic mean.
        median: Median.
    """

    count: int
    mean: Interval
    median: Interval


def summarise(
    values: Sequence[float | None], *, seed: int = 0, num_resamples: int = NUM_RESAMPLES
) -> Summary | None:
    """Summarise a column; tracks without a value are left out, no value at all is ``None``."""
    known_K = np.array([value for value in values if value is not None], dtype=np.float64)
    if not known_K.size:
        return None
    mean, median = float(known_K.mean()), float(np.median(known_K))
    if known_K.size == 1:
        return Summary(
            count=1,
            mean=Interval(value=mean, low=None, high=None),
            median=Interval(value=median, low=None, high=None),
        )
    means_R, medians_R = _resampled(known_K, seed, num_resamples)
    return Summary(
        count=int(known_K.size),
        mean=_interval(mean, means_R),
        median=_interval(median, medians_R),
    )


def paired_difference(
    first: Sequence[float | None],
    second: Sequence[float | None],
    *,
    seed: int = 0,
    num_resamples: int = NUM_RESAMPLES,
) -> Summary | None:
    """Summarise first - second over the tracks that have both values.

    Pairing removes what makes a track easy or hard for both, so this interval, and not the
    overlap of two separate ones, tells whether a system is better.

    Raises:
        ValueError: The columns are not of the same tracks.
    """
    if len(first) != len(second):
        raise ValueError(f"columns of {len(first)} and {len(second)} tracks cannot be paired")
    differences = [
        None if one is None or other is None else one - other
        for one, other in zip(first, second, strict=True)
    ]
    return summarise(differences, seed=seed, num_resamples=num_resamples)


def _resampled(
    values_K: npt.NDArray[np.float64], seed: int, num_resamples: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    rows = max(1, MAX_CELLS // values_K.size)
    means, medians = [], []
    for start in range(0, num_resamples, rows):
        shape = (min(rows, num_resamples - start), values_K.size)
        drawn_RK = values_K[rng.integers(values_K.size, size=shape)]
        means.append(drawn_RK.mean(axis=1))
        medians.append(np.median(drawn_RK, axis=1))
    return np.concatenate(means), np.concatenate(medians)


def _interval(value: float, resampled_R: npt.NDArray[np.float64]) -> Interval:
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(resampled_R, [tail, 1.0 - tail])
    return Interval(value=value, low=float(low), high=float(high))
