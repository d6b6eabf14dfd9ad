"""What the posterior and the whole loop cost, beside the published way of computing them.

    python -m tests.benchmarks.lq_vae_speed [--candidates 64] [--steps 3]

One thread, CPU-seconds. Both loops have the same K, the same number of candidates and the same
priors. The dense one is written for this comparison after the description of the published loop:
the likelihood is recomputed from a K x K x D tensor at every step, added to the outer sum of both
priors, and a pair is drawn from K² categories. It takes the candidates in parts to bound memory.

Axes: B candidate, I code of source 1, J code of source 2, K code, D latent channel, S source.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from engine.methods.lq_vae.latent_sequence import LatentSequence, StagePosteriors
from engine.methods.lq_vae.likelihood import Likelihood
from engine.methods.lq_vae.many_sources import ManySourcesConfig
from engine.methods.lq_vae.posterior import PairKernel
from engine.methods.lq_vae.prior import CodePrior, PriorConfig
from engine.methods.lq_vae.residual_quantizer import ResidualQuantizer, ResidualStatistics
from engine.methods.lq_vae.smc import sample_codes

NUM_CODES = 2048
CHANNELS = 64
STEPS_PER_SECOND = 22_050 / 64
SIGMA = 0.4
CANDIDATES_AT_ONCE = 16
WARM_STEPS = 2
OUR_STEPS = 40


@torch.inference_mode()
def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidates", type=int, default=64)
    parser.add_argument("--steps", type=int, default=3, help="of the dense loop")
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    quantizer = ResidualQuantizer(
        num_stages=1, num_codes=NUM_CODES, latent_channels=CHANNELS, has_zero=False
    )
    codebook_KD = quantizer.stage(0).codebook_KD
    prior = CodePrior(PriorConfig(), num_codes=NUM_CODES, num_stages=1, num_sources=2).eval()
    num_parameters = sum(parameter.numel() for parameter in prior.parameters()) // 2
    log_prior_SBK = torch.randn(2, args.candidates, NUM_CODES).log_softmax(-1)
    mix_D = codebook_KD[:2].mean(dim=0)
    likelihood = Likelihood.of(
        codebook_KD, (0.5, 0.5), covariance=torch.full((CHANNELS,), SIGMA**2)
    )
    kernel = PairKernel(likelihood)
    generator = torch.Generator().manual_seed(0)

    def ours() -> None:
        posterior = kernel.posterior(mix_D[None, None], *log_prior_SBK[:, None])
        posterior.draw(torch.rand(1, args.candidates, 2, generator=generator))

    dense_posterior = _cpu_seconds(
        partial(_dense_step, mix_D, _averages(codebook_KD), log_prior_SBK), repeats=args.steps
    )
    factored_posterior = _cpu_seconds(ours, repeats=OUR_STEPS)
    priors_only = _cpu_seconds(_prior_step(prior, args.candidates), repeats=OUR_STEPS)
    whole = _whole_loop(quantizer, prior, args.candidates)
    dense_whole = dense_posterior + priors_only
    print(
        f"K {NUM_CODES}, {args.candidates} candidates, {STEPS_PER_SECOND:.1f} steps per second, "
        f"two priors of {num_parameters / 1e6:.1f} M parameters, one thread"
    )
    print(f"{'':24}{'dense':>12}{'ours':>12}{'ratio':>9}")
    for name, dense, own in (
        ("posterior, s/step", dense_posterior, factored_posterior),
        ("whole loop, s/step", dense_whole, whole),
        (
            "whole loop, s/s of audio",
            dense_whole * STEPS_PER_SECOND,
            whole * STEPS_PER_SECOND,
        ),
    ):
        print(f"{name:24}{dense:12.4f}{own:12.4f}{dense / own:8.0f}x")
    print(f"of which the priors: {priors_only:.4f} s/step in both")


def _averages(codebook_KD: Tensor) -> Tensor:
    """Return the averages of all pairs, (I, J, D): 1.07 GB."""
    return 0.5 * codebook_KD[:, None] + 0.5 * codebook_KD


def _dense_step(mix_D: Tensor, average_IJD: Tensor, log_prior_SBK: Tensor) -> Tensor:
    """Draw a pair per candidate as published, int64 (B, 2)."""
    squares_IJ = (mix_D - average_IJD).square().sum(dim=-1)
    log_likelihood_IJ = -squares_IJ / (2.0 * SIGMA**2)
    drawn = []
    for first_BK, second_BK in zip(
        log_prior_SBK[0].split(CANDIDATES_AT_ONCE),
        log_prior_SBK[1].split(CANDIDATES_AT_ONCE),
        strict=True,
    ):
        joint_BIJ = first_BK[:, :, None] + second_BK[:, None] + log_likelihood_IJ
        categorical = torch.distributions.Categorical(logits=joint_BIJ.flatten(1))
        drawn.append(categorical.sample())
    pair_B = torch.cat(drawn)
    return torch.stack([pair_B // NUM_CODES, pair_B % NUM_CODES], dim=-1)


def _prior_step(prior: CodePrior, num_candidates: int) -> Callable[[], None]:
    num_steps = WARM_STEPS + OUR_STEPS
    cache = prior.transformer.new_cache(num_rows=num_candidates, num_steps=num_steps)
    codes_SNR = torch.zeros(2, num_candidates, 1, dtype=torch.long)

    def step() -> None:
        hidden_SNW = prior.transformer.step(prior.next_input(codes_SNR), cache)
        prior.stage_log_prior(hidden_SNW, codes_SNR[..., :0])

    return step


def _whole_loop(quantizer: ResidualQuantizer, prior: CodePrior, num_candidates: int) -> float:
    """Run sequential Monte Carlo, CPU-seconds per step."""
    statistics = ResidualStatistics(num_stages=1, latent_channels=CHANNELS)
    stages = StagePosteriors(
        quantizer, statistics, source_weight=0.5, num_sources=2, many=ManySourcesConfig()
    )
    generator = torch.Generator().manual_seed(0)
    sequence = LatentSequence(
        torch.randn(1, WARM_STEPS + OUR_STEPS, CHANNELS, generator=generator),
        prior,
        stages,
        num_particles=num_candidates,
        generator=generator,
    )
    steps = sample_codes(sequence, generator)
    for _ in range(WARM_STEPS):
        next(steps)
    started = time.process_time()
    for _ in range(OUR_STEPS):
        next(steps)
    return (time.process_time() - started) / OUR_STEPS


def _cpu_seconds(run: Callable[[], object], *, repeats: int) -> float:
    for _ in range(min(WARM_STEPS, repeats - 1)):
        run()
    started = time.process_time()
    for _ in range(repeats):
        run()
    return (time.process_time() - started) / repeats


if __name__ == "__main__":
    main()
