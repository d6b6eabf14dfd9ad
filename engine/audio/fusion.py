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

import torch
from torch import Tensor

from engine.audio.resampling import resample
from engine.audio.stft import Stft
from engine.residual import DEFAULT_RESIDUAL, Residual

# Resamplers attenuate what lies close to the Nyquist frequency, so that error powers mean
# nothing there. Up to the first share of it they are known; from the second to the first they
# say how the frequencies above are divided.
KNOWN_SHARE = 0.9
CONTINUED_SHARE = 0.8

SMALLEST_POWER = torch.finfo(torch.float32).tiny  # below it, float32 loses its precision
PART_BINS = 1 << 17  # 1 MB of complex numbers; measured best from 0.5 to 2 MB


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
    residual: Residual = DEFAULT_RESIDUAL

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
        num_frames = mix_CT.shape[-1]
        if not mix_CT.any():
            num_stems = mean_SCFN.shape[0] + (self.residual == "separate")
            return mix_CT.new_zeros(num_stems, *mix_CT.shape)
        if self.residual == "separate":
            mean_SCT = self._means(mean_SCFN, num_frames)
            return torch.cat([mean_SCT, (mix_CT - mean_SCT.sum(dim=0))[None]])
        if self.mix_rate == self.model_rate:
            mix_CFN = self.stft.forward(mix_CT.to(mean_SCFN.device))
            parts = (
                fuse(mix_CFN[..., part], mean_SCFN[..., part], error_power_SCFN[..., part])
                for part in _parts(mean_SCFN)
            )
            return self.stft.inverse_of_parts(parts, num_frames=num_frames).cpu()
        mean_SCT = self._means(mean_SCFN, num_frames)
        residual_CT = (mix_CT - mean_SCT.sum(dim=0)).to(error_power_SCFN.device)
        return mean_SCT + self._divided(residual_CT, error_power_SCFN).cpu()

    def _means(self, mean_SCFN: Tensor, num_frames: int) -> Tensor:
        """Return the means as signals (S, C, T) at the mix's rate, on the CPU."""
        if not mean_SCFN.any():  # a pure mask; spares the resampling
            return torch.zeros(*mean_SCFN.shape[:2], num_frames)
        mean_SCT = self.stft.inverse(mean_SCFN, num_frames=self.model_frames).cpu()
        if self.mix_rate == self.model_rate:
            return mean_SCT
        return resample_tensor(mean_SCT, self.model_rate, self.mix_rate, num_frames)

    def _divided(self, residual_CT: Tensor, error_power_SCFN: Tensor) -> Tensor:
        """Divide a residual at the mix's rate among the stems, (S, C, T)."""
        grid = _ScaledGrid.of(self)
        residual_CFN = grid.stft.forward(residual_CT)
        known_SCFN = grid.known_shares(error_power_SCFN)
        parts = (
            residual_CFN[..., part] * grid.interpolate(known_SCFN, part)
            for part in _parts(residual_CFN.expand(len(known_SCFN), -1, -1, -1))
        )
        return grid.stft.inverse_of_parts(parts, num_frames=residual_CT.shape[-1])


def resample_tensor(signal_T: Tensor, from_rate: int, to_rate: int, num_frames: int) -> Tensor:
    """Resample (..., T) on the CPU to (..., num_frames)."""
    return torch.from_numpy(resample(signal_T.numpy(), from_rate, to_rate, num_frames))


def fuse(mix_CFN: Tensor, mean_SCFN: Tensor, power_SCFN: Tensor) -> Tensor:
    """Return mu_s + v_s / sum(v) * (x - sum(mu)) as (S, C, F, N)."""
    mean_SCNF = _steps_first(mean_SCFN)
    residual_CNF = mix_CFN.transpose(-1, -2) - mean_SCNF.sum(dim=0)
    share_SCNF = _shares(_steps_first(power_SCFN))
    return torch.addcmul(mean_SCNF, residual_CNF, share_SCNF).transpose(-1, -2)


def _shares(power_SCNF: Tensor) -> Tensor:
    """Return v_s / sum(v), or the same for all stems where the sum is no divisor."""
    total_CNF = power_SCNF.sum(dim=0)
    is_usable_CNF = (total_CNF >= SMALLEST_POWER) & (total_CNF < torch.inf)
    share_SCNF = power_SCNF / total_CNF
    if is_usable_CNF.all():
        return share_SCNF
    return torch.where(is_usable_CNF, share_SCNF, 1.0 / power_SCNF.shape[0])


def _steps_first(values_FN: Tensor) -> Tensor:
    """Return (..., N, F) with adjacent bins side by side in memory, as the transform needs it."""
    return values_FN.transpose(-1, -2).contiguous()


def _parts(spec_SCFN: Tensor) -> Iterator[slice]:
    """Cut the spectrogram frames into parts: small ones for a processor's cache."""
    num_steps = spec_SCFN.shape[-1]
    size = num_steps
    if spec_SCFN.device.type == "cpu":
        size = max(1, PART_BINS // max(1, spec_SCFN[..., 0].numel()))
    for first in range(0, num_steps, size):
        yield slice(first, min(first + size, num_steps))


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
        return _shares(_steps_first(known_SCFN)).transpose(-1, -2)

    def interpolate(self, known_SCFN: Tensor, part: slice) -> Tensor:
        """Interpolate shares linearly to all bins and a part of the frames of this grid."""
        known_SCNF = known_SCFN.transpose(-1, -2)
        known_SCNF = _linear(
            known_SCNF, -2, start=part.start, stop=part.stop, scale=self.step_scale
        )
        known_SCNF = _linear(known_SCNF, -1, start=0, stop=self.stft.num_bins, scale=self.bin_scale)
        return known_SCNF.transpose(-1, -2)


def _linear(values: Tensor, dim: int, *, start: int, stop: int, scale: float) -> Tensor:
    """Interpolate along one axis at start * scale, ...; the last value is continued."""
    last = values.shape[dim] - 1
    position = torch.arange(start, stop, dtype=torch.float64) * scale
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
