"""A toy with a known answer: Markov priors of two sources, Gaussian observations of their sum.

Axes: B window, P particle, S source, L step, K code, D channel, X pair of codes.
"""

import itertools
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.methods.lq_vae.likelihood import Likelihood
from engine.methods.lq_vae.posterior import PairKernel, PairPosterior
from engine.methods.lq_vae.sequence import reorder


@dataclass(frozen=True, kw_only=True, eq=False)
class Toy:
    log_initial_SK: Tensor
    log_transition_SKK: Tensor
    likelihood: Likelihood
    mix_BLD: Tensor

    def log_emission_LX(self, window: int) -> Tensor:
        first_KD, second_KD = self.likelihood.contribution_SKD
        whitened_LD = self.likelihood.whiten(self.mix_BLD[window])
        sum_XD = (first_KD[:, None] + second_KD).flatten(0, 1)
        squares_LX = (whitened_LD[:, None] - sum_XD).square().sum(dim=-1)
        emission_LX: Tensor = self.likelihood.log_scale - 0.5 * squares_LX
        return emission_LX

    def _chain(self) -> tuple[Tensor, Tensor]:
        first_K, second_K = self.log_initial_SK
        log_initial_X = (first_K[:, None] + second_K).flatten()
        first_KK, second_KK = self.log_transition_SKK
        log_transition_XX = first_KK[:, None, :, None] + second_KK[None, :, None, :]
        num_pairs = len(log_initial_X)
        return log_initial_X, log_transition_XX.reshape(num_pairs, num_pairs)

    def log_evidence(self, window: int) -> float:
        """By the forward algorithm."""
        log_initial_X, log_transition_XX = self._chain()
        emission_LX = self.log_emission_LX(window)
        forward_X = log_initial_X + emission_LX[0]
        for emission_X in emission_LX[1:]:
            forward_X = (forward_X[:, None] + log_transition_XX).logsumexp(0) + emission_X
        return float(forward_X.logsumexp(0))

    def _forward(self, window: int) -> list[Tensor]:
        log_initial_X, log_transition_XX = self._chain()
        emission_LX = self.log_emission_LX(window)
        forward = [log_initial_X + emission_LX[0]]
        for emission_X in emission_LX[1:]:
            forward.append((forward[-1][:, None] + log_transition_XX).logsumexp(0) + emission_X)
        return forward

    def filtered_LX(self, window: int) -> Tensor:
        """p(pair at each step | mix up to that step)."""
        return torch.stack(self._forward(window)).softmax(dim=-1)

    def smoothed_LX(self, window: int) -> Tensor:
        """p(pair at each step | whole mix), by forward and backward messages."""
        log_initial_X, log_transition_XX = self._chain()
        emission_LX = self.log_emission_LX(window)
        forward = self._forward(window)
        backward = [torch.zeros_like(log_initial_X)]
        for emission_X in emission_LX[1:].flip(0):
            backward.append((log_transition_XX + emission_X + backward[-1]).logsumexp(1))
        return (torch.stack(forward) + torch.stack(backward[::-1])).softmax(dim=-1)

    def most_probable(self, window: int) -> tuple[list[int], float]:
        """Pairs of the best sequence and its log p(codes, mix), by Viterbi's algorithm."""
        log_initial_X, log_transition_XX = self._chain()
        emission_LX = self.log_emission_LX(window)
        best_X, parents = log_initial_X + emission_LX[0], []
        for emission_X in emission_LX[1:]:
            scores_X, parent_X = (best_X[:, None] + log_transition_XX).max(dim=0)
            best_X = scores_X + emission_X
            parents.append(parent_X)
        score, pair = (float(best_X.max()), int(best_X.argmax()))
        path = [pair]
        for parent_X in reversed(parents):
            pair = int(parent_X[pair])
            path.append(pair)
        return path[::-1], score


def random_toy(
    seed: int,
    *,
    num_codes: int = 5,
    num_steps: int = 12,
    num_windows: int = 1,
    sigma: float = 0.6,
    sharpness: float = 2.0,
) -> Toy:
    random = torch.Generator().manual_seed(seed)

    def normal(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=random, dtype=torch.float64)

    log_initial_SK = (sharpness * normal(2, num_codes)).log_softmax(-1)
    log_transition_SKK = (sharpness * normal(2, num_codes, num_codes)).log_softmax(-1)
    codebook_KD = normal(num_codes, 2)
    likelihood = Likelihood.of(codebook_KD, (0.5, 0.5), covariance=torch.full((2,), sigma**2))
    latents = []
    for _ in range(num_windows):
        codes_S = [int(torch.multinomial(p_K.exp(), 1, generator=random)) for p_K in log_initial_SK]
        for _ in range(num_steps):
            latents.append(0.5 * codebook_KD[codes_S].sum(dim=0) + sigma * normal(2))
            codes_S = [
                int(torch.multinomial(log_transition_SKK[s, code].exp(), 1, generator=random))
                for s, code in enumerate(codes_S)
            ]
    mix_BLD = torch.stack(latents).unflatten(0, (num_windows, num_steps))
    return Toy(
        log_initial_SK=log_initial_SK,
        log_transition_SKK=log_transition_SKK,
        likelihood=likelihood,
        mix_BLD=mix_BLD,
    )


class ToySequence:
    """The toy as a ``CodeSequence``."""

    num_sources = 2

    def __init__(self, toy: Toy, *, num_particles: int) -> None:
        self._toy = toy
        self._kernel = PairKernel(toy.likelihood)
        self._step = 0
        num_codes = toy.log_initial_SK.shape[1]
        shape = (2, len(toy.mix_BLD), num_particles, num_codes)
        self._log_prior_SBPK = toy.log_initial_SK[:, None, None].expand(shape)

    @property
    def num_steps(self) -> int:
        return self._toy.mix_BLD.shape[1]

    @property
    def shape_BP(self) -> tuple[int, int]:
        return self._log_prior_SBPK.shape[1], self._log_prior_SBPK.shape[2]

    def posterior(self) -> PairPosterior:
        mix_BPD = self._toy.mix_BLD[:, self._step, None]
        return self._kernel.posterior(mix_BPD, *self._log_prior_SBPK)

    def advance(self, codes_BPS: Tensor) -> None:
        rows = [self._toy.log_transition_SKK[s][codes_BPS[..., s]] for s in range(2)]
        self._log_prior_SBPK = torch.stack(rows)
        self._step += 1

    def select(self, ancestor_BP: Tensor) -> None:
        self._log_prior_SBPK = torch.stack(
            [reorder(prior_BPK, ancestor_BP) for prior_BPK in self._log_prior_SBPK]
        )


def clean_beam_search(toy: Toy, num_beams: int) -> tuple[float, list[tuple[int, int]]]:
    """Beam search over lists of Python numbers: score and pairs of the best path."""
    num_codes = toy.log_initial_SK.shape[1]
    emission_LX = toy.log_emission_LX(0).tolist()
    first, second = toy.log_initial_SK.tolist()
    moves = toy.log_transition_SKK.tolist()
    beams: list[tuple[float, list[tuple[int, int]]]] = [(0.0, [])]
    for emission_X in emission_LX:
        grown = []
        for score, path in beams:
            for i, j in itertools.product(range(num_codes), repeat=2):
                prior = (
                    moves[0][path[-1][0]][i] + moves[1][path[-1][1]][j]
                    if path
                    else first[i] + second[j]
                )
                grown.append((score + prior + emission_X[i * num_codes + j], [*path, (i, j)]))
        beams = sorted(grown, key=lambda beam: -beam[0])[:num_beams]
    return beams[0]
