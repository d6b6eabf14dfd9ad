"""What holds for the codecs by construction, and what they measure.

Axes: B window, S stem, C channel, K band, N spectrogram frame, T frame, D latent channel.
"""

import pytest
import torch

from engine.methods.base import StemBatch
from engine.methods.lq_vae.method import tiny_config
from engine.methods.lq_vae.residual_quantizer import ResidualQuantizer, ResidualStatistics
from engine.methods.lq_vae.spectral_codec import SpectralCodec
from engine.methods.lq_vae.spectral_losses import spectral_losses
from engine.methods.lq_vae.waveform_codec import WaveformCodec, WaveformConfig
from engine.methods.lq_vae.waveform_losses import waveform_losses

STEMS = ("drums", "bass")


def spectral_codec() -> SpectralCodec:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return SpectralCodec(tiny_config().spectral)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def test_silence_is_the_zero_vector_and_code_zero() -> None:
    codec = spectral_codec()
    latent_BND = codec.encode(torch.zeros(1, 24, 9))
    quantized = codec.quantizer(latent_BND)
    assert not latent_BND.any()
    assert not quantized.codes_R.any()
    assert not quantized.latent_D.any()
    assert codec.encode(noise(1, 24, 9).square()).any()


@torch.no_grad()
def test_masks_of_any_number_of_stems_add_up_to_one_and_follow_their_stems() -> None:
    codec = spectral_codec()
    torch.nn.init.normal_(codec.decoder.correction.weight, generator=torch.Generator())
    latent_BSND, feature_BKN = noise(2, 5, 9, 6), noise(2, 24, 9).square()
    _, log_mask = codec.decoder(latent_BSND, feature_BKN)
    torch.testing.assert_close(log_mask.exp().sum(dim=1), torch.ones(2, 24, 9))
    order = [3, 0, 4, 1, 2]
    _, reordered = codec.decoder(latent_BSND[:, order], feature_BKN)
    torch.testing.assert_close(reordered, log_mask[:, order], rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_codes_of_all_stages_add_up_and_each_stage_helps() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        quantizer = ResidualQuantizer(num_stages=3, num_codes=8, latent_channels=4, has_zero=True)
        for step in range(40):
            latent_ND = noise(200, 4, seed=step)
            quantizer.learn(latent_ND, quantizer(latent_ND))
    quantized = quantizer(latent_ND)
    torch.testing.assert_close(quantizer.decode(quantized.codes_R), quantized.partial_RD[:, -1])
    torch.testing.assert_close(quantized.latent_D, quantized.partial_RD[:, -1])
    errors = [
        float((latent_ND - quantized.partial_RD[:, stage]).square().mean()) for stage in range(3)
    ]
    assert errors[0] > 1.2 * errors[1] > 1.4 * errors[2]


def test_statistics_are_the_mean_and_covariance_of_what_is_left() -> None:
    statistics = ResidualStatistics(num_stages=2, latent_channels=3)
    root_DD = noise(3, 3, seed=1)
    for step in range(300):
        left = noise(4, 50, 2, 3, seed=step) @ root_DD.T + 2.0
        statistics.learn(left, torch.tensor([2, 2, 3, 2]))
    mean_D, covariance_DD = statistics.covariance(stage=1, num_sources=2)
    expected_DD = (root_DD @ root_DD.T).double()
    torch.testing.assert_close(mean_D, torch.full((3,), 2.0).double(), rtol=0, atol=0.1)
    assert float((covariance_DD - expected_DD).norm() / expected_DD.norm()) < 0.1
    _, unseen_DD = statistics.covariance(stage=1, num_sources=6)
    _, nearest_DD = statistics.covariance(stage=1, num_sources=3)
    torch.testing.assert_close(unseen_DD, 2.0 * nearest_DD, rtol=0.01, atol=0.01)


def test_training_the_spectral_codec_calibrates_by_the_number_of_sounding_stems() -> None:
    codec = spectral_codec().train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        stems_BSCT = 0.1 * noise(3, 2, 2, 4_000)
        for _ in range(8):
            losses = spectral_losses(codec, StemBatch(stems_BSCT=stems_BSCT), STEMS)
    assert {"additivity_db", "tie_share", "perplexity_0", "sdr_bass_db"} <= losses.keys()
    weights = codec.statistics._weight_C.tolist()
    assert weights[0] > 0.0
    assert weights[1] > 0.0
    assert weights[2:] == [0.0] * 4


def test_the_published_codec_has_the_published_rate() -> None:
    config = WaveformConfig()
    codec = WaveformCodec(config)
    assert config.hop == 64
    assert config.sample_rate / config.hop == pytest.approx(344.5, abs=0.1)
    with torch.no_grad():
        latent_BLD = codec.encode(torch.zeros(1, 640))
        assert latent_BLD.shape == (1, 10, 64)
        assert codec.decode(latent_BLD).shape == (1, 640)


def test_the_published_losses_have_all_their_parts() -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        codec = WaveformCodec(tiny_config().waveform).train()
        batch = StemBatch(stems_BSCT=0.1 * noise(2, 2, 1, 3_000))
        losses = waveform_losses(codec, batch)
    parts = losses["wave"] + losses["spectral"] + losses["commitment"] + losses["linear"]
    torch.testing.assert_close(losses["total"], parts)
    losses["total"].backward()
    # The linearisation loss reaches the encoder on both of its sides.
    first = codec.encoder[0]
    assert isinstance(first, torch.nn.Conv1d)
    assert first.weight.grad is not None
    assert first.weight.grad.any()
