"""Resampling: lengths, levels and places are kept; what does not fit is gone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.resampling import StreamResampler, resample, resampled_length
from engine.events import FloatArray

RATES = [8000, 11_025, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000]
rates = st.sampled_from(RATES)
seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=40)
@given(rates, rates, st.integers(0, 3000), st.integers(0, 9000))
def test_the_length_is_exact(from_rate: int, to_rate: int, length: int, wanted: int) -> None:
    signal_SCT = np.ones((3, 2, length), np.float32)

    assert resample(signal_SCT, from_rate, to_rate, wanted).shape == (3, 2, wanted)
    natural = resample(signal_SCT, from_rate, to_rate)
    assert natural.shape[-1] == resampled_length(length, from_rate, to_rate)


@settings(max_examples=40)
@given(rates, rates, st.lists(st.integers(0, 2000), max_size=6), seeds)
def test_pieces_equal_the_whole(
    from_rate: int, to_rate: int, lengths: list[int], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    pieces = [rng.standard_normal((2, length)).astype(np.float32) for length in lengths]
    whole_CT = np.concatenate([np.zeros((2, 0), np.float32), *pieces], axis=1)
    stream = StreamResampler(from_rate, to_rate, num_channels=2)

    out = [stream.push(piece_CT) for piece_CT in pieces]
    out.append(stream.push(np.zeros((2, 0), np.float32), is_last=True))

    difference = np.concatenate(out, axis=1) - resample(whole_CT, from_rate, to_rate)
    assert not difference.any()


@settings(max_examples=25)
@given(rates, rates, st.floats(0.02, 0.4))
def test_a_tone_below_the_cutoff_survives_without_a_shift(
    from_rate: int, to_rate: int, share: float
) -> None:
    frequency = share * min(from_rate, to_rate)
    converted_T = resample(_tone(frequency, from_rate), from_rate, to_rate)

    error_T = (converted_T - _tone(frequency, to_rate))[_middle(to_rate)]
    assert np.sqrt(2.0 * np.mean(error_T**2)) < 10 ** (-60 / 20)


@pytest.mark.parametrize(("from_rate", "to_rate"), [(48_000, 44_100), (96_000, 8000)])
@pytest.mark.parametrize("share", [0.1, 0.3])
def test_far_below_the_cutoff_the_error_is_that_of_float32(
    from_rate: int, to_rate: int, share: float
) -> None:
    converted_T = resample(_tone(share * to_rate, from_rate), from_rate, to_rate)

    error_T = (converted_T - _tone(share * to_rate, to_rate))[_middle(to_rate)]
    assert np.sqrt(2.0 * np.mean(error_T**2)) < 10 ** (-120 / 20)


@settings(max_examples=15)
@given(rates, rates, st.floats(0.55, 0.95))
def test_a_tone_above_the_cutoff_dies(from_rate: int, to_rate: int, share: float) -> None:
    low, high = sorted((from_rate, to_rate))
    frequency = share * low
    if frequency >= 0.5 * high:
        return
    converted_T = resample(_tone(frequency, high), high, low)

    assert np.sqrt(2.0 * np.mean(converted_T[_middle(low)] ** 2)) < 10 ** (-140 / 20)


@given(rates, rates)
@settings(max_examples=20)
def test_a_constant_stays_constant(from_rate: int, to_rate: int) -> None:
    converted_T = resample(np.full(from_rate, 0.5, np.float32), from_rate, to_rate)

    assert np.abs(converted_T[_middle(to_rate)] - 0.5).max() < 1e-6


@given(rates, rates, st.floats(-40, 40), seeds)
@settings(max_examples=20)
def test_the_result_scales_with_the_signal(
    from_rate: int, to_rate: int, gain_db: float, seed: int
) -> None:
    signal_T = np.random.default_rng(seed).standard_normal(500).astype(np.float32)
    gain = np.float32(10 ** (gain_db / 20))

    expected_T = gain * resample(signal_T, from_rate, to_rate)
    assert np.allclose(resample(gain * signal_T, from_rate, to_rate), expected_T, 1e-4, 1e-5 * gain)


def test_equal_rates_change_nothing() -> None:
    signal_CT = np.random.default_rng(0).standard_normal((2, 100)).astype(np.float32)

    assert np.array_equal(resample(signal_CT, 44_100, 44_100), signal_CT)
    assert np.array_equal(resample(signal_CT, 44_100, 44_100, 60), signal_CT[:, :60])
    assert not resample(signal_CT, 44_100, 44_100, 130)[:, 100:].any()


def test_the_input_stays_untouched() -> None:
    signal_CT = np.random.default_rng(0).standard_normal((2, 1000)).astype(np.float32)
    before_CT = signal_CT.copy()

    resample(signal_CT, 44_100, 8000)

    assert np.array_equal(signal_CT, before_CT)


def test_nothing_follows_the_last_piece() -> None:
    stream = StreamResampler(8000, 16_000, num_channels=1)
    stream.push(np.zeros((1, 10), np.float32), is_last=True)

    with pytest.raises(ValueError, match="last piece"):
        stream.push(np.zeros((1, 10), np.float32))


def _tone(frequency: float, rate: int) -> FloatArray:
    time_T = np.arange(rate) / rate
    tone_T: FloatArray = np.sin(2 * np.pi * frequency * time_T).astype(np.float32)
    return tone_T


def _middle(rate: int) -> slice:
    return slice(rate // 4, 3 * rate // 4)
