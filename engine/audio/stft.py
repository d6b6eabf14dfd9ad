"""The short-time Fourier transform that every method and the fusion stage share.

Axes: F frequency bin, N spectrogram frame, T frame; leading axes are free.
"""

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

    def inverse(self, spec_FN: Tensor, *, num_frames: int) -> Tensor:
        """Transform (..., F, N) complex back to (..., num_frames) float."""
        flat = spec_FN.flatten(end_dim=-3) if spec_FN.ndim > 2 else spec_FN[None]
        if num_frames == 0:
            return flat.real.new_zeros(*spec_FN.shape[:-2], 0)
        frames_NT = torch.fft.irfft(flat.transpose(-1, -2), n=self.n_fft)
        window_T = self._window_T.to(flat.real)
        overlapped = self._overlap_add(frames_NT, window_T)
        squares = self._overlap_add(window_T.expand(1, flat.shape[-1], -1), window_T)
        inside = slice(self.n_fft // 2, self.n_fft // 2 + num_frames)
        signal = overlapped[:, inside] / squares[:, inside]
        return signal.reshape(*spec_FN.shape[:-2], num_frames)

    def _overlap_add(self, frames_NT: Tensor, window_T: Tensor) -> Tensor:
        """Window frames (B, N, n_fft) and add them, a hop apart, to (B, T).

        Frame n fills the blocks n, n + 1, ... of one hop each, so that a few sums over whole
        arrays do it: measured at 44.1 kHz, half the time of ``torch.istft``.
        """
        batch, num_frames, _ = frames_NT.shape
        num_blocks = -(-self.n_fft // self.hop)
        missing = num_blocks * self.hop - self.n_fft
        if missing:
            frames_NT = torch.nn.functional.pad(frames_NT, (0, missing))
            window_T = torch.nn.functional.pad(window_T, (0, missing))
        blocks = frames_NT.unflatten(-1, (num_blocks, self.hop))
        window = window_T.unflatten(-1, (num_blocks, self.hop))
        out = frames_NT.new_zeros(batch, num_frames + num_blocks - 1, self.hop)
        for j in range(num_blocks):
            out[:, j : j + num_frames].addcmul_(blocks[:, :, j], window[j])
        return out.flatten(start_dim=1)
