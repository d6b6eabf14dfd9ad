r"""Sequential Monte Carlo over code sequences.

Drawing each step from its exact posterior samples q(z) = Π_s p(z_s | z_<s) L_s / Z_s(z_<s), which
is not the posterior of the whole sequence: the product of all Z_s is missing. Z_s is the weight
that a particle gains at step s, and it is known before its codes are drawn, so that particles are
resampled first and drawn afterwards (Pitt, Shephard 1999, the fully adapted filter). The mean
weight estimates the evidence p(mix) without bias.

Axes: B window, P particle, S source, L latent step.
"""

import math
from collections.abc import Generator

import torch
from torch import Tensor

from engine.methods.lq_vae.sequence import CodePaths, CodeSequence, reorder


class ParticleWeights:
    """Weights of the particles of every window, in float64."""

    def __init__(self, num_windows: int, num_particles: int, *, device: torch.device) -> None:
        self.log_weight_BP = torch.full(
            (num_windows, num_particles),
            -math.log(num_particles),
            dtype=torch.float64,
            device=device,
        )
        self.log_evidence_B = torch.zeros(num_windows, dtype=torch.float64, device=device)

    def multiply(self, log_increment_BP: Tensor) -> None:
        """Take in p(mix at a step | past) of every particle."""
        log_weight_BP = self.log_weight_BP + log_increment_BP.double()
        log_sum_B = log_weight_BP.logsumexp(dim=-1)
        self.log_weight_BP = log_weight_BP - log_sum_B[:, None]
        self.log_evidence_B = self.log_evidence_B + log_sum_B

    def effective_size(self) -> Tensor:
        """Return 1 / Σ w², the number of particles that the weights are worth, (B,)."""
        return (-(2.0 * self.log_weight_BP).logsumexp(dim=-1)).exp()

    def resample(self, is_due_B: Tensor, uniform: float) -> Tensor:
        """Resample the windows that are due; the others keep particles and weights.

        Returns:
            The ancestor of every particle, (B, P).
        """
        num_particles = self.log_weight_BP.shape[1]
        identity_P = torch.arange(num_particles, device=is_due_B.device)
        drawn_BP = systematic_ancestors(self.log_weight_BP.exp(), uniform)
        uniform_BP = torch.full_like(self.log_weight_BP, -math.log(num_particles))
        self.log_weight_BP = torch.where(is_due_B[:, None], uniform_BP, self.log_weight_BP)
        return torch.where(is_due_B[:, None], drawn_BP, identity_P)


def systematic_ancestors(weight_BP: Tensor, uniform: float) -> Tensor:
    """Draw P ancestors with equal distances in the distribution function (Kitagawa 1996).

    A particle of weight w gets floor(P w) or ceil(P w) descendants, P w on average.

    Args:
        weight_BP: Weights that add up to one.
        uniform: One number in [0, 1) for all windows.
    """
    num_particles = weight_BP.shape[1]
    cumulative_BP = weight_BP.double().cumsum(dim=-1)
    position_P = torch.arange(num_particles, dtype=torch.float64, device=weight_BP.device)
    position_BP = (position_P + uniform) / num_particles * cumulative_BP[:, -1:]
    ancestor_BP = torch.searchsorted(cumulative_BP, position_BP, right=True)
    return ancestor_BP.clamp(max=num_particles - 1)


def sample_codes(
    sequence: CodeSequence,
    generator: torch.Generator,
    *,
    resample_below: float = 0.5,
    lag: int | None = None,
) -> Generator[float, None, CodePaths]:
    """Sample code sequences from the joint posterior of all sources.

    All windows share their random numbers, so that a window's result does not depend on what
    else is in the batch.

    Args:
        sequence: The problem, at its first step.
        generator: Source of every random number, on the CPU.
        resample_below: Resample when the effective size falls below this share of P; 0 never
            does, which leaves i.i.d. candidates with importance weights.
        lag: Steps after which codes are final; none for never.

    Yields:
        The share of the steps that is done.

    Returns:
        Particles and their weights.
    """
    (num_windows, num_particles), num_sources = sequence.shape_BP, sequence.num_sources
    codes_BPLS: Tensor | None = None
    log_weight_BPL: Tensor | None = None
    weights: ParticleWeights | None = None
    for step in range(sequence.num_steps):
        posterior = sequence.posterior()
        device = posterior.log_evidence_BP.device
        first = 0 if lag is None else max(0, step - lag)
        if codes_BPLS is None or log_weight_BPL is None or weights is None:
            shape = (num_windows, num_particles, sequence.num_steps, num_sources)
            codes_BPLS = torch.zeros(shape, dtype=torch.long, device=device)
            log_weight_BPL = torch.zeros(shape[:-1], dtype=torch.float64, device=device)
            weights = ParticleWeights(num_windows, num_particles, device=device)
        weights.multiply(posterior.log_evidence_BP)
        uniform_PS = stratified_uniforms(num_particles, num_sources, generator).to(device)
        resampling_uniform = float(torch.rand((), generator=generator, dtype=torch.float64))
        is_due_B = weights.effective_size() < resample_below * num_particles
        if bool(is_due_B.any()):
            ancestor_BP = weights.resample(is_due_B, resampling_uniform)
            posterior = posterior.select(ancestor_BP)
            sequence.select(ancestor_BP)
            codes_BPLS[:, :, first:step] = reorder(codes_BPLS[:, :, first:step], ancestor_BP)
        log_weight_BPL[:, :, first:] = weights.log_weight_BP[..., None]
        codes_BPS = posterior.draw(uniform_PS.expand(num_windows, -1, -1))
        codes_BPLS[:, :, step] = codes_BPS
        sequence.advance(codes_BPS)
        yield (step + 1) / sequence.num_steps
    if codes_BPLS is None or log_weight_BPL is None or weights is None:
        raise ValueError("a sequence has at least one step")
    return CodePaths(
        codes_BPLS=codes_BPLS,
        log_weight_BPL=log_weight_BPL,
        log_evidence_B=weights.log_evidence_B,
    )


def stratified_uniforms(num_particles: int, num_sources: int, generator: torch.Generator) -> Tensor:
    """Draw uniform numbers (P, S), float64, one in each P-th of [0, 1) per source.

    Each number alone is uniform, which is all that unbiasedness needs; together they spread
    particles with the same past over the posterior.
    """
    order_PS = torch.stack(
        [torch.randperm(num_particles, generator=generator) for _ in range(num_sources)], dim=-1
    )
    offset_PS = torch.rand(num_particles, num_sources, generator=generator, dtype=torch.float64)
    return (order_PS + offset_PS) / num_particles
