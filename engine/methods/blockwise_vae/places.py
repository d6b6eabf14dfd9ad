"""Where sources lie between left and right, and the filters that follow from that alone.

Level differences between the sides gather around as many places as there are sources (after
O. Yilmaz, S. Rickard, Blind separation of speech mixtures via time-frequency masking, 2004). The
bins near a place show what its source is like: how it is spread over the sides in each band, delays
and rooms included, which hardly changes, and how loud it is from moment to moment. A spatial Wiener
filter of both takes the band apart (after N. Duong, E. Vincent, R. Gribonval, Under-determined
reverberant audio source separation using a full-rank spatial covariance model, 2010). It is the
draft of a network for sources without names; who lies furthest left comes first.

Axes: C channel, J the four signals (X_L, X_R, iX_L, iX_R) of ``spectra``, N spectrogram frame,
F frequency bin, G real and imaginary parts of the bins, K band, Q source, A class of angles,
M moments |X_L|², |X_R|², and real and imaginary part of X_L X_R*.
"""

from collections.abc import Callable

import torch
from torch import Tensor

NUM_ANGLES = 128
_STEP = 0.5 * torch.pi / NUM_ANGLES
LEAST_GAP = 0.1  # between two places, radians: a source alone has a little width too
DIFFUSE = 0.003  # power that a source has on both sides without any relation, of its own
_SMOOTH_FRAMES = 3.2
_LEAST_SHARE = 1e-3  # of a band's power in every source: it keeps its inverse small
LOWEST_BIN = 4  # that tells places: an offset of the whole mix is not a source
_SILENCE = 1e-20
_ROUNDING = 1e-12


def powers_of_angles(mix_CNF: Tensor) -> Tensor:
    """Add up the power of a mix in classes of angles, from left to right, (A,).

    These sums tell the places; over a song they add up.
    """
    power_CNF = _powers(mix_CNF)[..., LOWEST_BIN:]
    class_X = (_angles(power_CNF).flatten() / _STEP).long().clamp(0, NUM_ANGLES - 1)
    power_X = power_CNF.sum(dim=0).flatten().double()
    return torch.bincount(class_X, power_X, minlength=NUM_ANGLES)


def place_filters(
    mix_CNF: Tensor, power_A: Tensor, sum_bands: Callable[[Tensor], Tensor], *, num_sources: int
) -> Tensor:
    """Return filters of the sides of a mix, (Q, C, J, N, K), which add up to the mix.

    Args:
        mix_CNF: Spectrogram of both sides.
        power_A: Power of its angles, or those of the song that it belongs to.
        sum_bands: Adds up real and imaginary parts, (..., N, G) to (..., N, K).
        num_sources: Q.
    """
    angle_NF = _angles(_powers(mix_CNF))
    borders = _borders(_places(power_A, num_sources).to(angle_NF))
    nearest_NG = torch.bucketize(angle_NF, borders).repeat_interleave(2, dim=-1)
    left_NG, right_NG, turned_NG = (
        torch.view_as_real(side_NF.contiguous()).flatten(-2)
        for side_NF in (*mix_CNF, 1j * mix_CNF[1])
    )
    moment_MNG = torch.stack(
        [left_NG.square(), right_NG.square(), left_NG * right_NG, left_NG * turned_NG]
    )
    moments = [sum_bands(moment_MNG * (nearest_NG == source)) for source in range(num_sources - 1)]
    rest_MNK = sum_bands(moment_MNG) - sum(moments, torch.zeros(()).to(moment_MNG))
    rest_MNK[:2].clamp_(min=0.0)
    return _wiener(torch.stack([*moments, rest_MNK]))


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


def _wiener(moment_QMNK: Tensor) -> Tensor:
    """Filter with how the sources are spread over the sides and with their smoothed power."""
    power_QNK = _smoothed(moment_QMNK[:, :2].sum(dim=1))
    power_QNK = power_QNK / (power_QNK.sum(dim=0) + _SILENCE) + _LEAST_SHARE
    whole_QMK = moment_QMNK.sum(dim=2)
    whole_QMK = whole_QMK / (whole_QMK[:, :2].sum(dim=1, keepdim=True) + _SILENCE)
    left_QNK = power_QNK * (whole_QMK[:, 0] + DIFFUSE)[:, None]
    right_QNK = power_QNK * (whole_QMK[:, 1] + DIFFUSE)[:, None]
    both_QNK = power_QNK * torch.complex(whole_QMK[:, 2], whole_QMK[:, 3])[:, None]
    left_NK, right_NK, both_NK = left_QNK.sum(0), right_QNK.sum(0), both_QNK.sum(0)
    # Products with the inverse of the Hermitian matrix of the mix, row by row.
    filter_QCCNK = torch.stack(
        [
            torch.stack(
                [
                    left_QNK * right_NK - both_QNK * both_NK.conj(),
                    both_QNK * left_NK - left_QNK * both_NK,
                ],
                dim=1,
            ),
            torch.stack(
                [
                    both_QNK.conj() * right_NK - right_QNK * both_NK.conj(),
                    right_QNK * left_NK - both_QNK.conj() * both_NK,
                ],
                dim=1,
            ),
        ],
        dim=1,
    ) / (left_NK * right_NK - both_NK.abs().square())
    return torch.cat([filter_QCCNK.real, filter_QCCNK.imag], dim=2)


def _smoothed(power_QNK: Tensor) -> Tensor:
    """Smooth over time with a bell, and a little over bands: single bins often err."""
    step_N = torch.arange(power_QNK.shape[1]).to(power_QNK) / _SMOOTH_FRAMES
    bell_NN = (-0.5 * (step_N[:, None] - step_N).square()).exp()
    calm_QNK = (bell_NN / bell_NN.sum(dim=1, keepdim=True)) @ power_QNK
    padded_QNK = torch.nn.functional.pad(calm_QNK, (1, 1), mode="replicate")
    return 0.25 * (padded_QNK[..., :-2] + padded_QNK[..., 2:]) + 0.5 * calm_QNK
