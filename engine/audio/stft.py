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
        signal = torch.istft(
            flat,
            self.n_fft,
            self.hop,
            window=self._window_T.to(flat.real),
            length=num_frames,
        )
        return signal.reshape(*spec_FN.shape[:-2], num_frames)
