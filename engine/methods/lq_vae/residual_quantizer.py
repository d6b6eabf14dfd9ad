"""Several codebooks, each for what the ones before have left, and what they leave of a mix.

A stage of a residual quantiser stays additive: if h ≈ Σ_s (e[k_s] + f[l_s]), then with the codes
k of the first stage known, h - Σ_s e[k_s] ≈ Σ_s f[l_s] is a problem of the same form as before.
The covariance of what is left after each stage is measured on training mixes, apart for mixes
of one, two, ... sounding sources; it calibrates the likelihood.

Axes: B window, S source, L latent frame, R stage, D latent channel, N vector, C count of sources;
leading axes are free.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.nn.vector_quantizer import VectorQuantizer

MAX_SOURCES = 6
STATISTICS_DECAY = 0.99
VARIANCE_FLOOR = 1e-3  # of the mean variance, so that no channel is ever believed entirely


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResidualCodes:
    """Result of a residual quantisation.

    Attributes:
        latent_D: Sum of the codes of all stages, with the gradient of the input.
        partial_RD: Sum of the codes up to each stage, without gradient, (..., R, D).
        codes_R: Codes of the stages, (..., R).
    """

    latent_D: Tensor
    partial_RD: Tensor
    codes_R: Tensor


class ResidualQuantizer(nn.Module):
    """Codebooks of R stages."""

    def __init__(
        self, *, num_stages: int, num_codes: int, latent_channels: int, has_zero: bool
    ) -> None:
        super().__init__()
        self.stages = nn.ModuleList(
            VectorQuantizer(num_codes, latent_channels, has_zero=has_zero)
            for _ in range(num_stages)
        )

    @property
    def num_stages(self) -> int:
        """Codes of a latent vector."""
        return len(self.stages)

    def stage(self, index: int) -> VectorQuantizer:
        """Return the codebook of a stage."""
        stage = self.stages[index]
        assert isinstance(stage, VectorQuantizer)
        return stage

    def forward(self, latent_D: Tensor) -> ResidualCodes:
        """Quantise vectors (..., D)."""
        fixed_D = latent_D.detach()
        total_D, partials, codes = torch.zeros_like(fixed_D), [], []
        for index in range(self.num_stages):
            quantized = self.stage(index)(fixed_D - total_D)
            total_D = total_D + quantized.latent_ND
            partials.append(total_D)
            codes.append(quantized.codes_N)
        return ResidualCodes(
            latent_D=latent_D + (total_D - fixed_D),
            partial_RD=torch.stack(partials, dim=-2),
            codes_R=torch.stack(codes, dim=-1),
        )

    def decode(self, codes_R: Tensor) -> Tensor:
        """Return the sums of the codes, (..., R) to (..., D)."""
        parts = [self.stage(index).decode(codes_R[..., index]) for index in range(self.num_stages)]
        return torch.stack(parts).sum(dim=0)

    @torch.no_grad()
    def learn(self, latent_D: Tensor, quantized: ResidualCodes) -> None:
        """Let the codebooks follow a batch of vectors and what they became."""
        left_D = latent_D.detach()
        for index in range(self.num_stages):
            self.stage(index).learn(left_D, quantized.codes_R[..., index])
            left_D = latent_D.detach() - quantized.partial_RD[..., index, :]


class ResidualStatistics(nn.Module):
    """Mean and second moment of what the true codes leave of a mix, by number of sources."""

    mean_CRD: Tensor
    moment_CRDD: Tensor
    _weight_C: Tensor

    def __init__(self, *, num_stages: int, latent_channels: int) -> None:
        super().__init__()
        shape = (MAX_SOURCES, num_stages, latent_channels)
        identity_DD = torch.eye(latent_channels)
        self.register_buffer("mean_CRD", torch.zeros(shape))
        self.register_buffer(
            "moment_CRDD", identity_DD.expand(*shape, latent_channels).contiguous()
        )
        self.register_buffer("_weight_C", torch.zeros(MAX_SOURCES))

    @torch.no_grad()
    def learn(self, left_BLRD: Tensor, num_sources_B: Tensor) -> None:
        """Take in what is left of mixes, each with its number of sounding sources."""
        for count in range(1, MAX_SOURCES + 1):
            left_NRD = left_BLRD[num_sources_B == count].flatten(0, 1).float()
            if len(left_NRD) == 0:
                continue
            # The first batch counts in full; then a running mean with a short memory at first.
            weight = STATISTICS_DECAY * self._weight_C[count - 1] + 1.0
            share = float(1.0 / weight)
            self._weight_C[count - 1] = weight
            self.mean_CRD[count - 1].lerp_(left_NRD.mean(dim=0), share)
            moment_RDD = torch.einsum("nrd,nre->rde", left_NRD, left_NRD) / len(left_NRD)
            self.moment_CRDD[count - 1].lerp_(moment_RDD, share)

    def covariance(self, *, stage: int, num_sources: int) -> tuple[Tensor, Tensor]:
        """Return mean (D,) and covariance (D, D) after a stage, positive definite, float64.

        Counts that never occurred in training take the nearest lower one that did, grown in
        proportion.
        """
        wanted = min(num_sources, MAX_SOURCES)
        known = [count for count in range(1, wanted + 1) if self._weight_C[count - 1] > 0]
        nearest = known[-1] if known else 1
        mean_D = self.mean_CRD[nearest - 1, stage].double()
        moment_DD = self.moment_CRDD[nearest - 1, stage].double()
        covariance_DD = (moment_DD - torch.outer(mean_D, mean_D)) * (num_sources / nearest)
        floor = VARIANCE_FLOOR * covariance_DD.diagonal().mean().clamp_min(1e-9)
        return mean_D, covariance_DD + floor * torch.eye(len(mean_D)).to(covariance_DD)
