import itertools
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.methods.blockwise_vae.permutation import (
    assignment,
    inexactness,
    own_source,
    soft_minimum,
)

counts = st.integers(1, 4)
seeds = st.integers(0, 2**16)


def costs(num: int, seed: int) -> torch.Tensor:
    return 5.0 * torch.randn(3, num, num, generator=torch.Generator().manual_seed(seed)).double()


def enumerated(cost_QR: list[list[float]], temperature: float) -> tuple[float, list[float]]:
    """Soft minimum by brute force, and the totals of all permutations."""
    num = len(cost_QR)
    totals = [
        sum(cost_QR[q][order[q]] for q in range(num))
        for order in itertools.permutations(range(num))
    ]
    mean = sum(math.exp(-total / (temperature * num)) for total in totals) / len(totals)
    return -temperature * num * math.log(mean), totals


@given(num=counts, seed=seeds, temperature=st.floats(0.3, 10.0))
def test_soft_minimum_equals_enumeration(num: int, seed: int, temperature: float) -> None:
    cost = costs(num, seed)

    soft = soft_minimum(cost, temperature)

    for item in range(len(cost)):
        expected, totals = enumerated(cost[item].tolist(), temperature)
        assert float(soft[item]) == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert min(totals) - 1e-9 <= float(soft[item]) <= sum(totals) / len(totals) + 1e-9


@given(num=counts, seed=seeds)
def test_a_cold_soft_minimum_approaches_the_cheapest_permutation(num: int, seed: int) -> None:
    cost = costs(num, seed)

    soft = soft_minimum(cost, 1e-3)

    for item in range(len(cost)):
        _, totals = enumerated(cost[item].tolist(), 1.0)
        assert float(soft[item]) == pytest.approx(min(totals), abs=0.05)


@given(num=st.integers(1, 6), seed=seeds, temperature=st.floats(0.5, 10.0))
def test_rows_and_columns_of_an_assignment_add_up_to_one(
    num: int, seed: int, temperature: float
) -> None:
    share = assignment(costs(num, seed), temperature * (4.0 if num > 4 else 1.0))

    torch.testing.assert_close(share.sum(dim=1), torch.ones(3, num).double(), rtol=0, atol=1e-3)
    torch.testing.assert_close(share.sum(dim=2), torch.ones(3, num).double(), rtol=0, atol=1e-3)


@given(num=counts, seed=seeds)
def test_the_gradient_of_the_soft_minimum_is_the_assignment(num: int, seed: int) -> None:
    cost = costs(num, seed).requires_grad_()

    soft_minimum(cost, 2.0).sum().backward()

    assert cost.grad is not None
    torch.testing.assert_close(cost.grad, assignment(cost.detach(), 2.0))


def test_the_soft_minimum_has_the_gradient_of_finite_differences() -> None:
    cost = costs(4, 1).requires_grad_()

    assert torch.autograd.gradcheck(lambda values: soft_minimum(values, 2.0), (cost,))


@pytest.mark.parametrize("num", [3, 6])
def test_a_cheap_permutation_is_found(num: int) -> None:
    order = torch.randperm(num, generator=torch.Generator().manual_seed(num))
    cost = 10.0 * torch.ones(1, num, num)
    cost[0, torch.arange(num), order] = 0.0

    share = assignment(cost, 1.0)

    assert torch.equal(share[0].argmax(dim=1), order)


def test_inexactness_is_zero_for_permutations_and_positive_for_mixtures() -> None:
    exact = torch.eye(4)[torch.tensor([2, 0, 3, 1])][None]

    assert float(inexactness(exact)) == pytest.approx(0.0, abs=1e-6)
    assert float(inexactness(0.5 * exact + 0.5 * torch.eye(4))) > 0.1


def test_own_source_is_small_only_where_estimates_are_nearest_to_their_own_source() -> None:
    right = 20.0 - 20.0 * torch.eye(4)[None]

    assert float(own_source(right, 2.0)) < 0.05
    assert float(own_source(right.roll(1, dims=2), 2.0)) > 1.0
