"""Independence of the blocks: covariances of the latent, window by window.

One covariance of a whole corpus cannot tell blocks apart, since any rotation of whitened numbers
is as uncorrelated; windows in which the sources have different levels can (TRINICON: Buchner,
Aichner, Kellermann, IEEE TSAP 13(1), 2005). The first criterion is DIP-VAE-II (Kumar, Sattigeri,
Balakrishnan, arXiv 1711.00848) with blocks instead of single numbers, the second the total
correlation of the blocks of a Gaussian. What happens inside a block is free.

Axes: W window, M sample, Z latent number of all blocks together (Q blocks of D).
"""

import torch
from torch import Tensor

SHRINKAGE = 0.1
_RIDGE = 1e-4


def aggregate_covariance(mean_WMZ: Tensor, variance_WMZ: Tensor) -> Tensor:
    """Covariance of the aggregate posterior of each window, shrunk to its diagonal, (W, Z, Z).

    That is E[diag σ²] + Cov[μ].
    """
    centred_WMZ = mean_WMZ - mean_WMZ.mean(dim=1, keepdim=True)
    covariance_WZZ = centred_WMZ.transpose(1, 2) @ centred_WMZ / mean_WMZ.shape[1]
    covariance_WZZ = covariance_WZZ + torch.diag_embed(variance_WMZ.mean(dim=1))
    diagonal_WZZ = torch.diag_embed(covariance_WZZ.diagonal(dim1=1, dim2=2))
    shrunk_WZZ: Tensor = (1.0 - SHRINKAGE) * covariance_WZZ + SHRINKAGE * diagonal_WZZ
    return shrunk_WZZ


def between_blocks(covariance_WZZ: Tensor, num_blocks: int) -> Tensor:
    """Mean over windows of Σ_{q≠r} ‖C_qr‖² / (Q (Q - 1) D), a scalar; 0 for a single block."""
    if num_blocks < 2:
        return covariance_WZZ.new_zeros(())
    size = covariance_WZZ.shape[-1] // num_blocks
    squares = covariance_WZZ.square().unflatten(2, (num_blocks, size))
    squares = squares.unflatten(1, (num_blocks, size)).sum(dim=(2, 4))
    outside = squares.sum(dim=(1, 2)) - squares.diagonal(dim1=1, dim2=2).sum(dim=1)
    mean: Tensor = outside.mean() / (num_blocks * (num_blocks - 1) * size)
    return mean


def off_unit_variance(covariance_WZZ: Tensor) -> Tensor:
    """Mean of (C_kk - 1)², a scalar."""
    return (covariance_WZZ.diagonal(dim1=1, dim2=2) - 1.0).square().mean()


def total_correlation(covariance_WZZ: Tensor, num_blocks: int) -> Tensor:
    """½ [Σ_q log det C_qq - log det C] of each window, nats, (W,); zero if blocks are independent.

    It does not change with the scale of any latent number.
    """
    size = covariance_WZZ.shape[-1] // num_blocks
    deviation_WZ = covariance_WZZ.diagonal(dim1=1, dim2=2).clamp_min(_RIDGE**2).sqrt()
    correlation_WZZ = covariance_WZZ / (deviation_WZ[:, :, None] * deviation_WZ[:, None])
    ridged_WZZ = correlation_WZZ + _RIDGE * torch.eye(size * num_blocks).to(correlation_WZZ)
    blocks = [
        ridged_WZZ[:, first : first + size, first : first + size]
        for first in range(0, size * num_blocks, size)
    ]
    separate = torch.stack([torch.linalg.slogdet(block_WDD)[1] for block_WDD in blocks]).sum(dim=0)
    together = torch.linalg.slogdet(ridged_WZZ)[1]
    correlation_W: Tensor = 0.5 * (separate - together)
    return correlation_W
