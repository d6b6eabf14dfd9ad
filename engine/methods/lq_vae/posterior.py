r"""Exact posterior over the pair of codes that explains one latent step of a mix.

With A_i = log p₁(i | past) + u_i and B_j = log p₂(j | past) + u_j (see ``Likelihood``),

    log p(i, j | m, past) = A_i + B_j - d_i·d_j - log Z.

The kernel G_ij = exp(-d_i·d_j) depends neither on the step nor on the particle, so that the
posterior factors into one matrix product and one row of the kernel:

    p(i) ∝ e^{A_i} Σ_j G_ij e^{B_j},    p(j | i) ∝ e^{B_j - d_i·d_j}.

No K x K x D tensor exists, and no K²-way draw. Nothing is approximated: every row of the
product is scaled by its own largest entry, a bound on what underflow may have cost is compared
with Z, and where it is too much the product is repeated in float64 and at last summed in the
log domain. Source 1 and 2 have names here because K² cells are exact and affordable and K³ are
not; see ``many_sources`` for more.

Axes: B window, P particle, I code of source 1, J code of source 2, D latent channel, N row
(a particle of a window), M pair.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.methods.lq_vae.draw import draw_codes
from engine.methods.lq_vae.likelihood import Likelihood

# Share of Z that underflow may hide before a product is repeated in a wider type.
LOST_SHARE = {torch.float32: 1e-6, torch.float64: 1e-12}
LOG_DOMAIN_CELLS = 1 << 22  # cells summed at once in the log domain; 32 MB in float64
FIRST_ROWS = 16  # rows of the posterior that the search for the best pairs opens at first


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairPosterior:
    """Posterior of one step, for every particle of every window.

    Attributes:
        log_evidence_BP: log p(m | past), the incremental weight of a particle.
        log_first_BPI: log p(i | m, past), normalised.
        log_second_bias_BPJ: B_j, from which p(j | i) follows.
        first_ID: Contributions of source 1.
        second_JD: Contributions of source 2.
    """

    log_evidence_BP: Tensor
    log_first_BPI: Tensor
    log_second_bias_BPJ: Tensor
    first_ID: Tensor
    second_JD: Tensor

    def log_second(self, first_BP: Tensor) -> Tensor:
        """Return log p(j | i, m, past) for one i of every particle, (B, P, J)."""
        bias_BPJ = self.log_second_bias_BPJ
        cross_BPJ = (self.first_ID[first_BP] @ self.second_JD.T).to(bias_BPJ)
        return (bias_BPJ - cross_BPJ).log_softmax(dim=-1)

    def select(self, ancestor_BP: Tensor) -> "PairPosterior":
        """Return the posteriors of chosen particles, such as the survivors of a resampling."""

        def gather(values_BPK: Tensor) -> Tensor:
            index_BPK = ancestor_BP[..., None].expand(-1, -1, values_BPK.shape[-1])
            return values_BPK.gather(1, index_BPK)

        return PairPosterior(
            log_evidence_BP=self.log_evidence_BP.gather(1, ancestor_BP),
            log_first_BPI=gather(self.log_first_BPI),
            log_second_bias_BPJ=gather(self.log_second_bias_BPJ),
            first_ID=self.first_ID,
            second_JD=self.second_JD,
        )

    def draw(self, uniform_BPS: Tensor) -> Tensor:
        """Draw one pair per particle from two uniform numbers, int64 (B, P, 2)."""
        first_BP = draw_codes(self.log_first_BPI, uniform_BPS[..., 0])
        second_BP = draw_codes(self.log_second(first_BP), uniform_BPS[..., 1])
        return torch.stack([first_BP, second_BP], dim=-1)

    def best_tuples(self, num_tuples: int) -> tuple[Tensor, Tensor]:
        """Find the most probable pairs of every particle, exactly.

        A pair is never more probable than its row p(i), so that rows are opened in order of p(i)
        until the next one is less probable than the last pair that was kept.

        Returns:
            Codes (B, P, M, 2) and log p(i, j | m, past) (B, P, M), the best first.
        """
        num_codes = self.log_first_BPI.shape[-1]
        num_second = self.log_second_bias_BPJ.shape[-1]
        num_pairs = min(num_tuples, num_codes * num_second)
        row_BPI, order_BPI = self.log_first_BPI.sort(dim=-1, descending=True, stable=True)
        num_rows = min(num_codes, max(FIRST_ROWS, num_pairs))
        while True:
            first_BPR = order_BPI[..., :num_rows]
            cross_BPRJ = (self.first_ID[first_BPR] @ self.second_JD.T).to(row_BPI)
            bias_BPRJ = self.log_second_bias_BPJ[..., None, :] - cross_BPRJ
            log_pair_BPRJ = row_BPI[..., :num_rows, None] + bias_BPRJ.log_softmax(dim=-1)
            best_BPM, cell_BPM = log_pair_BPRJ.flatten(-2).topk(num_pairs, dim=-1)
            if num_rows == num_codes or bool((row_BPI[..., num_rows] <= best_BPM[..., -1]).all()):
                break
            num_rows = min(num_codes, 2 * num_rows)
        first_BPM = first_BPR.gather(-1, cell_BPM // num_second)
        return torch.stack([first_BPM, cell_BPM % num_second], dim=-1), best_BPM


class PairKernel:
    """The kernel of a pair of sources; made once per codebook, used at every step."""

    def __init__(self, likelihood: Likelihood) -> None:
        """Prepare the tables, K² numbers in float32; those in float64 only when needed.

        Raises:
            ValueError: The likelihood is not one of two sources.
        """
        if likelihood.num_sources != 2:
            raise ValueError(f"a pair has two sources, not {likelihood.num_sources}")
        self.likelihood = likelihood
        self._first_ID, self._second_JD = likelihood.contribution_SKD
        exponent_IJ = -self._first_ID @ self._second_JD.T
        self._highest_I = exponent_IJ.amax(dim=1)
        self._scaled_JI = {
            torch.float32: (exponent_IJ - self._highest_I[:, None]).exp().T.float().contiguous()
        }

    def posterior(
        self, mix_BPD: Tensor, log_prior_1_BPI: Tensor, log_prior_2_BPJ: Tensor
    ) -> PairPosterior:
        """Combine a step of the mix with both priors of every particle.

        Args:
            mix_BPD: Latents of the mix; P is one where all particles see the same.
            log_prior_1_BPI: log p₁(i | past), float32 or float64; -inf forbids a code.
            log_prior_2_BPJ: log p₂(j | past).

        Returns:
            The posterior, in the type of the priors.
        """
        whitened_BPD = self.likelihood.whiten(mix_BPD)
        return self.posterior_of_whitened(whitened_BPD, log_prior_1_BPI, log_prior_2_BPJ)

    def posterior_of_whitened(
        self, whitened_BPD: Tensor, log_prior_1_BPI: Tensor, log_prior_2_BPJ: Tensor
    ) -> PairPosterior:
        """Do the same for whitened latents; see ``Likelihood.whiten``."""
        first_BPI, second_BPJ = (
            log_prior + self.likelihood.single_scores(whitened_BPD, source).to(log_prior)
            for source, log_prior in enumerate((log_prior_1_BPI, log_prior_2_BPJ))
        )
        row_NI = first_BPI.flatten(0, 1) + self._log_row_sums(
            first_BPI.flatten(0, 1), second_BPJ.flatten(0, 1)
        )
        log_total_N = row_NI.logsumexp(dim=-1)
        constant_BP = self.likelihood.constant(whitened_BPD).to(log_total_N)
        return PairPosterior(
            log_evidence_BP=log_total_N.unflatten(0, first_BPI.shape[:2]) + constant_BP,
            log_first_BPI=(row_NI - log_total_N[:, None]).unflatten(0, first_BPI.shape[:2]),
            log_second_bias_BPJ=second_BPJ,
            first_ID=self._first_ID,
            second_JD=self._second_JD,
        )

    def _log_row_sums(self, first_NI: Tensor, second_NJ: Tensor) -> Tensor:
        """Return log Σ_j exp(B_j - d_i·d_j), (N, I), in the narrowest type that is safe."""
        types = [torch.float64] if first_NI.dtype == torch.float64 else list(LOST_SHARE)
        sums_NI = torch.empty_like(first_NI)
        rest_N = torch.arange(len(first_NI), device=first_NI.device)
        for dtype in types:
            log_sum_NI, is_safe_N = self._product(first_NI[rest_N], second_NJ[rest_N], dtype)
            sums_NI[rest_N] = log_sum_NI.to(sums_NI)
            rest_N = rest_N[~is_safe_N]
            if len(rest_N) == 0:
                return sums_NI
        sums_NI[rest_N] = self._log_domain_sums(second_NJ[rest_N].double()).to(sums_NI)
        return sums_NI

    def _product(
        self, first_NI: Tensor, second_NJ: Tensor, dtype: torch.dtype
    ) -> tuple[Tensor, Tensor]:
        """Multiply by the scaled kernel; the second result says which rows lost nothing.

        A term that underflows is below ``tiny`` relative to the largest prior times the largest
        entry of its row, so that row i loses less than J · tiny · e^{max B + max_j G_ij}.
        """
        if dtype not in self._scaled_JI:
            exponent_IJ = -self._first_ID @ self._second_JD.T
            self._scaled_JI[dtype] = (exponent_IJ - self._highest_I[:, None]).exp().T.contiguous()
        first_NI, second_NJ = first_NI.to(dtype), second_NJ.to(dtype)
        scaled_JI, highest_I = self._scaled_JI[dtype], self._highest_I.to(dtype)
        top_N1 = second_NJ.amax(dim=-1, keepdim=True)
        log_sum_NI = ((second_NJ - top_N1).exp() @ scaled_JI).log() + (highest_I + top_N1)
        log_total_N = (first_NI + log_sum_NI).logsumexp(dim=-1)
        log_bound_N = (first_NI + highest_I).logsumexp(dim=-1) + top_N1[:, 0]
        log_lost_N = log_bound_N + math.log(len(scaled_JI) * torch.finfo(dtype).tiny)
        return log_sum_NI, log_lost_N - log_total_N < math.log(LOST_SHARE[dtype])

    def _log_domain_sums(self, second_NJ: Tensor) -> Tensor:
        """Sum the rows without any product, which no range of values can harm."""
        rows_at_once = max(1, LOG_DOMAIN_CELLS // second_NJ.numel())
        return torch.cat(
            [
                (second_NJ[:, None] - part_ID @ self._second_JD.T).logsumexp(dim=-1)
                for part_ID in self._first_ID.split(rows_at_once)
            ],
            dim=-1,
        )
