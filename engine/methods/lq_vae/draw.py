"""Draws from categorical distributions by their inverse distribution function.

One uniform number a draw, given from outside: the same numbers give the same codes on every
device, and windows of a batch can share them.

Axes: K category; leading axes are free.
"""

import torch
from torch import Tensor


def draw_codes(log_weight_K: Tensor, uniform: Tensor) -> Tensor:
    """Draw one category per row, (..., K) and (...,) to int64 (...,).

    The weights need not be normalised. They are summed in float64: float32 would move the
    boundaries of rare categories.
    """
    highest = log_weight_K.amax(dim=-1, keepdim=True)
    cumulative_K = (log_weight_K - highest).exp().cumsum(dim=-1, dtype=torch.float64)
    threshold = uniform.to(cumulative_K)[..., None] * cumulative_K[..., -1:]
    index = torch.searchsorted(cumulative_K, threshold, right=True)[..., 0]
    return index.clamp(max=log_weight_K.shape[-1] - 1)
