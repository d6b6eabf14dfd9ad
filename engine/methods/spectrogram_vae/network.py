"""One VAE per stem, all of them in one grouped product.

Each stem has its own encoder and its own decoder and never sees another's: a stack of S networks
of the same shape is one convolution with S groups. The encoder looks at the log power of the mix
in bands, with dilated convolutions over time; its latent is a Gaussian per spectrogram frame; the
decoder sees nothing but the latent and gives a mask and the relative power of the mask's error.

After Pandey, Kumar, Namboodiri, Interspeech 2018 (one VAE per source on magnitudes), enlarged.

Axes: B window, S stem, C channel, K band, N spectrogram frame, H hidden channel, Z latent.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

LEAST_DOUBT = 1e-4  # power of the error of a mask that is sure, relative to the mix


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkConfig:
    """Shape of the networks, the same for every stem."""

    num_stems: int
    channels: int = 2
    num_bands: int = 256
    front_channels: int = 16
    hidden: int = 224
    latent: int = 64
    encoder_dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 1, 2, 4)
    decoder_dilations: tuple[int, ...] = (1, 2)
    kernel_size: int = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Decoded:
    """What the VAEs say about a batch of windows.

    Attributes:
        mask_BSCKN: Share of the mix's magnitude that belongs to the stem, in [0, 1].
        log_error_BSCKN: Log of the expected |mask · X - S|², relative to the mix's power.
        latent_mean_BSZN: Mean of the posterior of the latent.
        latent_log_variance_BSZN: Log-variance of the posterior of the latent.
    """

    mask_BSCKN: Tensor
    log_error_BSCKN: Tensor
    latent_mean_BSZN: Tensor
    latent_log_variance_BSZN: Tensor


class Block(nn.Module):
    """Residual dilated convolution over time, grouped by stem."""

    def __init__(self, channels: int, *, groups: int, kernel_size: int, dilation: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(channels)
        self.dilated = nn.Conv1d(
            channels,
            channels,
            kernel_size,
            padding=dilation * (kernel_size // 2),
            dilation=dilation,
            groups=groups,
        )

    def forward(self, hidden_BHN: Tensor) -> Tensor:
        """Keep the shape (B, S·H, N)."""
        return hidden_BHN + functional.gelu(self.dilated(self.norm(hidden_BHN)))


class Front(nn.Module):
    """Convolutions over bands and time that halve the bands twice, grouped by stem."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        stems, width = config.num_stems, config.front_channels
        self.first = nn.Conv2d(config.channels, stems * width, 3, padding=1)
        self.second = nn.Conv2d(
            stems * width, stems * 2 * width, (4, 3), stride=(2, 1), padding=1, groups=stems
        )
        self.third = nn.Conv2d(
            stems * 2 * width, stems * 2 * width, (4, 3), stride=(2, 1), padding=1, groups=stems
        )
        self.norm_1 = nn.BatchNorm2d(stems * width)
        self.norm_2 = nn.BatchNorm2d(stems * 2 * width)
        self.rows = 2 * width * (config.num_bands // 4)
        self.project = nn.Conv1d(stems * self.rows, stems * config.hidden, 1, groups=stems)

    def forward(self, feature_BCKN: Tensor) -> Tensor:
        """Turn features into (B, S·H, N)."""
        image = self.norm_1(functional.gelu(self.first(feature_BCKN)))
        image = self.norm_2(functional.gelu(self.second(image)))
        image = functional.gelu(self.third(image))
        projected: Tensor = self.project(image.flatten(1, 2))
        return projected


class StemVaes(nn.Module):
    """S VAEs side by side; see the module's docstring."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        stems, hidden = config.num_stems, config.hidden
        self.feature_gain_K = nn.Parameter(torch.full((config.num_bands,), 0.25))
        self.feature_bias_K = nn.Parameter(torch.full((config.num_bands,), 1.0))
        self.front = Front(config)
        self.encoder = nn.Sequential(
            *[
                Block(
                    stems * hidden,
                    groups=stems,
                    kernel_size=config.kernel_size,
                    dilation=dilation,
                )
                for dilation in config.encoder_dilations
            ]
        )
        self.posterior = nn.Conv1d(stems * hidden, stems * 2 * config.latent, 1, groups=stems)
        self.decoder = nn.Sequential(
            nn.Conv1d(stems * config.latent, stems * hidden, 1, groups=stems),
            *[
                Block(
                    stems * hidden,
                    groups=stems,
                    kernel_size=config.kernel_size,
                    dilation=dilation,
                )
                for dilation in config.decoder_dilations
            ],
            nn.BatchNorm1d(stems * hidden),
        )
        outputs = stems * config.channels * config.num_bands
        self.mask = nn.Conv1d(stems * hidden, outputs, 1, groups=stems)
        self.log_error = nn.Conv1d(stems * hidden, outputs, 1, groups=stems)
        nn.init.zeros_(self.log_error.weight)

    def forward(self, feature_BCKN: Tensor, *, sample: bool = False) -> Decoded:
        """Decode one sample of the latent, or its mean.

        Args:
            feature_BCKN: Log power of the mix in bands, relative to the level of the window.
            sample: Draw the latent from its posterior, as the ELBO asks for in training, from
                torch's own generator, which the trainer seeds; otherwise take the mean.

        Returns:
            Masks and errors in float32.
        """
        config = self.config
        scaled_BCKN = feature_BCKN * self.feature_gain_K[:, None] + self.feature_bias_K[:, None]
        hidden_BHN = self.encoder(self.front(scaled_BCKN))
        posterior = self.posterior(hidden_BHN).float()
        posterior = posterior.unflatten(1, (config.num_stems, 2, config.latent))
        mean_BSZN, log_variance_BSZN = posterior[:, :, 0], posterior[:, :, 1].clamp(-12.0, 8.0)
        latent_BSZN = mean_BSZN
        if sample:
            epsilon_BSZN = torch.randn_like(mean_BSZN)
            latent_BSZN = mean_BSZN + (0.5 * log_variance_BSZN).exp() * epsilon_BSZN
        decoded_BHN = self.decoder(latent_BSZN.flatten(1, 2))
        shape = (config.num_stems, config.channels, config.num_bands)
        mask_BSCKN = self.mask(decoded_BHN).float().sigmoid().unflatten(1, shape)
        # The mean is learned first and the error second, on features that the error may not
        # bend: a learned variance otherwise excuses the mean (arXiv 2203.09168). A mask near
        # zero or one is sure of itself; the head says how far that is to be believed.
        doubt_BSCKN = (mask_BSCKN * (1.0 - mask_BSCKN)).detach() + LEAST_DOUBT
        correction_BSCKN = self.log_error(decoded_BHN.detach()).float().unflatten(1, shape)
        return Decoded(
            mask_BSCKN=mask_BSCKN,
            log_error_BSCKN=doubt_BSCKN.log() + correction_BSCKN,
            latent_mean_BSZN=mean_BSZN,
            latent_log_variance_BSZN=log_variance_BSZN,
        )
