"""A safetensors file: weights, with the model card in its header.

No pickle anywhere: a checkpoint from a stranger can be wrong, but it cannot run code.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from engine.errors import CheckpointError, OutputError
from engine.model_card import ModelCard
from engine.model_library import CARD_KEY, card_to_text, read_entry


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checkpoint:
    """Weights by name, and what they are."""

    card: ModelCard
    tensors: Mapping[str, Tensor]


def save_checkpoint(checkpoint: Checkpoint, path: Path) -> None:
    """Write a checkpoint; a file of that name is replaced only when the new one is complete.

    Raises:
        OutputError: The file cannot be written.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    tensors = {name: tensor.detach().cpu() for name, tensor in checkpoint.tensors.items()}
    # Two names for one storage are refused by safetensors; a copy of each is not.
    tensors = {name: tensor.clone().contiguous() for name, tensor in tensors.items()}
    try:
        content = safetensors.torch.save(tensors, {CARD_KEY: card_to_text(checkpoint.card)})
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        raise OutputError(
            f"The model could not be written to “{path}”: {error.strerror}.",
            remedy="Make room on the disk or choose another folder.",
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint onto the CPU.

    Raises:
        CheckpointError: The file is missing, damaged, or not a model of Strata.
    """
    card = read_entry(path).card
    try:
        tensors = safetensors.torch.load_file(path)
    except (OSError, SafetensorError, ValueError) as error:
        raise CheckpointError(
            f"“{path.name}” is damaged.", remedy="Copy it again, or choose another model."
        ) from error
    return Checkpoint(card=card, tensors=tensors)
