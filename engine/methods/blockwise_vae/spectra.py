"""From signals to sums over bands: what the network reads and what its loss needs.

Each channel of a stem is estimated by a complex weight per band on each side of the mix,

    ŝ_c = Σ_j w_cj Y_j,    Y = (X_L, X_R, iX_L, iX_R),    w real,

a filter of two channels and any phase. The squared error in a band is a quadratic in the weights
whose coefficients are sums over the bins of the band, so that training never touches a bin again;
nothing is lost by that.

Axes: B window, S stem, C channel, F frequency bin, G real and imaginary parts of the bins, K band,
N spectrogram frame, J the four signals Y, T frame of audio, X feature.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.audio.stft import Stft
from engine.methods.blockwise_vae.places import place_filters, powers_of_angles
from engine.methods.spectrogram_vae.bands import Bands

FEATURE_FLOOR = 1e-7  # -70 dB below the level of the window
SILENCE = 1e-20  # power of a window that counts as digital silence; keeps 0/0 out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixSums:
    """Second-order statistics of the mix in each band and frame.

    Attributes:
        power_BCNK: Σ |X_c|².
        product_B2NK: Real and imaginary part of Σ X_L X_R*.
        step_B2NK: Real and imaginary part of the correlation of a spectrogram frame with the one
            before, turned so that a steady tone in the middle of a bin is real.
        delay_B2NK: The same of adjacent bins: real for sound in the middle of the frame.
        filter_BQCJNK: Filters of the sides that the places of the sources suggest (see
            ``places``); none where sources are not told by their places.
        angle_BA: Power of the angles that these places were found in; none as well.
    """

    power_BCNK: Tensor
    product_B2NK: Tensor
    step_B2NK: Tensor
    delay_B2NK: Tensor
    filter_BQCJNK: Tensor | None = None
    angle_BA: Tensor | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Targets:
    """Sums that make the squared error of any weights exact, on the scale of a mix of unit power.

    Attributes:
        power_BCNK: Σ |X_c|².
        product_B2NK: Real and imaginary part of Σ X_L X_R*.
        cross_BSCJNK: Σ Re(S_c Y_j*).
        stem_BSCNK: Σ |S_c|².
    """

    power_BCNK: Tensor
    product_B2NK: Tensor
    cross_BSCJNK: Tensor
    stem_BSCNK: Tensor


class BandAnalysis:
    """Transform and bands together."""

    def __init__(self, *, stft: Stft, num_bands: int, num_places: int = 0) -> None:
        """Set up both.

        Args:
            stft: Transform.
            num_bands: Bands of its bins.
            num_places: Places between left and right to look for sources at.
        """
        self.stft = stft
        self._num_places = num_places
        self.bands = Bands(num_bins=stft.num_bins, num_bands=num_bands)
        turns_F = torch.arange(stft.num_bins, dtype=torch.float64) * (stft.hop / stft.n_fft)
        self._turn_F = torch.polar(torch.ones_like(turns_F), 2.0 * torch.pi * turns_F)

    def mix_sums(self, mix_BCFN: Tensor, heard_A: Tensor | None = None) -> MixSums:
        """Reduce the spectrogram of a mix.

        Args:
            mix_BCFN: Windows.
            heard_A: Power of the angles of the song that they belong to, as far as it was heard.
        """
        return _stacked(
            [self._mix_sums(mix_CFN.transpose(-1, -2), heard_A) for mix_CFN in mix_BCFN]
        )

    def training_sums(self, stems_BSCT: Tensor) -> tuple[MixSums, Targets]:
        """Reduce stems and their mix; one window at a time, whose spectrograms fit the cache."""
        mixes, crosses, stems = [], [], []
        for stems_SCT in stems_BSCT:
            spec_SCNF = self.stft.forward(stems_SCT).transpose(-1, -2)
            mix_CNF = spec_SCNF.sum(dim=0)
            mixes.append(self._mix_sums(mix_CNF))
            parts_SCNG = torch.view_as_real(spec_SCNF).flatten(-2)
            mix_JNG = _parts(torch.cat([mix_CNF, 1j * mix_CNF]))
            crosses.append(
                torch.stack([self._sum(parts_SCNG * part_NG) for part_NG in mix_JNG], dim=2)
            )
            stems.append(self._sum(parts_SCNG.square()))
        sums = _stacked(mixes)
        scale_B = 1.0 / _level(sums)
        targets = Targets(
            power_BCNK=sums.power_BCNK * scale_B[:, None, None, None],
            product_B2NK=sums.product_B2NK * scale_B[:, None, None, None],
            cross_BSCJNK=torch.stack(crosses) * scale_B[:, None, None, None, None, None],
            stem_BSCNK=torch.stack(stems) * scale_B[:, None, None, None, None],
        )
        return sums, targets

    @torch.no_grad()
    def apply(self, weight_SCJNK: Tensor, mix_CFN: Tensor) -> Tensor:
        """Filter a mix with the weights of each band, (S, C, F, N) complex."""
        band_F = self.bands.band_of_bin_F.to(mix_CFN.device)
        left_NF, right_NF = mix_CFN.transpose(-1, -2)
        stem_SCNF: Tensor = left_NF.new_empty(*weight_SCJNK.shape[:2], *left_NF.shape)
        # One spectrogram at a time: its temporaries stay in the cache.
        for stem_CNF, weight_CJNK in zip(stem_SCNF, weight_SCJNK, strict=True):
            for stem_NF, weight_JNK in zip(stem_CNF, weight_CJNK, strict=True):
                side_JNK = torch.complex(weight_JNK[:2], weight_JNK[2:])
                torch.mul(side_JNK[0].index_select(-1, band_F), left_NF, out=stem_NF)
                stem_NF.addcmul_(side_JNK[1].index_select(-1, band_F), right_NF)
        return stem_SCNF.transpose(-1, -2)

    def expand(self, bands_NK: Tensor) -> Tensor:
        """Give every bin the value of its band, (..., N, K) to (..., F, N)."""
        band_F = self.bands.band_of_bin_F.to(bands_NK.device)
        return bands_NK.index_select(-1, band_F).transpose(-1, -2)

    def _sum(self, parts_NG: Tensor) -> Tensor:
        """Add up the bins of each band, (..., N, G) to (..., N, K)."""
        return self.bands.sum_interleaved(parts_NG).transpose(-1, -2)

    def _mix_sums(self, mix_CNF: Tensor, heard_A: Tensor | None = None) -> MixSums:
        """Reduce the spectrogram of one window; the result has no axis B."""
        filter_QCJNK: Tensor | None = None
        angle_A: Tensor | None = None
        if self._num_places:
            angle_A = powers_of_angles(mix_CNF)
            song_A = angle_A if heard_A is None else angle_A + heard_A.to(angle_A)
            filter_QCJNK = place_filters(mix_CNF, song_A, self._sum, num_sources=self._num_places)
        parts_CNG = _parts(mix_CNF)
        power_CNK = self._sum(parts_CNG.square())
        total_NK = power_CNK.sum(dim=0)
        earlier_NK = torch.nn.functional.pad(total_NK[:-1], (0, 0, 1, 0))
        turned_CNF = mix_CNF * self._turn_F.to(mix_CNF)
        before_CNF = torch.nn.functional.pad(turned_CNF[:, :-1], (0, 0, 1, 0))
        below_CNF = -torch.nn.functional.pad(mix_CNF[..., :-1], (1, 0))
        floor = SILENCE + FEATURE_FLOOR * total_NK.mean()
        return MixSums(
            power_BCNK=power_CNK,
            product_B2NK=self._correlation(parts_CNG[:1], mix_CNF[1:]),
            step_B2NK=self._correlation(parts_CNG, before_CNF)
            / ((total_NK + floor) * (earlier_NK + floor)).sqrt(),
            delay_B2NK=self._correlation(parts_CNG, below_CNF) / (total_NK + floor),
            filter_BQCJNK=filter_QCJNK,
            angle_BA=angle_A,
        )

    def _correlation(self, parts_CNG: Tensor, other_CNF: Tensor) -> Tensor:
        """Σ X O* over channels and the bins of each band, real and imaginary part, (2, N, K)."""
        real_NG = (parts_CNG * _parts(other_CNF)).sum(dim=0)
        imaginary_NG = (parts_CNG * _parts(1j * other_CNF)).sum(dim=0)
        return self._sum(torch.stack([real_NG, imaginary_NG]))


def features(sums: MixSums) -> Tensor:
    """Describe the mix in each band, whatever its level, (B, N, K, X).

    The log power of either channel relative to the window's mean, and the correlations of the
    channels, of adjacent frames and of adjacent bins: what neighbours say about phases without
    depending on where the window starts.
    """
    level_B = _level(sums)[:, None, None, None]
    power_BCNK = sums.power_BCNK / level_B + FEATURE_FLOOR
    norm_BNK = power_BCNK.prod(dim=1).sqrt()
    parts = [
        0.25 * power_BCNK.log() + 1.0,
        sums.product_B2NK / (norm_BNK[:, None] * level_B),
        sums.step_B2NK,
        sums.delay_B2NK,
    ]
    # A step out of silence, or across a band's edge, may exceed one by far.
    return torch.cat([parts[0], *(part.clamp(-2.0, 2.0) for part in parts[1:])], dim=1).movedim(
        1, -1
    )


def _level(sums: MixSums) -> Tensor:
    """Mean over channels, frames and bands of the mix's power in a band, (B,)."""
    return sums.power_BCNK.mean(dim=(1, 2, 3)).clamp_min(SILENCE)


def _parts(spec_CNF: Tensor) -> Tensor:
    """View complex bins as real and imaginary parts side by side, (C, N, G)."""
    return torch.view_as_real(spec_CNF.contiguous()).flatten(-2)


def _stacked(items: list[MixSums]) -> MixSums:
    filters = [item.filter_BQCJNK for item in items if item.filter_BQCJNK is not None]
    angles = [item.angle_BA for item in items if item.angle_BA is not None]
    return MixSums(
        filter_BQCJNK=torch.stack(filters) if filters else None,
        angle_BA=torch.stack(angles) if angles else None,
        power_BCNK=torch.stack([item.power_BCNK for item in items]),
        product_B2NK=torch.stack([item.product_B2NK for item in items]),
        step_B2NK=torch.stack([item.step_B2NK for item in items]),
        delay_B2NK=torch.stack([item.delay_B2NK for item in items]),
    )
