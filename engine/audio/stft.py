"""The short-time Fourier transform that every method and the fusion stage share.

Axes: F frequency bin, N spectrogram frame, T frame; leading axes are free.
"""

from collections.abc import Iterable

import torch
from torch import Tensor


class Stft:
    """Hann-windowed STFT whose inverse is exact for any length, zero and one frame included.

    Frames are centred and the signal is continued by zeros, so that silence stays silence. The
    last frame is centred at or behind the last sample: there are ``1 + ceil(T / hop)`` frames,
    and the overlapped squared windows never come near zero inside the signal.
    """

    def __init__(self, *, n_fft: int, hop: int) -> None:
        if n_fft % 2 or not 0 < hop <= n_fft // 2:
            raise ValueError(f"need an even n_fft and hop in 1..n_fft/2, got {n_fft}, {hop}")
        self.n_fft = n_fft
        self.hop = hop
        self._window_T = torch.hann_window(n_fft)

    @property
    def num_bins(self) -> int:
        """Bins from 0 Hz to the Nyquist frequency, both included."""
        return self.n_fft // 2 + 1

    def forward(self, signal_T: Tensor) -> Tensor:
        """Transform (..., T) float to (..., F, N) complex."""
        flat = torch.atleast_2d(signal_T).flatten(end_dim=-2)
        flat = torch.nn.functional.pad(flat, (0, -flat.shape[-1] % self.hop))
        spec = torch.stft(
            flat,
            self.n_fft,
            self.hop,
            window=self._window_T.to(signal_T),
            pad_mode="constant",
            return_complex=True,
        )
        return spec.reshape(*signal_T.shape[:-1], *spec.shape[-2:])

    def num_steps(self, num_frames: int) -> int:
        """Return how many spectrogram frames a signal has."""
        return 1 + -(-num_frames // self.hop)

    def inverse(self, spec_FN: Tensor, *, num_frames: int) -> Tensor:
        """Transform (..., F, N) complex back to (..., num_frames) float."""
        return self.inverse_of_parts([spec_FN], num_frames=num_frames)

    def inverse_of_parts(self, parts_FN: Iterable[Tensor], *, num_frames: int) -> Tensor:
        """Transform a spectrogram back that comes in parts, one after the other along N.

        With parts that fit into the processor's cache this takes half the time of
        ``torch.istft``, and the spectrogram need never exist as a whole.
        """
        num_steps = self.num_steps(num_frames)
        window_T: Tensor | None = None
        sum_BT: Tensor | None = None
        first = 0
        for part_FN in parts_FN:
            frames_NT = torch.fft.irfft(part_FN.transpose(-1, -2), n=self.n_fft)
            if sum_BT is None or window_T is None:
                window_T = self._window_T.to(frames_NT)
                sum_BT = self._silence(frames_NT.shape[:-2], num_steps, like=frames_NT)
            self._add(sum_BT, frames_NT, window_T, first=first)
            first += frames_NT.shape[-2]
        if sum_BT is None or window_T is None or first != num_steps:
            raise ValueError(f"{num_frames} frames need {num_steps} steps, got {first}")
        squares_T = self._silence((), num_steps, like=window_T)
        self._add(squares_T, window_T.expand(num_steps, -1), window_T, first=0)
        inside = slice(self.n_fft // 2, self.n_fft // 2 + num_frames)
        return sum_BT.flatten(-2)[..., inside] / squares_T.flatten(-2)[inside]

    @property
    def _blocks_per_frame(self) -> int:
        return -(-self.n_fft // self.hop)

    def _silence(self, batch: tuple[int, ...], num_steps: int, *, like: Tensor) -> Tensor:
        return like.new_zeros(*batch, num_steps + self._blocks_per_frame - 1, self.hop)

    def _add(self, sum_BT: Tensor, frames_NT: Tensor, window_T: Tensor, *, first: int) -> None:
        """Window frames (..., N, n_fft) and add them to blocks of one hop (..., blocks, hop).

        Frame n fills the blocks n, n + 1, ..., so that a few sums over whole arrays do it.
        """
        num_blocks = self._blocks_per_frame
        missing = num_blocks * self.hop - self.n_fft
        if missing:
            frames_NT = torch.nn.functional.pad(frames_NT, (0, missing))
            window_T = torch.nn.functional.pad(window_T, (0, missing))
        blocks = frames_NT.unflatten(-1, (num_blocks, self.hop))
        window = window_T.unflatten(-1, (num_blocks, self.hop))
        for j in range(num_blocks):
            into = sum_BT.narrow(-2, first + j, frames_NT.shape[-2])
            into.addcmul_(blocks[..., j, :], window[j])
