"""Test mixes: exact sums, the stated peak, reproducible, nothing but gains."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluation.remix import CENTRE_WIDTH, GAIN_RANGE_DB, PEAK, remix
from engine.events import FloatArray


def parts(seed: int = 0) -> dict[str, FloatArray]:
    rng = np.random.default_rng(seed)
    channels = {"drums": 2, "bass": 1, "guitar": 1, "keys": 2}
    return {
        name: rng.standard_normal((count, 500)).astype(np.float32)
        for name, count in channels.items()
    }


@given(seed=st.integers(0, 1000), track=st.text(max_size=8))
def test_mix_peaks_at_the_stated_level(seed: int, track: str) -> None:
    mix = sum(remix(parts(), track=track, seed=seed).values())
    assert np.abs(mix).max() == pytest.approx(PEAK, rel=1e-5)


def test_the_same_seed_and_track_give_the_same_mix_and_others_another() -> None:
    first = remix(parts(), track="a", seed=1)
    again = remix(dict(reversed(parts().items())), track="a", seed=1)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["bass"], remix(parts(), track="b", seed=1)["bass"])
    assert not np.array_equal(first["bass"], remix(parts(), track="a", seed=2)["bass"])


@given(seed=st.integers(0, 1000))
def test_every_channel_is_its_part_times_a_gain_within_the_ranges(seed: int) -> None:
    sources = parts()
    placed = remix(sources, track="song", seed=seed)
    levels = {}
    for name, sound in sources.items():
        source = np.broadcast_to(sound, (2, 500))
        gains = (placed[name] / source).astype(np.float64)
        assert np.ptp(gains, axis=1).max() < 1e-4 * gains.max()
        levels[name] = gains.mean(axis=1)
    # In the middle but for a fifth: the channels differ by less than 3 dB.
    left, right = levels["bass"]
    angle = np.arctan2(right, left)
    assert abs(angle - np.pi / 4) <= CENTRE_WIDTH * np.pi / 4 + 1e-3
    drums_db = 20 * np.log10(levels["drums"].max())
    bass_db = 20 * np.log10(np.hypot(left, right))
    assert abs(drums_db - bass_db) <= 2 * GAIN_RANGE_DB + 0.01


def test_silent_parts_stay_silent() -> None:
    silent = {"drums": np.zeros((1, 10), dtype=np.float32)}
    assert not remix(silent, track="x", seed=0)["drums"].any()


def test_more_than_two_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="6 channels"):
        remix({"drums": np.ones((6, 10), dtype=np.float32)}, track="x", seed=0)
