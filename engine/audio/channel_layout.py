"""How the channels of a mix are dealt to a model that takes one or two at once.

A mix of C channels becomes groups of M channels, each separated on its own:

* C equal to M: one group, as it is;
* M = 1: every channel is a group;
* M = 2 and more channels: pairs in their order (six channels are three pairs);
* a group that lacks a channel repeats its last one (a mono mix, the fifth of five channels),
  and its estimates are averaged over the copies.

Axes: S stem, M channel of the model, C channel of the mix, F frequency bin, N spectrogram
frame, T frame.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLayout:
    """The groups of a mix.

    Attributes:
        mix_channels: Channels of the mix.
        model_channels: Channels that the model takes at once.
    """

    mix_channels: int
    model_channels: int

    def __post_init__(self) -> None:
        if self.mix_channels < 1 or self.model_channels < 1:
            raise ValueError(f"need channels, got {self.mix_channels}, {self.model_channels}")

    @property
    def num_groups(self) -> int:
        """How often the model runs for one window."""
        return -(-self.mix_channels // self.model_channels)

    def channels_of(self, group: int) -> slice:
        """Channels of the mix in a group: a full one, or what is left for the last."""
        first = group * self.model_channels
        return slice(first, min(first + self.model_channels, self.mix_channels))

    def model_input(self, mix_CT: Tensor, group: int) -> Tensor:
        """Return the channels (M, T) of a group, filled up with copies of its last one."""
        chosen_CT = mix_CT[self.channels_of(group)]
        copies = self.model_channels - chosen_CT.shape[0]
        if copies == 0:
            return chosen_CT
        return torch.cat([chosen_CT, chosen_CT[-1:].expand(copies, -1)])

    def from_model(self, values_SMFN: Tensor, group: int) -> Tensor:
        """Return values (S, C, F, N) for the channels of a group from those of the model.

        Copies of a channel are averaged, which for means is exact and for error powers the
        bound E|average of errors|² <= average of E|error|². A channel axis of one stays as it
        is.
        """
        channels = self.channels_of(group)
        last = channels.stop - channels.start - 1
        if values_SMFN.shape[1] <= last + 1:
            return values_SMFN
        copies = values_SMFN[:, last:].mean(dim=1, keepdim=True)
        return torch.cat([values_SMFN[:, :last], copies], dim=1)
