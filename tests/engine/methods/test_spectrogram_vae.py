import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.stft import Stft
from engine.errors import CheckpointError
from engine.methods.base import StemBatch
from engine.methods.spectrogram_vae.bands import Bands, band_edges
from engine.methods.spectrogram_vae.losses import (
    RELATIVE_ERRORS,
    band_sums,
    error_nll,
    fused_mask,
    kl_per_frame,
    log_power_feature,
    masked_error,
)
from engine.methods.spectrogram_vae.method import (
    METHOD,
    SpectrogramVae,
    SpectrogramVaeConfig,
    tiny_config,
)
from engine.methods.spectrogram_vae.network import Decoded

TINY_STFT = Stft(n_fft=512, hop=128)
TINY_BANDS = Bands(num_bins=257, num_bands=32)


def tiny_module(seed: int = 0) -> SpectrogramVae:
    torch.manual_seed(seed)
    return SpectrogramVae(tiny_config()).eval()


@given(num_bins=st.integers(1, 2049), share=st.floats(0.01, 1.0))
def test_bands_cover_every_bin_once_and_none_is_empty(num_bins: int, share: float) -> None:
    num_bands = max(1, round(share * num_bins))

    edges = band_edges(num_bins, num_bands)

    assert edges[0] == 0
    assert edges[-1] == num_bins
    assert bool((edges.diff() > 0).all())


def test_bands_are_single_bins_at_the_bottom_and_wide_at_the_top() -> None:
    widths = Bands(num_bins=2049, num_bands=256).widths_K

    assert widths[:20].tolist() == [1] * 20
    assert widths[-1] > 20


def test_band_sums_equal_a_loop_over_bins() -> None:
    spec_FN = torch.randn(3, 257, 5, dtype=torch.complex128)

    power = TINY_BANDS.power(spec_FN)

    edges = TINY_BANDS.edges_K.tolist()
    for band, (low, high) in enumerate(itertools.pairwise(edges)):
        expected = spec_FN[:, low:high].abs().square().sum(dim=1)
        torch.testing.assert_close(power[:, band], expected)


def test_error_from_band_sums_equals_the_error_on_bins() -> None:
    stems = torch.randn(2, 4, 2, 4000, dtype=torch.float64)
    sums = band_sums(stems, TINY_STFT, TINY_BANDS)
    mask = torch.rand(2, 4, 2, 32, sums.mix_BCKN.shape[-1], dtype=torch.float64)

    error = masked_error(mask, sums)

    spec = TINY_STFT.forward(stems)
    mix = spec.sum(dim=1)
    on_bins = TINY_BANDS.expand(mask) * mix[:, None] - spec
    scale = TINY_BANDS.power(mix).mean(dim=(1, 2, 3))[:, None, None, None, None]
    torch.testing.assert_close(error, TINY_BANDS.power(on_bins) / scale)


@given(seed=st.integers(0, 2**16))
def test_fused_masks_add_up_to_one(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    mask = torch.rand(1, 4, 2, 8, 3, generator=random)
    log_error = 5.0 * torch.randn(1, 4, 2, 8, 3, generator=random)

    fused = fused_mask(mask, log_error)

    torch.testing.assert_close(fused.sum(dim=1), torch.ones(1, 2, 8, 3))


def test_kl_equals_that_of_torch_distributions() -> None:
    mean, log_variance = torch.randn(2, 3, 4, 5), torch.randn(2, 3, 4, 5)
    decoded = Decoded(
        mask_BSCKN=torch.empty(0),
        log_error_BSCKN=torch.empty(0),
        latent_mean_BSZN=mean,
        latent_log_variance_BSZN=log_variance,
    )
    posterior = torch.distributions.Normal(mean, (0.5 * log_variance).exp())
    expected = torch.distributions.kl_divergence(posterior, torch.distributions.Normal(0.0, 1.0))

    torch.testing.assert_close(kl_per_frame(decoded), expected.sum(dim=2))


def test_error_powers_are_fitted_where_they_equal_the_errors() -> None:
    sums = band_sums(torch.randn(1, 2, 1, 8000), TINY_STFT, TINY_BANDS)
    error = masked_error(torch.full((1, 2, 1, 32, sums.mix_BCKN.shape[-1]), 0.5), sums)
    right = (error / sums.mix_BCKN[:, None]).clamp(*RELATIVE_ERRORS).log()

    best = error_nll(right, error, sums)

    assert best < error_nll(right + 0.3, error, sums)
    assert best < error_nll(right - 0.3, error, sums)


def test_error_powers_leave_the_masks_alone() -> None:
    module = tiny_module().train()
    sums = band_sums(torch.randn(2, 4, 2, 8000), TINY_STFT, TINY_BANDS)
    decoded = module.vaes(log_power_feature(sums.mix_BCKN))
    error = masked_error(decoded.mask_BSCKN, sums)

    error_nll(decoded.log_error_BSCKN, error, sums).backward()

    assert module.vaes.mask.weight.grad is None
    assert module.vaes.log_error.weight.grad is not None


def test_feature_does_not_change_with_the_level_of_the_mix() -> None:
    power = torch.rand(2, 2, 32, 10)

    torch.testing.assert_close(log_power_feature(power), log_power_feature(1e6 * power))


def test_one_stem_does_not_depend_on_the_weights_of_another() -> None:
    module = tiny_module()
    feature = torch.randn(1, 2, 32, 20)
    before = module.vaes(feature).mask_BSCKN

    with torch.no_grad():
        module.vaes.posterior.weight[: 2 * module.config.network.latent].normal_()
    after = module.vaes(feature).mask_BSCKN

    assert not torch.equal(before[:, 0], after[:, 0])
    torch.testing.assert_close(before[:, 1:], after[:, 1:])


def test_losses_are_finite_for_silent_stems_and_a_silent_mix() -> None:
    module = tiny_module().train()
    stems = torch.randn(3, 4, 2, 6000)
    stems[0, 1] = 0.0
    stems[1] = 0.0
    stage = METHOD.stages[0]

    losses = stage.losses(module, StemBatch(stems_BSCT=stems))
    losses["total"].backward()

    assert all(torch.isfinite(value) for value in losses.values())
    gradients = [weight.grad for weight in module.parameters() if weight.grad is not None]
    assert all(bool(torch.isfinite(gradient).all()) for gradient in gradients)


def test_config_survives_its_json() -> None:
    config = tiny_config()

    assert SpectrogramVaeConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize("field", ["network", "loss", "n_fft"])
def test_foreign_config_is_refused_with_a_sentence(field: str) -> None:
    values = dict(tiny_config().to_json())
    values[field] = {"unknown": 1} if field != "n_fft" else 1
    values["surprise"] = 1

    with pytest.raises(CheckpointError):
        SpectrogramVaeConfig.from_json(values)
