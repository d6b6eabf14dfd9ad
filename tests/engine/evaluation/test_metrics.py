"""Metrics against museval, values worked out by hand, and the laws they obey.

Axes: S stem, C channel, T sample.
"""

import sys
import warnings

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import MissingToolError
from engine.evaluation.metrics import (
    SCORE_LIMIT_DB,
    bss_ratios,
    csdr_db,
    is_audible,
    leak_db,
    museval_csdr_db,
    power_ratio_db,
    sdr_from_sir_and_sar,
    si_sdr_db,
    silent_segments,
    usdr_db,
)

RATE = 8000
Float64Array = npt.NDArray[np.float64]
seeds = st.integers(0, 2**32 - 1)


def noise(seed: int, *shape: int) -> Float64Array:
    return np.random.default_rng(seed).standard_normal(shape)


def known(value: float | None) -> float:
    assert value is not None
    return value


def test_usdr_of_a_tenth_of_error_is_twenty_decibels() -> None:
    reference = noise(0, 2, 1000)
    assert usdr_db(reference, 1.1 * reference) == pytest.approx(20.0)


def test_usdr_weighs_both_channels_by_their_energy() -> None:
    reference = np.array([[3.0, 0.0], [0.0, 1.0]])
    estimate = np.array([[3.0, 0.0], [0.0, 0.0]])
    assert usdr_db(reference, estimate) == pytest.approx(10.0)


@given(seed=seeds, gain=st.floats(1e-3, 1e3))
def test_usdr_is_the_same_at_every_common_level(seed: int, gain: float) -> None:
    reference, estimate = noise(seed, 2, 2, 64)
    expected = known(usdr_db(reference, estimate))
    assert usdr_db(gain * reference, gain * estimate) == pytest.approx(expected, abs=1e-9)


@given(seed=seeds, gain=st.floats(1e-3, 1e3) | st.floats(-1e3, -1e-3))
def test_si_sdr_ignores_every_gain_on_the_estimate(seed: int, gain: float) -> None:
    reference, estimate = noise(seed, 2, 2, 64)
    expected = known(si_sdr_db(reference, estimate))
    assert si_sdr_db(reference, gain * estimate) == pytest.approx(expected, abs=1e-6)


@given(seed=seeds)
def test_si_sdr_belongs_to_the_usdr_of_the_best_scaled_estimate(seed: int) -> None:
    reference, estimate = noise(seed, 2, 2, 64)
    gain = float(np.vdot(reference, estimate) / np.vdot(estimate, estimate))
    best = known(usdr_db(reference, gain * estimate))
    # With the correlation r: SI-SDR = r² / (1 - r²) and the best SDR = 1 / (1 - r²).
    ratio = 10.0 ** (known(si_sdr_db(reference, estimate)) / 10.0)
    assert best == pytest.approx(10.0 * np.log10(1.0 + ratio), abs=1e-6)
    assert best >= known(usdr_db(reference, estimate)) - 1e-9


def test_si_sdr_of_an_orthogonal_error_is_their_energy_ratio() -> None:
    reference = np.array([[1.0, 1.0, 0.0, 0.0]])
    estimate = np.array([[1.0, 1.0, 0.1, -0.1]])
    assert si_sdr_db(reference, estimate) == pytest.approx(20.0)


def test_silent_stems_have_no_score_and_nothing_is_infinite() -> None:
    silence, sound = np.zeros((2, 100)), noise(0, 2, 100)
    assert usdr_db(silence, sound) is None
    assert si_sdr_db(silence, sound) is None
    assert si_sdr_db(sound, silence) is None
    assert usdr_db(sound, silence) == pytest.approx(0.0)
    assert usdr_db(sound, sound) == SCORE_LIMIT_DB
    assert usdr_db(np.zeros((2, 0)), np.zeros((2, 0))) is None
    assert power_ratio_db(1e300, 1e-300) == SCORE_LIMIT_DB
    assert power_ratio_db(0.0, 1.0) == -SCORE_LIMIT_DB


def test_shapes_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        usdr_db(np.zeros((2, 10)), np.zeros((1, 10)))


@given(seed=seeds, num_stems=st.integers(1, 4), leakage=st.floats(0.0, 1.0))
def test_ratios_of_bss_eval_obey_their_identity(seed: int, num_stems: int, leakage: float) -> None:
    references = noise(seed, num_stems, 1, 64)
    estimates = references + leakage * references.sum(axis=0) + 0.1 * noise(seed + 1, 1, 1, 64)
    for ratios in bss_ratios(references, estimates):
        expected = sdr_from_sir_and_sar(known(ratios.sir_db), known(ratios.sar_db))
        assert known(ratios.sdr_db) == pytest.approx(expected, abs=1e-6)


@given(seed=seeds)
def test_ratios_of_bss_eval_ignore_gains_of_references_and_estimates(seed: int) -> None:
    references, estimates = noise(seed, 2, 3, 1, 64)
    gains = np.array([0.01, 3.0, 100.0])[:, None, None]
    for one, other in zip(
        bss_ratios(references, estimates),
        bss_ratios(gains * references, gains[::-1] * estimates),
        strict=True,
    ):
        assert known(one.sir_db) == pytest.approx(known(other.sir_db), abs=1e-6)
        assert known(one.sar_db) == pytest.approx(known(other.sar_db), abs=1e-6)


def test_ratios_of_bss_eval_are_those_of_orthogonal_signals_by_hand() -> None:
    references = np.eye(3, 4)[:2, None, :]
    # Target 1, interference 0.1, artefact 0.01 on an axis that no stem reaches.
    estimates = np.array([[[1.0, 0.1, 0.0, 0.01]], [[0.0, 1.0, 0.0, 0.0]]])
    first, second = bss_ratios(references, estimates)
    assert first.sir_db == pytest.approx(20.0)
    assert first.sar_db == pytest.approx(10 * np.log10(1.01 / 0.0001))
    assert first.sdr_db == pytest.approx(10 * np.log10(1.0 / 0.0101))
    assert second.sdr_db == SCORE_LIMIT_DB


def test_ratios_of_bss_eval_agree_with_museval_allowing_gains_only() -> None:
    from museval.metrics import bss_eval

    references = noise(1, 3, 1, 2000)
    mixing = np.eye(3) + 0.2 * noise(2, 3, 3)
    estimates = np.einsum("ij,jct->ict", mixing, references) + 0.3 * noise(3, 3, 1, 2000)
    sdr, _, sir, sar, _ = bss_eval(
        references.transpose(0, 2, 1),
        estimates.transpose(0, 2, 1),
        window=np.inf,
        hop=np.inf,
        filters_len=1,
        bsseval_sources_version=True,
    )
    for index, ratios in enumerate(bss_ratios(references, estimates)):
        assert ratios.sdr_db == pytest.approx(sdr[index, 0], abs=1e-6)
        assert ratios.sir_db == pytest.approx(sir[index, 0], abs=1e-6)
        assert ratios.sar_db == pytest.approx(sar[index, 0], abs=1e-6)


def test_a_silent_stem_has_no_ratios_and_does_not_disturb_the_others() -> None:
    references = np.concatenate([noise(0, 2, 1, 100), np.zeros((1, 1, 100))])
    estimates = noise(1, 3, 1, 100)
    with_silence = bss_ratios(references, estimates)
    without = bss_ratios(references[:2], estimates[:2])
    assert with_silence[2].sdr_db is None
    assert known(with_silence[0].sar_db) == pytest.approx(known(without[0].sar_db))


def frames_with_a_pause() -> tuple[Float64Array, Float64Array]:
    """Two stereo stems of 4.5 s; the second is digitally silent in its third second."""
    references = noise(4, 2, 2, RATE * 9 // 2)
    references[1, :, 2 * RATE : 3 * RATE] = 0.0
    level = np.linspace(0.1, 2.0, references.shape[-1])
    return references, references + level * noise(5, *references.shape)


def test_framewise_sdr_agrees_with_museval_although_it_needs_no_filters() -> None:
    references, estimates = frames_with_a_pause()
    ours = csdr_db(references, estimates, RATE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = museval_csdr_db(references, estimates, RATE)
    assert [known(value) for value in ours] == pytest.approx(theirs, abs=1e-6)


def test_framewise_sdr_leaves_out_frames_in_which_any_stem_is_silent() -> None:
    references, estimates = frames_with_a_pause()
    expected = [
        known(
            usdr_db(references[0, :, start : start + RATE], estimates[0, :, start : start + RATE])
        )
        for start in (0, RATE, 3 * RATE)
    ]
    assert csdr_db(references, estimates, RATE)[0] == pytest.approx(np.median(expected))


def test_framewise_sdr_can_take_the_noise_of_a_codec_for_the_silence_it_was() -> None:
    references, estimates = frames_with_a_pause()
    expected = csdr_db(references, estimates, RATE)
    references[1, :, 2 * RATE : 3 * RATE] = 1e-4 * noise(6, 2, RATE)
    assert csdr_db(references, estimates, RATE, silence_ratio=1e-6) == expected
    assert csdr_db(references, estimates, RATE) != expected


def test_framewise_sdr_of_silence_and_of_nothing_does_not_exist() -> None:
    silence = np.zeros((2, 2, 2 * RATE))
    assert csdr_db(silence, silence, RATE) == (None, None)
    assert csdr_db(silence[..., :0], silence[..., :0], RATE) == (None, None)


def test_museval_that_is_not_installed_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "museval.metrics", None)
    with pytest.raises(MissingToolError, match="museval"):
        museval_csdr_db(np.ones((1, 1, 10)), np.ones((1, 1, 10)), RATE)


def stem_that_enters_late() -> tuple[Float64Array, Float64Array]:
    """A stem that is silent for two of four seconds, and a mix that never is."""
    reference = noise(6, 2, 4 * RATE)
    reference[:, : 2 * RATE] = 0.0
    return reference, reference + noise(7, 2, 4 * RATE)


def test_leak_is_measured_only_where_the_stem_is_silent() -> None:
    reference, mix = stem_that_enters_late()
    estimate = np.where(reference == 0.0, 0.1 * mix, mix)
    assert leak_db(reference, estimate, mix, RATE) == pytest.approx(-20.0)
    assert leak_db(reference, mix, mix, RATE) == pytest.approx(0.0)
    assert silent_segments(reference, mix, RATE).tolist() == [True] * 4 + [False] * 4


def test_leak_of_a_silent_estimate_is_limited_and_of_a_stem_without_pauses_unknown() -> None:
    reference, mix = stem_that_enters_late()
    assert leak_db(reference, np.zeros_like(mix), mix, RATE) == -SCORE_LIMIT_DB
    assert leak_db(mix, mix, mix, RATE) is None
    assert leak_db(np.zeros_like(mix), np.zeros_like(mix), np.zeros_like(mix), RATE) is None


def test_pauses_of_the_whole_mix_do_not_count_as_leakage() -> None:
    reference, mix = stem_that_enters_late()
    mix[:, :RATE] = 0.0
    assert silent_segments(reference, mix, RATE).tolist() == [False] * 2 + [True] * 2 + [False] * 4


def test_coding_noise_in_place_of_silence_counts_as_silent() -> None:
    reference, mix = stem_that_enters_late()
    faint = 1e-4 * noise(8, *mix.shape)
    assert silent_segments(reference + faint, mix, RATE)[:4].all()
    assert not is_audible(faint, mix)
    assert is_audible(reference, mix)


@pytest.mark.parametrize("num_frames", [0, 1, 7])
def test_leak_of_the_shortest_mixes_is_defined(num_frames: int) -> None:
    mix = np.ones((1, num_frames))
    expected = None if num_frames == 0 else pytest.approx(-20.0)
    assert leak_db(np.zeros_like(mix), 0.1 * mix, mix, RATE) == expected
