"""A safetensors file: weights, with the model card in its header.

No pickle anywhere: a checkpoint from a stranger can be wrong, but it cannot run code.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from engine.model_card import ModelCard


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checkpoint:
    """Weights by name, and what they are."""

    card: ModelCard
    tensors: Mapping[str, Tensor]
