"""The short-time Fourier transform that every method and the fusion stage share.

Axes: F frequency bin, N spectrogram frame, T frame; leading axes are free.
"""

import torch
from torch import Tensor


class Stft:
    """Hann-windowed STFT whose inverse is exact for any length, zero and one frame included.

    Frames are centred and the signal is continued by zeros, so that the number of spectrogram
    frames is ``1 + T // hop`` and silence stays silence.
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
        flat = signal_T.reshape(-1, signal_T.shape[-1])
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
        flat = spec_FN.reshape(-1, *spec_FN.shape[-2:])
        if num_frames == 0:
            return flat.real.new_zeros(*spec_FN.shape[:-2], 0)
        # A frame of zeros at the end keeps the squared-window sum away from zero whatever the
        # remainder of num_frames by hop is.
        flat = torch.nn.functional.pad(flat, (0, 1))
        signal = torch.istft(
            flat,
            self.n_fft,
            self.hop,
            window=self._window_T.to(flat.real),
            length=num_frames,
        )
        return signal.reshape(*spec_FN.shape[:-2], num_frames)
