r"""The losses of the published codec.

On a batch of N clips, cut into halves A and B,

    L = MSE / power + 0.02 · mean of the largest squares / power + multi-resolution magnitudes
        + commitment (clips and averages of codes) + L_lin,
    L_lin = mean (Q(½ q_A + ½ q_B) - Q(E(½ A + ½ B)))²,

with straight-through gradients on both sides of L_lin and no stop between them, as released.
Q(½ q_A + ½ q_B) is a tie between the codes of A and B unless a third one is closer; how often it
is not is monitored as ``tie_share``.

Axes: B clip, A clip of a half, L latent frame, D latent channel, R stage (one), T frame of audio.
"""

import torch
from torch import Tensor

from engine.methods.base import StemBatch
from engine.methods.lq_vae.waveform_codec import WaveformCodec
from engine.nn.vector_quantizer import perplexity, tie_share

MAX_CLIPS = 8  # the published batch
LARGEST_ERRORS = 2048
LARGEST_WEIGHT = 0.02
RESOLUTIONS = ((2048, 240, 1200), (1024, 120, 600), (512, 50, 240))  # size, hop, window
CONSTANT_DECAY = 0.99
POWER_FLOOR = 1e-8
NUM_TIE_PAIRS = 512


def waveform_losses(codec: WaveformCodec, batch: StemBatch) -> dict[str, Tensor]:
    """Named losses and monitors of a batch; ``total`` is to be minimised."""
    config = codec.config
    clip_BT = _clips(batch, config.hop, shuffled=codec.training)
    half = len(clip_BT) // 2
    mixed_AT = 0.5 * clip_BT[:half] + 0.5 * clip_BT[half:]
    latent_BLD = codec.encode(clip_BT)
    mixed_ALD = codec.encode(mixed_AT)
    exact = torch.autocast(clip_BT.device.type, enabled=False)
    with exact:  # distances to codes need float32
        quantized = codec.quantizer(latent_BLD)
        average_ALD = 0.5 * quantized.latent_D[:half] + 0.5 * quantized.latent_D[half:]
        requantized = codec.quantizer(average_ALD)
        quantized_mix = codec.quantizer(mixed_ALD)
    decoded_BT = codec.decode(quantized.latent_D)
    with exact:
        linear = (requantized.latent_D - quantized_mix.latent_D).square().mean()
        commitment = (latent_BLD - quantized.partial_RD[..., 0, :]).square().mean()
        commitment = commitment + (average_ALD - requantized.partial_RD[..., 0, :]).square().mean()
        wave = _wave_loss(codec, clip_BT, decoded_BT)
        spectral = _spectral_loss(codec, clip_BT, decoded_BT)
        total = (
            wave + spectral + config.commitment_weight * commitment + config.linear_weight * linear
        )
        if codec.training:
            # The published codebook learns from clips, averages of codes and mixes, one by one.
            codec.quantizer.learn(latent_BLD, quantized)
            codec.quantizer.learn(average_ALD, requantized)
            codec.quantizer.learn(mixed_ALD, quantized_mix)
            left_ALD = (mixed_ALD - average_ALD).detach()
            codec.statistics.learn(
                left_ALD[:, :, None], torch.full((half,), 2, device=clip_BT.device)
            )
            codec.learn_error(clip_BT, decoded_BT)
    losses = {"total": total, "wave": wave, "spectral": spectral, "linear": linear}
    losses["commitment"] = commitment
    with torch.no_grad():
        codes_BL = quantized.codes_R[..., 0]
        losses["perplexity"] = perplexity(codes_BL, config.num_codes)
        stage = codec.quantizer.stage(0)
        drawn_2M = torch.multinomial(stage.use_K(), 2 * NUM_TIE_PAIRS, replacement=True).view(2, -1)
        losses["tie_share"] = tie_share(stage.codebook_KD, drawn_2M.T)
        error_BT = decoded_BT - clip_BT
        losses["round_trip_db"] = _decibels(clip_BT, error_BT)
        losses["additivity_db"] = _decibels(mixed_AT, codec.decode(average_ALD) - mixed_AT)
        losses["latent_additivity_db"] = _decibels(average_ALD, mixed_ALD - average_ALD)
    return losses


def _clips(batch: StemBatch, hop: int, *, shuffled: bool) -> Tensor:
    """Take an even number of sounding mono clips from a batch, whatever stems they are."""
    clip_BT = batch.stems_BSCT.mean(dim=2).flatten(0, 1)
    clip_BT = clip_BT[:, : clip_BT.shape[-1] // hop * hop]
    order_B = torch.arange(len(clip_BT), device=clip_BT.device)
    if shuffled:
        order_B = torch.randperm(len(clip_BT), device=clip_BT.device)
    # Silent clips, which the dataset draws on purpose, come last.
    is_silent_B = ~clip_BT[order_B].any(dim=-1)
    order_B = order_B[is_silent_B.int().argsort(stable=True)]
    return clip_BT[order_B[: min(MAX_CLIPS, len(clip_BT) // 2 * 2)]]


def _wave_loss(codec: WaveformCodec, clip_BT: Tensor, decoded_BT: Tensor) -> Tensor:
    square_BT = (decoded_BT - clip_BT).square()
    power = _follow(codec, codec.signal_power, clip_BT.square().mean())
    largest_BT = square_BT.topk(min(LARGEST_ERRORS, square_BT.shape[-1]), dim=-1).values
    return (square_BT.mean() + LARGEST_WEIGHT * largest_BT.mean()) / power


def _spectral_loss(codec: WaveformCodec, clip_BT: Tensor, decoded_BT: Tensor) -> Tensor:
    """Mean Frobenius distance of magnitudes over three resolutions, in units of the usual norm."""
    distances, norms = [], []
    for size, hop, length in RESOLUTIONS:
        window_T = torch.hann_window(length, device=clip_BT.device)
        magnitudes = [
            torch.stft(
                signal_BT, size, hop, length, window_T, pad_mode="constant", return_complex=True
            ).abs()
            for signal_BT in (clip_BT, decoded_BT)
        ]
        distances.append((magnitudes[0] - magnitudes[1]).norm(dim=(1, 2)).mean())
        norms.append(magnitudes[0].norm(dim=(1, 2)).mean())
    norm = _follow(codec, codec.spectral_norm, torch.stack(norms).mean())
    return torch.stack(distances).mean() / norm


def _follow(codec: WaveformCodec, constant: Tensor, value: Tensor) -> Tensor:
    """Return a running mean of a property of the material; the paper measures it beforehand."""
    value = value.detach()
    if codec.training:
        share = 1.0 if float(constant) == 0.0 else 1.0 - CONSTANT_DECAY
        constant.lerp_(value, share)
    return (constant if float(constant) > 0.0 else value).clone().clamp_min(POWER_FLOOR)


def _decibels(signal: Tensor, error: Tensor) -> Tensor:
    power, error_power = signal.square().mean(), error.square().mean()
    return 10.0 * ((power + POWER_FLOOR) / (error_power + POWER_FLOOR)).log10()
