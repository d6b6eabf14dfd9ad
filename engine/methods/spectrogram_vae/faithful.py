"""Method C as it was published: one frame-wise variational autoencoder per source.

Pandey, Kumar, Namboodiri, "Monoaural audio source separation using variational autoencoders",
Interspeech 2018, doi 10.21437/Interspeech.2018-1140. Every autoencoder reads magnitude frames of
the mix and returns the same frames of its own source; the other sources are noise to it. Nothing
here competes with the product: it is the yardstick that the improved form is measured against.

Two things are corrected. The KL term of the printed objective (eq. 8) has the wrong sign, and the
magnitudes are clamped at zero, about which the paper is silent.

Axes: S source, N frame of a spectrogram, F frequency bin, K latent unit, I input of a layer,
O output of a layer, T frame of audio.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

SAMPLE_RATE = 16_000
N_FFT = 1024
"""A window of 64 ms, hence 513 bins."""
HOP = 256
"""16 ms. The paper's "16 ms overlap", read to the letter, is ``PRINTED_HOP``."""
PRINTED_HOP = 768

_INITIAL_DEVIATION = 0.01
"""Of the weights, from the authors' release; biases start at zero."""
_MIN_LOG_VARIANCE = -10.0
"""Bins that are empty in every training frame would send the log-variance to minus infinity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VaeConfig:
    """Shape of the autoencoders; the defaults are the paper's "[513 128 64]".

    Attributes:
        num_sources: Autoencoders in the group.
        num_bins: Width of a frame.
        hidden: Widths of the ReLU layers from the input inwards; the decoder mirrors them.
        latent: Width of the code.
        stochastic: Whether the encoder has a head for the log-variance of the code. Without it
            this is the autoencoder that the paper compares with.
        learned_variance: Whether the decoder has a head for a log-variance per bin.
        initial_deviation: Of the weights; None takes 1 / sqrt(inputs) for every layer.
    """

    num_sources: int
    num_bins: int = N_FFT // 2 + 1
    hidden: tuple[int, ...] = (128,)
    latent: int = 64
    stochastic: bool = True
    learned_variance: bool = True
    initial_deviation: float | None = _INITIAL_DEVIATION


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VaeOutput:
    """What the autoencoders say about a batch of frames.

    Attributes:
        mean_SNF: Estimated magnitude, linear, of either sign.
        log_variance_SNF: Natural logarithm of the decoder's variance, if there is such a head.
        code_mean_SNK: Mean of the posterior of the code.
        code_log_variance_SNK: Its log-variance, if the autoencoders are stochastic.
    """

    mean_SNF: Tensor
    log_variance_SNF: Tensor | None
    code_mean_SNK: Tensor
    code_log_variance_SNK: Tensor | None


class GroupedLinear(nn.Module):
    """One affine layer per source, computed as a single batched matrix product."""

    def __init__(self, num_sources: int, width_in: int, width_out: int) -> None:
        super().__init__()
        self.weight_SIO = nn.Parameter(torch.zeros(num_sources, width_in, width_out))
        self.bias_S1O = nn.Parameter(torch.zeros(num_sources, 1, width_out))

    def forward(self, frames_SNI: Tensor) -> Tensor:
        """Map (S, N, I) to (S, N, O)."""
        return torch.baddbmm(self.bias_S1O, frames_SNI, self.weight_SIO)


class SourceVaes(nn.Module):
    """The variational autoencoders of all sources.

    They share no weight and no statistic, and a loss that is summed over sources trains each as
    if it were alone. No frame sees another, so the order of frames means nothing.
    """

    def __init__(self, config: VaeConfig, generator: torch.Generator) -> None:
        super().__init__()
        self.config = config
        num_sources, inward = config.num_sources, (config.num_bins, *config.hidden)
        outward = (config.latent, *reversed(config.hidden))
        self.encoder = nn.ModuleList(_layers(num_sources, inward))
        self.code_mean = GroupedLinear(num_sources, inward[-1], config.latent)
        self.code_log_variance = (
            GroupedLinear(num_sources, inward[-1], config.latent) if config.stochastic else None
        )
        self.decoder = nn.ModuleList(_layers(num_sources, outward))
        self.mean = GroupedLinear(num_sources, outward[-1], config.num_bins)
        self.log_variance = (
            GroupedLinear(num_sources, outward[-1], config.num_bins)
            if config.learned_variance
            else None
        )
        for layer in self.modules():
            if isinstance(layer, GroupedLinear):
                deviation = config.initial_deviation or layer.weight_SIO.shape[1] ** -0.5
                nn.init.normal_(layer.weight_SIO, std=deviation, generator=generator)

    def forward(self, frames_SNF: Tensor, noise_SNK: Tensor | None = None) -> VaeOutput:
        """Encode and decode.

        Args:
            frames_SNF: What each source's autoencoder reads.
            noise_SNK: Standard normal noise that draws the code; None decodes its mean, as at
                test time and in the plain autoencoder.

        Raises:
            ValueError: If there is noise for autoencoders that are not stochastic.
        """
        hidden = frames_SNF
        for layer in self.encoder:
            hidden = torch.relu(layer(hidden))
        code_mean = self.code_mean(hidden)
        code_log_variance = _apply(self.code_log_variance, hidden)
        code = code_mean
        if noise_SNK is not None:
            if code_log_variance is None:
                raise ValueError("plain autoencoders take no noise")
            code = code_mean + torch.exp(0.5 * code_log_variance) * noise_SNK
        hidden = code
        for layer in self.decoder:
            hidden = torch.relu(layer(hidden))
        log_variance = _apply(self.log_variance, hidden)
        if log_variance is not None:
            log_variance = log_variance.clamp(min=_MIN_LOG_VARIANCE)
        return VaeOutput(
            mean_SNF=self.mean(hidden),
            log_variance_SNF=log_variance,
            code_mean_SNK=code_mean,
            code_log_variance_SNK=code_log_variance,
        )


def num_weights(module: nn.Module) -> int:
    """Count the weights of a network without its biases, as the dossier counts them."""
    return sum(p.numel() for name, p in module.named_parameters() if "bias" not in name)


# --- losses: each returns one number per source, (S,), a mean over frames of a sum over bins.


def kl_divergence(output: VaeOutput) -> Tensor:
    """Divergence of the posterior of the code from N(0, I), in nats a frame."""
    # KL = 1/2 sum_k [ exp(l_k) + m_k^2 - 1 - l_k ],  m mean, l log-variance
    mean, log_variance = output.code_mean_SNK, output.code_log_variance_SNK
    if log_variance is None:
        raise ValueError("plain autoencoders have no divergence")
    terms = log_variance.exp() + mean.square() - 1.0 - log_variance
    return 0.5 * terms.sum(dim=-1).mean(dim=-1)


def paper_loss(output: VaeOutput, target_SNF: Tensor) -> Tensor:
    """Negative evidence bound with a variance per bin: the paper's objective, sign corrected."""
    # L = 1/2 sum_f [ (s_f - mu_f)^2 exp(-v_f) + v_f + log 2 pi ] + KL,  v log-variance
    log_variance = output.log_variance_SNF
    if log_variance is None:
        raise ValueError("the paper's objective needs a decoder with a log-variance")
    scaled = (target_SNF - output.mean_SNF).square() * torch.exp(-log_variance)
    terms = scaled + log_variance + math.log(2.0 * math.pi)
    return 0.5 * terms.sum(dim=-1).mean(dim=-1) + kl_divergence(output)


def fixed_variance_loss(output: VaeOutput, target_SNF: Tensor, *, beta: float) -> Tensor:
    """Unit decoder variance and a weight for the divergence (beta-VAE, Higgins et al. 2017)."""
    # L = 1/2 sum_f (s_f - mu_f)^2 + beta KL
    return autoencoder_loss(output, target_SNF) + beta * kl_divergence(output)


def sigma_vae_loss(output: VaeOutput, target_SNF: Tensor) -> Tensor:
    """One decoder variance per source, at its optimum for the batch (arXiv 2006.13202, eq. 7)."""
    # sigma^2 = mean_{n,f} (s - mu)^2 in closed form;  L = F/2 log sigma^2 + KL, constants left out
    error = (target_SNF - output.mean_SNF).square().mean(dim=(-2, -1))
    return 0.5 * target_SNF.shape[-1] * torch.log(error + 1e-8) + kl_divergence(output)


def autoencoder_loss(output: VaeOutput, target_SNF: Tensor) -> Tensor:
    """Squared error alone: the plain autoencoder."""
    # L = 1/2 sum_f (s_f - mu_f)^2
    return 0.5 * (target_SNF - output.mean_SNF).square().sum(dim=-1).mean(dim=-1)


# --- from audio to frames and back


def z_score(signal_T: Tensor) -> Tensor:
    """Scale a source to zero mean and unit variance; silence stays silence."""
    centred = signal_T - signal_T.mean(dim=-1, keepdim=True)
    deviation = centred.square().mean(dim=-1, keepdim=True).sqrt()
    return centred / deviation.clamp(min=1e-8)


def analyse(signal_T: Tensor, *, hop: int = HOP) -> Tensor:
    """Transform (..., T) at 16 kHz to complex frames (..., N, F).

    The scale is such that white noise of unit variance has unit power in every bin. The shared
    transform refuses a hop above half a window, which the printed reading needs.
    """
    flat = signal_T.reshape(-1, signal_T.shape[-1])
    flat = nn.functional.pad(flat, (0, -flat.shape[-1] % hop))
    window = torch.hann_window(N_FFT, dtype=signal_T.dtype, device=signal_T.device)
    spec = torch.stft(
        flat, N_FFT, hop, window=window, pad_mode="constant", return_complex=True
    ).mT / _scale(window)
    return spec.reshape(*signal_T.shape[:-1], *spec.shape[-2:])


def synthesise(spec_NF: Tensor, *, num_frames: int, hop: int = HOP) -> Tensor:
    """Transform complex frames (..., N, F) back to (..., num_frames)."""
    flat = spec_NF.reshape(-1, *spec_NF.shape[-2:]).mT
    window = torch.hann_window(N_FFT, dtype=flat.real.dtype, device=flat.device)
    signal = torch.istft(flat * _scale(window), N_FFT, hop, window=window, length=num_frames)
    return signal.reshape(*spec_NF.shape[:-2], num_frames)


def direct_estimate(mean_SNF: Tensor, mix_NF: Tensor) -> Tensor:
    """The paper's estimate: magnitudes of the decoder with the phase of the mix, (S, N, F)."""
    phase = mix_NF / mix_NF.abs().clamp(min=torch.finfo(mean_SNF.dtype).tiny)
    return mean_SNF.clamp(min=0.0) * phase


def ratio_masked_estimate(mean_SNF: Tensor, mix_NF: Tensor) -> Tensor:
    """Share the mix out in proportion to the decoders' magnitudes, (S, N, F).

    Not in the paper, whose estimates do not add up to the mix. A bin that nobody claims is
    shared out evenly, so that the estimates always add up.
    """
    magnitude = mean_SNF.clamp(min=0.0) + 1e-6
    return magnitude / magnitude.sum(dim=0) * mix_NF


@torch.inference_mode()
def separate(
    vaes: SourceVaes, mix_T: Tensor, *, sources: Sequence[int] | None = None, hop: int = HOP
) -> Tensor:
    """Separate a mono mix at 16 kHz as the paper does.

    Args:
        vaes: Trained autoencoders.
        mix_T: Sum of z-scored sources.
        sources: Sources that are known to be in the mix; None means all of them.
        hop: That of training.

    Returns:
        Estimates (S, T), which need not add up to the mix.
    """
    mix_NF = analyse(mix_T, hop=hop)
    frames_SNF = mix_NF.abs().expand(vaes.config.num_sources, -1, -1)
    mean_SNF: Tensor = vaes(frames_SNF).mean_SNF
    if sources is not None:
        mean_SNF = mean_SNF[list(sources)]
    return synthesise(direct_estimate(mean_SNF, mix_NF), num_frames=mix_T.shape[-1], hop=hop)


def _layers(num_sources: int, widths: Sequence[int]) -> list[GroupedLinear]:
    return [GroupedLinear(num_sources, *pair) for pair in itertools.pairwise(widths)]


def _apply(layer: GroupedLinear | None, frames_SNI: Tensor) -> Tensor | None:
    return None if layer is None else layer.forward(frames_SNI)


def _scale(window_T: Tensor) -> Tensor:
    return window_T.square().sum().sqrt()
