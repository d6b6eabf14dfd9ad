"""Whether the sources of a mix lie apart between left and right.

Models that take sources of one kind apart have little else to go by.

Axes: C channel of the mix, M one of two sides, T frame, N spectrogram frame, F frequency bin,
A class of angles, D class of directions.
"""

import torch
from torch import Tensor

from engine.audio.channel_layout import ChannelLayout
from engine.audio.stft import Stft
from engine.methods.blockwise_vae.directions import (
    NUM_CLASSES,
    are_told_apart,
    levels_of_directions,
)
from engine.methods.blockwise_vae.places import NUM_ANGLES, powers_of_angles

_STFT = Stft(n_fft=4096, hop=1024)


class SourcePlaces:
    """Hears pieces of a mix, and knows then whether it has as many places as sources."""

    def __init__(self, *, num_sources: int) -> None:
        self._num_sources = num_sources
        self._power_A = torch.zeros(NUM_ANGLES, dtype=torch.float64)
        self._level_D = torch.zeros(NUM_CLASSES, dtype=torch.float64)

    def hear(self, piece_CT: Tensor) -> None:
        """Take in a piece of any length; channels belong together as they do for the model."""
        layout = ChannelLayout(mix_channels=len(piece_CT), model_channels=2)
        for group in range(layout.num_groups):
            spec_MNF = _STFT.forward(layout.model_input(piece_CT, group)).mT
            self._power_A += powers_of_angles(spec_MNF)
            self._level_D += levels_of_directions(spec_MNF)

    @property
    def are_one(self) -> bool:
        """Whether something was heard, but not from as many places."""
        is_heard = float(self._power_A.sum()) > 0.0
        return is_heard and not are_told_apart(
            self._power_A, self._level_D, num_sources=self._num_sources
        )
