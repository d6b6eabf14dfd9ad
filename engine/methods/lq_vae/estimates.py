"""From particles of codes to the posterior of the stems that the fusion stage takes.

Axes: B window, P particle, S stem, C channel, K band, F frequency bin, N spectrogram frame,
L latent frame, R stage, D latent channel, T frame of audio.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from engine.audio.stft import Stft
from engine.methods.base import Estimate
from engine.methods.lq_vae.mask_network import Opinion, StemMasks
from engine.methods.lq_vae.spectral_codec import SpectralCodec, feature, relative_power
from engine.methods.lq_vae.waveform_codec import TARGET_RMS, WaveformCodec

PARTICLES_AT_ONCE = 4
NEGLIGIBLE_WEIGHT = 1e-6  # of a particle; it is not decoded


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixAnalysis:
    """What a codec sees of a batch of windows.

    Attributes:
        latent_BLD: Latents of the mix.
        spec_BCFN: Spectrogram of the mix; empty for the waveform codec.
        feature_BKN: Features of the mix; empty for the waveform codec.
        level_B: Factor from the codec's scale to the mix's.
        num_frames: Length of the windows.
    """

    latent_BLD: Tensor
    spec_BCFN: Tensor
    feature_BKN: Tensor
    level_B: Tensor
    num_frames: int


class CodecView(Protocol):
    """A codec as the separator uses it."""

    @property
    def stft(self) -> Stft:
        """Transform of the estimates."""
        ...

    @property
    def latent_rate(self) -> float:
        """Latent frames per second."""
        ...

    def analyse(self, mix_BCT: Tensor) -> MixAnalysis:
        """Encode the mix."""
        ...

    def estimate(
        self,
        mix: MixAnalysis,
        codes_BPLRS: Tensor,
        weight_BPL: Tensor,
        sounding: Sequence[int] | None = None,
    ) -> Generator[float, None, Estimate]:
        """Decode weighted particles; yields the share that is done.

        The codes are of the stems in these places, of all of them if none are named.
        """
        ...


class SpectralView:
    """Masks on the mix, from what all particles say."""

    def __init__(self, codec: SpectralCodec, stem_names: Sequence[str]) -> None:
        self._codec = codec
        self._known_S = codec.decoder.masks.places(stem_names)

    @property
    def stft(self) -> Stft:
        """Transform of the estimates."""
        return self._codec.stft

    @property
    def latent_rate(self) -> float:
        """Latent frames per second."""
        return self._codec.config.sample_rate / self._codec.config.hop

    def analyse(self, mix_BCT: Tensor) -> MixAnalysis:
        """Encode the mix."""
        spec_BCFN = self._codec.stft.forward(mix_BCT)
        power_BKN, level_B = relative_power(self._codec.bands.power(spec_BCFN))
        return MixAnalysis(
            latent_BLD=self._codec.encode(power_BKN),
            spec_BCFN=spec_BCFN,
            feature_BKN=feature(power_BKN),
            level_B=level_B,
            num_frames=mix_BCT.shape[-1],
        )

    def estimate(
        self,
        mix: MixAnalysis,
        codes_BPLRS: Tensor,
        weight_BPL: Tensor,
        sounding: Sequence[int] | None = None,
    ) -> Generator[float, None, Estimate]:
        """Decode weighted particles.

        With masks that add up to one, the mean is m X, and a stem varies by m (1 - m) |X|² (the
        posterior variance of Wiener).
        """
        codec = self._codec
        opinion: Opinion | None = None
        for particles, done in _parts(weight_BPL):
            codes_BpSLR = codes_BPLRS[:, particles].permute(0, 1, 4, 2, 3)
            latent_BpSLD = codec.quantizer.decode(codes_BpSLR)
            num_particles = latent_BpSLD.shape[1]
            repeated = mix.feature_BKN.repeat_interleave(num_particles, dim=0)
            decoded = codec.decoder(latent_BpSLD.flatten(0, 1), repeated)
            log_power, log_mask = (part.unflatten(0, (-1, num_particles)) for part in decoded)
            weight_BpN = weight_BPL[:, particles].to(log_mask)
            part = Opinion.of(log_power, log_mask, weight_BpN)
            opinion = part if opinion is None else opinion + part
            yield done
        assert opinion is not None
        known_S = self._known_S if sounding is None else self._known_S[list(sounding)]
        mix_BCKN = codec.bands.power(mix.spec_BCFN)
        masks: StemMasks = codec.decoder.masks(opinion, mix_BCKN, known_S)
        mask_BSCFN = codec.bands.expand(masks.gated())
        power_B1CFN = mix.spec_BCFN.abs().square()[:, None]
        return Estimate(
            mean_BSCFN=mask_BSCFN * mix.spec_BCFN[:, None],
            error_power_BSCFN=mask_BSCFN * (1.0 - mask_BSCFN) * power_B1CFN,
        )


class WaveformView:
    """Decoded waveforms, their mean and their spread."""

    def __init__(self, codec: WaveformCodec, *, num_sources: int) -> None:
        self._codec = codec
        self._num_sources = num_sources

    @property
    def stft(self) -> Stft:
        """Transform of the estimates."""
        return self._codec.stft

    @property
    def latent_rate(self) -> float:
        """Latent frames per second."""
        return self._codec.config.sample_rate / self._codec.config.hop

    def analyse(self, mix_BCT: Tensor) -> MixAnalysis:
        """Encode the mix as the average of its sources."""
        mix_BT = mix_BCT[:, 0]
        level_B = mix_BT.square().mean(dim=-1).sqrt() / TARGET_RMS
        scale_B = 1.0 / level_B.clamp_min(torch.finfo(torch.float32).tiny)
        missing = -mix_BT.shape[-1] % self._codec.config.hop
        heard_BT = functional.pad(mix_BT * scale_B[:, None], (0, missing))
        nothing = mix_BT.new_zeros(0)
        return MixAnalysis(
            latent_BLD=self._codec.encode(heard_BT),
            spec_BCFN=nothing,
            feature_BKN=nothing,
            # The codec hears 1/S of the sum, and sources come out on the scale of the sum.
            level_B=level_B * self._codec.source_weight(self._num_sources),
            num_frames=mix_BT.shape[-1],
        )

    def estimate(
        self,
        mix: MixAnalysis,
        codes_BPLRS: Tensor,
        weight_BPL: Tensor,
        sounding: Sequence[int] | None = None,
    ) -> Generator[float, None, Estimate]:
        """Decode weighted particles: v = Var_p[ŝ] + codec's error, a share of E_p|ŝ|² per bin."""
        del sounding  # what is decoded from codes alone is the same for every stem
        codec = self._codec
        mean_BSFN: Tensor | None = None
        square_BSFN: Tensor | None = None
        for particles, done in _parts(weight_BPL):
            codes_BpSLR = codes_BPLRS[:, particles].permute(0, 1, 4, 2, 3)
            shape = codes_BpSLR.shape[:3]
            latent_NLD = codec.quantizer.decode(codes_BpSLR.flatten(0, 2))
            signal_NT = codec.decode(latent_NLD)[..., : mix.num_frames]
            spec_BpSFN = codec.stft.forward(signal_NT).unflatten(0, shape)
            weight_BpN = _at_frames(weight_BPL[:, particles], spec_BpSFN.shape[-1]).to(signal_NT)
            mean = torch.einsum("bpn,bpsfn->bsfn", weight_BpN.to(spec_BpSFN), spec_BpSFN)
            square = torch.einsum("bpn,bpsfn->bsfn", weight_BpN, spec_BpSFN.abs().square())
            mean_BSFN = mean if mean_BSFN is None else mean_BSFN + mean
            square_BSFN = square if square_BSFN is None else square_BSFN + square
            yield done
        assert mean_BSFN is not None
        assert square_BSFN is not None
        spread_BSFN = (square_BSFN - mean_BSFN.abs().square()).clamp_min(0.0)
        error_BSFN = spread_BSFN + codec.error_ratio_F[:, None] * square_BSFN
        level_B = mix.level_B[:, None, None, None, None]
        return Estimate(
            mean_BSCFN=mean_BSFN[:, :, None] * level_B,
            error_power_BSCFN=error_BSFN[:, :, None] * level_B.square(),
        )


def _at_frames(weight_BPL: Tensor, num_frames: int) -> Tensor:
    """Take the weights at latent frames that lie where spectrogram frames are centred."""
    last = weight_BPL.shape[-1] - 1
    position_N = torch.linspace(0, last, num_frames, dtype=torch.float64).round().long()
    return weight_BPL[..., position_N.to(weight_BPL.device)]


def _parts(weight_BPL: Tensor) -> Generator[tuple[Tensor, float], None, None]:
    """Cut the particles that count into parts, each with the share that is done after it."""
    is_needed_P = (weight_BPL > NEGLIGIBLE_WEIGHT).any(dim=-1).any(dim=0)
    parts = is_needed_P.nonzero()[:, 0].split(PARTICLES_AT_ONCE)
    for index, part in enumerate(parts, start=1):
        yield part, index / len(parts)
