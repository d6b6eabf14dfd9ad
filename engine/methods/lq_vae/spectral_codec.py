r"""The product's codec: what sounds in each spectrogram frame, as a few additive codes.

The stems that the user hears come out of the mix itself, in the fusion stage. A codec therefore
need not carry a waveform: it has to say which share of each band belongs to which stem, and a
spectral envelope does. Shares from exact envelopes in 32 bands and steps of 46 ms lose less than
1 dB against shares from exact spectra, while decoders at 4 kbit/s end at 5 to 10 dB. Two codes a
frame at 43 frames a second are 0.9 kbit/s and 86 steps a second instead of 344.

No function of spectra adds up by itself when sounds are mixed, except the powers, and those only
on average and with an error as large as they are. The latent is additive in another way: it says
*what* sounds. The encoder sees frames in their context and is trained so that the latent of a mix
is the sum of the latents of its stems. By construction, silence is the zero vector (the encoder
has no offsets, f(0) = 0), the zero vector is code 0, and levels are relative to the window's.

The decoder turns the codes of one stem into power in bands. The masks correct these powers by what
the mix shows: a small network sees the decoded stem, the sum of the others and the mix. It is the
same for every stem and takes any number of them, so that a prior for a new instrument needs
nothing but itself. Masks are a softmax over stems and add up to one. Particles decode to masks
m_p; what they say together, and how far they agree, goes through a last network to the masks of
the fusion (``mask_network``).

Cost per second of audio and source: encoder 0.1 GFLOP, decoder and masks 0.25 GFLOP a particle,
a prior 0.2 GFLOP a particle.

Axes: B window, P particle, S stem, C channel, K band, N spectrogram frame (= latent frame),
D and E latent channel, R stage, H hidden channel, F frequency bin, T frame of audio.
"""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.audio.stft import Stft
from engine.methods.lq_vae.mask_network import MaskNetwork, MaskNetworkConfig
from engine.methods.lq_vae.residual_quantizer import ResidualQuantizer, ResidualStatistics
from engine.methods.spectrogram_vae.bands import Bands

FEATURE_FLOOR = 1e-6  # power in a band, relative to the window's mean, that counts as silence
FEATURE_SCALE = 0.1  # brings log(1 + power / floor) to about one
NORM_FLOOR = 1e-3
MOMENT_DECAY = 0.98  # of the running second moment of the latents
MOMENT_FLOOR = 1e-4  # of their mean power, below which a direction counts as empty
SILENCE = 1e-20  # power of a window that counts as digital silence; keeps 0/0 out


@dataclass(frozen=True, slots=True, kw_only=True)
class SpectralConfig:
    """Shape of the codec.

    Two stages describe 16 channels better than 32: what the codes leave of each stem is noise to
    the likelihood of their sum. After 400 steps the latent of validation mixes of four stems was
    the sum of the codes to 6.8 dB with 16 channels and to 3.6 dB with 32, while masks from true
    codes lost 0.5 dB (one run each).
    """

    sample_rate: int = 44_100
    channels: int = 2
    n_fft: int = 4096
    hop: int = 1024
    num_bands: int = 160
    latent_channels: int = 16
    num_codes: int = 1024
    num_stages: int = 2
    hidden: int = 192
    encoder_dilations: tuple[int, ...] = (1, 2, 4, 8, 1, 2, 4)
    decoder_dilations: tuple[int, ...] = (1, 2, 4)
    masks: MaskNetworkConfig = field(default_factory=MaskNetworkConfig)
    window_seconds: float = 6.0
    context_seconds: float = 0.75


class Block(nn.Module):
    """Residual dilated convolution over frames; without offsets it keeps zero at zero."""

    def __init__(self, hidden: int, *, dilation: int, bias: bool) -> None:
        super().__init__()
        self.gain_H1 = nn.Parameter(torch.ones(hidden, 1))
        self.dilated = nn.Conv1d(hidden, hidden, 3, padding=dilation, dilation=dilation, bias=bias)

    def forward(self, hidden_BHN: Tensor) -> Tensor:
        """Keep the shape (B, H, N)."""
        power_B1N = hidden_BHN.float().square().mean(dim=1, keepdim=True)
        normed_BHN = hidden_BHN * (power_B1N + NORM_FLOOR).rsqrt() * self.gain_H1
        return hidden_BHN + functional.gelu(self.dilated(normed_BHN))


class SpectralEncoder(nn.Module):
    """Power in bands to latent; silence gives exact zeros."""

    def __init__(self, config: SpectralConfig) -> None:
        super().__init__()
        self.project = nn.Conv1d(config.num_bands, config.hidden, 1, bias=False)
        self.blocks = nn.Sequential(
            *[Block(config.hidden, dilation=d, bias=False) for d in config.encoder_dilations]
        )
        self.latent = nn.Conv1d(config.hidden, config.latent_channels, 1, bias=False)

    def forward(self, feature_BKN: Tensor) -> Tensor:
        """Encode features, (B, K, N) to (B, N, D) in float32."""
        latent_BDN = self.latent(self.blocks(self.project(feature_BKN)))
        encoded_BND: Tensor = latent_BDN.float().transpose(1, 2)
        return encoded_BND


class SpectralDecoder(nn.Module):
    """Latents of stems to their powers, and with the mix to masks."""

    def __init__(self, config: SpectralConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.expand = nn.Conv1d(config.latent_channels, hidden, 1)
        self.blocks = nn.Sequential(
            *[Block(hidden, dilation=d, bias=True) for d in config.decoder_dilations]
        )
        self.log_power = nn.Conv1d(hidden, config.num_bands, 1)
        nn.init.constant_(_bias_of(self.log_power), -4.0)
        self.from_mix = nn.Conv1d(config.num_bands, hidden, 3, padding=1)
        self.from_own = nn.Conv1d(hidden, hidden, 1)
        self.from_others = nn.Conv1d(hidden, hidden, 1, bias=False)
        self.corrector = Block(hidden, dilation=1, bias=True)
        self.correction = nn.Conv1d(hidden, config.num_bands, 1)
        nn.init.zeros_(self.correction.weight)
        nn.init.zeros_(_bias_of(self.correction))
        # Learns from drawn codes (``mask_training``); the codec's own training leaves it alone.
        self.masks = MaskNetwork(config.masks, channels=config.channels, num_bands=config.num_bands)

    def forward(self, latent_BSND: Tensor, feature_BKN: Tensor) -> tuple[Tensor, Tensor]:
        """Decode the stems of mixes.

        Args:
            latent_BSND: Quantised latents of the stems.
            feature_BKN: Features of the mix.

        Returns:
            Log-power of each stem alone, and log of its mask, both (B, S, K, N) in float32.
        """
        num_stems = latent_BSND.shape[1]
        stem_BHN = self.blocks(self.expand(latent_BSND.flatten(0, 1).transpose(1, 2)))
        log_power_BSKN = self.log_power(stem_BHN).float().unflatten(0, (-1, num_stems))
        stem_BSHN = stem_BHN.unflatten(0, (-1, num_stems))
        others_BSHN = stem_BSHN.sum(dim=1, keepdim=True) - stem_BSHN
        mix_BHN = self.from_mix(feature_BKN)
        joint_BHN = self.from_own(stem_BHN) + self.from_others(others_BSHN.flatten(0, 1))
        joint_BSHN = joint_BHN.unflatten(0, (-1, num_stems)) + mix_BHN[:, None]
        corrected_BHN = self.corrector(functional.gelu(joint_BSHN.flatten(0, 1)))
        correction_BSKN = self.correction(corrected_BHN).float().unflatten(0, (-1, num_stems))
        return log_power_BSKN, (log_power_BSKN + correction_BSKN).log_softmax(dim=1)


class SpectralCodec(nn.Module):
    """Encoder, codebooks, decoder and what was measured on the way.

    Latents are whitened: over sounding stems, channels have unit power and no correlation. A
    linear map does that, so that sums stay sums and silence stays zero. Without it the additive
    latent that is easiest to find has rank one and says how loud a stem is, no more.
    """

    moment_DE: Tensor

    def __init__(self, config: SpectralConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("moment_DE", torch.eye(config.latent_channels))
        self.stft = Stft(n_fft=config.n_fft, hop=config.hop)
        self.bands = Bands(num_bins=self.stft.num_bins, num_bands=config.num_bands)
        self.encoder = SpectralEncoder(config)
        self.quantizer = ResidualQuantizer(
            num_stages=config.num_stages,
            num_codes=config.num_codes,
            latent_channels=config.latent_channels,
            has_zero=True,
        )
        self.decoder = SpectralDecoder(config)
        self.statistics = ResidualStatistics(
            num_stages=config.num_stages, latent_channels=config.latent_channels
        )

    def source_weight(self, num_sources: int) -> float:
        """Weight of a source's latent in that of the mix: they add up as they are."""
        del num_sources
        return 1.0

    def encode(self, power_BKN: Tensor) -> Tensor:
        """Encode powers in bands on the scale of the window, (B, K, N) to (B, N, D)."""
        return self.whiten(self.encoder(feature(power_BKN)))

    def whiten(self, encoded_D: Tensor) -> Tensor:
        """Whiten what the encoder says, (..., D), by the stems that it heard in training."""
        return _whitened(encoded_D, self.moment_DE)

    def whiten_batch(self, stem_BSND: Tensor, mix_BND: Tensor) -> tuple[Tensor, Tensor]:
        """Whiten what the encoder says of stems and mixes by this batch of stems, in training."""
        stem_MD = stem_BSND.flatten(0, -2)
        num_sounding = stem_MD.detach().any(dim=-1).sum().clamp_min(1)
        moment_DE = stem_MD.T @ stem_MD / num_sounding
        with torch.no_grad():
            self.moment_DE.lerp_(moment_DE, 1.0 - MOMENT_DECAY)
        return _whitened(stem_BSND, moment_DE), _whitened(mix_BND, moment_DE)


def _whitened(latent_D: Tensor, moment_DE: Tensor) -> Tensor:
    """Multiply vectors (..., D) by the inverse of the Cholesky factor of their second moment."""
    mean_power = moment_DE.diagonal().mean().clamp_min(SILENCE)
    identity_DE = torch.eye(len(moment_DE)).to(moment_DE)
    lower_DE = torch.linalg.cholesky(moment_DE + MOMENT_FLOOR * mean_power * identity_DE)
    flat_DM = torch.linalg.solve_triangular(lower_DE, latent_D.flatten(0, -2).T, upper=False)
    whitened_D: Tensor = flat_DM.T.reshape(latent_D.shape)
    return whitened_D


def feature(power_BKN: Tensor) -> Tensor:
    """Compress powers relative to the window's level; silence is zero."""
    return FEATURE_SCALE * torch.log1p(power_BKN / FEATURE_FLOOR)


def relative_power(power_BCKN: Tensor) -> tuple[Tensor, Tensor]:
    """Return powers summed over channels, relative to their mean, and that mean, (B,)."""
    level_B = power_BCKN.mean(dim=(1, 2, 3))
    return power_BCKN.sum(dim=1) / level_B.clamp_min(SILENCE)[:, None, None], level_B


def _bias_of(layer: nn.Conv1d) -> Tensor:
    assert layer.bias is not None
    return layer.bias
