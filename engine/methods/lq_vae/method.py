"""Method A: additive codes, one autoregressive prior per stem, exact Bayesian inference.

After Postolache, Mancusi et al., "Unsupervised source separation via Bayesian inference in the
latent domain", arXiv 2110.05313. Priors learn from solo recordings of their stem alone.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn

from engine.checkpoint import Checkpoint
from engine.errors import CheckpointError
from engine.methods.base import Method, SoloLearning, Stage, StemBatch
from engine.methods.lq_vae.composition import combine, foundation_of, select_stems
from engine.methods.lq_vae.config import NAME, LqVaeConfig
from engine.methods.lq_vae.many_sources import ManySourcesConfig
from engine.methods.lq_vae.mask_network import MaskNetworkConfig
from engine.methods.lq_vae.mask_training import MASK_BATCHES, MaskTrainingModel, mask_losses
from engine.methods.lq_vae.model import LqVaeModel, load_model, prior_losses
from engine.methods.lq_vae.prior import PriorConfig
from engine.methods.lq_vae.separator import LqVaeSeparator
from engine.methods.lq_vae.spectral_codec import SpectralCodec, SpectralConfig
from engine.methods.lq_vae.spectral_losses import spectral_losses
from engine.methods.lq_vae.waveform_codec import WaveformConfig
from engine.methods.lq_vae.waveform_losses import waveform_losses
from engine.model_card import ModelCard
from engine.nn.causal_transformer import TransformerConfig
from engine.quality import DEFAULT_QUALITY, Quality
from engine.residual import REST_STEM

STEM_NAMES = ("drums", "bass", "other", "vocals")
CODEC_STAGE = "codec"
PRIOR_STAGE = "prior-"
MASK_STAGE = "masks"
FAITHFUL = "faithful-"  # stages of the published configuration
BEST_FACTOR = 4  # particles of the best quality for each one of the default


def _config(
    values: Mapping[str, object], *, is_faithful: bool, stem_names: tuple[str, ...]
) -> LqVaeConfig:
    config = LqVaeConfig.from_json(values)
    return replace(config, stem_names=stem_names, codec="waveform" if is_faithful else config.codec)


def _build(
    values: Mapping[str, object], *, is_faithful: bool, prior_names: tuple[str, ...]
) -> nn.Module:
    config = _config(values, is_faithful=is_faithful, stem_names=(*prior_names, REST_STEM))
    return LqVaeModel(config, prior_names)


def _codec_losses(
    module: nn.Module, batch: StemBatch, *, stem_names: tuple[str, ...]
) -> dict[str, Tensor]:
    assert isinstance(module, LqVaeModel)
    if isinstance(module.codec, SpectralCodec):
        return spectral_losses(module.codec, batch, stem_names)
    return waveform_losses(module.codec, batch)


def _prior_losses(module: nn.Module, batch: StemBatch, *, stem_name: str) -> dict[str, Tensor]:
    assert isinstance(module, LqVaeModel)
    return prior_losses(module, batch, stem_name)


def _build_for_masks(values: Mapping[str, object], *, prior_names: tuple[str, ...]) -> nn.Module:
    config = _config(values, is_faithful=False, stem_names=prior_names)
    return MaskTrainingModel(config, prior_names)


def _mask_losses(
    module: nn.Module, batch: StemBatch, *, stem_names: tuple[str, ...]
) -> dict[str, Tensor]:
    assert isinstance(module, MaskTrainingModel)
    return mask_losses(module, batch, stem_names)


def _stage_card(
    values: Mapping[str, object], *, is_faithful: bool, stem_names: tuple[str, ...]
) -> ModelCard:
    return card_of(_config(values, is_faithful=is_faithful, stem_names=stem_names))


def card_of(config: LqVaeConfig) -> ModelCard:
    """Return the card of a model with this config."""
    if config.codec == "spectral":
        spectral = config.spectral
        sample_rate, channels = spectral.sample_rate, spectral.channels
        window_frames = round(spectral.window_seconds * sample_rate)
        context_frames = round(spectral.context_seconds * sample_rate)
    else:
        sample_rate, channels = config.waveform.sample_rate, 1
        window_frames = config.waveform.window_frames
        context_frames = config.waveform.context_frames
    return ModelCard(
        method=NAME,
        title=config.title,
        stem_names=config.stem_names,
        sample_rate=sample_rate,
        channels=channels,
        window_frames=window_frames,
        context_frames=context_frames,
        config=config.to_json(),
        experimental_stems=config.experimental_stems,
        licence="CC BY-SA 4.0",
    )


def codec_stage(*, is_faithful: bool = False) -> Stage:
    """Return the stage that trains the codec on stems of all kinds."""
    stem_names = ("drums", "bass") if is_faithful else STEM_NAMES
    return Stage(
        name=(FAITHFUL if is_faithful else "") + CODEC_STAGE,
        stem_names=stem_names,
        build=partial(_build, is_faithful=is_faithful, prior_names=()),
        losses=partial(_codec_losses, stem_names=stem_names),
        card=partial(_stage_card, is_faithful=is_faithful, stem_names=(REST_STEM,)),
        config=LqVaeConfig().to_json(),
        is_optional=is_faithful,
    )


def prior_stage(stem_name: str, *, is_faithful: bool = False) -> Stage:
    """Return the stage that trains the prior of a stem on its solos, beside a frozen codec."""
    prefix = FAITHFUL if is_faithful else ""
    return Stage(
        name=f"{prefix}{PRIOR_STAGE}{stem_name}",
        stem_names=(stem_name,),
        build=partial(_build, is_faithful=is_faithful, prior_names=(stem_name,)),
        losses=partial(_prior_losses, stem_name=stem_name),
        card=partial(_stage_card, is_faithful=is_faithful, stem_names=(stem_name, REST_STEM)),
        config=LqVaeConfig().to_json(),
        foundation=prefix + CODEC_STAGE,
        is_optional=is_faithful,
    )


def mask_stage(prior_names: tuple[str, ...]) -> Stage:
    """Return the stage in which the decoder learns from codes that these priors draw."""
    return Stage(
        name=MASK_STAGE,
        stem_names=prior_names,
        build=partial(_build_for_masks, prior_names=prior_names),
        losses=partial(_mask_losses, stem_names=prior_names),
        card=partial(_stage_card, is_faithful=False, stem_names=prior_names),
        config=LqVaeConfig().to_json(),
        foundation=f"{PRIOR_STAGE}{prior_names[0]}",
        joined=tuple(f"{PRIOR_STAGE}{name}" for name in prior_names[1:]),
        join=partial(combine, with_rest=False),
        distinct_batches=MASK_BATCHES,
    )


def load(
    checkpoint: Checkpoint, device: torch.device, quality: Quality = DEFAULT_QUALITY
) -> LqVaeSeparator:
    """Rebuild the separator of a checkpoint.

    Quality is the number of particles: one for a draft, else what the card says or a multiple.

    Raises:
        CheckpointError: The weights do not fit the card's config, or there is no prior.
    """
    if all(name == REST_STEM for name in checkpoint.card.stem_names):
        raise CheckpointError(
            "“{title}” is a codec without priors.",
            remedy="Train a prior for a stem with “strata train”, and use that.",
            title=checkpoint.card.title,
        )
    model = load_model(checkpoint)
    usual = model.config.num_particles
    num_particles = {"draft": 1, "normal": usual, "best": BEST_FACTOR * usual}[quality]
    return LqVaeSeparator(checkpoint.card, model.to(device), num_particles=num_particles)


def tiny_config() -> LqVaeConfig:
    """Return a config whose networks take some kilobytes and milliseconds."""
    spectral = SpectralConfig(
        n_fft=512,
        hop=128,
        sample_rate=8_000,
        num_bands=24,
        latent_channels=6,
        num_codes=16,
        hidden=16,
        encoder_dilations=(1, 2),
        decoder_dilations=(1,),
        masks=MaskNetworkConfig(front_channels=4, hidden=16, dilations=(1, 2)),
        window_seconds=0.5,
        context_seconds=0.05,
    )
    waveform = WaveformConfig(
        sample_rate=8_000,
        num_halvings=4,
        width=8,
        depth=2,
        latent_channels=6,
        num_codes=16,
        n_fft=256,
        stft_hop=64,
        window_frames=2_048,
        context_frames=256,
    )
    transformer = TransformerConfig(width=16, num_layers=1, num_heads=2, mlp_factor=2)
    return LqVaeConfig(
        spectral=spectral,
        waveform=waveform,
        prior=PriorConfig(transformer=transformer),
        many=ManySourcesConfig(num_cells=64, num_tries=2),
        num_particles=4,
    )


def tiny_checkpoint(config: LqVaeConfig) -> Checkpoint:
    """Return random weights for a config."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = LqVaeModel(config, config.prior_names)
    return Checkpoint(card=card_of(config), tensors=model.state_dict())


def _tiny_checkpoint() -> Checkpoint:
    return tiny_checkpoint(tiny_config())


METHOD = Method(
    name=NAME,
    title="Solo priors (LQ-VAE)",
    load=load,
    stages=(
        codec_stage(),
        *(prior_stage(name) for name in STEM_NAMES),
        mask_stage(STEM_NAMES),
        codec_stage(is_faithful=True),
        prior_stage("drums", is_faithful=True),
        prior_stage("bass", is_faithful=True),
    ),
    tiny_checkpoint=_tiny_checkpoint,
    load_with_quality=load,
    solos=SoloLearning(
        stage=prior_stage,
        foundation=foundation_of,
        combine=combine,
        select=select_stems,
        rest=REST_STEM,
    ),
)
