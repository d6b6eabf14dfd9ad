"""Bands of STFT bins: single bins at the bottom, where harmonics lie close, wider ones above.

A mask that is constant inside a band has an error that is a quadratic in the mask,

    Σ_f |m X_f - S_f|² = m² Σ|X_f|² - 2 m Σ Re(S_f X_f*) + Σ|S_f|²      (f in the band),

so training needs three sums per band and never touches a bin again. The sums are exact: nothing
is lost against a loss on bins.

Axes: F frequency bin, G real and imaginary parts of the bins, K band, N spectrogram frame;
leading axes are free.
"""

import torch
from torch import Tensor

# A matrix product per block costs K/BANDS_PER_BLOCK times less than one over all bands and bins,
# and stays far faster than a scatter.
BANDS_PER_BLOCK = 32


def band_edges(num_bins: int, num_bands: int) -> Tensor:
    """Return the first bin of each band and, at the end, the number of bins, shape (K + 1,).

    The edges follow ``sinh``, which is linear at the bottom and exponential above, curved so that
    the first band is one bin wide. Widths grow with frequency, apart from rounding to whole bins.
    """
    if not 0 < num_bands <= num_bins:
        raise ValueError(f"num_bands must lie in 1..{num_bins}, got {num_bands}")
    # The first band is one bin wide when sinh(c / K) / sinh(c) = 1 / F; found by bisection.
    low, high = 1e-6, 50.0
    for _ in range(100):
        curve = (low + high) / 2
        first = torch.sinh(torch.tensor(curve / num_bands, dtype=torch.float64))
        whole = torch.sinh(torch.tensor(curve, dtype=torch.float64))
        low, high = (curve, high) if first / whole * num_bins > 1.0 else (low, curve)
    position_K = torch.arange(num_bands + 1, dtype=torch.float64) / num_bands
    edges_K = (torch.sinh(low * position_K) / torch.sinh(position_K.new_tensor(low))) * num_bins
    rounded_K = edges_K.round().long()
    for band in range(1, num_bands + 1):
        rounded_K[band] = max(int(rounded_K[band]), int(rounded_K[band - 1]) + 1)
    rounded_K[-1] = num_bins
    for band in range(num_bands - 1, 0, -1):
        rounded_K[band] = min(int(rounded_K[band]), int(rounded_K[band + 1]) - 1)
    return rounded_K


class Bands:
    """Sums over bands, and the way back from bands to bins."""

    def __init__(self, *, num_bins: int, num_bands: int) -> None:
        self.edges_K = band_edges(num_bins, num_bands)
        self.widths_K = self.edges_K.diff()
        self.band_of_bin_F = torch.repeat_interleave(torch.arange(num_bands), self.widths_K)
        self._blocks = [
            self._block(first, min(first + BANDS_PER_BLOCK, num_bands))
            for first in range(0, num_bands, BANDS_PER_BLOCK)
        ]

    def sum_interleaved(self, parts_NG: Tensor) -> Tensor:
        """Add up real and imaginary parts, (..., N, 2F) to (..., K, N).

        The transform leaves adjacent bins side by side in memory; this takes them as they lie.
        """
        summed = [
            torch.matmul(parts_NG[..., parts], sum_GK.to(parts_NG))
            for parts, sum_GK in self._blocks
        ]
        return torch.cat(summed, dim=-1).transpose(-1, -2)

    def power(self, spec_FN: Tensor) -> Tensor:
        """Add up |X|² in each band, (..., F, N) complex to (..., K, N)."""
        spec_NF = spec_FN.transpose(-1, -2).contiguous()
        return self.sum_interleaved(torch.view_as_real(spec_NF).flatten(-2).square())

    def expand(self, bands_KN: Tensor) -> Tensor:
        """Give every bin the value of its band, (..., K, N) to (..., F, N).

        As from the transform, adjacent bins of the result lie side by side in memory.
        """
        bands_NK = bands_KN.transpose(-1, -2).contiguous()
        return bands_NK.index_select(-1, self.band_of_bin_F.to(bands_KN.device)).transpose(-1, -2)

    def _block(self, first: int, last: int) -> tuple[slice, Tensor]:
        low, high = int(self.edges_K[first]), int(self.edges_K[last])
        bands_F = self.band_of_bin_F[low:high] - first
        sum_FK = torch.nn.functional.one_hot(bands_F, last - first).float()
        return slice(2 * low, 2 * high), sum_FK.repeat_interleave(2, dim=0)
