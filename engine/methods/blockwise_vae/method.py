"""Method B: latent variational block-wise disentanglement with a memory of the sources.

After Helwani, Togami, Smaragdis, Goodwin, "Sound Source Separation Using Latent Variational
Block-Wise Disentanglement", arXiv 2402.06683. Only its abstract could be read: this is a system in
its manner, not the published one.

Training has two stages: ``model`` learns over a draft that stays as it is, and ``joint`` goes on
with both, once the network above the draft no longer pulls it at random.
"""

from collections.abc import Mapping
from dataclasses import replace

import torch
from torch import Tensor, nn

from engine.checkpoint import Checkpoint, load_checkpoint
from engine.errors import CheckpointError
from engine.methods.base import Method, Stage, StemBatch
from engine.methods.blockwise_vae.blind import KINDS, blind_config, blind_version
from engine.methods.blockwise_vae.config import (
    DRAFT_METHOD,
    NAME,
    SIZES,
    STEM_NAMES,
    BlockwiseConfig,
    NetworkConfig,
    drafted,
)
from engine.methods.blockwise_vae.module import BlockwiseVae
from engine.methods.blockwise_vae.separator import BlockwiseSeparator
from engine.model_card import ModelCard
from engine.model_library import find_model

MODEL_STAGE = "model"
JOINT_STAGE = "joint"
BLIND_STAGE = "blind"
_DRAFTED = "Reads the draft's masks and started from them."
_PAIRED = (
    "Began with the filters that follow from the places of the sources, and learned from pairs of "
    "voices and of single instruments of different songs, at random places."
)


def _build(values: Mapping[str, object]) -> nn.Module:
    module = BlockwiseVae(BlockwiseConfig.from_json(values))
    if module.config.hears_places:
        module.network.start_from_places()
    if module.draft is not None:
        adopt_draft(module, load_checkpoint(find_model(DRAFT_METHOD).path))
    return module


def adopt_draft(module: BlockwiseVae, checkpoint: Checkpoint) -> None:
    """Give a module that reads a draft the weights of one, and let it begin where that stands.

    Raises:
        ValueError: The module reads no draft.
        CheckpointError: It reads one of another shape.
    """
    if module.draft is None:
        raise ValueError("this module reads no draft")
    weights = {
        name.removeprefix("vaes."): tensor.float() for name, tensor in checkpoint.tensors.items()
    }
    try:
        module.draft.load_state_dict(weights)
    except RuntimeError as error:
        raise CheckpointError(
            "The draft “{title}” has another shape than was asked for.",
            remedy="Give the network of the bundled draft in the configuration, or none.",
            title=checkpoint.card.title,
        ) from error
    module.network.start_from_draft()


def _losses(module: nn.Module, batch: StemBatch) -> dict[str, Tensor]:
    assert isinstance(module, BlockwiseVae)
    return module.losses(batch)


def _card(values: Mapping[str, object]) -> ModelCard:
    config = BlockwiseConfig.from_json(values)
    is_blind, num_stems = config.network.unlabelled, len(config.stem_names)
    weak = config.stem_names if is_blind else ("vocals",)
    return ModelCard(
        method=NAME,
        title=f"Blind: {num_stems} sources of one kind"
        if is_blind
        else "Quality: drums, bass, other, vocals",
        stem_names=config.stem_names,
        stem_order="free" if is_blind else "fixed",
        sample_rate=config.sample_rate,
        channels=2,
        window_frames=round(config.window_seconds * config.sample_rate),
        context_frames=round(config.context_seconds * config.sample_rate),
        config=config.to_json(),
        experimental_stems=tuple(name for name in config.stem_names if name in weak),
        licence="CC BY-SA 4.0",
        provenance=_PAIRED if is_blind else "" if config.draft is None else _DRAFTED,
    )


def _blind_values(values: Mapping[str, object]) -> Mapping[str, object]:
    return blind_version(BlockwiseConfig.from_json(values)).to_json()


def _joint_values(values: Mapping[str, object]) -> Mapping[str, object]:
    return replace(BlockwiseConfig.from_json(values), draft_learns=True).to_json()


def load(checkpoint: Checkpoint, device: torch.device) -> BlockwiseSeparator:
    """Rebuild the separator of a checkpoint.

    Raises:
        CheckpointError: The weights do not fit the card's config.
    """
    module = BlockwiseVae(BlockwiseConfig.from_json(checkpoint.card.config))
    checkpoint.give_weights_to(module)
    return BlockwiseSeparator(checkpoint.card, module.to(device))


def tiny_config() -> BlockwiseConfig:
    """Return a config whose network takes a few kilobytes and milliseconds."""
    network = NetworkConfig(
        num_bands=32,
        bands_per_patch=4,
        width=8,
        global_width=8,
        dilations=(1, 2),
        latent=4,
        decoder_width=8,
        memory_width=4,
    )
    return BlockwiseConfig(
        n_fft=512, hop=128, window_seconds=0.5, context_seconds=0.05, network=network
    )


def _tiny_checkpoint() -> Checkpoint:
    values = tiny_config().to_json()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = _build(values)
    return Checkpoint(card=_card(values), tensors=module.state_dict())


METHOD = Method(
    name=NAME,
    title="Block-wise VAE (quality)",
    load=load,
    stages=(
        Stage(
            name=MODEL_STAGE,
            stem_names=STEM_NAMES,
            build=_build,
            losses=_losses,
            card=_card,
            config=drafted(SIZES["S"]).to_json(),
        ),
        Stage(
            name=JOINT_STAGE,
            stem_names=STEM_NAMES,
            build=lambda values: _build(_joint_values(values)),
            losses=_losses,
            card=lambda values: _card(_joint_values(values)),
            config=drafted(SIZES["S"]).to_json(),
            foundation=MODEL_STAGE,
        ),
        Stage(
            name=BLIND_STAGE,
            stem_names=KINDS,
            build=lambda values: _build(_blind_values(values)),
            losses=_losses,
            card=lambda values: _card(_blind_values(values)),
            config=blind_config().to_json(),
            recipe="pairs",
            is_optional=True,
        ),
    ),
    tiny_checkpoint=_tiny_checkpoint,
)
