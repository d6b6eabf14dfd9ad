"""A run that can go on: weights, their average, the optimizer's moments and where it stood."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.checkpoint import read_tensors, write_tensors
from engine.errors import CheckpointError

_STATE_KEY = "strata_training_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a run stands.

    Attributes:
        step: Steps done.
        elapsed_seconds: Training time spent.
        seed: Seed of the run; with the step it gives every later random number.
        validated_step: Step of the last validation, 0 before the first.
        scores: What that validation gave.
    """

    step: int
    elapsed_seconds: float
    seed: int
    validated_step: int
    scores: Mapping[str, float]


def save_state(
    path: Path,
    position: Position,
    *,
    module: nn.Module,
    average: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> None:
    """Write the state, whole or not at all.

    Raises:
        OutputError: The file cannot be written.
    """
    tensors: dict[str, Tensor] = {}
    for name, tensor in module.state_dict().items():
        tensors[f"module/{name}"] = tensor
    for name, tensor in average.state_dict().items():
        tensors[f"average/{name}"] = tensor
    for index, moments in optimizer.state_dict()["state"].items():
        for name, tensor in moments.items():
            tensors[f"optimizer/{index}/{name}"] = tensor
    write_tensors(path, tensors, {_STATE_KEY: json.dumps(asdict(position))})


def load_state(
    path: Path,
    *,
    module: nn.Module,
    average: nn.Module,
    optimizer: torch.optim.Optimizer,
) -> Position:
    """Put a saved state into freshly built objects and return where it stood.

    Raises:
        CheckpointError: The file is missing, damaged, or of another network.
    """
    tensors, metadata = read_tensors(path)
    state = optimizer.state_dict()
    moments: dict[int, dict[str, Tensor]] = {}
    try:
        content = json.loads(metadata[_STATE_KEY])
        position = Position(
            step=int(content["step"]),
            elapsed_seconds=float(content["elapsed_seconds"]),
            seed=int(content["seed"]),
            validated_step=int(content["validated_step"]),
            scores={str(name): float(value) for name, value in content["scores"].items()},
        )
        module.load_state_dict(_below(tensors, "module/"))
        average.load_state_dict(_below(tensors, "average/"))
        for key, tensor in _below(tensors, "optimizer/").items():
            index, name = key.split("/")
            moments.setdefault(int(index), {})[name] = tensor
        optimizer.load_state_dict({**state, "state": moments})
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
        raise CheckpointError(
            f"The training state “{path.name}” belongs to another network or is damaged.",
            remedy="Start the training anew, or resume it with the configuration it had.",
        ) from error
    return position


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): tensor
        for name, tensor in tensors.items()
        if name.startswith(prefix)
    }
