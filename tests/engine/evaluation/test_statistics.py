"""Bootstrap intervals: they cover, they shrink, they repeat."""

import numpy as np
import pytest

from engine.evaluation.statistics import paired_difference, summarise


def test_intervals_cover_the_true_mean_about_as_often_as_they_claim() -> None:
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(200):
        summary = summarise(rng.normal(5.0, 2.0, size=40).tolist(), num_resamples=500)
        assert summary is not None
        assert summary.mean.low is not None
        assert summary.mean.high is not None
        covered += summary.mean.low <= 5.0 <= summary.mean.high
    # 190 of 200 expected; the standard deviation of the count is 3.
    assert 178 <= covered <= 199


def test_interval_of_the_mean_is_close_to_that_of_the_normal_distribution() -> None:
    values = np.random.default_rng(1).normal(0.0, 1.0, size=100)
    summary = summarise(values.tolist())
    assert summary is not None
    half_width = 1.96 * values.std() / 10.0
    assert summary.mean.low == pytest.approx(values.mean() - half_width, abs=0.02)
    assert summary.mean.high == pytest.approx(values.mean() + half_width, abs=0.02)
    assert summary.median.value == pytest.approx(np.median(values))


def test_tracks_without_a_value_are_left_out() -> None:
    summary = summarise([1.0, None, 3.0])
    assert summary is not None
    assert (summary.count, summary.mean.value) == (2, 2.0)
    assert summarise([None, None]) is None


def test_a_single_track_has_a_value_and_no_interval() -> None:
    summary = summarise([4.0])
    assert summary is not None
    assert (summary.mean.value, summary.mean.low, summary.mean.high) == (4.0, None, None)


def test_the_seed_decides_the_interval() -> None:
    values = np.random.default_rng(2).normal(size=9).tolist()
    assert summarise(values, seed=3) == summarise(values, seed=3)
    assert summarise(values, seed=3) != summarise(values, seed=4)


def test_pairing_sees_a_small_gain_that_differences_between_tracks_would_hide() -> None:
    rng = np.random.default_rng(5)
    base = rng.normal(5.0, 4.0, size=30)
    better = (base + 0.3 + rng.normal(0.0, 0.1, size=30)).tolist()
    paired = paired_difference(better, base.tolist())
    alone = summarise(better)
    assert paired is not None
    assert alone is not None
    assert paired.mean.low is not None
    assert paired.mean.low > 0.2
    assert alone.mean.low is not None
    assert alone.mean.low < base.mean()


def test_columns_of_different_tracks_cannot_be_paired() -> None:
    with pytest.raises(ValueError, match="cannot be paired"):
        paired_difference([1.0], [1.0, 2.0])
    summary = paired_difference([1.0, None, 5.0], [0.5, 1.0, 4.0])
    assert summary is not None
    assert summary.count == 2
