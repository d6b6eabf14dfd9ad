"""What method B is trained for.

    L = L_src + β KL + λ_B L_blk + λ_P L_perm + λ_T L_teach + λ_M L_mem (+ fit of the error powers)

L_src is the log of the squared error of each stem, before and after the fusion stage: with one
analytic variance per window, the Laplace or Gaussian likelihood of the ELBO is that logarithm
(σ-VAE, arXiv 2006.13202).

Axes: B window, Q source (and stem), R stem an estimate is held against, C channel, J signal Y of
``spectra``, N spectrogram frame, K band, L latent number of a frame.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.methods.blockwise_vae.network import Decoded
from engine.methods.blockwise_vae.spectra import FEATURE_FLOOR, SILENCE, Targets

ERROR_FLOOR = 1e-4  # errors 40 dB below the mix are good enough, so that silence ends learning
BAND_ERROR_FLOOR = 1e-3  # the same inside a band, for that floor
RELATIVE_ERRORS = (1e-5, 10.0)  # of an error's power to the mix's; stems that cancel leave it


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """Everything about one window; the axes B of ``Targets`` and ``Decoded`` are gone."""

    power_CNK: Tensor
    product_2NK: Tensor
    cross_QCJNK: Tensor
    stem_QCNK: Tensor
    weight_QCJNK: Tensor
    log_error_QCNK: Tensor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WindowLosses:
    """Losses of one window.

    Attributes:
        own: Mean log error of the stems before the fusion.
        joint: The same after it.
        error_nll: Misfit of the error powers.
        cost_QR: Log error of every estimate against every stem.
        sdr_Q: Signal to distortion after the fusion, dB, without gradient.
        is_active_Q: Whether a stem sounds.
    """

    own: Tensor
    joint: Tensor
    error_nll: Tensor
    cost_QR: Tensor
    sdr_Q: Tensor
    is_active_Q: Tensor


def windows_of(targets: Targets, decoded: Decoded) -> list[Window]:
    """Take a batch apart: one window at a time fits the cache, which halves the time."""
    return [
        Window(
            power_CNK=power,
            product_2NK=product,
            cross_QCJNK=cross,
            stem_QCNK=stem,
            weight_QCJNK=weight,
            log_error_QCNK=log_error,
        )
        for power, product, cross, stem, weight, log_error in zip(
            targets.power_BCNK,
            targets.product_B2NK,
            targets.cross_BSCJNK,
            targets.stem_BSCNK,
            decoded.weight_BQCJNK,
            decoded.log_error_BQCNK,
            strict=True,
        )
    ]


def filtered_power(weight_QCJNK: Tensor, power_CNK: Tensor, product_2NK: Tensor) -> Tensor:
    """Power Σ|Σ_j w_j Y_j|² of filtered mixes in each band, (Q, C, N, K)."""
    left, right, left_turned, right_turned = weight_QCJNK.unbind(2)
    power_left, power_right = power_CNK
    real, imaginary = product_2NK
    power = (left.square() + left_turned.square()) * power_left
    power = power + (right.square() + right_turned.square()) * power_right
    power = power + 2.0 * (left * right + left_turned * right_turned) * real
    rotated: Tensor = 2.0 * (left * right_turned - right * left_turned) * imaginary
    total: Tensor = power + rotated
    return total


def squared_error(weight_QCJNK: Tensor, window: Window) -> Tensor:
    """Squared error of filtered mixes in each band, (Q, C, N, K)."""
    power_QCNK = filtered_power(weight_QCJNK, window.power_CNK, window.product_2NK)
    agreement_QCNK = (weight_QCJNK * window.cross_QCJNK).sum(dim=2)
    return (power_QCNK - 2.0 * agreement_QCNK + window.stem_QCNK).clamp_min(0.0)


def fused_weight(weight_QCJNK: Tensor, log_error_QCNK: Tensor) -> Tensor:
    """Weights after the fusion stage: what they leave of the mix is shared out by their errors.

    y_s = μ_s + v_s / Σv (X - Σμ), on the weights instead of the signals.
    """
    missing_CJNK = -weight_QCJNK.sum(dim=0)
    own = torch.eye(2, 4).to(missing_CJNK)[:, :, None, None]
    share_QCNK = log_error_QCNK.softmax(dim=0)
    return weight_QCJNK + share_QCNK[:, :, None] * (missing_CJNK + own)


def window_losses(
    window: Window, *, band_share: float, error_floor: float = ERROR_FLOOR
) -> WindowLosses:
    """Losses of one window's stems, all of which keep their number."""
    error_QCNK = squared_error(window.weight_QCJNK, window)
    fused_QCJNK = fused_weight(window.weight_QCJNK, window.log_error_QCNK)
    fused_error_QCNK = squared_error(fused_QCJNK, window)
    stem_power_Q = window.stem_QCNK.sum(dim=(1, 2, 3))
    with torch.no_grad():
        ratio_Q = (stem_power_Q + SILENCE) / (fused_error_QCNK.sum(dim=(1, 2, 3)) + SILENCE)
    return WindowLosses(
        own=_log_error(error_QCNK, window, band_share, error_floor).mean(),
        joint=_log_error(fused_error_QCNK, window, band_share, error_floor).mean(),
        error_nll=error_nll(window.log_error_QCNK, error_QCNK, window),
        cost_QR=cross_cost(window, error_QCNK),
        sdr_Q=10.0 * ratio_Q.log10(),
        is_active_Q=stem_power_Q > 1e-3 * window.power_CNK.sum(),
    )


def cross_cost(window: Window, error_QCNK: Tensor) -> Tensor:
    """Log error of every estimate against every stem, (Q, R).

    Only the terms that hold the stem differ: |ŝ_q - s_r|² = |ŝ_q - s_q|² + 2 ŝ_q·(s_q - s_r)
    + |s_r|² - |s_q|².
    """
    agreement_QR = window.weight_QCJNK.flatten(1) @ window.cross_QCJNK.flatten(1).T
    stem_power_Q = window.stem_QCNK.sum(dim=(1, 2, 3))
    own_Q = error_QCNK.sum(dim=(1, 2, 3))
    total_QR = own_Q[:, None] + 2.0 * (agreement_QR.diagonal()[:, None] - agreement_QR)
    total_QR = total_QR + stem_power_Q - stem_power_Q[:, None]
    return (total_QR.clamp_min(0.0) / error_QCNK[0].numel() + ERROR_FLOOR).log()


def error_nll(log_error_QCNK: Tensor, error_QCNK: Tensor, window: Window) -> Tensor:
    """Negative log-likelihood of the errors under the decoded powers, a scalar.

    The error in a bin is a complex Student t with two degrees of freedom: with a Gaussian, a
    single sure mask that is wrong outweighs the whole batch. Bands without any power in the mix
    say nothing and are left out.
    """
    relative = error_QCNK.detach() / window.power_CNK.clamp_min(SILENCE)
    standardised = relative.clamp(*RELATIVE_ERRORS) * (-log_error_QCNK).exp()
    nll = 2.0 * standardised.log1p() + log_error_QCNK
    audible_CNK = (window.power_CNK > FEATURE_FLOOR).to(nll)
    return (nll * audible_CNK).sum() / (audible_CNK.sum() * len(nll)).clamp_min(1.0)


def _log_error(error_QCNK: Tensor, window: Window, band_share: float, error_floor: float) -> Tensor:
    """Log of the error of the window, mixed with that of its bands, (Q,).

    The bands' share keeps the quiet upper ones from being ignored.
    """
    whole_Q = (error_QCNK.mean(dim=(1, 2, 3)) + error_floor).log()
    mix_K = window.power_CNK.mean(dim=(0, 1))
    band_floor = BAND_ERROR_FLOOR * error_floor / ERROR_FLOOR
    floor_K = band_floor * mix_K + error_floor * band_floor
    bands_QK = (error_QCNK.mean(dim=(1, 2)) + floor_K) / (mix_K + floor_K)
    return (1.0 - band_share) * whole_Q + band_share * bands_QK.log().mean(dim=1)
