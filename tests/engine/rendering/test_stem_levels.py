import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.rendering.amplifier import amplify
from engine.rendering.stem_levels import (
    PEAK,
    FloatArray,
    active_rms,
    balance_groups,
    is_sounding,
    scale_to_peak,
    scale_to_rms,
    to_mono_if_equal,
)

_RATE = 44100


def _noise(seed: int, *, seconds: float = 2.0, level: float = 0.1) -> FloatArray:
    random = np.random.default_rng(seed)
    return (level * random.standard_normal((2, round(seconds * _RATE)))).astype(np.float32)


@given(level=st.floats(1e-3, 10.0), rms=st.floats(1e-3, 10.0))
@settings(max_examples=30)
def test_no_scaled_stem_exceeds_the_common_peak(level: float, rms: float) -> None:
    sound_CT = _noise(1, seconds=0.5, level=level)
    assert np.abs(scale_to_rms(sound_CT, rms)).max() <= PEAK * (1 + 1e-5)
    assert np.abs(scale_to_peak(sound_CT)).max() == pytest.approx(PEAK, rel=1e-5)


def test_silence_between_notes_does_not_count_as_level() -> None:
    sound_CT = _noise(2, seconds=4.0)
    half_CT = sound_CT.copy()
    half_CT[:, : 2 * _RATE] = 0.0
    assert active_rms(half_CT) == pytest.approx(active_rms(sound_CT), rel=0.05)


def test_groups_of_a_stem_get_the_loudness_of_their_offsets_and_their_sum_the_level() -> None:
    sounds = {"guitar": _noise(3, level=0.01), "keys": _noise(4, level=0.5)[:1]}
    balanced = balance_groups(sounds, {"guitar": 6.0, "keys": 0.0}, rms=0.05)
    ratio = active_rms(balanced["guitar"]) / active_rms(balanced["keys"])
    assert 20 * np.log10(ratio) == pytest.approx(6.0, abs=0.01)
    assert active_rms(balanced["guitar"] + balanced["keys"]) == pytest.approx(0.05, rel=1e-3)


def test_silence_stays_silence() -> None:
    silence_CT = np.zeros((2, _RATE), dtype=np.float32)
    assert active_rms(silence_CT) == 0.0
    assert not scale_to_peak(silence_CT).any()
    assert not scale_to_rms(silence_CT, 0.1).any()
    assert not amplify(silence_CT, drive_db=20.0, sample_rate=_RATE).any()
    assert not is_sounding(silence_CT, least_active_share=0.01)


def test_a_stem_that_is_not_finite_does_not_count_as_sounding() -> None:
    sound_CT = _noise(5)
    assert is_sounding(sound_CT, least_active_share=0.9)
    sound_CT[0, 7] = np.nan
    assert not is_sounding(sound_CT, least_active_share=0.0)


def test_two_equal_channels_become_one_and_different_ones_stay() -> None:
    sound_CT = _noise(6, seconds=0.5)
    assert to_mono_if_equal(sound_CT).shape == sound_CT.shape
    assert to_mono_if_equal(sound_CT[[0, 0]]).shape == (1, sound_CT.shape[1])


@given(gain=st.floats(0.01, 100.0))
@settings(max_examples=15)
def test_an_amplifier_does_not_care_about_the_level_before_it(gain: float) -> None:
    sound_CT = _noise(7, seconds=0.25)
    once = amplify(sound_CT, drive_db=12.0, sample_rate=_RATE)
    louder = amplify(sound_CT * np.float32(gain), drive_db=12.0, sample_rate=_RATE)
    np.testing.assert_allclose(louder, once, atol=1e-4)
    assert once.shape == sound_CT.shape


def test_an_amplifier_adds_harmonics_and_its_cabinet_takes_the_treble() -> None:
    time = np.arange(_RATE) / _RATE
    tone_CT = np.sin(2 * np.pi * 220.0 * time, dtype=np.float64)[np.newaxis].astype(np.float32)
    power = np.abs(np.fft.rfft(amplify(tone_CT, drive_db=24.0, sample_rate=_RATE)[0])) ** 2
    assert power[660] > 1e-3 * power[220]
    assert power[10000:].sum() < 1e-5 * power.sum()
