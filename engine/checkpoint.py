"""A safetensors file: weights, with the model card in its header.

No pickle anywhere: a checkpoint from a stranger can be wrong, but it cannot run code.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from engine.card_file import card_metadata, parse_card, read_metadata
from engine.compact_weights import expanded
from engine.errors import CheckpointError, OutputError
from engine.model_card import ModelCard


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checkpoint:
    """Weights by name, and what they are."""

    card: ModelCard
    tensors: Mapping[str, Tensor]

    def give_weights_to(self, module: nn.Module) -> None:
        """Load the weights into the module that the card describes, as float32.

        Raises:
            CheckpointError: They do not fit it.
        """
        try:
            module.load_state_dict({name: tensor.float() for name, tensor in self.tensors.items()})
        except RuntimeError as error:
            raise CheckpointError(
                "The model “{title}” does not fit its description.",
                remedy="The file is damaged or made by hand; get it again.",
                title=self.card.title,
            ) from error


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint under a temporary name and rename it, so that it is whole or absent.

    Raises:
        OutputError: The file cannot be written.
    """
    write_tensors(path, checkpoint.tensors, card_metadata(checkpoint.card))


def load_checkpoint(path: Path) -> Checkpoint:
    """Read a checkpoint onto the CPU.

    Weights keep the type in which they are stored; those in blocks of integers are float32.

    Raises:
        CheckpointError: The file is missing, damaged, foreign, or from a newer version.
    """
    tensors, metadata = read_tensors(path)
    card = parse_card(path, metadata)
    try:
        return Checkpoint(card=card, tensors=expanded(tensors))
    except ValueError as error:
        raise _damaged(path) from error


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write tensors and texts into a safetensors file, whole or not at all.

    Raises:
        OutputError: The file cannot be written.
    """
    # Copies: safetensors refuses tensors that share memory, such as tied weights.
    copies = {
        name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()
    }
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            # Not save_file: its files could be read by nobody but their owner.
            partial.write_bytes(save(copies, metadata=dict(metadata)))
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except (OSError, SafetensorError) as error:
        raise OutputError(
            "“{name}” could not be written to “{folder}”.",
            remedy="Free some space or choose another folder.",
            name=path.name,
            folder=str(path.parent),
        ) from error


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read the tensors and the texts of a safetensors file.

    Raises:
        CheckpointError: The file is missing or damaged.
    """
    metadata = read_metadata(path)
    try:
        return load_file(path), metadata
    except (OSError, SafetensorError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> CheckpointError:
    return CheckpointError(
        "The model “{name}” is damaged or incomplete.",
        remedy="Copy or download it again.",
        name=path.name,
    )
