"""What stereo adds to estimates of stems: each is held against where its stem lies.

Masks say how much of a bin belongs to each stem. A mix says more: a stem that lies at one place
reaches left and right in one proportion, and whatever its estimate holds besides belongs to other
stems. With mean mu_s, error power v_s, power p_s and spatial covariance R_s of each stem, of mean
trace one per channel,

    K_s = p_s R_s (p_s R_s + v_s I)⁻¹ / k_s,    m_s = K_s mu_s,    P_s = v_s K_s,
    y_s = m_s + P_s (sum P)⁻¹ (sum(mu) - sum(m)),

with k_s the largest eigenvalue of the Wiener gain, so that nothing along the stem's own direction
is lost. Without k_s it is the posterior mean of Gaussian stems with such covariances (Duong,
Vincent, Gribonval 2010) after an observation mu_s each of error power v_s, given their sum. Powers
and covariances come from the estimates themselves, and again from what became of them, as in the
EM of Nugraha, Liutkus, Vincent 2016.
Where all stems have one covariance, in a mono mix above all, everything stays as it is.

Axes: S stem, C channel (2), F frequency bin, N spectrogram frame, K band, E entries of a Hermitian
matrix: left, right, and real and imaginary part of left times right conjugated.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

NUM_BANDS = 8
LOWEST_BAND_HZ = 100.0  # below it bands are equally wide, above it in octaves
HIGHEST_HZ = 11_000.0  # above it, there is little to gain for the time that it takes
ITERATIONS = 2
DOUBT = 8.0  # what a predicted error counts for: masks are wrong together, which they do not know
PART_FRAMES = 128  # temporaries of 0.5 MB
LEAST_SPREAD = 1e-3  # of a covariance in the other direction: 30 dB
SILENCE = 1e-12  # relative to the mean power of the bins


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Matrices:
    """Hermitian matrices of two by two: left, right (real), and left times right (complex)."""

    left: Tensor
    right: Tensor
    cross: Tensor

    def inverse(self) -> "_Matrices":
        determinant = self.left * self.right - _power(self.cross)
        return _Matrices(
            left=self.right / determinant,
            right=self.left / determinant,
            cross=-self.cross / determinant,
        )

    def times(self, vector_CNF: Tensor) -> Tensor:
        left, right = vector_CNF
        return torch.stack(
            [
                self.left * left + self.cross * right,
                self.cross.conj() * left + self.right * right,
            ]
        )


def spatially_fused(
    mean_SCFN: Tensor,
    error_power_SCFN: Tensor,
    *,
    bin_hz: float,
    is_spread_S: tuple[bool, ...],
) -> Tensor:
    """Divide the sum of estimates anew, by where the stems lie.

    Args:
        mean_SCFN: Complex estimates in stereo.
        error_power_SCFN: Their expected squared errors.
        bin_hz: Distance of bins, Hz.
        is_spread_S: Stems of many instruments at places of their own, which have a covariance for
            each bin. All others have one for each band.

    Returns:
        Estimates of the same shape and sum, but for rounding.
    """
    num_bins = min(mean_SCFN.shape[2], int(HIGHEST_HZ / bin_hz))
    mean_SCNF = mean_SCFN[:, :, :num_bins].transpose(-1, -2)
    scale = _power(mean_SCNF).mean()
    if float(scale) <= 0.0:
        return mean_SCFN
    mean_SCNF = mean_SCNF / scale.sqrt()
    error_SNF = DOUBT * error_power_SCFN[:, :, :num_bins].mean(dim=1).transpose(-1, -2) / scale
    fused_SCNF = mean_SCNF
    for _ in range(ITERATIONS):
        fused_SCNF = _step(mean_SCNF, error_SNF + SILENCE, fused_SCNF, bin_hz, is_spread_S)
    low_SCFN = (fused_SCNF * scale.sqrt()).transpose(-1, -2)
    return torch.cat([low_SCFN, mean_SCFN[:, :, num_bins:]], dim=2)


def _step(
    mean_SCNF: Tensor,
    error_SNF: Tensor,
    fused_SCNF: Tensor,
    bin_hz: float,
    is_spread_S: tuple[bool, ...],
) -> Tensor:
    """One pass: powers and covariances of ``fused_SCNF``, with them the posterior of the means."""
    power_SNF = _smooth_in_time(_power(fused_SCNF).mean(dim=1)) + SILENCE
    covariances = [
        _normalised(covariance_EF)[:, None]
        for covariance_EF in _covariances(fused_SCNF, power_SNF, bin_hz, is_spread_S)
    ]
    result_SCNF = torch.empty_like(mean_SCNF, memory_format=torch.contiguous_format)
    for first in range(0, mean_SCNF.shape[2], PART_FRAMES):
        part = slice(first, first + PART_FRAMES)
        result_SCNF[:, :, part] = _posterior(
            mean_SCNF[:, :, part], error_SNF[:, part], power_SNF[:, part], covariances
        )
    return result_SCNF


def _covariances(
    fused_SCNF: Tensor, power_SNF: Tensor, bin_hz: float, is_spread_S: tuple[bool, ...]
) -> Iterator[Tensor]:
    """Yield the covariance of each stem, (E, F): bins count by their share to the power of six."""
    bands_KF = _bands(fused_SCNF.shape[-1], bin_hz).to(power_SNF)
    total_NF = power_SNF.sum(dim=0)
    for spec_CNF, power_NF, is_spread in zip(fused_SCNF, power_SNF, is_spread_S, strict=True):
        weight_NF = (power_NF / total_NF).square()
        weight_NF = weight_NF * weight_NF.square()
        cross_NF = weight_NF * spec_CNF[0] * spec_CNF[1].conj()
        sides_CF = (weight_NF * _power(spec_CNF)).sum(dim=1)
        cross_F = cross_NF.sum(dim=0)
        covariance_EF = torch.stack([*sides_CF, cross_F.real, cross_F.imag])
        if not is_spread:
            covariance_EF = covariance_EF @ bands_KF.T @ (bands_KF / bands_KF.sum(dim=0))
        yield covariance_EF


def _posterior(
    mean_SCNF: Tensor, error_SNF: Tensor, power_SNF: Tensor, covariances: list[Tensor]
) -> Tensor:
    """Return m_s + P_s (sum P)⁻¹ (sum(mu) - sum(m))."""
    kept: list[Tensor] = []
    spreads: list[_Matrices] = []
    for mean_CNF, error_NF, power_NF, covariance_E1F in zip(
        mean_SCNF, error_SNF, power_SNF, covariances, strict=True
    ):
        gain = _gain(covariance_E1F, power_NF, error_NF)
        kept.append(gain.times(mean_CNF))
        spreads.append(
            _Matrices(
                left=error_NF * gain.left, right=error_NF * gain.right, cross=error_NF * gain.cross
            )
        )
    missing_CNF = mean_SCNF.sum(dim=0) - sum(kept)
    total = _Matrices(
        left=torch.stack([spread.left for spread in spreads]).sum(dim=0) + SILENCE,
        right=torch.stack([spread.right for spread in spreads]).sum(dim=0) + SILENCE,
        cross=torch.stack([spread.cross for spread in spreads]).sum(dim=0),
    )
    divided_CNF = total.inverse().times(missing_CNF)
    return torch.stack(
        [own + spread.times(divided_CNF) for own, spread in zip(kept, spreads, strict=True)]
    )


def _gain(covariance_E1F: Tensor, power_NF: Tensor, error_NF: Tensor) -> _Matrices:
    """Wiener gain of a stem against an error of any direction, one along the stem's own."""
    left, right, real, imaginary = covariance_E1F
    cross = torch.complex(real, imaginary)
    along = 1.0 + (((left - right) / 2).square() + _power(cross)).sqrt()
    # (p R + v I)⁻¹ p R = I - v (p R + v I)⁻¹, over the same of the largest eigenvalue of R.
    inverse = _Matrices(
        left=power_NF * left + error_NF,
        right=power_NF * right + error_NF,
        cross=power_NF * cross,
    ).inverse()
    scale = 1.0 + error_NF / (power_NF * along)
    return _Matrices(
        left=scale * (1.0 - error_NF * inverse.left),
        right=scale * (1.0 - error_NF * inverse.right),
        cross=-scale * error_NF * inverse.cross,
    )


def _normalised(covariance_EF: Tensor) -> Tensor:
    """Scale to a mean trace of one per channel, with some spread in every direction."""
    level_F = covariance_EF[:2].mean(dim=0) + SILENCE**2
    spread_E = torch.tensor([LEAST_SPREAD, LEAST_SPREAD, 0.0, 0.0]).to(covariance_EF)
    return (covariance_EF / level_F + spread_E[:, None]) / (1.0 + LEAST_SPREAD)


def _power(spec: Tensor) -> Tensor:
    power: Tensor = spec.real.square() + spec.imag.square()
    return power


def _smooth_in_time(power_SNF: Tensor) -> Tensor:
    """Average over three frames; those beyond an end do not count."""
    smooth_SNF: Tensor = functional.avg_pool2d(
        power_SNF, (3, 1), stride=1, padding=(1, 0), count_include_pad=False
    )
    return smooth_SNF


def _bands(num_bins: int, bin_hz: float) -> Tensor:
    """Return triangular bands that add up to one in each bin, (K, F)."""
    octave_F = torch.log2(1.0 + torch.arange(num_bins) * bin_hz / LOWEST_BAND_HZ)
    place_F = octave_F / octave_F[-1].clamp_min(1e-6) * (NUM_BANDS - 1)
    distance_KF = (place_F - torch.arange(NUM_BANDS)[:, None]).abs()
    return (1.0 - distance_KF).clamp_min(0.0)
