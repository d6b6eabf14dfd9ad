"""Where sources lie between left and right, and the filters that follow from that alone.

Level differences between the sides gather around as many places as there are sources (after
O. Yilmaz, S. Rickard, Blind separation of speech mixtures via time-frequency masking, 2004). The
bins near a place tell how loud its source is in each band, and a spatial Wiener filter takes the
band apart: an inverse of the mixing where several sources sound, the mix as it is where one does.
It is the draft of a network for sources without names; who lies furthest left comes first.

Axes: C channel, N spectrogram frame, F frequency bin, G real and imaginary parts of the bins,
K band, Q source, I channel that a filter reads, A class of angles.
"""

from collections.abc import Callable

import torch
from torch import Tensor

NUM_ANGLES = 128
_STEP = 0.5 * torch.pi / NUM_ANGLES
LEAST_GAP = 0.1  # between two places, radians: a source alone has a little width too
DIFFUSE = 0.1  # power of a source that does not come from its place, relative to what does
_LEAST_SHARE = 1e-3  # of a band's power in every source: it keeps its inverse small
_SILENCE = 1e-20
_ROUNDING = 1e-12


def powers_of_angles(mix_CNF: Tensor) -> Tensor:
    """Add up the power of a mix in classes of angles, from left to right, (A,).

    These sums tell the places; over a song they add up.
    """
    power_CNF = _powers(mix_CNF)
    class_X = (_angles(power_CNF).flatten() / _STEP).long().clamp(0, NUM_ANGLES - 1)
    power_X = power_CNF.sum(dim=0).flatten().double()
    return torch.bincount(class_X, power_X, minlength=NUM_ANGLES)


def place_filters(
    mix_CNF: Tensor, power_A: Tensor, sum_bands: Callable[[Tensor], Tensor], *, num_sources: int
) -> Tensor:
    """Return real filters of the sides of a mix, (Q, C, I, N, K), which add up to the mix.

    Args:
        mix_CNF: Spectrogram of both sides.
        power_A: Power of its angles, or those of the song that it belongs to.
        sum_bands: Adds up real and imaginary parts, (..., N, G) to (..., N, K).
        num_sources: Q.
    """
    power_CNF = _powers(mix_CNF)
    angle_Q = _places(power_A, num_sources).to(power_CNF)
    nearest_NF = torch.bucketize(_angles(power_CNF), _borders(angle_Q))
    parts_NG = (0.5 * power_CNF.sum(dim=0)).repeat_interleave(2, dim=-1)
    power_QNK = torch.stack(
        [
            sum_bands(parts_NG * (nearest_NF == source).repeat_interleave(2, dim=-1))
            for source in range(num_sources)
        ]
    )
    return _wiener(angle_Q, power_QNK)


def are_apart(power_A: Tensor, *, num_sources: int) -> bool:
    """Whether the angles of a song tell as many sources from each other."""
    if float(power_A.sum()) <= 0.0:
        return False
    return bool((_places(power_A, num_sources).diff() >= LEAST_GAP).all())


def _powers(mix_CNF: Tensor) -> Tensor:
    return torch.view_as_real(mix_CNF).square().sum(dim=-1)


def _angles(power_CNF: Tensor) -> Tensor:
    left_NF, right_NF = power_CNF.sqrt()
    return torch.atan2(right_NF, left_NF)


def _places(power_A: Tensor, num_sources: int) -> Tensor:
    """Find the means of as many groups of angles, in order, (Q,).

    The groups with the least variance in all, found exactly: the best division of the first
    classes into q groups goes on from the best one of fewer classes into q - 1.
    """
    angle_A = (torch.arange(NUM_ANGLES, device=power_A.device) + 0.5) * _STEP
    angle_A = angle_A.to(power_A)
    moments = [power_A, power_A * angle_A, power_A * angle_A.square()]
    mass_EE, first_EE, second_EE = (
        sums_E - sums_E[:, None]
        for sums_E in (torch.nn.functional.pad(each.cumsum(0), (1, 0)) for each in moments)
    )
    spread_EE = second_EE - first_EE.square() / mass_EE.clamp_min(_SILENCE)
    is_backward_EE = torch.ones_like(spread_EE).tril(-1).bool()
    spread_EE = spread_EE.masked_fill(is_backward_EE, torch.inf)
    least_E, begins = spread_EE[0], []
    for _ in range(num_sources - 1):
        least_E, begin_E = (least_E[:, None] + spread_EE).min(dim=0)
        begins.append(begin_E)
    edges = [torch.tensor(NUM_ANGLES, device=power_A.device)]
    for begin_E in reversed(begins):
        edges.append(begin_E[edges[-1]])
    edges.append(torch.zeros_like(edges[0]))
    edge_E = torch.stack(edges[::-1])
    mass_Q, first_Q = mass_EE[edge_E[:-1], edge_E[1:]], first_EE[edge_E[:-1], edge_E[1:]]
    # A group of nobody, but for the rounding of the sums, is where all are.
    middle = first_EE[0, -1] / mass_EE[0, -1].clamp_min(_SILENCE)
    is_somebody_Q = mass_Q > _ROUNDING * mass_EE[0, -1]
    mean_Q = torch.where(is_somebody_Q, first_Q / mass_Q.clamp_min(_SILENCE), middle)
    return mean_Q.clamp(0.0, 0.5 * torch.pi).sort().values


def _borders(angle_Q: Tensor) -> Tensor:
    """Divide the angles between places; of two that are one, the left one has everything."""
    borders = []
    border = torch.full_like(angle_Q[0], torch.pi)
    for left, right in zip(angle_Q[:-1].flip(0), angle_Q[1:].flip(0), strict=True):
        border = torch.where(right - left < LEAST_GAP, border, (left + right) / 2)
        borders.append(border)
    return torch.stack(borders[::-1])


def _wiener(angle_Q: Tensor, power_QNK: Tensor) -> Tensor:
    """Filter with the powers of sources that come from these places but for a diffuse part."""
    total_NK = power_QNK.sum(dim=0) + _SILENCE
    share_QNK = power_QNK / total_NK + _LEAST_SHARE
    left_Q, right_Q = angle_Q.cos(), angle_Q.sin()
    place_QCI = torch.stack(
        [
            torch.stack([left_Q.square() + DIFFUSE, left_Q * right_Q], dim=-1),
            torch.stack([left_Q * right_Q, right_Q.square() + DIFFUSE], dim=-1),
        ],
        dim=-2,
    )
    own_QCINK = place_QCI[..., None, None] * share_QNK[:, None, None]
    (left, both), (_, right) = own_QCINK.sum(dim=0)
    inverse_CINK = torch.stack([torch.stack([right, -both]), torch.stack([-both, left])])
    inverse_CINK = inverse_CINK / (left * right - both.square())
    filter_QCINK: Tensor = torch.einsum("qcdnk,dink->qcink", own_QCINK, inverse_CINK)
    return filter_QCINK
