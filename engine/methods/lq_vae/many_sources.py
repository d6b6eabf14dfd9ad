r"""Posterior over the codes of three and more sources at one step.

K³ cells are too many. Two ways are left, and both say what they are worth:

*Pruned product.* Each source keeps its M most promising codes, and the M^S tuples of them are
enumerated. What lies outside has a mass of at most

    Σ_s Σ_{k ∉ T_s} p_s(k) b_s(k),    b_s(k) = exp(-½ max(0, ‖h - d_s[k]‖ - Σ_{t≠s} max ‖d_t‖)²),

because no choice of the others comes closer to h. Where that is a small share of the mass inside,
the step is certified and as good as exact.

*Blocked Gibbs.* Otherwise all sources but two are drawn from a proposal in which the others are
Gaussians with the mean and variance of their priors, the last two from their exact pair
posterior. The mean of the importance weights of a few such tries is an evidence without bias,
one try is kept, and sweeps of exact pair draws over all pairs move it; they leave the posterior
unchanged. A particle stays properly weighted either way.

Axes: B window, P particle, S source, K code, D latent channel, N row (a particle of a window),
M candidate, R try.
"""

import dataclasses
import itertools
import math
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.methods.lq_vae.draw import draw_codes
from engine.methods.lq_vae.likelihood import Likelihood
from engine.methods.lq_vae.posterior import PairKernel
from engine.methods.lq_vae.sequence import reorder


@dataclass(frozen=True, slots=True, kw_only=True)
class ManySourcesConfig:
    """What a step with three or more sources may cost.

    Attributes:
        num_cells: Tuples that are enumerated; M is the root of it.
        lost_share: Mass outside of them that still passes for exact.
        num_tries: Tries of the proposal.
        num_sweeps: Gibbs sweeps over all pairs of sources.
    """

    num_cells: int = 4096
    lost_share: float = 1e-3
    num_tries: int = 4
    num_sweeps: int = 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ManyPosterior:
    """Posterior of one step, for every particle of every window.

    Attributes:
        log_evidence_BP: log p(m | past); without bias where the step is not certified.
        is_certified_BP: The pruned product ran and lost next to nothing; else blocked Gibbs.
        log_cell_BPC: Log-probability of the enumerated tuples, normalised among them.
        candidate_BPSM: Codes that each source keeps.
        state_BPS: Codes from which the sweeps start.
        whitened_BPD: Whitened latent of the mix.
        log_prior_SBPK: The priors.
        kernel: Where the pairs' kernels are.
    """

    log_evidence_BP: Tensor
    is_certified_BP: Tensor
    log_cell_BPC: Tensor
    candidate_BPSM: Tensor
    state_BPS: Tensor
    whitened_BPD: Tensor
    log_prior_SBPK: Tensor
    kernel: "ManyKernel"

    def select(self, ancestor_BP: Tensor) -> "ManyPosterior":
        """Return the posteriors of chosen particles."""
        return dataclasses.replace(
            self,
            log_evidence_BP=reorder(self.log_evidence_BP, ancestor_BP),
            is_certified_BP=reorder(self.is_certified_BP, ancestor_BP),
            log_cell_BPC=reorder(self.log_cell_BPC, ancestor_BP),
            candidate_BPSM=reorder(self.candidate_BPSM, ancestor_BP),
            state_BPS=reorder(self.state_BPS, ancestor_BP),
            whitened_BPD=reorder(self.whitened_BPD, ancestor_BP),
            log_prior_SBPK=torch.stack([reorder(p, ancestor_BP) for p in self.log_prior_SBPK]),
        )

    def draw(self, uniform_BPS: Tensor) -> Tensor:
        """Draw codes (B, P, S)."""
        pruned_BPS = self._tuples(draw_codes(self.log_cell_BPC, uniform_BPS[..., 0])[..., None])
        if bool(self.is_certified_BP.all()):
            return pruned_BPS[..., 0, :]
        moved_BPS = self.kernel.sweep(self.state_BPS, self.whitened_BPD, self.log_prior_SBPK)
        return torch.where(self.is_certified_BP[..., None], pruned_BPS[..., 0, :], moved_BPS)

    def best_tuples(self, num_tuples: int) -> tuple[Tensor, Tensor]:
        """Return the best of the enumerated codes (B, P, M, S) and their log-probability."""
        num_tuples = min(num_tuples, self.log_cell_BPC.shape[-1])
        best_BPM, cell_BPM = self.log_cell_BPC.topk(num_tuples, dim=-1)
        return self._tuples(cell_BPM), best_BPM

    def _tuples(self, cell_BPM: Tensor) -> Tensor:
        """Return the codes (B, P, M, S) of enumerated cells."""
        num_sources, num_candidates = self.candidate_BPSM.shape[-2:]
        codes = []
        for source in range(num_sources):
            place_BPM = cell_BPM // num_candidates ** (num_sources - 1 - source) % num_candidates
            codes.append(self.candidate_BPSM[..., source, :].gather(-1, place_BPM))
        return torch.stack(codes, dim=-1)


class ManyKernel:
    """What three or more sources need at every step; made once per codebook."""

    def __init__(
        self, likelihood: Likelihood, config: ManySourcesConfig, generator: torch.Generator
    ) -> None:
        """Prepare the kernels of all pairs; those that are equal are shared.

        Args:
            likelihood: Of two or more sources.
            config: What a step may cost.
            generator: Source of the random numbers of tries and sweeps, on the CPU. All windows
                share them.
        """
        if likelihood.num_sources < 2:
            raise ValueError(f"expected two or more sources, got {likelihood.num_sources}")
        self.likelihood = likelihood
        self._config = config
        self._generator = generator
        self._pairs = list(itertools.combinations(range(likelihood.num_sources), 2))
        self._kernels: dict[tuple[int, int], PairKernel] = {}
        for pair in self._pairs:
            contribution_2KD = likelihood.contribution_SKD[list(pair)]
            for known in self._kernels.values():
                if torch.equal(known.likelihood.contribution_SKD, contribution_2KD):
                    self._kernels[pair] = known
                    break
            else:
                part = dataclasses.replace(likelihood, contribution_SKD=contribution_2KD)
                self._kernels[pair] = PairKernel(part)
        self._longest_S = likelihood.contribution_SKD.norm(dim=-1).amax(dim=-1)

    def posterior(self, mix_BPD: Tensor, log_prior_SBPK: Tensor) -> ManyPosterior:
        """Combine a step of the mix with the priors of every particle; P of the mix may be one."""
        shape_BP = log_prior_SBPK.shape[1:3]
        whitened_BPD = self.likelihood.whiten(mix_BPD).expand(*shape_BP, -1)
        single_SBPK = torch.stack(
            [
                self.likelihood.single_scores(whitened_BPD, source)
                for source in range(self.likelihood.num_sources)
            ]
        )
        score_SBPK = torch.stack(
            [
                self._proposal(source, whitened_BPD, log_prior_SBPK, others=self._others(source))
                for source in range(self.likelihood.num_sources)
            ]
        )
        candidate_BPSM, log_cell_BPC = self._enumerate(
            whitened_BPD, log_prior_SBPK, single_SBPK, score_SBPK
        )
        log_inside_BP = log_cell_BPC.logsumexp(dim=-1)
        log_outside_BP = self._log_outside(
            whitened_BPD, log_prior_SBPK, single_SBPK, candidate_BPSM
        )
        is_certified_BP = log_outside_BP - log_inside_BP <= math.log(self._config.lost_share)
        log_evidence_BP = log_inside_BP + self.likelihood.log_scale
        state_BPS = candidate_BPSM[..., 0]
        if not bool(is_certified_BP.all()):
            tried_BP, state_BPS = self._try(whitened_BPD, log_prior_SBPK)
            log_evidence_BP = torch.where(is_certified_BP, log_evidence_BP, tried_BP)
        return ManyPosterior(
            log_evidence_BP=log_evidence_BP,
            is_certified_BP=is_certified_BP,
            log_cell_BPC=log_cell_BPC - log_inside_BP[..., None],
            candidate_BPSM=candidate_BPSM,
            state_BPS=state_BPS,
            whitened_BPD=whitened_BPD,
            log_prior_SBPK=log_prior_SBPK,
            kernel=self,
        )

    def sweep(self, state_BPS: Tensor, whitened_BPD: Tensor, log_prior_SBPK: Tensor) -> Tensor:
        """Draw each pair of sources from its exact posterior given the others, in turn."""
        state_BPS = state_BPS.clone()
        num_windows, num_particles, num_sources = state_BPS.shape
        for _ in range(self._config.num_sweeps):
            for pair in self._pairs:
                rest_BPD = whitened_BPD
                for source in range(num_sources):
                    if source not in pair:
                        rest_BPD = rest_BPD - self._contribution(source, state_BPS[..., source])
                posterior = self._kernels[pair].posterior_of_whitened(
                    rest_BPD, log_prior_SBPK[pair[0]], log_prior_SBPK[pair[1]]
                )
                uniform_P2 = self._uniform(num_particles, 2)
                uniform_BP2 = uniform_P2.to(whitened_BPD.device).expand(num_windows, -1, -1)
                state_BPS[..., list(pair)] = posterior.draw(uniform_BP2)
        return state_BPS

    def _others(self, source: int) -> list[int]:
        return [other for other in range(self.likelihood.num_sources) if other != source]

    def _contribution(self, source: int, codes_BP: Tensor) -> Tensor:
        return self.likelihood.contribution_SKD[source][codes_BP]

    def _uniform(self, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=self._generator, dtype=torch.float64)

    def _proposal(
        self, source: int, whitened_BPD: Tensor, log_prior_SBPK: Tensor, *, others: list[int]
    ) -> Tensor:
        """Return log p(k) N(h; d[k] + mean of the others, 1 + their variance), unnormalised."""
        mean_BPD, variance_BPD = whitened_BPD, torch.ones_like(whitened_BPD)
        for other in others:
            table_KD = self.likelihood.contribution_SKD[other]
            prior_BPK = log_prior_SBPK[other].to(table_KD).exp()
            expected_BPD = prior_BPK @ table_KD
            variance_BPD = variance_BPD + prior_BPK @ table_KD.square() - expected_BPD.square()
            mean_BPD = mean_BPD - expected_BPD
        # ‖(h - d) / σ‖² without a (B, P, K, D) tensor.
        table_KD = self.likelihood.contribution_SKD[source]
        precision_BPD = 1.0 / variance_BPD.clamp_min(1.0)
        distance_BPK = (
            precision_BPD @ table_KD.square().T - 2.0 * (mean_BPD * precision_BPD) @ table_KD.T
        )
        return log_prior_SBPK[source] - 0.5 * distance_BPK

    def _enumerate(
        self, whitened_BPD: Tensor, log_prior_SBPK: Tensor, single_SBPK: Tensor, score_SBPK: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return candidates (B, P, S, M) and log(p · likelihood / its maximum) of all tuples."""
        num_sources, *shape_BP, num_codes = score_SBPK.shape
        num_candidates = int(self._config.num_cells ** (1.0 / num_sources) + 1e-9)
        num_candidates = min(num_codes, max(1, num_candidates))
        candidate_SBPM = score_SBPK.topk(num_candidates, dim=-1).indices
        table = -0.5 * whitened_BPD.square().sum(dim=-1)
        table = table.reshape(*shape_BP, *[1] * num_sources)
        chosen = []
        for source in range(num_sources):
            index_BPM = candidate_SBPM[source]
            chosen.append(self._contribution(source, index_BPM))
            weight_BPM = (log_prior_SBPK[source] + single_SBPK[source]).gather(-1, index_BPM)
            axes = [1] * num_sources
            axes[source] = num_candidates
            table = table + weight_BPM.reshape(*shape_BP, *axes)
        for first, second in self._pairs:
            axes = [1] * num_sources
            axes[first] = axes[second] = num_candidates
            cross_BPMM = chosen[first] @ chosen[second].transpose(-1, -2)
            table = table - cross_BPMM.reshape(*shape_BP, *axes)
        return candidate_SBPM.permute(1, 2, 0, 3), table.flatten(2)

    def _log_outside(
        self,
        whitened_BPD: Tensor,
        log_prior_SBPK: Tensor,
        single_SBPK: Tensor,
        candidate_BPSM: Tensor,
    ) -> Tensor:
        """Return the log of the bound on the mass of all tuples that were not enumerated."""
        length_BP = whitened_BPD.square().sum(dim=-1)
        bounds = []
        for source in range(self.likelihood.num_sources):
            reach = self._longest_S[self._others(source)].sum()
            distance_BPK = (length_BP[..., None] - 2.0 * single_SBPK[source]).clamp_min(0.0).sqrt()
            log_bound_BPK = -0.5 * (distance_BPK - reach).clamp_min(0.0).square()
            log_mass_BPK = log_prior_SBPK[source].to(log_bound_BPK) + log_bound_BPK
            bounds.append(log_mass_BPK.scatter(-1, candidate_BPSM[..., source, :], -torch.inf))
        return torch.cat(bounds, dim=-1).logsumexp(dim=-1)

    def _try(self, whitened_BPD: Tensor, log_prior_SBPK: Tensor) -> tuple[Tensor, Tensor]:
        """Return an estimate of log p(m | past) without bias, and codes drawn accordingly."""
        num_windows, num_particles, _ = whitened_BPD.shape
        num_tries, num_sources = self._config.num_tries, self.likelihood.num_sources
        uniform_PRX = self._uniform(num_particles, num_tries, num_sources)
        uniform_NRX = uniform_PRX.to(whitened_BPD.device).repeat(num_windows, 1, 1)
        rest_NRD = whitened_BPD.flatten(0, 1)[:, None].expand(-1, num_tries, -1)
        prior_SNRK = log_prior_SBPK.flatten(1, 2)[:, :, None].expand(-1, -1, num_tries, -1)
        log_weight_NR = torch.zeros(rest_NRD.shape[:2]).to(whitened_BPD)
        codes = {}
        for source in reversed(range(2, num_sources)):
            score_NRK = self._proposal(source, rest_NRD, prior_SNRK, others=list(range(source)))
            score_NRK = score_NRK.log_softmax(dim=-1)
            codes[source] = draw_codes(score_NRK, uniform_NRX[..., source])
            ratio_NRK = prior_SNRK[source] - score_NRK
            log_weight_NR = log_weight_NR + ratio_NRK.gather(-1, codes[source][..., None])[..., 0]
            rest_NRD = rest_NRD - self._contribution(source, codes[source])
        pair = self._kernels[0, 1].posterior_of_whitened(rest_NRD, prior_SNRK[0], prior_SNRK[1])
        log_weight_NR = log_weight_NR + pair.log_evidence_BP
        state_NR2 = pair.draw(uniform_NRX[..., :2])
        state_NRS = torch.cat(
            [state_NR2, *[codes[source][..., None] for source in range(2, num_sources)]], dim=-1
        )
        kept_P = self._uniform(num_particles).to(whitened_BPD.device)
        kept_N = draw_codes(log_weight_NR, kept_P.repeat(num_windows))
        state_NS = state_NRS[torch.arange(len(kept_N)), kept_N]
        log_mean_N = log_weight_NR.logsumexp(dim=-1) - math.log(num_tries)
        shape_BP = (num_windows, num_particles)
        return log_mean_N.unflatten(0, shape_BP), state_NS.unflatten(0, shape_BP)
