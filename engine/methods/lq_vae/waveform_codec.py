r"""The codec as it was published: a VQ-VAE on waveforms, 22.05 kHz mono, 64 samples a code.

Mancusi et al., arXiv 2110.05313, on the VQ-VAE of Jukebox (arXiv 2005.00341), of which the level
that separation uses is kept: six halvings with a stack of dilated residual convolutions each,
2048 codes of 64 channels, 344.5 of them a second. It is the yardstick of the product's codec and
the one whose decodes carry a waveform: the mean of the decoded particles and their spread, plus
the codec's own error as measured in training, go to the fusion stage.

Sources enter a mix with weight 1/S, so that the codec always hears averages, as in the paper.

Axes: B clip, D latent channel, L latent frame, W channel of a layer, T frame of audio,
F frequency bin.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.audio.stft import Stft
from engine.methods.lq_vae.residual_quantizer import ResidualQuantizer, ResidualStatistics

TARGET_RMS = 0.1  # of a window, the usual level of training material
ERROR_DECAY = 0.99


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveformConfig:
    """Shape of the codec; the defaults are the published ones."""

    sample_rate: int = 22_050
    num_halvings: int = 6
    width: int = 32
    depth: int = 4
    dilation_growth: int = 3
    latent_channels: int = 64
    num_codes: int = 2048
    n_fft: int = 2048
    stft_hop: int = 512
    window_frames: int = 65_536
    context_frames: int = 8_192
    linear_weight: float = 1.0
    commitment_weight: float = 1.0

    @property
    def hop(self) -> int:
        """Frames of audio that a code stands for."""
        return 1 << self.num_halvings


class ResidualBlock(nn.Module):
    """A dilated convolution and one of a single frame, beside a residual path."""

    def __init__(self, width: int, *, dilation: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(),
            nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation),
            nn.ReLU(),
            nn.Conv1d(width, width, 1),
        )

    def forward(self, values_BWT: Tensor) -> Tensor:
        """Keep the shape (B, W, T)."""
        added_BWT: Tensor = self.layers(values_BWT)
        return values_BWT + added_BWT


class WaveformCodec(nn.Module):
    """Encoder, codebook, decoder and what was measured on the way."""

    error_ratio_F: Tensor
    signal_power: Tensor
    spectral_norm: Tensor

    def __init__(self, config: WaveformConfig) -> None:
        super().__init__()
        self.config = config
        self.stft = Stft(n_fft=config.n_fft, hop=config.stft_hop)
        dilations = [config.dilation_growth**index for index in range(config.depth)]
        width = config.width
        down: list[nn.Module] = []
        up: list[nn.Module] = [nn.Conv1d(config.latent_channels, width, 3, padding=1)]
        for halving in range(config.num_halvings):
            down.append(nn.Conv1d(width if halving else 1, width, 4, stride=2, padding=1))
            down.extend(ResidualBlock(width, dilation=dilation) for dilation in dilations)
            up.extend(ResidualBlock(width, dilation=dilation) for dilation in reversed(dilations))
            up.append(nn.ConvTranspose1d(width, width, 4, stride=2, padding=1))
        self.encoder = nn.Sequential(*down, nn.Conv1d(width, config.latent_channels, 3, padding=1))
        self.decoder = nn.Sequential(*up, nn.Conv1d(width, 1, 3, padding=1))
        self.quantizer = ResidualQuantizer(
            num_stages=1,
            num_codes=config.num_codes,
            latent_channels=config.latent_channels,
            has_zero=False,
        )
        self.statistics = ResidualStatistics(num_stages=1, latent_channels=config.latent_channels)
        self.register_buffer("error_ratio_F", torch.full((self.stft.num_bins,), 0.5))
        self.register_buffer("signal_power", torch.zeros(()))
        self.register_buffer("spectral_norm", torch.zeros(()))

    def source_weight(self, num_sources: int) -> float:
        """Weight of a source in the mix that the codec hears."""
        return 1.0 / num_sources

    def encode(self, clip_BT: Tensor) -> Tensor:
        """Encode clips whose length is a multiple of the hop, (B, T) to (B, L, D)."""
        latent_BDL = self.encoder(clip_BT[:, None])
        encoded_BLD: Tensor = latent_BDL.float().transpose(1, 2)
        return encoded_BLD

    def decode(self, latent_BLD: Tensor) -> Tensor:
        """Decode latents, (B, L, D) to (B, T)."""
        clip_B1T: Tensor = self.decoder(latent_BLD.transpose(1, 2))
        return clip_B1T[:, 0].float()

    @torch.no_grad()
    def learn_error(self, clip_BT: Tensor, decoded_BT: Tensor) -> None:
        """Measure the power of the codec's error in each bin relative to the signal's there."""
        spec_BFN = self.stft.forward(clip_BT.float())
        error_BFN = self.stft.forward(decoded_BT.detach()) - spec_BFN
        power_F = spec_BFN.abs().square().mean(dim=(0, 2))
        ratio_F = error_BFN.abs().square().mean(dim=(0, 2)) / power_F.clamp_min(1e-12)
        self.error_ratio_F.lerp_(ratio_F.clamp(1e-4, 2.0), 1.0 - ERROR_DECAY)
