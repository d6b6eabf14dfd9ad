"""Slow and obvious references in float64 that share no code with what they check.

Axes: K code, D latent channel.
"""

import itertools
import math

import torch
from torch import Tensor


def log_joint(
    mix_D: Tensor,
    codebook_KD: Tensor,
    weights: tuple[float, ...],
    covariance_DD: Tensor,
    log_priors: list[Tensor],
) -> Tensor:
    """log p(codes, m) of every tuple of codes, one axis per source."""
    num_codes, num_channels = codebook_KD.shape
    precision_DD = covariance_DD.double().inverse()
    scale = num_channels * math.log(2.0 * math.pi) + float(covariance_DD.double().logdet())
    table = torch.empty((num_codes,) * len(weights), dtype=torch.float64)
    for codes in itertools.product(range(num_codes), repeat=len(weights)):
        residual_D = mix_D.double().clone()
        score = -0.5 * scale
        for weight, code, log_prior_K in zip(weights, codes, log_priors, strict=True):
            residual_D -= weight * codebook_KD[code].double()
            score += float(log_prior_K[code])
        table[codes] = score - 0.5 * float(residual_D @ precision_DD @ residual_D)
    return table


def random_covariance(num_channels: int, generator: torch.Generator, *, scale: float) -> Tensor:
    root_DD = torch.randn(num_channels, num_channels, generator=generator, dtype=torch.float64)
    return scale**2 * (root_DD @ root_DD.T / num_channels + 0.3 * torch.eye(num_channels))
