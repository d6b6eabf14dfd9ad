"""Whether the sources of a mix lie apart between left and right.

Models that take sources of one kind apart have little else to go by.

Axes: C channel of the mix, M one of two sides, T frame, F frequency bin, N spectrogram frame,
A class of angles.
"""

import torch
from torch import Tensor

from engine.audio.channel_layout import ChannelLayout
from engine.audio.stft import Stft
from engine.methods.blockwise_vae.places import NUM_ANGLES, are_apart, powers_of_angles

_STFT = Stft(n_fft=4096, hop=1024)


class SourcePlaces:
    """Hears pieces of a mix, and knows then whether it has as many places as sources."""

    def __init__(self, *, num_sources: int) -> None:
        self._num_sources = num_sources
        self._power_A = torch.zeros(NUM_ANGLES, dtype=torch.float64)

    def hear(self, piece_CT: Tensor) -> None:
        """Take in a piece of any length; channels belong together as they do for the model."""
        layout = ChannelLayout(mix_channels=len(piece_CT), model_channels=2)
        for group in range(layout.num_groups):
            spec_MFN = _STFT.forward(layout.model_input(piece_CT, group))
            self._power_A += powers_of_angles(spec_MFN.transpose(1, 2))

    @property
    def are_one(self) -> bool:
        """Whether something was heard, but not from as many places."""
        is_heard = float(self._power_A.sum()) > 0.0
        return is_heard and not are_apart(self._power_A, num_sources=self._num_sources)
