r"""What a separator could reach at best, and at least, on a given mix.

Every ceiling knows the true stems s and uses them to weight the STFT of the mix x:

* ``irm_magnitude``: x |s_j| / sum_k |s_k|, the ideal ratio mask IRM1 of SiSEC 2018.
* ``irm_power``: x |s_j|² / sum_k |s_k|², its IRM2. It is the higher one, and the one that is meant
  wherever this project says “ideal ratio mask” without more.
* ``mwf``: the multichannel Wiener filter of a local Gaussian model with oracle parameters
  (Duong, Vincent, Gribonval 2010; Liutkus et al. 2017), with the power averaged over the channels
  v_j(f, n) = |s_j|² / C and one spatial covariance per stem and bin,
  R_j(f) = sum_n s_j s_jᴴ / sum_n v_j; then y_j = v_j R_j (sum_k v_k R_k)⁻¹ x.
* ``fusion``: the fusion stage with the means of a decoder of stated quality. mu_j = s_j + n_j,
  where the n_j are independent Gaussian noises whose power v_j is that of the stem, averaged over
  about 40 bands of a frame, ``FUSION_MEAN_SNR_DB`` below it; then y_j = mu_j + v_j / sum_k v_k
  (x - sum_k mu_k) with the same v_j. So it is what the fusion makes of latent decoders at 6 dB
  whose error power is known exactly and does not leak from stem to stem: optimistic.
* ``fusion_amplitude``: the same stage with mu_j = |s_j| x/|x|, the best that real masks from
  separate models of magnitudes can say, and v_j = |s_j - mu_j|², averaged over the same bands.
  (With ratio masks as means the fusion would do nothing: those add up to x already.)

STFTs are 4096/1024 in float64. A song is worked on in pieces with so much context that the
pieces do not show in the result; only the noise of ``fusion`` is drawn for each piece.

Axes: S stem, C and D channel, F frequency bin, N spectrogram frame, T sample.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from engine.audio.stft import Stft
from engine.events import FloatArray

Ceiling = Literal["irm_magnitude", "irm_power", "mwf", "fusion", "fusion_amplitude"]
CEILINGS: tuple[Ceiling, ...] = get_args(Ceiling)

N_FFT = 4096
HOP = 1024
PIECE_FRAMES = 256 * HOP  # six seconds: 65 MB per stereo stem and array
FUSION_MEAN_SNR_DB = 6.0
NUM_BANDS = 64
LOWEST_BAND_BINS = 4  # bands are this wide at the bottom and grow geometrically above

# Added to powers before they divide. The STFT of full scale is about 1e6 in power, so this
# is 140 dB below anything audible and decides only where every stem is digitally silent.
POWER_FLOOR = 1e-12
# Share of the mean eigenvalue that is added to a covariance before it is inverted.
COVARIANCE_LOADING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """The part [start, stop) of a song, with context of one STFT window on either side."""

    start: int
    stop: int
    stems_SCFN: Tensor
    mix_CFN: Tensor
    context: int
    num_frames: int


def ceiling_estimates(
    ceiling: Ceiling, stems_SCT: FloatArray, mix_CT: FloatArray, *, seed: int = 0
) -> FloatArray:
    """Return the estimates of a ceiling.

    Args:
        ceiling: Which one; the module says how each is defined.
        stems_SCT: True stems; they need not add up to the mix exactly.
        mix_CT: The mix.
        seed: Of the noise of ``fusion``; the others have none.

    Returns:
        Float32 (S, C, T). Those of the ratio masks, the Wiener filter and the fusion add up
        to the mix wherever a stem is audible.
    """
    if stems_SCT.shape[1:] != mix_CT.shape:
        raise ValueError(f"stems {stems_SCT.shape} do not fit to the mix {mix_CT.shape}")
    stft = Stft(n_fft=N_FFT, hop=HOP)
    estimates_SCT = np.zeros_like(stems_SCT)
    spatial_SCDF = _spatial_covariance(stems_SCT, mix_CT, stft) if ceiling == "mwf" else None
    for piece in _pieces(stems_SCT, mix_CT, stft):
        if ceiling == "mwf":
            assert spatial_SCDF is not None
            estimate_SCFN = _wiener(piece, spatial_SCDF)
        elif ceiling == "fusion":
            estimate_SCFN = _fused(piece, *_noisy_means(piece, stft, (seed, piece.start)))
        elif ceiling == "fusion_amplitude":
            estimate_SCFN = _fused(piece, *_amplitude_means(piece))
        else:
            estimate_SCFN = _ratio_masked(piece, 2.0 if ceiling == "irm_power" else 1.0)
        signal_SCT = stft.inverse(estimate_SCFN, num_frames=piece.num_frames)
        keep = slice(piece.context, piece.context + piece.stop - piece.start)
        estimates_SCT[..., piece.start : piece.stop] = signal_SCT[..., keep].numpy()
    return estimates_SCT


def fuse(mean_SCFN: Tensor, error_power_SCFN: Tensor, mix_CFN: Tensor) -> Tensor:
    """Return y_s = mu_s + v_s / sum(v) (x - sum(mu)), the fusion stage of the product."""
    residual_CFN = mix_CFN - mean_SCFN.sum(dim=0)
    return mean_SCFN + residual_CFN * _shares(error_power_SCFN)


def band_average(power_SCFN: Tensor) -> Tensor:
    """Average over the bands of each frame and write the mean back to the band's bins."""
    band_F = _band_of_bin(power_SCFN.shape[-2])
    num_bands = int(band_F[-1]) + 1
    share_GF = torch.nn.functional.one_hot(band_F, num_bands).to(power_SCFN).T
    mean_SCGN = (share_GF / share_GF.sum(dim=1, keepdim=True)) @ power_SCFN
    return mean_SCGN[..., band_F, :]


def _pieces(stems_SCT: FloatArray, mix_CT: FloatArray, stft: Stft) -> Iterator[_Piece]:
    # A frame reaches n_fft / 2 to either side, and a sample is made of the frames that reach
    # it: with n_fft of context the frames of a piece are those of the whole song. Starts are
    # multiples of the hop, so the frames fall on the same instants.
    for start in range(0, mix_CT.shape[-1], PIECE_FRAMES):
        stop = min(start + PIECE_FRAMES, mix_CT.shape[-1])
        first = max(0, start - N_FFT)
        last = min(mix_CT.shape[-1], stop + N_FFT)
        stems = torch.from_numpy(stems_SCT[..., first:last].astype(np.float64))
        mix = torch.from_numpy(mix_CT[..., first:last].astype(np.float64))
        yield _Piece(
            start=start,
            stop=stop,
            stems_SCFN=stft.forward(stems),
            mix_CFN=stft.forward(mix),
            context=start - first,
            num_frames=last - first,
        )


def _ratio_masked(piece: _Piece, exponent: float) -> Tensor:
    level_SCFN = piece.stems_SCFN.abs() ** exponent
    return _shares(level_SCFN) * piece.mix_CFN


def _shares(power_SCFN: Tensor) -> Tensor:
    """Share of each stem in the sum of powers, equal shares where that is zero."""
    total_CFN = power_SCFN.sum(dim=0)
    return torch.where(total_CFN > 0.0, power_SCFN / total_CFN, 1.0 / len(power_SCFN))


def _spatial_covariance(stems_SCT: FloatArray, mix_CT: FloatArray, stft: Stft) -> Tensor:
    """R_j(f) = sum_n s_j s_jᴴ / sum_n v_j, complex128 (S, C, D, F)."""
    num_stems, num_channels, _ = stems_SCT.shape
    outer_SCDF = torch.zeros(
        num_stems, num_channels, num_channels, stft.num_bins, dtype=torch.complex128
    )
    for piece in _pieces(stems_SCT, mix_CT, stft):
        # Each frame counts once: those of the context belong to the neighbours.
        first = piece.context // HOP
        last = None if piece.stop == mix_CT.shape[-1] else first + PIECE_FRAMES // HOP
        own_SCFN = piece.stems_SCFN[..., first:last]
        outer_SCDF += torch.einsum("scfn,sdfn->scdf", own_SCFN, own_SCFN.conj())
    power_SF = torch.einsum("sccf->sf", outer_SCDF).real / num_channels
    spatial_SCDF: Tensor = outer_SCDF / power_SF.clamp_min(POWER_FLOOR)[:, None, None]
    return spatial_SCDF


def _wiener(piece: _Piece, spatial_SCDF: Tensor) -> Tensor:
    """y_j = v_j R_j (sum_k v_k R_k)⁻¹ x, all bins of a piece at once."""
    num_channels = piece.mix_CFN.shape[0]
    power_SFN = piece.stems_SCFN.abs().square().mean(dim=1)
    mix_covariance_FNCD = torch.einsum("sfn,scdf->fncd", power_SFN.to(spatial_SCDF), spatial_SCDF)
    loading_FN = COVARIANCE_LOADING * power_SFN.sum(dim=0) + POWER_FLOOR
    identity_CD = torch.eye(num_channels, dtype=spatial_SCDF.dtype)
    mix_covariance_FNCD = mix_covariance_FNCD + loading_FN[..., None, None] * identity_CD
    whitened_FNC = torch.linalg.solve(mix_covariance_FNCD, piece.mix_CFN.permute(1, 2, 0))
    filtered_SCFN = torch.einsum("scdf,fnd->scfn", spatial_SCDF, whitened_FNC)
    return power_SFN[:, None] * filtered_SCFN


def _noisy_means(piece: _Piece, stft: Stft, seed: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Means at a stated SNR and the power of their errors.

    The noise is shaped by filtering white noise in time, so that it is the transform of a
    signal: noise drawn bin by bin would mostly vanish in the inverse STFT.
    """
    num_stems, num_channels = piece.stems_SCFN.shape[:2]
    shape = (num_stems, num_channels, piece.num_frames)
    white_SCT = torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))
    # White noise of power one has the energy of the window in each bin.
    window_energy = float(torch.hann_window(N_FFT, dtype=torch.float64).square().sum())
    white_SCFN = stft.forward(white_SCT) / window_energy**0.5
    power_SCFN = band_average(piece.stems_SCFN.abs().square())
    error_power_SCFN = power_SCFN * 10.0 ** (-FUSION_MEAN_SNR_DB / 10.0)
    return piece.stems_SCFN + error_power_SCFN.sqrt() * white_SCFN, error_power_SCFN


def _amplitude_means(piece: _Piece) -> tuple[Tensor, Tensor]:
    """|s| with the phase of the mix, and the band average of its squared error."""
    phase_CFN = torch.polar(torch.ones_like(piece.mix_CFN.real), piece.mix_CFN.angle())
    mean_SCFN = piece.stems_SCFN.abs() * phase_CFN
    return mean_SCFN, band_average((piece.stems_SCFN - mean_SCFN).abs().square())


def _fused(piece: _Piece, mean_SCFN: Tensor, error_power_SCFN: Tensor) -> Tensor:
    return fuse(mean_SCFN, error_power_SCFN, piece.mix_CFN)


def _band_of_bin(num_bins: int) -> Tensor:
    """Index of the band of each bin, (F,); bands below ``LOWEST_BAND_BINS`` bins are merged."""
    edges = np.geomspace(1.0, num_bins, NUM_BANDS + 1)
    bounds = [0]
    for edge in edges[1:-1]:
        if edge - bounds[-1] >= LOWEST_BAND_BINS:
            bounds.append(round(float(edge)))
    starts: npt.NDArray[np.int64] = np.array(bounds[1:], dtype=np.int64)
    return torch.from_numpy(np.searchsorted(starts, np.arange(num_bins), side="right"))
