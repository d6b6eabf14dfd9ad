"""A network of a few weights that draws noise in its loss, as a VAE does."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.methods.base import Stage, StemBatch
from engine.model_card import ModelCard
from engine.training.config import TrainingConfig
from tests.engine.training.tiny_dataset import SAMPLE_RATE, STEM_NAMES


class TinyNetwork(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gain_S = nn.Parameter(torch.full((4,), 0.1))
        self.convolution = nn.Conv1d(2, 8, 3, padding=1)
        self.norm = nn.BatchNorm1d(8)

    def forward(self, mix_BCT: Tensor) -> Tensor:
        hidden: Tensor = self.norm(self.convolution(mix_BCT))
        stems_BSCT = hidden.reshape(len(mix_BCT), 4, 2, -1)
        return stems_BSCT * self.gain_S[:, None, None]


def tiny_losses(module: nn.Module, batch: StemBatch) -> dict[str, Tensor]:
    noisy_BCT = batch.mix_BCT + 0.01 * torch.randn_like(batch.mix_BCT)
    error_BSCT = module(noisy_BCT) - batch.stems_BSCT
    return {"total": error_BSCT.abs().mean(), "power": error_BSCT.square().mean()}


def tiny_card(config: Mapping[str, object]) -> ModelCard:
    del config
    return ModelCard(
        method="spectrogram_vae",
        title="Tiny",
        stem_names=STEM_NAMES,
        sample_rate=SAMPLE_RATE,
        channels=2,
        window_frames=SAMPLE_RATE,
        context_frames=0,
        config={},
        licence="CC0",
    )


TINY_STAGE = Stage(
    name="model",
    stem_names=STEM_NAMES,
    build=lambda config: TinyNetwork(),
    losses=tiny_losses,
    card=tiny_card,
    config={},
)


def tiny_training(dataset: Path, **changes: object) -> TrainingConfig:
    config = TrainingConfig(
        dataset=dataset,
        steps=6,
        batch_size=2,
        crop_seconds=0.25,
        seed=3,
        learning_rate=1e-2,
        warmup_steps=2,
        validate_every=3,
        validation_batches=2,
        checkpoint_every=4,
        checkpoint_seconds=1e9,
        cache=dataset / ".cache",
    )
    return dataclasses.replace(config, **changes)  # type: ignore[arg-type]
