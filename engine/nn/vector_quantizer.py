"""Nearest-neighbour vector quantisation with a codebook that follows its vectors.

The codebook is a running mean and not trained by gradients (van den Oord et al. 2017, appendix;
Jukebox, arXiv 2005.00341): N_k ← μ N_k + (1 - μ) n_k, S_k ← μ S_k + (1 - μ) Σ h, e_k = S_k / N_k.
A code that is hardly used any more starts again at a random vector.

Axes: N vector, D latent channel, K code, M pair of codes; leading axes are free.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

DECAY = 0.97
DEAD_SHARE = 0.1  # of the average use; a code below it starts again
# Of the average use, with which a fresh code starts; unused it dies after 40 steps.
FRESH_SHARE = 0.35
VECTORS_AT_ONCE = 1 << 14  # distances to all codes are held for so many: 64 MB with 1024 codes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Quantized:
    """Result of a quantisation.

    Attributes:
        latent_ND: Quantised latent; its gradient is that of the input.
        codes_N: Index of the code of each vector.
    """

    latent_ND: Tensor
    codes_N: Tensor


class VectorQuantizer(nn.Module):
    """A codebook of K vectors of D channels.

    With ``has_zero`` code 0 stands for silence: it is the zero vector and stays so.
    """

    codebook_KD: Tensor
    _count_K: Tensor
    _sum_KD: Tensor
    _is_started: Tensor

    def __init__(self, num_codes: int, latent_channels: int, *, has_zero: bool = False) -> None:
        super().__init__()
        self.has_zero = has_zero
        codebook_KD = torch.randn(num_codes, latent_channels) / latent_channels**0.5
        if has_zero:
            codebook_KD[0] = 0.0
        self.register_buffer("codebook_KD", codebook_KD)
        self.register_buffer("_count_K", torch.zeros(num_codes))
        self.register_buffer("_sum_KD", torch.zeros(num_codes, latent_channels))
        self.register_buffer("_is_started", torch.zeros(()))

    def forward(self, latent_ND: Tensor) -> Quantized:
        """Replace each vector (..., D) by its nearest code; gradients pass straight through."""
        codes_N = self.nearest_codes(latent_ND.detach())
        quantized_ND = self.decode(codes_N)
        return Quantized(latent_ND=latent_ND + (quantized_ND - latent_ND).detach(), codes_N=codes_N)

    def nearest_codes(self, latent_ND: Tensor) -> Tensor:
        """Return the index of the closest code, (..., D) to (...)."""
        flat_ND = latent_ND.reshape(-1, latent_ND.shape[-1]).to(self.codebook_KD)
        # ‖h - e‖² = ‖h‖² - 2 h·e + ‖e‖², and ‖h‖² does not change the winner.
        norm_K = self.codebook_KD.square().sum(dim=-1)
        codes = [
            torch.addmm(norm_K, part_ND, self.codebook_KD.T, alpha=-2.0).argmin(dim=-1)
            for part_ND in flat_ND.split(VECTORS_AT_ONCE)
        ]
        return torch.cat(codes).view(latent_ND.shape[:-1])

    def decode(self, codes_N: Tensor) -> Tensor:
        """Look codes up, (...) to (..., D)."""
        return functional.embedding(codes_N, self.codebook_KD)

    @torch.no_grad()
    def learn(self, latent_ND: Tensor, codes_N: Tensor) -> None:
        """Let the codebook follow a batch of vectors and the codes that they got.

        Random numbers come from torch's own generator, which the trainer seeds. The first batch
        only starts the codebook.
        """
        flat_ND = latent_ND.detach().reshape(-1, latent_ND.shape[-1]).to(self.codebook_KD)
        if self.has_zero:
            is_sounding_N = flat_ND.any(dim=-1)
            flat_ND, codes_N = flat_ND[is_sounding_N], codes_N.reshape(-1)[is_sounding_N]
        if len(flat_ND) == 0:
            return
        average_use = len(flat_ND) / len(self.codebook_KD)
        if not bool(self._is_started):
            self._is_started.fill_(1.0)
            self._restart(torch.ones_like(self._count_K, dtype=torch.bool), flat_ND, average_use)
            return
        flat_codes_N = codes_N.reshape(-1)
        count_K = torch.zeros_like(self._count_K)
        count_K.index_add_(0, flat_codes_N, torch.ones_like(flat_ND[:, 0]))
        sum_KD = torch.zeros_like(self._sum_KD).index_add_(0, flat_codes_N, flat_ND)
        self._count_K.lerp_(count_K, 1.0 - DECAY)
        self._sum_KD.lerp_(sum_KD, 1.0 - DECAY)
        is_dead_K = self._count_K < DEAD_SHARE * average_use
        self.codebook_KD.copy_(self._sum_KD / self._count_K.clamp_min(1e-9)[:, None])
        self._restart(is_dead_K, flat_ND, average_use)

    def use_K(self) -> Tensor:
        """Share of the vectors that each code gets lately, (K,)."""
        total = self._count_K.sum()
        even_K = torch.full_like(self._count_K, 1.0 / len(self._count_K))
        return torch.where(total > 0.0, self._count_K / total.clamp_min(1e-9), even_K)

    def _restart(self, is_chosen_K: Tensor, flat_ND: Tensor, average_use: float) -> None:
        """Put codes onto random vectors of the batch, with jitter where those are too few."""
        num_codes, num_channels = self.codebook_KD.shape
        index_K = torch.randint(len(flat_ND), (num_codes,), device=flat_ND.device)
        if len(flat_ND) >= num_codes:
            index_K = torch.randperm(len(flat_ND), device=flat_ND.device)[:num_codes]
        fresh_KD = flat_ND[index_K]
        jitter = 0.01 * flat_ND.std(unbiased=False) / num_channels**0.5
        fresh_KD = fresh_KD + jitter * torch.randn_like(fresh_KD)
        self.codebook_KD.copy_(torch.where(is_chosen_K[:, None], fresh_KD, self.codebook_KD))
        self._count_K.masked_fill_(is_chosen_K, average_use)
        self._sum_KD.copy_(torch.where(is_chosen_K[:, None], fresh_KD * average_use, self._sum_KD))
        if self.has_zero:
            self.codebook_KD[0] = 0.0


def perplexity(codes_N: Tensor, num_codes: int) -> Tensor:
    """Return 2^entropy of the codes in a batch: how many are used as if equally, a scalar."""
    share_K = torch.bincount(codes_N.reshape(-1), minlength=num_codes).double()
    share_K = share_K / share_K.sum()
    return (-(share_K * share_K.clamp_min(1e-12).log()).sum()).exp().float()


def tie_share(codebook_KD: Tensor, codes_M2: Tensor) -> Tensor:
    """Share of pairs of codes whose average has one of the two for its nearest code, a scalar.

    The average of two codes is equally far from both, so that rounding decides, unless a third
    one lies closer. A loss that compares re-quantised averages teaches little where this is high.
    """
    average_MD = 0.5 * codebook_KD[codes_M2].sum(dim=1)
    norm_K = codebook_KD.square().sum(dim=-1)
    distance_MK = norm_K - 2.0 * average_MD @ codebook_KD.T
    own_M = distance_MK.gather(1, codes_M2).amin(dim=1)
    closest_other_M = distance_MK.scatter(1, codes_M2, torch.inf).amin(dim=1)
    return (closest_other_M >= own_M).float().mean()
