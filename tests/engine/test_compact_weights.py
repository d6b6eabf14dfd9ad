"""Weights in blocks of integers come back nearly as they were, and never silently wrong."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from engine.compact_weights import BLOCK, UNITS, compact, expanded
from engine.errors import CheckpointError
from engine.methods.spectrogram_vae.method import METHOD


def weights(*shape: int, scale: float = 1.0, seed: int = 0) -> torch.Tensor:
    return scale * torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@given(
    rows=st.integers(100, 140),
    columns=st.integers(82, 120),
    exponent=st.integers(-20, 6),
    seed=st.integers(0, 99),
)
def test_a_weight_is_wrong_by_half_a_unit_of_its_block(
    rows: int, columns: int, exponent: int, seed: int
) -> None:
    matrix = weights(rows, columns, scale=10.0**exponent, seed=seed)
    restored = expanded(compact({"w": matrix}))["w"]
    for first in range(0, matrix.numel(), BLOCK):
        block = matrix.flatten()[first : first + BLOCK]
        error = (restored.flatten()[first : first + BLOCK] - block).abs().max()
        # Units are rounded to bfloat16, which moves the largest weight by up to half a unit.
        assert float(error) <= 1.01 * float(block.abs().max()) / 254.0


def test_vectors_integers_and_zeros_stay_as_they_are() -> None:
    tensors = {
        "bias": weights(7),
        "count": torch.tensor(3),
        "index": torch.arange(12).view(3, 4),
        "nothing": torch.zeros(99, 130),
        "covariance": weights(16, 16),
    }
    restored = expanded(compact(tensors))
    assert restored.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert restored[name].dtype == tensor.dtype
        assert torch.equal(restored[name], tensor), name


def test_a_quarter_of_the_bytes() -> None:
    compacted = compact({"w": weights(256, 512)})
    num_bytes = sum(t.numel() * t.element_size() for t in compacted.values())
    assert num_bytes < 0.26 * 4 * 256 * 512


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_weights_that_are_not_finite_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="w holds"):
        compact({"w": torch.full((100, 100), value)})


def damaged() -> list[dict[str, torch.Tensor]]:
    whole = compact({"w": weights(90, 100)})
    return [
        {"w" + UNITS: whole["w" + UNITS]},
        {"w": whole["w"], "w" + UNITS: whole["w" + UNITS][:-1]},
        {"w": whole["w"].float(), "w" + UNITS: whole["w" + UNITS]},
    ]


@pytest.mark.parametrize("tensors", damaged())
def test_what_does_not_fit_together_is_a_damaged_model(
    tensors: dict[str, torch.Tensor], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(ValueError, match="w"):
        expanded(tensors)
    path = tmp_path_factory.mktemp("models") / "model.safetensors"
    card = METHOD.tiny_checkpoint().card
    save_checkpoint(path, Checkpoint(card=card, tensors=tensors))
    with pytest.raises(CheckpointError, match="damaged"):
        load_checkpoint(path)
