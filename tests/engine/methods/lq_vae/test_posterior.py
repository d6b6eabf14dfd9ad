"""The factored posterior against enumeration.

Axes: B window, P particle, I code of source 1, J code of source 2, K code, D latent channel.
"""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.methods.lq_vae import posterior as posterior_module
from engine.methods.lq_vae.draw import draw_codes
from engine.methods.lq_vae.likelihood import Likelihood
from engine.methods.lq_vae.posterior import PairKernel, PairPosterior
from tests.engine.methods.lq_vae.enumeration import log_joint, random_covariance

WEIGHTS = (0.5, 0.8)


def dense_joint(
    likelihood: Likelihood, mix_BD: Tensor, log_prior_1_BPI: Tensor, log_prior_2_BPJ: Tensor
) -> Tensor:
    """log p(i, j, m) of all pairs by plain squares in float64; K·K·D numbers at once."""
    first_ID, second_JD = likelihood.contribution_SKD
    whitened_BD = likelihood.whiten(mix_BD)
    tables = [
        -0.5 * (whitened_D - first_ID[:, None] - second_JD).square().sum(dim=-1)
        for whitened_D in whitened_BD
    ]
    table_BIJ = torch.stack(tables) + likelihood.log_scale
    priors_BPIJ = log_prior_1_BPI.double()[..., None] + log_prior_2_BPJ.double()[..., None, :]
    return table_BIJ[:, None] + priors_BPIJ


def pair_table(posterior: PairPosterior) -> Tensor:
    num_codes = posterior.log_first_BPI.shape[-1]
    shape = posterior.log_evidence_BP.shape
    columns = [
        posterior.log_first_BPI[..., i, None]
        + posterior.log_second(torch.full(shape, i, dtype=torch.long))
        for i in range(num_codes)
    ]
    return torch.stack(columns, dim=-2)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**16),
    num_codes=st.integers(1, 6),
    channels=st.integers(1, 4),
    sigma=st.sampled_from([0.02, 0.3, 3.0]),
)
def test_posterior_equals_enumeration(
    seed: int, num_codes: int, channels: int, sigma: float
) -> None:
    random = torch.Generator().manual_seed(seed)
    codebook_KD = torch.randn(num_codes, channels, generator=random, dtype=torch.float64)
    covariance_DD = random_covariance(channels, random, scale=sigma)
    offset_D = torch.randn(channels, generator=random, dtype=torch.float64)
    mix_BD = torch.randn(2, channels, generator=random, dtype=torch.float64)
    prior_1_BPI = torch.randn(2, 3, num_codes, generator=random).double().log_softmax(-1)
    prior_2_BPJ = torch.randn(2, 3, num_codes, generator=random).double().log_softmax(-1)
    likelihood = Likelihood.of(codebook_KD, WEIGHTS, covariance=covariance_DD, offset_D=offset_D)
    posterior = PairKernel(likelihood).posterior(mix_BD[:, None], prior_1_BPI, prior_2_BPJ)
    actual_BPIJ = pair_table(posterior)
    for b in range(2):
        for p in range(3):
            expected_IJ = log_joint(
                mix_BD[b] - offset_D,
                codebook_KD,
                WEIGHTS,
                covariance_DD,
                [prior_1_BPI[b, p], prior_2_BPJ[b, p]],
            )
            log_evidence = expected_IJ.flatten().logsumexp(0)
            torch.testing.assert_close(
                posterior.log_evidence_BP[b, p], log_evidence, rtol=1e-9, atol=1e-9
            )
            torch.testing.assert_close(
                actual_BPIJ[b, p].exp(), (expected_IJ - log_evidence).exp(), rtol=0, atol=1e-9
            )


@pytest.mark.parametrize("num_codes", [2, 17, 64])
@pytest.mark.parametrize("sigma", [0.05, 0.4, 2.0])
def test_float64_is_within_one_in_a_billion_of_enumeration(num_codes: int, sigma: float) -> None:
    random = torch.Generator().manual_seed(num_codes)
    codebook_KD = torch.randn(num_codes, 64, generator=random, dtype=torch.float64)
    truth_2 = torch.randint(num_codes, (2, 2), generator=random)
    noise_BD = sigma * torch.randn(2, 64, generator=random, dtype=torch.float64)
    mix_BD = 0.5 * codebook_KD[truth_2].sum(dim=1) + noise_BD
    likelihood = Likelihood.of(codebook_KD, (0.5, 0.5), covariance=torch.full((64,), sigma**2))
    prior_1_BPI = torch.randn(2, 2, num_codes, generator=random).double().log_softmax(-1)
    prior_2_BPJ = torch.randn(2, 2, num_codes, generator=random).double().log_softmax(-1)
    posterior = PairKernel(likelihood).posterior(mix_BD[:, None], prior_1_BPI, prior_2_BPJ)
    joint_BPIJ = dense_joint(likelihood, mix_BD, prior_1_BPI, prior_2_BPJ)
    expected = (joint_BPIJ - joint_BPIJ.flatten(-2).logsumexp(-1)[..., None, None]).exp()
    assert float((pair_table(posterior).exp() - expected).abs().max()) < 1e-9


@pytest.mark.parametrize("sigma", [0.02, 0.1, 0.4])
def test_float32_with_2048_codes_is_within_a_thousandth_in_total_variation(sigma: float) -> None:
    random = torch.Generator().manual_seed(7)
    num_codes, channels = 2048, 64
    codebook_KD = torch.randn(num_codes, channels, generator=random)
    mix_BD = 0.5 * (codebook_KD[3] + codebook_KD[77])[None] + sigma * torch.randn(
        1, channels, generator=random
    )
    likelihood = Likelihood.of(codebook_KD, (0.5, 0.5), covariance=torch.full((64,), sigma**2))
    prior_1_BPI = (3.0 * torch.randn(1, 1, num_codes, generator=random)).log_softmax(-1)
    prior_2_BPJ = (3.0 * torch.randn(1, 1, num_codes, generator=random)).log_softmax(-1)
    posterior = PairKernel(likelihood).posterior(mix_BD[:, None], prior_1_BPI, prior_2_BPJ)
    first_ID, second_JD = likelihood.contribution_SKD
    whitened_D = likelihood.whiten(mix_BD[0])
    distance_IJ = torch.cdist(whitened_D - first_ID, second_JD).square()
    joint_IJ = -0.5 * distance_IJ + prior_1_BPI[0, 0, :, None] + prior_2_BPJ[0, 0]
    expected_IJ = (joint_IJ - joint_IJ.flatten().logsumexp(0)).exp()
    total_variation = 0.5 * (pair_table(posterior)[0, 0].double().exp() - expected_IJ).abs().sum()
    assert float(total_variation) < 1e-3


@pytest.mark.parametrize("scale", [1.0, 6.0, 60.0, 600.0])
def test_no_range_of_distances_harms_the_result(scale: float) -> None:
    random = torch.Generator().manual_seed(3)
    codebook_KD = scale * torch.randn(40, 3, generator=random)
    mix_BD = codebook_KD[[4, 5]] + codebook_KD[[6, 6]] + torch.randn(2, 3, generator=random)
    likelihood = Likelihood.of(codebook_KD, (1.0, 1.0), covariance=torch.ones(3))
    prior_1_BPI = torch.randn(2, 2, 40, generator=random).log_softmax(-1)
    prior_2_BPJ = torch.randn(2, 2, 40, generator=random).log_softmax(-1)
    prior_2_BPJ[:, :, 9] = -torch.inf
    posterior = PairKernel(likelihood).posterior(mix_BD[:, None], prior_1_BPI, prior_2_BPJ)
    joint_BPIJ = dense_joint(likelihood, mix_BD, prior_1_BPI, prior_2_BPJ)
    log_evidence_BP = joint_BPIJ.flatten(-2).logsumexp(-1)
    expected = (joint_BPIJ - log_evidence_BP[..., None, None]).exp()
    # In float32 the scores themselves are only so exact: their size times the rounding unit.
    size = float(likelihood.contribution_SKD.square().sum(dim=-1).max())
    tolerance = max(1e-5, 4.0 * size * torch.finfo(torch.float32).eps)
    actual = pair_table(posterior).double().exp()
    assert float(0.5 * (actual - expected).abs().sum(dim=(-1, -2)).max()) < tolerance
    exact = PairKernel(likelihood).posterior(
        mix_BD[:, None], prior_1_BPI.double(), prior_2_BPJ.double()
    )
    assert float((pair_table(exact).exp() - expected).abs().max()) < 1e-9
    torch.testing.assert_close(exact.log_evidence_BP, log_evidence_BP)


def test_products_that_lose_mass_are_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    random = torch.Generator().manual_seed(3)
    codebook_KD = 20.0 * torch.randn(30, 2, generator=random)
    likelihood = Likelihood.of(codebook_KD, (1.0, 1.0), covariance=torch.ones(2))
    uniform_BPK = torch.zeros(1, 1, 30).log_softmax(-1)
    mix_BD = codebook_KD[None, 0] + codebook_KD[None, 1]
    kernel = PairKernel(likelihood)
    expected = kernel.posterior(mix_BD[:, None], uniform_BPK.double(), uniform_BPK.double())
    monkeypatch.setattr(
        posterior_module, "LOST_SHARE", dict.fromkeys(posterior_module.LOST_SHARE, 1e300)
    )
    careless = kernel.posterior(mix_BD[:, None], uniform_BPK, uniform_BPK)
    assert not torch.allclose(careless.log_first_BPI.exp().double(), expected.log_first_BPI.exp())


def test_draws_follow_the_posterior() -> None:
    random = torch.Generator().manual_seed(1)
    codebook_KD = torch.randn(5, 2, generator=random)
    likelihood = Likelihood.of(codebook_KD, WEIGHTS, covariance=torch.full((2,), 0.5))
    num_draws = 40_000
    prior_1_BPI = torch.randn(1, 1, 5, generator=random).log_softmax(-1)
    prior_2_BPJ = torch.randn(1, 1, 5, generator=random).log_softmax(-1)
    posterior = PairKernel(likelihood).posterior(
        torch.zeros(1, 1, 2),
        prior_1_BPI.expand(-1, num_draws, -1),
        prior_2_BPJ.expand(-1, num_draws, -1),
    )
    uniform_BP2 = torch.rand(1, num_draws, 2, generator=random, dtype=torch.float64)
    codes_BP2 = posterior.draw(uniform_BP2)
    counts = torch.zeros(5, 5)
    counts.index_put_(
        (codes_BP2[0, :, 0], codes_BP2[0, :, 1]), torch.ones(num_draws), accumulate=True
    )
    expected = pair_table(posterior)[0, 0].exp()
    assert float((counts / num_draws - expected).abs().max()) < 0.01


def test_an_impossible_code_is_never_drawn() -> None:
    log_weight_K = torch.tensor([-torch.inf, 0.0, -torch.inf, -1.0, -torch.inf])
    for uniform in (0.0, 0.5, 1.0 - 2**-53):
        code = draw_codes(log_weight_K, torch.tensor(uniform, dtype=torch.float64))
        assert int(code) in (1, 3)


@settings(max_examples=20)
@given(seed=st.integers(0, 2**16), num_pairs=st.integers(1, 40))
def test_the_best_pairs_are_those_of_enumeration(seed: int, num_pairs: int) -> None:
    random = torch.Generator().manual_seed(seed)
    codebook_KD = torch.randn(50, 2, generator=random)
    likelihood = Likelihood.of(codebook_KD, WEIGHTS, covariance=torch.full((2,), 0.3))
    prior_1_BPI = torch.randn(2, 2, 50, generator=random).double().log_softmax(-1)
    prior_2_BPJ = torch.randn(2, 2, 50, generator=random).double().log_softmax(-1)
    mix_BD = torch.randn(2, 2, generator=random)
    posterior = PairKernel(likelihood).posterior(mix_BD[:, None], prior_1_BPI, prior_2_BPJ)
    codes_BPM2, log_pair_BPM = posterior.best_tuples(num_pairs)
    expected_BPM, cell_BPM = pair_table(posterior).flatten(-2).topk(num_pairs, dim=-1)
    torch.testing.assert_close(log_pair_BPM, expected_BPM)
    assert torch.equal(codes_BPM2[..., 0] * 50 + codes_BPM2[..., 1], cell_BPM)


def test_selecting_particles_takes_their_posteriors_along() -> None:
    random = torch.Generator().manual_seed(2)
    codebook_KD = torch.randn(6, 2, generator=random)
    kernel = PairKernel(Likelihood.of(codebook_KD, WEIGHTS, covariance=torch.ones(2)))
    posterior = kernel.posterior(
        torch.zeros(2, 1, 2),
        torch.randn(2, 3, 6, generator=random).log_softmax(-1),
        torch.randn(2, 3, 6, generator=random).log_softmax(-1),
    )
    ancestor_BP = torch.tensor([[2, 2, 0], [1, 0, 0]])
    chosen = posterior.select(ancestor_BP)
    table_BPIJ = pair_table(posterior)
    for b in range(2):
        for p in range(3):
            torch.testing.assert_close(pair_table(chosen)[b, p], table_BPIJ[b, ancestor_BP[b, p]])


def test_a_covariance_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="positive definite"):
        Likelihood.of(torch.zeros(3, 2), (1.0, 1.0), covariance=torch.tensor([1.0, -1.0]))
    with pytest.raises(ValueError, match="two sources"):
        PairKernel(Likelihood.of(torch.zeros(3, 2), (1.0,) * 3, covariance=torch.ones(2)))
