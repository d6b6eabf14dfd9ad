"""The last stage: from a posterior over the stems to stems that add up to the mix.

A method gives a mean mu_s and an error power v_s for each stem s. With independent Gaussian
errors, the mean of the stems given that they add up to the mix x is

    y_s = mu_s + v_s / sum(v) * (x - sum(mu)),

per bin of the transform. With mu = 0 and v = |s|² this is the Wiener filter (Liutkus, Badeau
2015, "Generalized Wiener filtering with fractional power spectrograms"). The weights add up to
one and the transform is linear and exactly invertible, so the y_s add up to x.

Axes: S stem, C channel of the mix, F frequency bin, N spectrogram frame, T frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from engine.audio.resampling import resample
from engine.audio.stft import Stft

RESIDUAL_STEM = "residual"
Residual = Literal["fold", "separate"]

# Resamplers attenuate what lies close to the Nyquist frequency, so that error powers mean
# nothing there. Up to the first share of it they are known; from the second to the first they
# say how the frequencies above are divided.
KNOWN_SHARE = 0.9
CONTINUED_SHARE = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Fusion:
    """Fuses the estimates of windows with the mix, at the mix's own rate.

    Attributes:
        stft: Transform in which the estimates are given.
        model_rate: Rate of the model, Hz.
        model_frames: Length of a window at the model's rate.
        mix_rate: Rate of the mix, Hz.
        residual: ``fold`` divides the residual x - sum(mu) among the stems as above;
            ``separate`` leaves the stems at their means and returns it as one more stem.
    """

    stft: Stft
    model_rate: int
    model_frames: int
    mix_rate: int
    residual: Residual = "fold"

    def stems(self, mix_CT: Tensor, mean_SCFN: Tensor, error_power_SCFN: Tensor) -> Tensor:
        """Fuse one window.

        Args:
            mix_CT: The window at the mix's rate, float32, on the CPU.
            mean_SCFN: Complex means on the model's device, of the mix's channels.
            error_power_SCFN: Error powers; the channel axis may have length one.

        Returns:
            Stems (S, C, T) on the CPU, float32, that add up to the mix but for rounding; with
            one more at the end for a separate residual. Digital silence stays what it is.
        """
        num_stems = mean_SCFN.shape[0]
        out_SCT = mix_CT.new_zeros(num_stems + (self.residual == "separate"), *mix_CT.shape)
        if not mix_CT.any():
            return out_SCT
        same_rate = self.mix_rate == self.model_rate
        if self.residual == "separate":
            out_SCT[:-1] = self._means(mean_SCFN, mix_CT.shape[-1])
            out_SCT[-1] = mix_CT - out_SCT[:-1].sum(dim=0)
        elif same_rate:
            device_CT = mix_CT.to(mean_SCFN.device)
            residual_CFN = self.stft.forward(device_CT) - mean_SCFN.sum(dim=0)
            for stem, share_CFN in enumerate(shares(error_power_SCFN)):
                stem_CFN = torch.addcmul(mean_SCFN[stem], residual_CFN, share_CFN)
                out_SCT[stem] = self.stft.inverse(stem_CFN, num_frames=mix_CT.shape[-1])
        else:
            out_SCT[:] = self._means(mean_SCFN, mix_CT.shape[-1])
            residual_CT = mix_CT - out_SCT.sum(dim=0)
            grid = _ScaledGrid.of(self)
            residual_CFN = grid.stft.forward(residual_CT.to(error_power_SCFN.device))
            known_SCFN = grid.known_shares(error_power_SCFN)
            for stem, known_CFN in enumerate(known_SCFN):
                share_CFN = grid.interpolate(known_CFN, num_steps=residual_CFN.shape[-1])
                part_CFN = residual_CFN * share_CFN
                part_CT = grid.stft.inverse(part_CFN, num_frames=mix_CT.shape[-1])
                out_SCT[stem] += part_CT.to(out_SCT.device)
        return out_SCT

    def _means(self, mean_SCFN: Tensor, num_frames: int) -> Tensor:
        """Return the means as signals (S, C, T) at the mix's rate, on the CPU."""
        if not mean_SCFN.any():  # a pure mask; spares the resampling
            return torch.zeros(*mean_SCFN.shape[:2], num_frames)
        mean_SCT = self.stft.inverse(mean_SCFN, num_frames=self.model_frames).cpu()
        if self.mix_rate == self.model_rate:
            return mean_SCT
        return resample_tensor(mean_SCT, self.model_rate, self.mix_rate, num_frames)


def resample_tensor(signal_T: Tensor, from_rate: int, to_rate: int, num_frames: int) -> Tensor:
    """Resample (..., T) on the CPU to (..., num_frames)."""
    return torch.from_numpy(resample(signal_T.numpy(), from_rate, to_rate, num_frames))


def shares(power_SCFN: Tensor) -> Iterator[Tensor]:
    """Yield the share (C, F, N) of each stem in the sum of powers, uniform where that is zero."""
    total_CFN = power_SCFN.sum(dim=0)
    is_usable_CFN = (total_CFN > 0.0) & total_CFN.isfinite()
    uniform = 1.0 / power_SCFN.shape[0]
    for power_CFN in power_SCFN:
        yield torch.where(is_usable_CFN, power_CFN / total_CFN, uniform)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ScaledGrid:
    """The grid of a transform at the mix's rate that lasts as long as the model's.

    Attributes:
        stft: Transform at the mix's rate.
        bin_scale: Bins of the model per bin of this grid.
        step_scale: Spectrogram frames of the model per frame of this grid.
        known_bins: Bins of the model that count.
        continued_bins: Those of them that speak for everything above; none where the mix has
            nothing above.
    """

    stft: Stft
    bin_scale: float
    step_scale: float
    known_bins: int
    continued_bins: int

    @classmethod
    def of(cls, fusion: Fusion) -> "_ScaledGrid":
        scale = fusion.mix_rate / fusion.model_rate
        hop = smooth_number(fusion.stft.hop * scale)
        n_fft = hop * max(2, round(fusion.stft.n_fft / fusion.stft.hop))
        num_bins = fusion.stft.num_bins
        known = num_bins if scale <= 1.0 else max(1, round(KNOWN_SHARE * num_bins))
        continued = max(1, known - round(CONTINUED_SHARE * num_bins)) if scale > 1.0 else 0
        return cls(
            stft=Stft(n_fft=n_fft, hop=hop),
            bin_scale=scale * fusion.stft.n_fft / n_fft,
            step_scale=hop / (fusion.stft.hop * scale),
            known_bins=known,
            continued_bins=continued,
        )

    def known_shares(self, power_SCFN: Tensor) -> Tensor:
        """Return the shares (S, C, F, N) of the known bins, with one more bin for all above."""
        known_SCFN = power_SCFN[..., : self.known_bins, :]
        if self.continued_bins:
            top_SCFN = known_SCFN[..., -self.continued_bins :, :].sum(dim=-2, keepdim=True)
            known_SCFN = torch.cat([known_SCFN, top_SCFN], dim=-2)
        return torch.stack(list(shares(known_SCFN)))

    def interpolate(self, known_CFN: Tensor, *, num_steps: int) -> Tensor:
        """Interpolate shares (C, F, N) linearly to the bins and num_steps of this grid."""
        known_CNF = known_CFN.transpose(-1, -2)
        known_CNF = _linear(known_CNF, -2, num_positions=num_steps, step=self.step_scale)
        num_bins = self.stft.num_bins
        return _linear(known_CNF, -1, num_positions=num_bins, step=self.bin_scale).transpose(-1, -2)


def _linear(values: Tensor, dim: int, *, num_positions: int, step: float) -> Tensor:
    """Interpolate along one axis at 0, step, 2 * step, ...; the last value is continued."""
    last = values.shape[dim] - 1
    position = torch.arange(num_positions, dtype=torch.float64) * step
    position = position.clamp(max=float(last))
    below = position.floor()
    share = (position - below).to(values)
    low = below.long().to(values.device)
    high = (low + 1).clamp(max=last)
    if dim == -2:
        share = share[:, None]
    return torch.lerp(values.index_select(dim, low), values.index_select(dim, high), share)


def smooth_number(target: float) -> int:
    """Return the even number nearest to the target whose prime factors are 2, 3 and 5.

    Such lengths have fast Fourier transforms.
    """
    best = 2
    fives = 2
    while fives <= 2.0 * target:
        threes = fives
        while threes <= 2.0 * target:
            twos = threes
            while twos <= 2.0 * target:
                best = min(best, twos, key=lambda number: abs(number - target))
                twos *= 2
            threes *= 3
        fives *= 5
    return best
