"""How a training run is carried out, and the recipes that ship."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from engine.training.mixing import MixingConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingConfig:
    """Everything about a run that is not the network.

    Attributes:
        dataset: Folder ``split/track/stem.flac``; without ``validation`` nothing is validated.
        steps: Optimizer steps in all.
        time_limit_seconds: The run also ends after this much training time, resumed time
            included, and the learning rate anneals by whichever of the two ends first. Runs
            with a limit are not reproducible: their learning rate depends on the clock.
        clock: Measures that time on the wall, or as processor time of all threads, which does not
            depend on what else the machine does.
        batch_size: Mixes in a step.
        crop_seconds: Length of a mix.
        seed: Seed of the weights, the batches and every sample that a loss draws.
        optimizer: AdamW decays matrices by ``weight_decay``, Adam does not.
        learning_rate: Highest rate.
        final_learning_rate: Rate at the end of the cosine.
        warmup_steps: Steps in which the rate rises from zero.
        weight_decay: Of AdamW.
        clip_norm: Largest norm of the gradient; infinite for none.
        ema_decay: Decay of the averaged weights, which are validated and saved; 0 for none.
        bf16: Compute the losses in bfloat16 where torch thinks that safe.
        validate_every: Steps between validations.
        validation_batches: Batches in a validation.
        checkpoint_every: Steps between checkpoints.
        checkpoint_seconds: Seconds after which one is saved in any case.
        num_threads: Threads of the network; none leaves torch's default.
        loader_threads: Batches that are made at the same time, beside the network.
        device: Such as ``cpu`` or ``cuda``.
        cache: Folder for decoded stems; none for the user's cache folder.
        mixing: How stems become mixes.
    """

    dataset: Path
    steps: int
    time_limit_seconds: float | None = None
    clock: Literal["wall", "processor"] = "wall"
    batch_size: int = 16
    crop_seconds: float = 4.0
    seed: int = 0
    optimizer: Literal["adam", "adamw"] = "adamw"
    learning_rate: float = 1e-3
    final_learning_rate: float = 1e-5
    warmup_steps: int = 100
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    ema_decay: float = 0.999
    bf16: bool = False
    validate_every: int = 500
    validation_batches: int = 4
    checkpoint_every: int = 1000
    checkpoint_seconds: float = 300.0
    num_threads: int | None = None
    loader_threads: int = 1
    device: str = "cpu"
    cache: Path | None = None
    mixing: MixingConfig = field(default_factory=MixingConfig)

    def __post_init__(self) -> None:
        counts = (
            self.steps,
            self.batch_size,
            self.validate_every,
            self.validation_batches,
            self.checkpoint_every,
            self.loader_threads,
        )
        if min(counts) < 1 or self.crop_seconds <= 0 or self.warmup_steps < 0:
            raise ValueError(f"counts and durations must be positive: {self}")
        if not 0.0 <= self.ema_decay < 1.0:
            raise ValueError(f"ema_decay must lie in [0, 1), got {self.ema_decay}")


def progress(config: TrainingConfig, *, step: int, elapsed_seconds: float) -> float:
    """Share of the run that is over after ``step`` steps: 1 or more means that it ends."""
    share = step / config.steps
    if config.time_limit_seconds is not None:
        share = max(share, elapsed_seconds / config.time_limit_seconds)
    return share


def learning_rate(config: TrainingConfig, *, step: int, elapsed_seconds: float) -> float:
    """Rate of the step that follows ``step`` finished ones: linear warm-up, then a cosine."""
    share = min(1.0, progress(config, step=step, elapsed_seconds=elapsed_seconds))
    cosine = (1 + math.cos(math.pi * share)) / 2
    rate = config.final_learning_rate + cosine * (config.learning_rate - config.final_learning_rate)
    return rate * min(1.0, (step + 1) / max(1, config.warmup_steps))


def standard(dataset: Path) -> TrainingConfig:
    """Train a draft on two cores: one runs the network, the other makes the batches."""
    return TrainingConfig(
        dataset=dataset, steps=20_000, crop_seconds=3.0, clip_norm=5.0, bf16=True, num_threads=1
    )


def finish(dataset: Path) -> TrainingConfig:
    """Resume a ``standard`` run on mixes that are closer to finished songs.

    Augmentation slows a short training down more than it spares it from over-fitting; the last
    third with less of it raised every stem of the draft on validation songs.
    """
    mixing = MixingConfig(
        coherent_share=0.75,
        free_share=0.3,
        drop_share=0.05,
        member_drop_share=0.1,
        guest_share=0.05,
        gain_db=(-6.0, 4.0),
        member_gain_db=(-4.0, 3.0),
        rate_share=0.2,
        equalizer_share=0.25,
        compression_share=0.1,
        saturation_share=0.1,
        reverb_share=0.15,
        limiter_share=0.2,
    )
    return replace(standard(dataset), mixing=mixing)


def songs(dataset: Path) -> TrainingConfig:
    """Resume a run on mixes such as producers make them.

    Drums, bass and vocals lie near the middle, where a network may then look for them, and files
    are mostly as loud as in their songs.
    """
    recipe = finish(dataset)
    mixing = replace(
        recipe.mixing,
        free_stems=("vocals", "bass"),
        own_level_share=0.7,
        gain_db=(-5.0, 5.0),
        middle_stems=("drums", "bass", "vocals"),
        spread_share=0.05,
        equalizer_share=0.4,
        saturation_share=0.15,
    )
    return replace(recipe, mixing=mixing)


def pairs(dataset: Path) -> TrainingConfig:
    """Mix sources of one kind with each other, each at a place of its own between left and right.

    Producers seldom leave two of a kind in the same place. A stem of several instruments is one of
    them at a time, and speeds far from each other make many singers of few.
    """
    mixing = MixingConfig(
        coherent_share=0.0,
        free_stems=(),
        active_share=0.9,
        drop_share=0.05,
        member_drop_share=1.0,
        guest_share=0.0,
        gain_db=(-4.0, 4.0),
        member_gain_db=(0.0, 0.0),
        rate_share=0.8,
        rate_range=0.3,
        pan=1.0,
        pan_law="even",
        delay_share=0.25,
        width=(0.0, 1.0),
        spread_share=0.1,
        equalizer_share=0.25,
        compression_share=0.1,
        saturation_share=0.1,
        reverb_share=0.2,
        reverb_db=(-24.0, -10.0),
        limiter_share=0.0,
        draws_validation=True,
    )
    return replace(
        standard(dataset),
        steps=4_000,
        batch_size=4,
        learning_rate=2e-4,
        warmup_steps=200,
        ema_decay=0.995,
        validate_every=200,
        validation_batches=10,
        mixing=mixing,
    )


def smoke(dataset: Path) -> TrainingConfig:
    """Check within a minute that a dataset and a stage work together."""
    return TrainingConfig(
        dataset=dataset,
        steps=20,
        batch_size=2,
        crop_seconds=2.0,
        warmup_steps=5,
        validate_every=10,
        validation_batches=1,
        checkpoint_every=10,
    )


RECIPES: Mapping[str, Callable[[Path], TrainingConfig]] = {
    "standard": standard,
    "finish": finish,
    "songs": songs,
    "pairs": pairs,
    "smoke": smoke,
}
