"""Three and four sources against enumeration.

Axes: B window, P particle, S source, K code, D latent channel.
"""

import pytest
import torch
from torch import Tensor

from engine.methods.lq_vae.likelihood import Likelihood
from engine.methods.lq_vae.many_sources import ManyKernel, ManySourcesConfig
from tests.engine.methods.lq_vae.enumeration import log_joint

NUM_REPEATS = 20_000
VARIANCE_D = torch.full((2,), 0.25)


def problem(num_sources: int, num_codes: int, seed: int = 0) -> tuple[Tensor, Tensor, list[Tensor]]:
    random = torch.Generator().manual_seed(seed)
    codebook_KD = torch.randn(num_codes, 2, generator=random, dtype=torch.float64)
    mix_D = torch.randn(2, generator=random, dtype=torch.float64)
    priors = [
        (2.0 * torch.randn(num_codes, generator=random)).double().log_softmax(-1)
        for _ in range(num_sources)
    ]
    return codebook_KD, mix_D, priors


def repeated(priors: list[Tensor], num_particles: int) -> Tensor:
    return torch.stack([p_K.expand(1, num_particles, -1) for p_K in priors])


def kernel_of(codebook_KD: Tensor, num_sources: int, config: ManySourcesConfig) -> ManyKernel:
    weights = (1.0 / num_sources,) * num_sources
    likelihood = Likelihood.of(codebook_KD, weights, covariance=VARIANCE_D)
    return ManyKernel(likelihood, config, torch.Generator().manual_seed(5))


def reference(codebook_KD: Tensor, mix_D: Tensor, priors: list[Tensor]) -> Tensor:
    weights = (1.0 / len(priors),) * len(priors)
    return log_joint(mix_D, codebook_KD, weights, VARIANCE_D.diag(), priors)


def frequencies(codes_PS: Tensor, num_codes: int, weight_P: Tensor) -> Tensor:
    table = torch.zeros((num_codes,) * codes_PS.shape[-1], dtype=torch.float64)
    table.index_put_(tuple(codes_PS.T), weight_P.double(), accumulate=True)
    return table / weight_P.sum()


@pytest.mark.parametrize(("num_sources", "num_codes"), [(2, 6), (3, 5), (4, 3)])
def test_the_whole_product_is_certified_and_equals_enumeration(
    num_sources: int, num_codes: int
) -> None:
    codebook_KD, mix_D, priors = problem(num_sources, num_codes)
    config = ManySourcesConfig(num_cells=num_codes**num_sources)
    kernel = kernel_of(codebook_KD, num_sources, config)
    posterior = kernel.posterior(mix_D[None, None], repeated(priors, NUM_REPEATS))
    expected = reference(codebook_KD, mix_D, priors)
    assert bool(posterior.is_certified_BP.all())
    torch.testing.assert_close(posterior.log_evidence_BP[0, 0], expected.flatten().logsumexp(0))
    codes_BPMS, log_BPM = posterior.select(torch.zeros(1, 2, dtype=torch.long)).best_tuples(4)
    best = expected.flatten().log_softmax(0).topk(4)
    torch.testing.assert_close(log_BPM[0, 0], best.values)
    for row, cell in enumerate(best.indices.tolist()):
        digits = [
            cell // num_codes ** (num_sources - 1 - s) % num_codes for s in range(num_sources)
        ]
        assert codes_BPMS[0, 1, row].tolist() == digits
    uniform_BPS = torch.rand(1, NUM_REPEATS, num_sources, dtype=torch.float64)
    drawn = frequencies(posterior.draw(uniform_BPS)[0], num_codes, torch.ones(NUM_REPEATS))
    assert float((drawn - expected.flatten().softmax(0).view_as(drawn)).abs().max()) < 0.02


@pytest.mark.parametrize("num_sources", [3, 4])
@pytest.mark.parametrize("num_sweeps", [0, 1])
def test_gibbs_runs_without_a_certificate_and_stays_properly_weighted(
    num_sources: int, num_sweeps: int
) -> None:
    num_codes = 4
    codebook_KD, mix_D, priors = problem(num_sources, num_codes, seed=1)
    config = ManySourcesConfig(num_cells=1, num_tries=2, num_sweeps=num_sweeps)
    kernel = kernel_of(codebook_KD, num_sources, config)
    posterior = kernel.posterior(mix_D[None, None], repeated(priors, NUM_REPEATS))
    expected = reference(codebook_KD, mix_D, priors)
    assert not bool(posterior.is_certified_BP.any())
    ratio_P = (posterior.log_evidence_BP[0] - expected.flatten().logsumexp(0)).exp()
    standard_error = float(ratio_P.std()) / NUM_REPEATS**0.5
    assert abs(float(ratio_P.mean()) - 1.0) < 4.0 * standard_error
    codes_BPS = posterior.draw(torch.rand(1, NUM_REPEATS, num_sources, dtype=torch.float64))
    drawn = frequencies(codes_BPS[0], num_codes, ratio_P)
    assert float((drawn - expected.flatten().softmax(0).view_as(drawn)).abs().max()) < 0.02


def test_the_bound_holds_whatever_is_left_out() -> None:
    num_certified = 0
    for seed in range(30):
        codebook_KD, mix_D, priors = problem(3, 6, seed=seed)
        priors = [(3.0 * p_K).log_softmax(-1) for p_K in priors]
        kernel = kernel_of(codebook_KD, 3, ManySourcesConfig(num_cells=64, lost_share=0.1))
        posterior = kernel.posterior(mix_D[None, None], repeated(priors, 1))
        expected = reference(codebook_KD, mix_D, priors)
        kept = [posterior.candidate_BPSM[0, 0, s] for s in range(3)]
        inside = expected[kept[0]][:, kept[1]][:, :, kept[2]].exp().sum()
        lost = 1.0 - float(inside / expected.exp().sum())
        if bool(posterior.is_certified_BP[0, 0]):
            assert lost <= 0.1
            num_certified += 1
    assert 0 < num_certified < 30


def test_one_source_is_refused() -> None:
    with pytest.raises(ValueError, match="two or more"):
        kernel_of(torch.zeros(3, 2), 1, ManySourcesConfig())
