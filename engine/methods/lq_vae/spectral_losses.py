"""What the product's codec is trained for.

* fused: the error of the stems after masking, as in the fusion stage, given the true codes;
* own: the decoder alone knows the power of a stem from its codes;
* linear: the latent of the mix is the sum of the quantised latents of its stems, both sides
  trained (the linearisation loss of arXiv 2110.05313 without its second rounding, whose result
  between two codes is arbitrary); latents are white, so that none wins by shrinking;
* commitment: latents stay near their codes.

Axes: B window, S stem, C channel, K band, N spectrogram frame, D latent channel, R stage.
"""

import torch
from torch import Tensor

from engine.methods.base import StemBatch
from engine.methods.lq_vae.spectral_codec import SpectralCodec, feature
from engine.methods.spectrogram_vae.losses import (
    BandSums,
    band_sums,
    log_error_of_bands,
    log_error_of_window,
    masked_error,
    signal_to_distortion,
)
from engine.nn.vector_quantizer import perplexity, tie_share

OWN_WEIGHT = 0.3
LINEAR_WEIGHT = 1.0
COMMITMENT_WEIGHT = 0.25
BAND_SHARE = 0.3  # of the error per band against the error of the whole window
KEEP_SHARE = 0.7  # stems of a training mix that stay; the others make mixes of fewer sources
POWER_FLOOR = 1e-4  # of the decoder's own powers, relative to the window's level
VARIANCE_FLOOR = 1e-6
ACTIVE_SHARE = 1e-3  # of the mix's power, from which on a stem counts in the scores
NUM_TIE_PAIRS = 512


def spectral_losses(
    codec: SpectralCodec, batch: StemBatch, stem_names: tuple[str, ...]
) -> dict[str, Tensor]:
    """Named losses and monitors of a batch; ``total`` is to be minimised."""
    stems_BSCT = batch.stems_BSCT
    # Powers, distances to codes and covariances need float32.
    exact = torch.autocast(stems_BSCT.device.type, enabled=False)
    with torch.no_grad(), exact:
        if codec.training:
            stems_BSCT = stems_BSCT * _kept(stems_BSCT)[:, :, None, None]
        sums = band_sums(stems_BSCT, codec.stft, codec.bands)
        stem_BSKN, mix_BKN = sums.stem_BSCKN.sum(dim=2), sums.mix_BCKN.sum(dim=1)
    num_stems = stem_BSKN.shape[1]
    encoded_BND = codec.encoder(feature(torch.cat([stem_BSKN.flatten(0, 1), mix_BKN])))
    stem_BSND = encoded_BND[: -len(mix_BKN)].unflatten(0, (-1, num_stems))
    mix_BND = encoded_BND[-len(mix_BKN) :]
    with exact:
        if codec.training:
            latent_BSND, mix_BND = codec.whiten_batch(stem_BSND, mix_BND)
        else:
            latent_BSND, mix_BND = codec.whiten(stem_BSND), codec.whiten(mix_BND)
        quantized = codec.quantizer(latent_BSND)
    log_power_BSKN, log_mask_BSKN = codec.decoder(quantized.latent_D, feature(mix_BKN))
    with exact:
        sum_BND = quantized.latent_D.sum(dim=1)
        linear = (mix_BND - sum_BND).square().mean()
        commitment = (latent_BSND - quantized.partial_RD[..., -1, :]).square().mean()
        own = (log_power_BSKN - (stem_BSKN + POWER_FLOOR).log()).abs().mean()
        error = masked_error(log_mask_BSKN.exp()[:, :, None], sums)
        fused = loss_of_masks(error, sums).mean()
        total = fused + OWN_WEIGHT * own + LINEAR_WEIGHT * linear + COMMITMENT_WEIGHT * commitment
        if codec.training:
            codec.quantizer.learn(latent_BSND, quantized)
            left_BNRD = mix_BND.detach()[:, :, None] - quantized.partial_RD.sum(dim=1)
            is_sounding_BS = stem_BSKN.sum(dim=(2, 3)) > 0.0
            codec.statistics.learn(left_BNRD, is_sounding_BS.sum(dim=1))
    losses = {"total": total, "fused": fused, "own": own, "linear": linear}
    losses["commitment"] = commitment
    with torch.no_grad():
        losses["additivity_db"] = _decibels(sum_BND, mix_BND - sum_BND)
        for stage in range(codec.config.num_stages):
            codes = quantized.codes_R[..., stage]
            losses[f"perplexity_{stage}"] = perplexity(codes, codec.config.num_codes)
        losses["tie_share"] = _tie_share(codec)
        losses |= scores_of_masks(error, sums, stem_names)
    return losses


def loss_of_masks(error_BSCKN: Tensor, sums: BandSums) -> Tensor:
    """Log error of the stems after the fusion, of whole windows and of their bands, (B, S)."""
    log_error_BS = (1.0 - BAND_SHARE) * log_error_of_window(error_BSCKN)
    return log_error_BS + BAND_SHARE * log_error_of_bands(error_BSCKN, sums)


@torch.no_grad()
def scores_of_masks(
    error_BSCKN: Tensor, sums: BandSums, stem_names: tuple[str, ...]
) -> dict[str, Tensor]:
    """Mean SDR of every stem over the windows in which it sounds."""
    active_BS = sums.stem_BSCKN.sum(dim=(2, 3, 4)) > (
        ACTIVE_SHARE * sums.mix_BCKN.sum(dim=(1, 2, 3))[:, None]
    )
    ratio_BS = signal_to_distortion(error_BSCKN, sums)
    scores = {}
    for index, name in enumerate(stem_names):
        chosen = ratio_BS[:, index][active_BS[:, index]]
        scores[f"sdr_{name}_db"] = chosen.mean() if chosen.numel() else ratio_BS.new_zeros(())
    return scores


def _kept(stems_BSCT: Tensor) -> Tensor:
    """Choose the stems of each mix that stay, (B, S) of zeros and ones; one of them at least."""
    chance_BS = torch.rand(stems_BSCT.shape[:2], device=stems_BSCT.device)
    is_kept_BS = chance_BS < KEEP_SHARE
    is_kept_BS |= chance_BS == chance_BS.amin(dim=1, keepdim=True)
    return is_kept_BS.to(stems_BSCT)


def _decibels(signal: Tensor, error: Tensor) -> Tensor:
    tiny = VARIANCE_FLOOR
    return 10.0 * ((signal.square().mean() + tiny) / (error.square().mean() + tiny)).log10()


def _tie_share(codec: SpectralCodec) -> Tensor:
    stage = codec.quantizer.stage(0)
    weight_K = stage.use_K()
    codes_2M = torch.multinomial(weight_K, 2 * NUM_TIE_PAIRS, replacement=True).view(2, -1)
    return tie_share(stage.codebook_KD, codes_2M.T)
