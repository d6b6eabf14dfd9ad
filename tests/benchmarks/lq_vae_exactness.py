"""How exact the inference of the LQ-VAE is, against enumeration and on a toy with known answers.

    python -m tests.benchmarks.lq_vae_exactness

Axes: I code of source 1, J code of source 2, D latent channel.
"""

import math
from collections.abc import Generator

import torch
from torch import Tensor

from engine.methods.lq_vae.beam_search import search_codes
from engine.methods.lq_vae.likelihood import Likelihood
from engine.methods.lq_vae.posterior import PairKernel
from engine.methods.lq_vae.sequence import CodePaths
from engine.methods.lq_vae.smc import sample_codes
from tests.engine.methods.lq_vae.hidden_markov import (
    ToySequence,
    clean_beam_search,
    random_toy,
)

CHANNELS = 64
SIGMAS = (0.02, 0.1, 0.4, 2.0)
NUM_PROBLEMS = 200
NUM_BEAMS = 4
NUM_REPEATS = 20


def main() -> None:
    """Print the tables."""
    torch.set_num_threads(1)
    print("Pair posterior against enumeration, 64 channels, the worst of four sigmas")
    for num_codes in (4, 16, 64):
        worst = max(_errors(num_codes, sigma, torch.float64)[0] for sigma in SIGMAS)
        print(f"  K {num_codes:5d} float64  largest difference   {worst:.1e}   (at most 1e-9)")
    worst = max(_errors(2048, sigma, torch.float32)[1] for sigma in SIGMAS)
    print(f"  K  2048 float32  total variation      {worst:.1e}   (at most 1e-3)")
    print("Evidence by sequential Monte Carlo, hidden Markov toy, K 5, 12 steps")
    for num_particles in (4, 16, 64, 256, 4096):
        mean, deviation = _evidence(num_particles)
        print(
            f"  {num_particles:5d} particles  log-evidence off by {mean:+.3f}, "
            f"root mean square {deviation:.3f} nats"
        )
    ours, reference, gap = _beams()
    print(f"Beam search, {NUM_BEAMS} beams, {NUM_PROBLEMS} toys: most probable sequence found")
    print(f"  ours {ours}, clean reference {reference}; largest difference of scores {gap:.1e}")


def _errors(num_codes: int, sigma: float, dtype: torch.dtype) -> tuple[float, float]:
    """Return the largest difference of a cell and the total variation."""
    random = torch.Generator().manual_seed(num_codes)
    codebook_KD = torch.randn(num_codes, CHANNELS, generator=random)
    first, second = torch.randint(num_codes, (2,), generator=random).tolist()
    noise_D = sigma * torch.randn(CHANNELS, generator=random)
    mix_D = 0.5 * (codebook_KD[first] + codebook_KD[second]) + noise_D
    variance_D = torch.full((CHANNELS,), sigma**2)
    likelihood = Likelihood.of(codebook_KD, (0.5, 0.5), covariance=variance_D)
    priors = [
        (3.0 * torch.randn(1, 1, num_codes, generator=random)).to(dtype).log_softmax(-1)
        for _ in range(2)
    ]
    posterior = PairKernel(likelihood).posterior(mix_D[None, None], *priors)
    rows = [
        posterior.log_first_BPI[..., i][..., None] + posterior.log_second(torch.tensor([[i]]))
        for i in range(num_codes)
    ]
    actual_IJ = torch.cat(rows, dim=1)[0].double().exp()
    expected_IJ = _enumerate(mix_D, codebook_KD, sigma, priors)
    difference_IJ = (actual_IJ - expected_IJ).abs()
    return float(difference_IJ.max()), float(0.5 * difference_IJ.sum())


def _enumerate(mix_D: Tensor, codebook_KD: Tensor, sigma: float, priors: list[Tensor]) -> Tensor:
    """Score every pair by its plain square, a row at a time, in float64."""
    codebook_KD, mix_D = codebook_KD.double(), mix_D.double()
    rows = [
        -(mix_D - 0.5 * code_D - 0.5 * codebook_KD).square().sum(dim=-1) / (2.0 * sigma**2)
        for code_D in codebook_KD
    ]
    joint_IJ = torch.stack(rows) + priors[0][0, 0].double()[:, None] + priors[1][0, 0].double()
    return joint_IJ.flatten().softmax(0).view_as(joint_IJ)


def _evidence(num_particles: int) -> tuple[float, float]:
    """Return the log of the mean ratio to the exact evidence, and the error of one estimate."""
    toy = random_toy(5, sigma=0.5)
    exact = toy.log_evidence(0)
    errors = []
    for seed in range(NUM_REPEATS):
        generator = torch.Generator().manual_seed(seed)
        paths = _finished(sample_codes(ToySequence(toy, num_particles=num_particles), generator))
        errors.append(float(paths.log_evidence_B[0]) - exact)
    mean = math.log(sum(math.exp(error) for error in errors) / len(errors))
    return mean, (sum(error**2 for error in errors) / len(errors)) ** 0.5


def _beams() -> tuple[int, int, float]:
    """Count how often the search and a clean one find the most probable sequence."""
    ours, reference, gap = 0, 0, 0.0
    for seed in range(NUM_PROBLEMS):
        toy = random_toy(seed)
        paths = _finished(search_codes(ToySequence(toy, num_particles=NUM_BEAMS)))
        score, _ = clean_beam_search(toy, NUM_BEAMS)
        best = toy.most_probable(0)[1]
        found = float(paths.log_weight_BPL[0, 0, -1])
        ours += found > best - 1e-9
        reference += score > best - 1e-9
        gap = max(gap, abs(found - score))
    return ours, reference, gap


def _finished(steps: Generator[float, None, CodePaths]) -> CodePaths:
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            paths: CodePaths = finished.value
            return paths


if __name__ == "__main__":
    main()
