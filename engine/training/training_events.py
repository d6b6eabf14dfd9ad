"""What a training run reports while it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStep:
    """One optimizer step is done.

    Attributes:
        step: Steps done so far, in this and earlier sessions of the run.
        fraction: Share of the run that is over.
        elapsed_seconds: Training time so far, earlier sessions included.
        learning_rate: Rate of this step.
        losses: Scalars of the stage on this step's batch.
    """

    step: int
    fraction: float
    elapsed_seconds: float
    learning_rate: float
    losses: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Validated:
    """The averaged weights were tried on the validation batches; the losses are their means."""

    step: int
    losses: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSaved:
    """The averaged weights and the resumable state are on disk."""

    step: int
    path: Path


TrainingEvent = TrainingStep | Validated | CheckpointSaved
