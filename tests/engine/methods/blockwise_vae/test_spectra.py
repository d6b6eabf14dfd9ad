import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.fusion import fuse
from engine.audio.stft import Stft
from engine.methods.blockwise_vae.losses import (
    ERROR_FLOOR,
    Window,
    cross_cost,
    fused_weight,
    squared_error,
    window_losses,
)
from engine.methods.blockwise_vae.spectra import BandAnalysis, features

NUM_BANDS = 32
ANALYSIS = BandAnalysis(stft=Stft(n_fft=512, hop=128), num_bands=NUM_BANDS)


def stems(seed: int, *, num_frames: int = 2000) -> torch.Tensor:
    random = torch.Generator().manual_seed(seed)
    sources = torch.randn(1, 4, 1, num_frames, generator=random)
    sides = torch.rand(1, 4, 2, 1, generator=random)
    return sides * sources + 0.3 * torch.randn(1, 4, 2, num_frames, generator=random)


def window(seed: int) -> tuple[Window, torch.Tensor]:
    """Return a window with random weights, and the scale of its powers."""
    signal = stems(seed)
    sums, targets = ANALYSIS.training_sums(signal)
    num_steps = sums.power_BCNK.shape[2]
    random = torch.Generator().manual_seed(seed + 1)
    scale = targets.power_BCNK.sum() / sums.power_BCNK.sum()
    return Window(
        power_CNK=targets.power_BCNK[0],
        product_2NK=targets.product_B2NK[0],
        cross_QCJNK=targets.cross_BSCJNK[0],
        stem_QCNK=targets.stem_BSCNK[0],
        weight_QCJNK=0.5 * torch.randn(4, 2, 4, num_steps, NUM_BANDS, generator=random),
        log_error_QCNK=torch.randn(4, 2, num_steps, NUM_BANDS, generator=random),
    ), scale


def in_bands(power_FN: torch.Tensor) -> torch.Tensor:
    """Sum bins with a loop, (..., F, N) to (..., N, K)."""
    edges = ANALYSIS.bands.edges_K.tolist()
    sums = [power_FN[..., low:high, :].sum(dim=-2) for low, high in itertools.pairwise(edges)]
    return torch.stack(sums, dim=-1)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_squared_error_from_band_sums_equals_that_on_bins(seed: int) -> None:
    subject, scale = window(seed)
    stem_SCFN = ANALYSIS.stft.forward(stems(seed)[0])
    estimate_SCFN = ANALYSIS.apply(subject.weight_QCJNK, stem_SCFN.sum(dim=0))

    error = squared_error(subject.weight_QCJNK, subject)

    expected = scale * in_bands((estimate_SCFN - stem_SCFN).abs().square())
    torch.testing.assert_close(error, expected, rtol=1e-3, atol=1e-3)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_fused_weights_do_what_the_fusion_stage_does(seed: int) -> None:
    subject, _ = window(seed)
    mix_CFN = ANALYSIS.stft.forward(stems(seed)[0].sum(dim=0))
    fused = fused_weight(subject.weight_QCJNK, subject.log_error_QCNK)

    expected = fuse(
        mix_CFN,
        ANALYSIS.apply(subject.weight_QCJNK, mix_CFN),
        ANALYSIS.expand(subject.log_error_QCNK.exp()),
    )

    torch.testing.assert_close(ANALYSIS.apply(fused, mix_CFN), expected, rtol=1e-3, atol=1e-3)
    own = torch.eye(2, 4)[:, :, None, None].expand_as(fused[0])
    torch.testing.assert_close(fused.sum(dim=0), own, rtol=0, atol=1e-4)


def test_cross_cost_equals_errors_against_every_stem() -> None:
    subject, _ = window(3)

    cost = cross_cost(subject, squared_error(subject.weight_QCJNK, subject))

    for estimate in range(4):
        for stem in range(4):
            pair = Window(
                power_CNK=subject.power_CNK,
                product_2NK=subject.product_2NK,
                cross_QCJNK=subject.cross_QCJNK[stem : stem + 1],
                stem_QCNK=subject.stem_QCNK[stem : stem + 1],
                weight_QCJNK=subject.weight_QCJNK[estimate : estimate + 1],
                log_error_QCNK=subject.log_error_QCNK[:1],
            )
            error = squared_error(pair.weight_QCJNK, pair).mean()
            expected = float((error + ERROR_FLOOR).log())
            assert float(cost[estimate, stem]) == pytest.approx(expected, abs=1e-3)


def test_perfect_weights_of_two_panned_sources_leave_no_error() -> None:
    random = torch.Generator().manual_seed(0)
    sides = torch.tensor([[1.0, 0.2], [0.3, 0.9]])
    signal = sides[None, :, :, None] * torch.randn(1, 2, 1, 2000, generator=random)
    _, targets = ANALYSIS.training_sums(signal)
    # Source s on channel c is sides[s, c] · Σ_j inverse[j, s] X_j.
    unmixing = torch.linalg.inv(sides)
    weight = torch.zeros(2, 2, 4, *targets.power_BCNK.shape[2:])
    weight[:, :, :2] = torch.einsum("sc,js->scj", sides, unmixing)[..., None, None]
    subject = Window(
        power_CNK=targets.power_BCNK[0],
        product_2NK=targets.product_B2NK[0],
        cross_QCJNK=targets.cross_BSCJNK[0],
        stem_QCNK=targets.stem_BSCNK[0],
        weight_QCJNK=weight,
        log_error_QCNK=torch.zeros(2, 2, *targets.power_BCNK.shape[2:]),
    )

    losses = window_losses(subject, band_share=0.3)

    assert float(losses.sdr_Q.min()) > 40.0


@pytest.mark.parametrize("gain", [1e-3, 50.0])
def test_features_do_not_change_with_the_level_of_the_mix(gain: float) -> None:
    mix = ANALYSIS.stft.forward(stems(0).sum(dim=1))

    quiet, loud = (features(ANALYSIS.mix_sums(scale * mix)) for scale in (1.0, gain))

    torch.testing.assert_close(loud, quiet, rtol=1e-3, atol=1e-3)


def test_features_of_silence_are_finite() -> None:
    mix = ANALYSIS.stft.forward(torch.zeros(1, 2, 2000))

    assert features(ANALYSIS.mix_sums(mix)).isfinite().all()


def test_a_steady_tone_in_the_middle_of_a_bin_steps_without_turning() -> None:
    time_T = torch.arange(4000) / 512
    tone = torch.sin(2.0 * torch.pi * 4.0 * time_T).expand(1, 2, -1)

    sums = ANALYSIS.mix_sums(ANALYSIS.stft.forward(tone))

    band = int(ANALYSIS.bands.band_of_bin_F[4])
    inner = sums.step_B2NK[0, :, 8:-8, band]
    torch.testing.assert_close(inner[0], torch.ones_like(inner[0]), rtol=0, atol=1e-2)
    torch.testing.assert_close(inner[1], torch.zeros_like(inner[1]), rtol=0, atol=1e-2)


def test_a_click_in_the_middle_of_a_frame_has_no_delay() -> None:
    click = torch.zeros(1, 2, 2000)
    click[..., 1024] = 1.0  # the centre of spectrogram frame 8

    sums = ANALYSIS.mix_sums(ANALYSIS.stft.forward(click))

    delay = sums.delay_B2NK[0, :, 8, 4:]
    torch.testing.assert_close(delay[0], torch.ones_like(delay[0]), rtol=0, atol=0.05)
    torch.testing.assert_close(delay[1], torch.zeros_like(delay[1]), rtol=0, atol=0.05)
