"""Which estimate belongs to which source, differentiably.

Up to four sources all permutations are weighed (Prob-PIT, Yousefi, Khorram, Hansen, arXiv
1908.01768); above that, Sinkhorn's algorithm balances the costs (SinkPIT, Tachibana, arXiv
2010.11871). Both give a matrix of shares whose rows and columns add up to one.

Axes: B window, Q estimate, R source, P permutation.
"""

import itertools
import math

import torch
from torch import Tensor

MOST_ENUMERATED = 4
_SINKHORN_ROUNDS = 200  # fifty leave the rows 3 % off at low temperatures


def soft_minimum(cost_BQR: Tensor, temperature: float) -> Tensor:
    """-τ log mean_π exp(-Σ_q cost[q, π(q)] / (τ Q)) · Q: a soft cheapest assignment, (B,).

    It lies between the cheapest assignment's total cost and the mean over all assignments.
    """
    num = cost_BQR.shape[-1]
    if num > MOST_ENUMERATED:
        share_BQR = assignment(cost_BQR, temperature)
        return (share_BQR * cost_BQR).sum(dim=(1, 2))
    logit_BP = -_totals(cost_BQR) / (temperature * num)
    log_mean_B = logit_BP.logsumexp(dim=1) - math.log(logit_BP.shape[1])
    soft_B: Tensor = -temperature * num * log_mean_B
    return soft_B


def assignment(cost_BQR: Tensor, temperature: float) -> Tensor:
    """Share of each source in each estimate, (B, Q, R), with rows and columns that add to one."""
    num = cost_BQR.shape[-1]
    if num > MOST_ENUMERATED:
        return _sinkhorn(cost_BQR, temperature)
    weight_BP = (-_totals(cost_BQR) / (temperature * num)).softmax(dim=1)
    return torch.einsum("bp,pqr->bqr", weight_BP, _matrices(num).to(cost_BQR))


def own_source(cost_BQR: Tensor, temperature: float) -> Tensor:
    """Surprise that each estimate belongs to the source of its own number, nats, a scalar.

    For labelled sources; it compares every estimate with the wrong sources as well.
    """
    own_BQ = assignment(cost_BQR, temperature).diagonal(dim1=1, dim2=2)
    return -own_BQ.clamp_min(1e-6).log().mean()


def inexactness(share_BQR: Tensor) -> Tensor:
    """Distance of a soft assignment from a permutation: Σ (‖·‖₁ - ‖·‖₂) of rows and columns, (B,).

    Zero only for permutations (AutoShuffleNet, Lyu et al., arXiv 1901.08624).
    """
    rows_B = (1.0 - share_BQR.square().sum(dim=2).sqrt()).sum(dim=1)
    columns_B = (1.0 - share_BQR.square().sum(dim=1).sqrt()).sum(dim=1)
    return rows_B + columns_B


def _totals(cost_BQR: Tensor) -> Tensor:
    """Cost of every permutation, (B, P)."""
    return torch.einsum("bqr,pqr->bp", cost_BQR, _matrices(cost_BQR.shape[-1]).to(cost_BQR))


def _matrices(num: int) -> Tensor:
    """All permutation matrices, (P, Q, R)."""
    orders = torch.tensor(list(itertools.permutations(range(num))))
    return torch.nn.functional.one_hot(orders, num)


def _sinkhorn(cost_BQR: Tensor, temperature: float) -> Tensor:
    log_BQR = -cost_BQR / temperature
    for _ in range(_SINKHORN_ROUNDS):
        log_BQR = log_BQR - log_BQR.logsumexp(dim=2, keepdim=True)
        log_BQR = log_BQR - log_BQR.logsumexp(dim=1, keepdim=True)
    return log_BQR.exp()
