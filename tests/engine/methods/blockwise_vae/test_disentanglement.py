import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.methods.blockwise_vae.disentanglement import (
    SHRINKAGE,
    aggregate_covariance,
    between_blocks,
    off_unit_variance,
    total_correlation,
)

seeds = st.integers(0, 2**16)


def latent(
    seed: int, *, windows: int = 2, samples: int = 50, width: int = 6
) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    mixing = torch.randn(width, width, generator=random)
    mean = torch.randn(windows, samples, width, generator=random) @ mixing
    variance = torch.rand(windows, samples, width, generator=random)
    return mean, variance


@given(seed=seeds)
def test_covariance_equals_that_of_numpy_in_double_precision(seed: int) -> None:
    mean, variance = latent(seed)

    covariance = aggregate_covariance(mean, variance)

    for window in range(len(mean)):
        samples = mean[window].double().numpy()
        expected = np.cov(samples, rowvar=False, ddof=0)
        expected += np.diag(variance[window].double().numpy().mean(axis=0))
        shrunk = (1 - SHRINKAGE) * expected + SHRINKAGE * np.diag(np.diag(expected))
        np.testing.assert_allclose(covariance[window].numpy(), shrunk, rtol=1e-3, atol=1e-4)


@given(seed=seeds, num_blocks=st.sampled_from([1, 2, 3]))
def test_criterion_equals_a_loop_in_double_precision(seed: int, num_blocks: int) -> None:
    covariance = aggregate_covariance(*latent(seed))
    size = 6 // num_blocks
    outside = 0.0
    for matrix in covariance.double().numpy():
        for i in range(6):
            for j in range(6):
                if i // size != j // size:
                    outside += matrix[i, j] ** 2
    pairs = num_blocks * (num_blocks - 1)
    expected = outside / len(covariance) / (pairs * size) if pairs else 0.0
    diagonal = np.diagonal(covariance.double().numpy(), axis1=1, axis2=2)

    np.testing.assert_allclose(float(between_blocks(covariance, num_blocks)), expected, rtol=1e-4)
    np.testing.assert_allclose(
        float(off_unit_variance(covariance)), np.mean((diagonal - 1.0) ** 2), rtol=1e-4
    )


@given(seed=seeds)
def test_total_correlation_equals_that_of_determinants_in_double_precision(seed: int) -> None:
    covariance = aggregate_covariance(*latent(seed, samples=200))

    nats = total_correlation(covariance, 3)

    for window, matrix in enumerate(covariance.double().numpy()):
        blocks = sum(
            np.linalg.slogdet(matrix[first : first + 2, first : first + 2])[1]
            for first in (0, 2, 4)
        )
        expected = 0.5 * (blocks - np.linalg.slogdet(matrix)[1])
        np.testing.assert_allclose(float(nats[window]), expected, rtol=2e-2, atol=2e-3)


def test_independent_blocks_cost_nothing_whatever_happens_inside_them() -> None:
    block = torch.tensor([[2.0, 1.5], [1.5, 2.0]])
    covariance = torch.block_diag(block, 3.0 * block)[None]

    assert float(between_blocks(covariance, 2)) == 0.0
    assert abs(float(total_correlation(covariance, 2))) < 1e-3
    assert float(between_blocks(covariance, 4)) > 0.0


def test_sources_of_changing_level_are_told_from_a_rotation_of_them_only_window_by_window() -> None:
    random = torch.Generator().manual_seed(0)
    level = torch.tensor([[2.0, 0.5], [0.5, 2.0]])[:, None, :].repeat_interleave(2, dim=2)
    sources = level * torch.randn(2, 4000, 4, generator=random)
    rotation = torch.linalg.qr(torch.randn(4, 4, generator=random))[0]
    none = torch.zeros_like(sources)

    def cost(values: torch.Tensor) -> float:
        return float(total_correlation(aggregate_covariance(values, none), 2).sum())

    assert cost(sources) < 0.1 * cost(sources @ rotation)
    together = sources.flatten(0, 1)[None]
    whitened = together / together.std(dim=1, keepdim=True)
    assert cost_of(whitened) < 0.01
    assert cost_of(whitened @ rotation) < 0.01


def cost_of(values: torch.Tensor) -> float:
    return float(total_correlation(aggregate_covariance(values, torch.zeros_like(values)), 2).sum())
