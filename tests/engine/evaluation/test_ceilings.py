"""Oracles: what they reach on signals whose separation is known, and that they add up.

Axes: S stem, C channel, F frequency bin, T sample.
"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluation import ceilings
from engine.evaluation.ceilings import (
    CEILINGS,
    FUSION_MEAN_SNR_DB,
    Ceiling,
    band_average,
    ceiling_estimates,
    fuse,
)
from engine.evaluation.metrics import usdr_db
from engine.events import FloatArray

RATE = 44100
NUM_FRAMES = 40_000


def noise(seed: int, *shape: int) -> FloatArray:
    signal: FloatArray = np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    return signal


def bursts(seed: int, num_stems: int, num_frames: int = NUM_FRAMES) -> FloatArray:
    """Mono stems with spectra and envelopes of their own, (S, 1, T)."""
    spectrum = np.fft.rfft(noise(seed, num_stems, num_frames))
    frequency = np.arange(spectrum.shape[-1])
    for index in range(num_stems):
        period = 400 * (index + 1)
        spectrum[index] *= 1.0 + np.sin(frequency / period + index)
    signal = np.fft.irfft(spectrum, num_frames)
    time = np.arange(num_frames)
    for index in range(num_stems):
        signal[index] *= 1.0 + np.sin(time / 3000.0 * (index + 1))
    return signal[:, None].astype(np.float32)


def panned(mono_SCT: FloatArray) -> FloatArray:
    """Stems in stereo at as many different positions, (S, 2, T)."""
    angle_S = (np.arange(len(mono_SCT)) + 0.5) / len(mono_SCT) * np.pi / 2.0
    gains_SC = np.stack([np.cos(angle_S), np.sin(angle_S)], axis=1)
    stems_SCT: FloatArray = (mono_SCT * gains_SC[..., None]).astype(np.float32)
    return stems_SCT


def mean_usdr_db(stems_SCT: FloatArray, estimates_SCT: FloatArray) -> float:
    values = [usdr_db(s, e) for s, e in zip(stems_SCT, estimates_SCT, strict=True)]
    return float(np.mean([value for value in values if value is not None]))


@pytest.mark.parametrize("ceiling", CEILINGS)
def test_every_ceiling_separates_disjoint_bands_almost_perfectly(ceiling: Ceiling) -> None:
    spectrum = np.fft.rfft(noise(0, 2, 1, NUM_FRAMES))
    middle = spectrum.shape[-1] // 2
    spectrum[0, :, middle - 200 :] = 0.0
    spectrum[1, :, : middle + 200] = 0.0
    stems = np.fft.irfft(spectrum, NUM_FRAMES).astype(np.float32)
    estimates = ceiling_estimates(ceiling, stems, stems.sum(axis=0))
    # The decoder of the fusion oracle has an error inside its own band, which fusion removes.
    assert mean_usdr_db(stems, estimates) > 18.0
    if ceiling == "irm_power":
        assert mean_usdr_db(stems, estimates) > 30.0


@pytest.mark.parametrize("ceiling", CEILINGS)
@pytest.mark.parametrize("num_channels", [1, 2])
def test_estimates_of_every_ceiling_add_up_to_the_mix(ceiling: Ceiling, num_channels: int) -> None:
    stems = bursts(1, 3)
    stems = panned(stems) if num_channels == 2 else stems
    mix = stems.sum(axis=0)
    estimates = ceiling_estimates(ceiling, stems, mix)
    assert np.abs(estimates.sum(axis=0) - mix).max() <= 1e-5 * np.abs(mix).max()


@pytest.mark.parametrize("ceiling", CEILINGS)
def test_ceilings_of_silence_are_silent(ceiling: Ceiling) -> None:
    stems = np.zeros((3, 2, 5000), dtype=np.float32)
    assert not ceiling_estimates(ceiling, stems, stems[0]).any()


@pytest.mark.parametrize("ceiling", CEILINGS)
@pytest.mark.parametrize("num_frames", [1, 7, 4097])
def test_ceilings_keep_the_length_of_the_mix(ceiling: Ceiling, num_frames: int) -> None:
    stems = panned(bursts(2, 2, 8000))[..., :num_frames]
    estimates = ceiling_estimates(ceiling, stems, stems.sum(axis=0))
    assert estimates.shape == stems.shape
    assert estimates.dtype == np.float32
    assert np.isfinite(estimates).all()


@pytest.mark.parametrize("ceiling", CEILINGS)
def test_ceilings_grow_with_the_mix(ceiling: Ceiling) -> None:
    stems = panned(bursts(3, 3))
    estimates = ceiling_estimates(ceiling, stems, stems.sum(axis=0))
    louder = ceiling_estimates(ceiling, 16 * stems, 16 * stems.sum(axis=0))
    assert np.abs(louder / 16 - estimates).max() < 1e-5


@pytest.mark.parametrize("ceiling", [name for name in CEILINGS if name != "fusion"])
def test_pieces_do_not_show_in_the_result(
    ceiling: Ceiling, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Channels of their own, so that the spatial covariance depends on the frames it is made of.
    stems = bursts(4, 6).reshape(3, 2, -1)
    mix = stems.sum(axis=0)
    whole = ceiling_estimates(ceiling, stems, mix)
    monkeypatch.setattr(ceilings, "PIECE_FRAMES", 8 * ceilings.HOP)
    assert np.abs(ceiling_estimates(ceiling, stems, mix) - whole).max() < 1e-6


def test_wiener_filter_uses_positions_that_masks_cannot_see() -> None:
    stems = panned(bursts(5, 2))
    mix = stems.sum(axis=0)
    masked = mean_usdr_db(stems, ceiling_estimates("irm_power", stems, mix))
    filtered = mean_usdr_db(stems, ceiling_estimates("mwf", stems, mix))
    # Two point sources in two channels: an exact solution exists.
    assert filtered > masked + 20.0


def test_wiener_filter_of_one_channel_is_the_power_mask() -> None:
    stems = bursts(6, 3)
    mix = stems.sum(axis=0)
    masked = ceiling_estimates("irm_power", stems, mix)
    filtered = ceiling_estimates("mwf", stems, mix)
    assert np.abs(filtered - masked).max() < 1e-5


def test_power_mask_beats_the_magnitude_mask_on_overlapping_stems() -> None:
    stems = bursts(7, 3)
    mix = stems.sum(axis=0)
    magnitude = mean_usdr_db(stems, ceiling_estimates("irm_magnitude", stems, mix))
    assert mean_usdr_db(stems, ceiling_estimates("irm_power", stems, mix)) > magnitude


def test_fusion_of_two_equal_noisy_decoders_gains_three_decibels() -> None:
    # With two equal error powers v the posterior's is v / 2: 6 dB decoders come out at 9 dB.
    stems = noise(8, 2, 1, 8 * NUM_FRAMES)
    fused = ceiling_estimates("fusion", stems, stems.sum(axis=0))
    assert mean_usdr_db(stems, fused) == pytest.approx(FUSION_MEAN_SNR_DB + 3.0, abs=0.2)


def test_fusion_repeats_with_its_seed_and_only_then() -> None:
    stems = bursts(9, 2)
    mix = stems.sum(axis=0)
    first = ceiling_estimates("fusion", stems, mix, seed=1)
    assert np.array_equal(first, ceiling_estimates("fusion", stems, mix, seed=1))
    assert not np.array_equal(first, ceiling_estimates("fusion", stems, mix, seed=2))


@settings(max_examples=25)
@given(seed=st.integers(0, 2**31), num_stems=st.integers(1, 4))
def test_fused_means_add_up_whatever_their_errors(seed: int, num_stems: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    shape = (num_stems, 2, 5, 3)
    mean = torch.randn(*shape, dtype=torch.complex128, generator=generator)
    power = torch.rand(*shape, dtype=torch.float64, generator=generator)
    power[..., 0] = 0.0
    mix = torch.randn(*shape[1:], dtype=torch.complex128, generator=generator)
    assert torch.allclose(fuse(mean, power, mix).sum(dim=0), mix)


def test_a_stem_that_is_known_exactly_stays_as_it_is() -> None:
    mean = torch.ones(2, 1, 4, 1, dtype=torch.complex128)
    power = torch.stack([torch.zeros(1, 4, 1), torch.ones(1, 4, 1)]).double()
    mix = torch.full((1, 4, 1), 5.0, dtype=torch.complex128)
    fused = fuse(mean, power, mix)
    assert torch.equal(fused[0], mean[0])
    assert torch.equal(fused[1], mix - mean[0])


def test_band_averages_keep_the_energy_and_are_constant_inside_a_band() -> None:
    power = torch.rand(2, 1, 2049, 3, dtype=torch.float64)
    averaged = band_average(power)
    assert torch.allclose(averaged.sum(dim=-2), power.sum(dim=-2))
    assert torch.allclose(band_average(averaged), averaged)
    assert 30 <= len(torch.unique_consecutive(averaged[0, 0, :, 0])) <= 64


def test_stems_that_do_not_fit_to_the_mix_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        ceiling_estimates("mwf", noise(0, 2, 2, 10), noise(0, 2, 11))
