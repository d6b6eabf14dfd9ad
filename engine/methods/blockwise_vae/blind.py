"""Sources of one kind, such as two voices or two guitars, which have no names to be told by.

A mix to learn from is made of the same stem of several tracks. Each crop of a batch is used in Q
mixes, each time beside other crops:

    window b holds the crops b, b + 1, ..., b + Q - 1 of one kind.

So every source is also heard elsewhere, in other company and perhaps in another block. What was
heard there is its memory: a network that wrote the number of the block into its statistics would
recognise nobody.

Axes: B window, S stem, Q source, R source in its order, C channel, T frame of audio.
"""

from dataclasses import replace

import torch
from torch import Tensor

from engine.methods.base import StemBatch
from engine.methods.blockwise_vae.config import (
    NUM_FEATURES,
    NUM_PLACE_FEATURES,
    BlockwiseConfig,
    LossConfig,
    NetworkConfig,
)
from engine.methods.blockwise_vae.memory import SourceMemory

KINDS = ("other", "vocals")  # stems whose sources are mixed with each other
NUM_SOURCES = 2
LOSS = LossConfig(teacher=0.0, memory=0.1, error_floor=1e-3)
"""A source alone has no block of its own that could teach another; the memory has to do more.

Sources far apart begin with next to no error, and keeping it would outweigh learning the others.
"""


NETWORK = NetworkConfig(
    width=64, dilations=(1, 2, 4, 8, 16, 4), decoder_width=32, latent=64, reach=3.0
)
"""Narrow, for few steps teach it; but it hears 1.6 s to either side: a place is told by many notes.

The filters reach far, since sources at different places on both sides are best taken apart by
subtracting one side from the other.
"""


def blind_config(
    network: NetworkConfig = NETWORK, *, num_sources: int = NUM_SOURCES
) -> BlockwiseConfig:
    """Return the config of a model of so many unlabelled sources, which reads no draft."""
    return blind_version(BlockwiseConfig(network=network, loss=LOSS), num_sources=num_sources)


def blind_version(config: BlockwiseConfig, *, num_sources: int = NUM_SOURCES) -> BlockwiseConfig:
    """Return the config of a like model of unlabelled sources; one of those stays as it is."""
    if config.network.unlabelled:
        return config
    return replace(
        config,
        stem_names=source_names(num_sources),
        draft=None,
        hears_places=True,
        network=replace(
            config.network,
            num_features=NUM_FEATURES + NUM_PLACE_FEATURES * num_sources,
            num_sources=num_sources,
            unlabelled=True,
            reach=NETWORK.reach,
            latent=max(config.network.latent, NUM_PLACE_FEATURES * config.network.bands_per_patch),
        ),
    )


def source_names(num_sources: int) -> tuple[str, ...]:
    """Return what unlabelled stems are called."""
    return tuple(f"source {number}" for number in range(1, num_sources + 1))


def paired(batch: StemBatch, num_sources: int) -> StemBatch:
    """Mix crops of different tracks of a batch, one kind after the other.

    With no more tracks than sources all mixes of a kind are the same, and the memory learns little.

    Args:
        batch: Crops by track and kind.
        num_sources: Sources of a mix.

    Returns:
        B · S windows of Q sources.

    Raises:
        ValueError: There are fewer tracks than sources.
    """
    num_tracks = len(batch.stems_BSCT)
    if num_tracks < num_sources:
        raise ValueError(f"{num_tracks} crops of a kind for mixes of {num_sources} sources")
    shifted = [batch.stems_BSCT.roll(-source, dims=0) for source in range(num_sources)]
    windows_SBQCT = torch.stack(shifted, dim=2).transpose(0, 1)
    return StemBatch(stems_BSCT=windows_SBQCT.flatten(0, 1).contiguous())


def heard_elsewhere(memory: SourceMemory, *, num_tracks: int) -> SourceMemory:
    """Give every source the memory of the same crop in another window of ``paired``.

    Source q of window b is source Q - 1 - q of window b + 2q - Q + 1. For an odd number of sources
    the one in the middle keeps its own.
    """
    return SourceMemory(
        mean_BQL=_elsewhere(memory.mean_BQL, num_tracks),
        variance_BQL=_elsewhere(memory.variance_BQL, num_tracks),
        energy_BQ=_elsewhere(memory.energy_BQ, num_tracks),
        evidence_BQ=_elsewhere(memory.evidence_BQ, num_tracks),
    )


def _elsewhere(values_BQ: Tensor, num_tracks: int) -> Tensor:
    """Sort (B, Q, ...)."""
    by_kind = values_BQ.unflatten(0, (-1, num_tracks))
    num_sources = by_kind.shape[2]
    moved = [
        by_kind[:, :, num_sources - 1 - source].roll(num_sources - 1 - 2 * source, dims=1)
        for source in range(num_sources)
    ]
    return torch.stack(moved, dim=2).flatten(0, 1)
