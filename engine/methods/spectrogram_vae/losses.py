"""What the VAEs are trained for: the ELBO of the dossier, in bands.

For one stem with mask m, mix X and stem S, the squared error of a window is exactly

    E = Σ_kn ( m² P - 2 m R + Q ),    P = Σ|X|², R = Σ Re(S X*), Q = Σ|S|²   per band and frame.

With one analytic Gaussian variance per window and stem (σ-VAE, arXiv 2006.13202) the negative ELBO
per frame is, up to constants,

    (D / 2) log E + KL( q(z | X) ‖ N(0, I) ),    D real numbers in a frame of the stem.

Axes: B window, S stem, C channel, K band, N spectrogram frame, Z latent, T frame of audio.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.audio.stft import Stft
from engine.methods.spectrogram_vae.bands import Bands
from engine.methods.spectrogram_vae.network import Decoded

FEATURE_FLOOR = 1e-7  # -70 dB below the level of the window
ERROR_FLOOR = 1e-4  # errors 40 dB below the mix are good enough, so that silence ends learning
BAND_ERROR_FLOOR = 1e-3  # the same inside a band
RELATIVE_ERRORS = (
    1e-5,
    10.0,
)  # of an error's power to the mix's; stems that cancel leave the range
SILENCE = 1e-20  # power of a window that counts as digital silence; keeps 0/0 out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BandSums:
    """Sums over the bins of each band that make the squared error exact, see above.

    Attributes:
        mix_BCKN: P, power of the mix.
        cross_BSCKN: R, correlation of stem and mix.
        stem_BSCKN: Q, power of the stem.
    """

    mix_BCKN: Tensor
    cross_BSCKN: Tensor
    stem_BSCKN: Tensor


def band_sums(stems_BSCT: Tensor, stft: Stft, bands: Bands) -> BandSums:
    """Reduce stems and their mix to sums over bands, on the scale of a mix of unit power."""
    mix, cross, stem = [], [], []
    for stems_SCT in stems_BSCT:  # one at a time: a window's spectrograms fit the cache
        spec_SCNF = stft.forward(stems_SCT).transpose(-1, -2).contiguous()
        parts_SCNG = torch.view_as_real(spec_SCNF).flatten(-2)
        mix_CNG = parts_SCNG.sum(dim=0)
        mix.append(bands.sum_interleaved(mix_CNG.square()))
        cross.append(bands.sum_interleaved(parts_SCNG * mix_CNG))
        stem.append(bands.sum_interleaved(parts_SCNG.square()))
    mix_BCKN, cross_BSCKN = torch.stack(mix), torch.stack(cross)
    stem_BSCKN = torch.stack(stem)
    scale_B = 1.0 / mix_BCKN.mean(dim=(1, 2, 3)).clamp_min(SILENCE)
    return BandSums(
        mix_BCKN=mix_BCKN * scale_B[:, None, None, None],
        cross_BSCKN=cross_BSCKN * scale_B[:, None, None, None, None],
        stem_BSCKN=stem_BSCKN * scale_B[:, None, None, None, None],
    )


def log_power_feature(mix_BCKN: Tensor) -> Tensor:
    """Log of the power in bands relative to the mean of the window, same shape."""
    level_B = mix_BCKN.mean(dim=(1, 2, 3), keepdim=True).clamp_min(SILENCE)
    return (mix_BCKN / level_B + FEATURE_FLOOR).log()


def masked_error(mask_BSCKN: Tensor, sums: BandSums) -> Tensor:
    """Squared error of mask · mix in each band, (B, S, C, K, N)."""
    mix_BSCKN = sums.mix_BCKN[:, None]
    error = (mask_BSCKN * mix_BSCKN - 2.0 * sums.cross_BSCKN) * mask_BSCKN + sums.stem_BSCKN
    return error.clamp_min(0.0)


def fused_mask(mask_BSCKN: Tensor, log_error_BSCKN: Tensor) -> Tensor:
    """Masks after the fusion stage: what the masks leave is shared out by their errors.

    y_s = m_s X + v_s / Σv (X - Σ m X): the posterior of Gaussians that must add up to the mix.
    """
    share_BSCKN = log_error_BSCKN.softmax(dim=1)
    return mask_BSCKN + share_BSCKN * (1.0 - mask_BSCKN.sum(dim=1, keepdim=True))


def kl_per_frame(decoded: Decoded) -> Tensor:
    """KL(q ‖ N(0, I)) summed over the latent, nats, (B, S, N)."""
    mean, log_variance = decoded.latent_mean_BSZN, decoded.latent_log_variance_BSZN
    return 0.5 * (log_variance.exp() + mean.square() - 1.0 - log_variance).sum(dim=2)


def signal_to_distortion(error_BSCKN: Tensor, sums: BandSums) -> Tensor:
    """10 log10 of stem power over error power of each window and stem, dB, (B, S)."""
    power_BS = sums.stem_BSCKN.sum(dim=(2, 3, 4))
    return 10.0 * ((power_BS + SILENCE) / (error_BSCKN.sum(dim=(2, 3, 4)) + SILENCE)).log10()


def log_error_of_window(error_BSCKN: Tensor) -> Tensor:
    """Log of the mean squared error, relative to a mix of unit power, (B, S)."""
    return (error_BSCKN.mean(dim=(2, 3, 4)) + ERROR_FLOOR).log()


def log_error_of_bands(error_BSCKN: Tensor, sums: BandSums) -> Tensor:
    """Mean over bands of the log of each band's error relative to the mix there, (B, S).

    This is the σ-VAE with a variance per band instead of one for all; it keeps the quiet upper
    bands from being ignored.
    """
    mix_BK = sums.mix_BCKN.mean(dim=(1, 3))
    floor_BK = BAND_ERROR_FLOOR * mix_BK + ERROR_FLOOR * BAND_ERROR_FLOOR
    error_BSK = error_BSCKN.mean(dim=(2, 4))
    return ((error_BSK + floor_BK[:, None]) / (mix_BK + floor_BK)[:, None]).log().mean(dim=2)


def error_nll(log_error_BSCKN: Tensor, error_BSCKN: Tensor, sums: BandSums) -> Tensor:
    """Negative log-likelihood of the errors under the decoded powers, a scalar.

    The error in a bin is a complex Student t with two degrees of freedom: with a Gaussian, a
    single sure mask that is wrong outweighs the whole batch. Bands without any power in the mix
    say nothing and are left out.
    """
    mix_BSCKN = sums.mix_BCKN[:, None]
    relative = error_BSCKN.detach() / mix_BSCKN.clamp_min(SILENCE)
    standardised = relative.clamp(*RELATIVE_ERRORS) * (-log_error_BSCKN).exp()
    nll = 2.0 * standardised.log1p() + log_error_BSCKN
    audible = (mix_BSCKN > FEATURE_FLOOR).to(nll)
    return (nll * audible).sum() / (audible.sum() * nll.shape[1]).clamp_min(1.0)


def vae_losses(decoded: Decoded, sums: BandSums, *, config: "LossConfig") -> dict[str, Tensor]:
    """Named losses of a batch; ``total`` is to be minimised."""
    error = masked_error(decoded.mask_BSCKN, sums)
    mask_BSCKN = decoded.mask_BSCKN if config.trains_jointly else decoded.mask_BSCKN.detach()
    fused = masked_error(fused_mask(mask_BSCKN, decoded.log_error_BSCKN), sums)
    own = _mixed(error, sums, config).mean()
    joint = _mixed(fused, sums, config).mean()
    kl = kl_per_frame(decoded).mean()
    nll = error_nll(decoded.log_error_BSCKN, error, sums)
    total = own + config.kl_weight * kl + config.error_weight * nll + config.joint_weight * joint
    losses = {"total": total, "own": own, "joint": joint, "kl": kl, "error_nll": nll}
    with torch.no_grad():
        active_BS = (
            sums.stem_BSCKN.sum(dim=(2, 3, 4)) > 1e-3 * sums.mix_BCKN.sum(dim=(1, 2, 3))[:, None]
        )
        ratio_BS = signal_to_distortion(fused, sums)
        for stem in range(ratio_BS.shape[1]):
            chosen = ratio_BS[:, stem][active_BS[:, stem]]
            losses[f"sdr_{stem}_db"] = chosen.mean() if chosen.numel() else ratio_BS.new_tensor(0.0)
    return losses


@dataclass(frozen=True, slots=True, kw_only=True)
class LossConfig:
    """Weights of the parts of the loss.

    Attributes:
        kl_weight: 2 / D makes the ELBO of the module's docstring exact; D counts two real numbers
            per bin and channel.
        band_share: Share of the error per band against the error of the whole window.
        error_weight: Weight of the fit of the error powers; it does not touch the masks.
        joint_weight: Weight of the error after the fusion.
        trains_jointly: Let the error after the fusion bend the masks as well; otherwise it only
            fits the error powers, and each VAE learns its masks alone, as in the paper. Jointly
            was better on validation songs.
    """

    kl_weight: float = 2.0 / (4 * 2049)
    band_share: float = 0.3
    error_weight: float = 0.1
    joint_weight: float = 1.0
    trains_jointly: bool = True


def _mixed(error_BSCKN: Tensor, sums: BandSums, config: LossConfig) -> Tensor:
    whole = log_error_of_window(error_BSCKN)
    if config.band_share == 0.0:
        return whole
    bands = log_error_of_bands(error_BSCKN, sums)
    return (1.0 - config.band_share) * whole + config.band_share * bands
