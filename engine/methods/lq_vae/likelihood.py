r"""How the latent of a mix follows from the codes of its sources.

With codes k_s, source weights w_s and a codebook e,

    m = o + Σ_s w_s e[k_s] + ε,    ε ~ N(0, Σ).

Offset o and covariance Σ are measured on training mixes with known codes. Everything after this
file works in whitened coordinates, where Σ is the identity, and with centred contributions,

    -½ ‖h - Σ_s d_s[k_s]‖²,    h = L⁻¹(m - o) - Σ_s mean(d_s),    Σ = L Lᵀ,    d_s = L⁻¹ w_s e,

because small contributions keep the kernels of the posterior within the range of floats.

Axes: S source, K code, D latent channel; leading axes are free.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Likelihood:
    """A Gaussian likelihood of the latent of a mix, in float64.

    Attributes:
        contribution_SKD: Centred and whitened contribution of every code of every source.
        whitening_DD: L⁻¹.
        offset_D: What to subtract from a whitened latent.
        log_scale: Log-density at a latent that the codes explain exactly.
    """

    contribution_SKD: Tensor
    whitening_DD: Tensor
    offset_D: Tensor
    log_scale: float

    @classmethod
    def of(
        cls,
        codebook_KD: Tensor,
        source_weights: Sequence[float],
        *,
        covariance: Tensor,
        offset_D: Tensor | None = None,
    ) -> "Likelihood":
        """Prepare the likelihood of a codebook that all sources share.

        Args:
            codebook_KD: Codes.
            source_weights: Weight of each source in the mix, such as ``(0.5, 0.5)``.
            covariance: Variances (D,) or a covariance (D, D), positive definite.
            offset_D: Mean of the residual; none is zero.

        Raises:
            ValueError: The covariance is not positive definite, or there is no source.
        """
        if not source_weights:
            raise ValueError("a mix has at least one source")
        codebook_KD = codebook_KD.double()
        covariance = covariance.to(codebook_KD)
        covariance_DD = covariance.diag() if covariance.ndim == 1 else covariance
        lower_DD, failure = torch.linalg.cholesky_ex(covariance_DD)
        if int(failure):
            raise ValueError("the covariance of the likelihood is not positive definite")
        identity_DD = torch.eye(len(covariance_DD)).to(lower_DD)
        whitening_DD = torch.linalg.solve_triangular(lower_DD, identity_DD, upper=False)
        weight_S = torch.tensor(source_weights, dtype=torch.float64, device=codebook_KD.device)
        whitened_KD = codebook_KD @ whitening_DD.T
        contribution_SKD = weight_S[:, None, None] * whitened_KD
        mean_SD = contribution_SKD.mean(dim=1)
        mean_D = mean_SD.sum(dim=0)
        if offset_D is not None:
            mean_D = mean_D + whitening_DD @ offset_D.to(mean_D)
        log_determinant = 2.0 * float(lower_DD.diagonal().log().sum())
        return cls(
            contribution_SKD=contribution_SKD - mean_SD[:, None],
            whitening_DD=whitening_DD,
            offset_D=mean_D,
            log_scale=-0.5 * (len(mean_D) * math.log(2.0 * math.pi) + log_determinant),
        )

    @property
    def num_sources(self) -> int:
        """Sources in the mix."""
        return self.contribution_SKD.shape[0]

    @property
    def num_codes(self) -> int:
        """Codes of a source."""
        return self.contribution_SKD.shape[1]

    def whiten(self, mix_D: Tensor) -> Tensor:
        """Turn latents of the mix (..., D) into h, float64."""
        return mix_D.to(self.whitening_DD) @ self.whitening_DD.T - self.offset_D

    def single_scores(self, whitened_D: Tensor, source: int) -> Tensor:
        """Return u = h·d - ½‖d‖² of every code of a source, (..., K).

        With them, -½‖h - Σ d‖² = -½‖h‖² + Σ_s u_s - Σ_{s<t} d_s·d_t.
        """
        contribution_KD = self.contribution_SKD[source]
        return whitened_D @ contribution_KD.T - 0.5 * contribution_KD.square().sum(dim=-1)

    def constant(self, whitened_D: Tensor) -> Tensor:
        """Return the part of the log-density that depends on no code, (...,)."""
        return self.log_scale - 0.5 * whitened_D.square().sum(dim=-1)

    def log_density(self, whitened_D: Tensor, codes_S: Tensor) -> Tensor:
        """Return log p(m | codes); codes (..., S) and latents (..., D) broadcast to (...,)."""
        total_D = torch.zeros_like(whitened_D)
        for source in range(self.num_sources):
            total_D = total_D + self.contribution_SKD[source][codes_S[..., source]]
        return self.log_scale - 0.5 * (whitened_D - total_D).square().sum(dim=-1)
