"""Weights in a quarter of their bytes: blocks of integers of 8 bits with a common scale.

A matrix is cut into blocks of 64 neighbouring weights; a block is stored as integers and the
value of their unit, so that a weight is wrong by at most half a unit, 0.4 % of the largest weight
of its block. This is the format known as Q8_0, with longer blocks; it is for files only, and
networks compute in float32. Where ten million weights have to fit 20 MB, float16 is twice too
large.

In a file, ``name`` holds the integers in the matrix's shape, and ``name`` + ``.units`` the units
of its blocks, in the order of the flattened matrix.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

BLOCK = 64
UNITS = ".units"  # ends the name of what holds the units of a matrix
LARGEST = 127
LEAST_WEIGHTS = 8192  # of a matrix that is worth it; small ones hold statistics, which are delicate


def compact(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Store large matrices of floating point numbers in blocks, and all else as it is.

    Raises:
        ValueError: A weight is not finite.
    """
    compacted: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if tensor.ndim < 2 or tensor.numel() < LEAST_WEIGHTS or not tensor.is_floating_point():
            compacted[name] = tensor
            continue
        if not tensor.isfinite().all():
            raise ValueError(f"{name} holds weights that are not finite")
        blocks_MB = _blocks(tensor.float())
        units_M = (blocks_MB.abs().amax(dim=1) / LARGEST).bfloat16()
        divisor_M1 = units_M.float().clamp_min(torch.finfo(torch.float32).tiny)[:, None]
        rounded_MB = (blocks_MB / divisor_M1).round().clamp(-LARGEST, LARGEST)
        compacted[name] = rounded_MB.flatten()[: tensor.numel()].view(tensor.shape).to(torch.int8)
        compacted[name + UNITS] = units_M
    return compacted


def expanded(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Undo ``compact``: matrices become float32; tensors that are not in blocks stay.

    Raises:
        ValueError: The integers or the units of a matrix are missing or of another size.
    """
    restored: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        if name.endswith(UNITS):
            if name.removesuffix(UNITS) not in tensors:
                raise ValueError(f"{name} has no matrix")
            continue
        units_M = tensors.get(name + UNITS)
        if units_M is None:
            restored[name] = tensor
            continue
        blocks_MB = _blocks(tensor.float())
        if tensor.dtype != torch.int8 or units_M.shape != blocks_MB.shape[:1]:
            raise ValueError(f"{name} does not fit its units")
        weights = (blocks_MB * units_M.float()[:, None]).flatten()[: tensor.numel()]
        restored[name] = weights.view(tensor.shape)
    return restored


def _blocks(tensor: Tensor) -> Tensor:
    """Cut a tensor into rows of a block each, (M, BLOCK), with zeros at the end."""
    flat = tensor.flatten()
    return functional.pad(flat, (0, -len(flat) % BLOCK)).view(-1, BLOCK)
