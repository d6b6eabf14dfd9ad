"""The networks of a checkpoint: a codec and any number of priors over its codes.

A codec is trained once and then frozen. A prior knows nothing of the others, so that a model for
more stems is the same codec with more priors, put together without training.

Axes: S source, B sequence, C channel, K band, N spectrogram frame, L latent frame, D latent
channel, R stage, T frame of audio.
"""

from collections.abc import Sequence
from typing import Self

import torch
from torch import Tensor, nn

from engine.checkpoint import Checkpoint
from engine.methods.base import StemBatch
from engine.methods.lq_vae.config import LqVaeConfig
from engine.methods.lq_vae.prior import CodePrior
from engine.methods.lq_vae.spectral_codec import SpectralCodec
from engine.methods.lq_vae.waveform_codec import TARGET_RMS, WaveformCodec
from engine.nn.causal_transformer import stack_sources

VALIDATION_RELATIVE_DB = -6.0  # level of a stem below its mix when priors are validated
BITS_PER_NAT = 1.442695
CODEC_PREFIX = "codec."
DECODER_PREFIX = "codec.decoder."  # turns codes into stems, and says nothing of what they mean
PRIOR_PREFIX = "priors."


class LqVaeModel(nn.Module):
    """A codec and priors by the name of their stem; the codec is frozen beside priors."""

    def __init__(self, config: LqVaeConfig, prior_names: Sequence[str]) -> None:
        super().__init__()
        self.config = config
        self.codec: SpectralCodec | WaveformCodec = (
            SpectralCodec(config.spectral)
            if config.codec == "spectral"
            else WaveformCodec(config.waveform)
        )
        self.priors = nn.ModuleDict({prior_key(name): new_prior(config) for name in prior_names})
        if prior_names:
            self.codec.requires_grad_(False).eval()

    def train(self, mode: bool = True) -> Self:
        """Switch to training; a frozen codec stays as it is."""
        super().train(mode)
        if len(self.priors):
            self.codec.eval()
        return self

    def prior(self, stem_name: str) -> CodePrior:
        """Return the prior of a stem."""
        prior = self.priors[prior_key(stem_name)]
        assert isinstance(prior, CodePrior)
        return prior

    def stacked_prior(self, stem_names: Sequence[str] | None = None) -> CodePrior:
        """Return the priors of stems as one network, all in the order of the config by default."""
        names = self.config.prior_names if stem_names is None else stem_names
        stacked = new_prior(self.config, num_sources=len(names))
        stacked.load_state_dict(stack_sources([self.prior(name).state_dict() for name in names]))
        return stacked.eval()


def prior_key(stem_name: str) -> str:
    """Return where the prior of a stem stands; torch refuses names such as ``keys``."""
    return f"{stem_name}_" if hasattr(nn.ModuleDict(), stem_name) else stem_name


def new_prior(config: LqVaeConfig, *, num_sources: int = 1) -> CodePrior:
    """Build untrained priors that fit the codec of a config."""
    return CodePrior(
        config.prior,
        num_codes=config.num_codes,
        num_stages=config.num_stages,
        num_sources=num_sources,
    )


def prior_losses(model: LqVaeModel, batch: StemBatch, stem_name: str) -> dict[str, Tensor]:
    """Cross entropy of a stem's codes, in bits per code; ``total`` is the same in nats."""
    prior = model.prior(stem_name)
    solo_BCT = batch.stems_BSCT[:, 0]
    relative_db_B = solo_BCT.new_full((len(solo_BCT),), VALIDATION_RELATIVE_DB)
    if model.training:
        low, high = model.config.prior.relative_db
        relative_db_B = low + (high - low) * torch.rand_like(relative_db_B)
        is_silent_B = torch.rand_like(relative_db_B) < model.config.prior.silent_share
        solo_BCT = solo_BCT * ~is_silent_B[:, None, None]
    with torch.no_grad(), torch.autocast(solo_BCT.device.type, enabled=False):
        latent_BLD = encode_solo(model.codec, solo_BCT, relative_db_B)
        codes_BLR = model.codec.quantizer(latent_BLD).codes_R
    log_prior_BLR = prior(codes_BLR[None])[0]
    losses = {"total": -log_prior_BLR.mean()}
    with torch.no_grad():
        for stage, log_prior_BL in enumerate(log_prior_BLR.unbind(dim=-1)):
            losses[f"bits_{stage}"] = -BITS_PER_NAT * log_prior_BL.mean()
    return losses


def encode_solo(
    codec: SpectralCodec | WaveformCodec, solo_BCT: Tensor, relative_db_B: Tensor
) -> Tensor:
    """Encode solos as they would lie in a mix that is louder by so many dB, (B, L, D)."""
    if isinstance(codec, SpectralCodec):
        power_BCKN = codec.bands.power(codec.stft.forward(solo_BCT))
        level_B = power_BCKN.mean(dim=(1, 2, 3)).clamp_min(torch.finfo(torch.float32).tiny)
        scale_B = 10.0 ** (relative_db_B / 10.0) / level_B
        return codec.encode(power_BCKN.sum(dim=1) * scale_B[:, None, None])
    solo_BT = solo_BCT.mean(dim=1)
    rms_B = solo_BT.square().mean(dim=-1).sqrt().clamp_min(torch.finfo(torch.float32).tiny)
    num_frames = solo_BT.shape[-1] // codec.config.hop * codec.config.hop
    # A mix is heard as the average of two sources, each of which counts twice on its scale.
    gain_B = 2.0 * TARGET_RMS * 10.0 ** (relative_db_B / 20.0) / rms_B
    return codec.encode(solo_BT[:, :num_frames] * gain_B[:, None])


def load_model(checkpoint: Checkpoint) -> LqVaeModel:
    """Rebuild the networks of a checkpoint, in evaluation mode.

    Raises:
        CheckpointError: The weights do not fit the card's config.
    """
    config = LqVaeConfig.from_json(checkpoint.card.config)
    model = LqVaeModel(config, config.prior_names)
    checkpoint.give_weights_to(model)
    return model.eval()
