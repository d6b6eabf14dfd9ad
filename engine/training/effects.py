"""Cheap studio effects for training material: they need not be good, they must not be slow.

Axes: R row (one signal), C channel, T frame. Nothing here changes its argument; all of it is
linear in memory and keeps silence exactly silent.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

EQUALIZER_HZ = (60.0, 250.0, 1000.0, 4000.0, 12000.0)

_FFT_SIZE = 4096
_TAPS = 1025
_LEVEL_BLOCK = 512
_FLOOR = 1e-8


def change_rate(
    crop_CT: npt.NDArray[np.float32], ratio: float, num_frames: int
) -> npt.NDArray[np.float32]:
    """Play (C, T) ``ratio`` times as fast, linearly interpolated, as (C, num_frames).

    Needs at least ``num_frames * ratio + 2`` frames. Linear interpolation dulls the highest
    octave a little, which for training is one more variation.
    """
    position_T = np.arange(num_frames) * ratio
    left_T = position_T.astype(np.int32)
    share_T = (position_T - left_T).astype(np.float32)
    low_CT = crop_CT.take(left_T, axis=1)
    high_CT = crop_CT.take(left_T + 1, axis=1)
    result: npt.NDArray[np.float32] = low_CT + share_T * (high_CT - low_CT)
    return result


def spread(signal_CT: Tensor, delay: int) -> Tensor:
    """Make two sides (2, T) of a mono signal (1, T), the second one ``delay`` frames late."""
    late_CT = torch.nn.functional.pad(signal_CT, (delay, 0))[:, : signal_CT.shape[-1]]
    return torch.cat([signal_CT, late_CT])


def equalize(signal_CT: Tensor, gains_db: Sequence[float], sample_rate: int) -> Tensor:
    """Apply a smooth zero-phase curve through ``gains_db`` at ``EQUALIZER_HZ``.

    An overlap-save filter of about 23 ms at 44.1 kHz.
    """
    curve_F = np.interp(
        np.log(np.fft.rfftfreq(_FFT_SIZE, 1 / sample_rate) + 1.0),
        np.log(np.asarray(EQUALIZER_HZ)),
        np.asarray(gains_db),
    )
    response = np.fft.irfft(10 ** (curve_F / 20))
    taps = np.roll(response, _TAPS // 2)[:_TAPS] * np.hanning(_TAPS)
    spectrum_F = torch.from_numpy(np.fft.rfft(taps, _FFT_SIZE).astype(np.complex64))
    num_frames = signal_CT.shape[-1]
    hop = _FFT_SIZE - _TAPS + 1
    # The filter is centred: its delay of half its length is taken back here.
    tail = -(-num_frames // hop) * hop + _TAPS - 1 - num_frames - _TAPS // 2
    padded_CT = torch.nn.functional.pad(signal_CT, (_TAPS // 2, tail))
    blocks = padded_CT.unfold(-1, _FFT_SIZE, hop)
    filtered = torch.fft.irfft(torch.fft.rfft(blocks) * spectrum_F, _FFT_SIZE)[..., _TAPS - 1 :]
    equalized_CT: Tensor = filtered.reshape(signal_CT.shape[0], -1)[:, :num_frames]
    return equalized_CT


def saturate(signal_CT: Tensor, drive: float, *, rms: float) -> Tensor:
    """Drive tanh with a signal of that usual level, and give back the crop's own level."""
    driven_CT = torch.tanh(signal_CT * (drive / max(rms, _FLOOR)))
    return driven_CT * (_rms(signal_CT) / _rms(driven_CT).clamp(min=_FLOOR))


def compress(signal_CT: Tensor, *, threshold: float, ratio: float) -> Tensor:
    """Turn down what exceeds ``threshold`` (RMS, linear), at 23 ms attack and slower release."""
    level_N = _block_power(signal_CT).sqrt()
    gain_N = (level_N / threshold).clamp(min=1.0) ** (1.0 / ratio - 1.0)
    return signal_CT * _ramp(_recover(gain_N), signal_CT.shape[-1])


def limiter_gain(mix_CT: Tensor, ceiling: float) -> Tensor:
    """Gain (T,) that keeps the peaks of a mix at or below ``ceiling``, for all of its stems."""
    peak_N = _blocks(mix_CT).abs().amax(dim=(0, 2))
    gain_N = (ceiling / peak_N.clamp(min=_FLOOR)).clamp(max=1.0)
    # The gain ramps between block edges; each edge must suit the blocks on both of its sides.
    edge_N = torch.minimum(torch.cat([gain_N[:1], gain_N]), torch.cat([gain_N, gain_N[-1:]]))
    return _ramp_edges(edge_N, mix_CT.shape[-1])


def reverberate(
    dry_RT: Tensor,
    *,
    decay_seconds: Sequence[float],
    size: float,
    sample_rate: int,
    reflections: Sequence[tuple[int, float]],
) -> Tensor:
    """Make the reverberation (R, 2, T) of mono signals, without the dry sound, as loud as it.

    Early reflections feed four parallel combs, mixed to two sides with different signs
    (M. R. Schroeder, Natural sounding artificial reverberation, 1962). A comb is computed a
    whole delay at a time for all rows.

    Args:
        dry_RT: Signals.
        decay_seconds: Time to fall by 60 dB, a number per row.
        size: Scale of the combs' delays, about 1.
        sample_rate: Hz.
        reflections: Delay in frames and gain of every early reflection.
    """
    num_frames = dry_RT.shape[-1]
    early_RT = torch.zeros_like(dry_RT)
    for delay, gain in reflections:
        if delay < num_frames:
            early_RT[:, delay:].add_(dry_RT[:, : num_frames - delay], alpha=gain)
    decay_R = torch.tensor(decay_seconds, dtype=torch.float32)
    pairs_2RT = torch.zeros(2, dry_RT.shape[0], num_frames)
    for index, delay_seconds in enumerate((0.0297, 0.0371, 0.0411, 0.0437)):
        delay = max(1, round(delay_seconds * size * sample_rate))
        feedback_R1 = (10 ** (-3 * delay / (sample_rate * decay_R)))[:, None]
        pairs_2RT[index % 2] += _comb(early_RT, delay, feedback_R1)
    even_RT, odd_RT = pairs_2RT
    sides_R2T = torch.stack([even_RT + odd_RT, even_RT - odd_RT], dim=1)
    dry_level_R = dry_RT.square().mean(dim=1).sqrt()
    wet_level_R = sides_R2T.square().mean(dim=(1, 2)).sqrt().clamp(min=_FLOOR)
    return sides_R2T * (dry_level_R / wet_level_R)[:, None, None]


def _comb(signal_RT: Tensor, delay: int, feedback_R1: Tensor) -> Tensor:
    # One frame more at the front lets the feedback average two neighbours: treble dies first.
    num_frames = signal_RT.shape[-1]
    comb_RT = torch.nn.functional.pad(signal_RT, (1, 0))
    for start in range(delay, num_frames, delay):
        stop = min(start + delay, num_frames)
        length = stop - start
        earlier = comb_RT[:, 1 + start - delay : 1 + start - delay + length]
        neighbour = comb_RT[:, start - delay : start - delay + length]
        comb_RT[:, 1 + start : 1 + stop] += feedback_R1 * torch.lerp(earlier, neighbour, 0.3)
    return comb_RT[:, 1:]


def _rms(signal_CT: Tensor) -> Tensor:
    return signal_CT.square().mean().sqrt()


def _blocks(signal_CT: Tensor) -> Tensor:
    padded_CT = torch.nn.functional.pad(signal_CT, (0, -signal_CT.shape[-1] % _LEVEL_BLOCK))
    return padded_CT.reshape(len(padded_CT), -1, _LEVEL_BLOCK)


def _block_power(signal_CT: Tensor) -> Tensor:
    return _blocks(signal_CT).square().mean(dim=(0, 2))


def _recover(gain_N: Tensor) -> Tensor:
    """Let the gain rise slowly: the average of the last eight blocks, if it is lower."""
    history = torch.nn.functional.pad(gain_N[None], (7, 0), value=1.0).unfold(-1, 8, 1).mean(-1)[0]
    return torch.minimum(history, gain_N)


def _ramp(gain_N: Tensor, num_frames: int) -> Tensor:
    return _ramp_edges(torch.cat([gain_N[:1], gain_N]), num_frames)


def _ramp_edges(edge_N: Tensor, num_frames: int) -> Tensor:
    ramp = torch.arange(_LEVEL_BLOCK) / _LEVEL_BLOCK
    return torch.lerp(edge_N[:-1, None], edge_N[1:, None], ramp).flatten()[:num_frames]
