"""Laws of the fusion in space, and what it is worth where the truth is known."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.audio import spatial_fusion
from engine.audio.spatial_fusion import spatially_fused

BIN_HZ = 20.0
SPREAD = (False, False, True)


def random_estimates(seed: int, *, bins: int = 40, frames: int = 12) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    mean_SCFN = torch.randn(3, 2, bins, frames, dtype=torch.complex64, generator=generator)
    error_SCFN = torch.rand(3, 2, bins, frames, generator=generator)
    return mean_SCFN, error_SCFN


def fused(mean_SCFN: Tensor, error_SCFN: Tensor) -> Tensor:
    return spatially_fused(mean_SCFN, error_SCFN, bin_hz=BIN_HZ, is_spread_S=SPREAD)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), level_db=st.floats(-80.0, 40.0))
def test_the_sum_stays_and_the_level_does_not_matter(seed: int, level_db: float) -> None:
    mean_SCFN, error_SCFN = random_estimates(seed)
    once_SCFN = fused(mean_SCFN, error_SCFN)
    torch.testing.assert_close(once_SCFN.sum(dim=0), mean_SCFN.sum(dim=0), atol=2e-4, rtol=1e-3)
    gain = 10.0 ** (level_db / 20.0)
    louder_SCFN = fused(gain * mean_SCFN, gain**2 * error_SCFN)
    torch.testing.assert_close(louder_SCFN / gain, once_SCFN, atol=5e-3, rtol=1e-2)


@pytest.mark.parametrize("seed", range(3))
def test_sides_may_be_swapped_or_turned(seed: int) -> None:
    mean_SCFN, error_SCFN = random_estimates(seed)
    once_SCFN = fused(mean_SCFN, error_SCFN)
    swapped_SCFN = fused(mean_SCFN.flip(1), error_SCFN.flip(1))
    torch.testing.assert_close(swapped_SCFN.flip(1), once_SCFN, atol=1e-3, rtol=1e-3)
    turn_C = torch.tensor([1.0, -1.0])[:, None, None]
    torch.testing.assert_close(
        fused(mean_SCFN * turn_C, error_SCFN) * turn_C, once_SCFN, atol=1e-3, rtol=1e-3
    )


def test_a_mono_mix_stays_as_it_is() -> None:
    mean_SCFN, error_SCFN = random_estimates(1)
    mono_SCFN = mean_SCFN[:, :1].expand(-1, 2, -1, -1)
    difference_SCFN = fused(mono_SCFN, error_SCFN) - mono_SCFN
    assert float(difference_SCFN.abs().max()) < 2e-3 * float(mono_SCFN.abs().max())


def test_silence_and_silent_stems_stay_silent() -> None:
    mean_SCFN, error_SCFN = random_estimates(2)
    nothing_SCFN = torch.zeros_like(mean_SCFN)
    assert torch.equal(fused(nothing_SCFN, torch.zeros_like(error_SCFN)), nothing_SCFN)
    mean_SCFN[0], error_SCFN[0] = 0.0, 0.0
    once_SCFN = fused(mean_SCFN, error_SCFN)
    assert torch.isfinite(torch.view_as_real(once_SCFN)).all()
    assert float(once_SCFN[0].abs().max()) < 1e-4


def test_bins_far_above_are_left_alone() -> None:
    mean_SCFN, error_SCFN = random_estimates(3, bins=700)
    first = int(spatial_fusion.HIGHEST_HZ / BIN_HZ)
    once_SCFN = fused(mean_SCFN, error_SCFN)
    assert torch.equal(once_SCFN[:, :, first:], mean_SCFN[:, :, first:])
    assert not torch.allclose(once_SCFN[:, :, :first], mean_SCFN[:, :, :first])


def test_the_gain_is_that_of_the_formula() -> None:
    rng = np.random.default_rng(0)
    for power, error in ((1.0, 0.3), (1e-3, 1.0), (5.0, 1e-2)):
        root = rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2))
        covariance = root @ root.conj().T
        covariance *= 2.0 / np.trace(covariance).real
        wiener = power * covariance @ np.linalg.inv(power * covariance + error * np.eye(2))
        expected = wiener / np.linalg.eigvalsh(wiener)[-1]
        entries = [covariance[0, 0].real, covariance[1, 1].real]
        entries += [covariance[0, 1].real, covariance[0, 1].imag]
        gain = spatial_fusion._gain(
            torch.tensor(entries, dtype=torch.float64)[:, None, None],
            torch.tensor([[power]], dtype=torch.float64),
            torch.tensor([[error]], dtype=torch.float64),
        )
        assert float(gain.left) == pytest.approx(expected[0, 0].real, abs=1e-9)
        assert float(gain.right) == pytest.approx(expected[1, 1].real, abs=1e-9)
        assert complex(gain.cross) == pytest.approx(expected[0, 1], abs=1e-9)


def test_what_leaked_from_another_place_goes_back() -> None:
    frames, bins = 200, 60
    generator = torch.Generator().manual_seed(5)
    level_SFN = (1.2 * torch.randn(3, bins, frames, generator=generator)).exp()
    dry_SFN = level_SFN * torch.randn(3, bins, frames, dtype=torch.complex64, generator=generator)
    sides_SC = torch.tensor([[1.0, 1.0], [1.0, 0.8], [0.3, 1.3]])
    true_SCFN = sides_SC[:, :, None, None] * dry_SFN[:, None]
    mix_CFN = true_SCFN.sum(dim=0)
    # Masks that are right in the mean, and off by a factor of up to two or so in each bin.
    wrong_SFN = (0.7 * torch.randn(3, bins, frames, generator=generator)).exp()
    power_SFN = wrong_SFN * dry_SFN.abs().square()
    share_SFN = power_SFN / power_SFN.sum(dim=0)
    mean_SCFN = share_SFN[:, None] * mix_CFN
    error_SCFN = (share_SFN * (1.0 - share_SFN))[:, None] * mix_CFN.abs().square()
    once_SCFN = fused(mean_SCFN, error_SCFN)

    def sdr(estimate_SCFN: Tensor) -> Tensor:
        error_S = (estimate_SCFN - true_SCFN).abs().square().sum(dim=(1, 2, 3))
        return 10.0 * (true_SCFN.abs().square().sum(dim=(1, 2, 3)) / error_S).log10()

    assert float((sdr(once_SCFN) - sdr(mean_SCFN)).min()) > 2.0
