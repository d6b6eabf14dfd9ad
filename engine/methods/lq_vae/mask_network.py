"""Masks of the stems from all that inference knows: the last step before the fusion.

Every particle decodes to masks of its own, and their mean trusts the codes as far as particles
agree. This network sees what that mean cannot say: how sure the particles are of each band, how
loud each stem would be by its codes alone, what the other stems claim together, and the spectrum
of the mix in both channels at full resolution, where the codes only have an envelope. It corrects
the mean mask per channel and band. As the decoder it is the same for every stem and takes any
number of them, and masks stay a softmax over the stems.

An untrained network corrects nothing.

Axes: B window, P particle, S stem, C channel, K band, N spectrogram frame, H hidden channel.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.methods.spectrogram_vae.losses import log_power_feature
from engine.methods.spectrogram_vae.network import Block, Front, NetworkConfig

NUM_VIEWS = 4  # images per stem, beside the mix
LEAST_MASK = 1e-4
FEATURE_SCALE = 0.25  # brings logs of powers to about one


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskNetworkConfig:
    """Shape of the network.

    Attributes:
        front_channels: Images after the first convolution over bands and time.
        hidden: Channels over time.
        dilations: Of the blocks over time.
    """

    front_channels: int = 16
    hidden: int = 320
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 1, 2, 4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opinion:
    """What weighted particles say of the stems; parts of particles add up.

    Attributes:
        mask_BSKN: Mean of their masks.
        log_power_BSKN: Mean of the log-powers of the stems by their codes alone.
        square_BSKN: Mean of the squares of those.
    """

    mask_BSKN: Tensor
    log_power_BSKN: Tensor
    square_BSKN: Tensor

    @classmethod
    def of(cls, log_power_BPSKN: Tensor, log_mask_BPSKN: Tensor, weight_BPN: Tensor) -> "Opinion":
        """Average over particles; weights of a part add up to less than one."""

        def mean(values_BPSKN: Tensor) -> Tensor:
            return torch.einsum("bpn,bpskn->bskn", weight_BPN, values_BPSKN)

        return cls(
            mask_BSKN=mean(log_mask_BPSKN.exp()),
            log_power_BSKN=mean(log_power_BPSKN),
            square_BSKN=mean(log_power_BPSKN.square()),
        )

    def __add__(self, other: "Opinion") -> "Opinion":
        return Opinion(
            mask_BSKN=self.mask_BSKN + other.mask_BSKN,
            log_power_BSKN=self.log_power_BSKN + other.log_power_BSKN,
            square_BSKN=self.square_BSKN + other.square_BSKN,
        )

    @property
    def spread_BSKN(self) -> Tensor:
        """Standard deviation of the log-powers."""
        variance = self.square_BSKN - self.log_power_BSKN.square()
        return variance.clamp_min(1e-6).sqrt()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StemMasks:
    """What the network makes of an opinion.

    Attributes:
        log_mask_BSCKN: Masks, on the assumption that every stem sounds; they add up to one.
        presence_BS: Log-odds that a stem sounds in the window.
    """

    log_mask_BSCKN: Tensor
    presence_BS: Tensor

    def gated(self) -> Tensor:
        """Return masks (B, S, C, K, N) that give an absent stem's share to the others.

        What counts is how much likelier one stem is than another, since something sounds.
        """
        log_present_BS = nn.functional.logsigmoid(self.presence_BS.to(self.log_mask_BSCKN))
        gated_BSCKN = self.log_mask_BSCKN + log_present_BS[:, :, None, None, None]
        mask_BSCKN: Tensor = gated_BSCKN.softmax(dim=1)
        return mask_BSCKN


class MaskNetwork(nn.Module):
    """See the module's docstring."""

    def __init__(self, config: MaskNetworkConfig, *, channels: int, num_bands: int) -> None:
        super().__init__()
        front = NetworkConfig(
            num_stems=1,
            channels=NUM_VIEWS + channels,
            num_bands=num_bands,
            front_channels=config.front_channels,
            hidden=config.hidden,
        )
        self.channels = channels
        self.front = Front(front)
        self.blocks = nn.Sequential(
            *[
                Block(config.hidden, groups=1, kernel_size=3, dilation=dilation)
                for dilation in config.dilations
            ],
            nn.BatchNorm1d(config.hidden),
        )
        self.correction = nn.Conv1d(config.hidden, channels * num_bands, 1)
        nn.init.zeros_(self.correction.weight)
        assert self.correction.bias is not None
        nn.init.zeros_(self.correction.bias)
        self.presence = nn.Linear(2 * config.hidden, 1)
        nn.init.zeros_(self.presence.weight)
        nn.init.zeros_(self.presence.bias)

    def forward(self, opinion: Opinion, mix_BCKN: Tensor) -> StemMasks:
        """Correct the masks of stems.

        Args:
            opinion: Of all particles.
            mix_BCKN: Power of the mix in bands, on any scale.

        Returns:
            Masks and presence in float32.
        """
        own_BSKN = opinion.log_power_BSKN
        num_stems = own_BSKN.shape[1]
        log_mask_BSKN = opinion.mask_BSKN.clamp_min(LEAST_MASK).log()
        power_BSKN = own_BSKN.exp()
        others_BSKN = power_BSKN.sum(dim=1, keepdim=True) - power_BSKN
        views = [
            log_mask_BSKN,
            own_BSKN,
            others_BSKN.clamp_min(LEAST_MASK).log(),
            opinion.spread_BSKN,
        ]
        mix_BSCKN = log_power_feature(mix_BCKN)[:, None].expand(-1, num_stems, -1, -1, -1)
        view_BSVKN = torch.cat([torch.stack(views, dim=2), mix_BSCKN], dim=2)
        hidden_BHN = self.front(1.0 + FEATURE_SCALE * view_BSVKN.flatten(0, 1))
        hidden_BHN = self.blocks(hidden_BHN)
        change = self.correction(hidden_BHN).float()
        correction_BSCKN = change.unflatten(1, (self.channels, -1)).unflatten(0, (-1, num_stems))
        corrected_BSCKN = log_mask_BSKN[:, :, None] + correction_BSCKN
        known_BHN = hidden_BHN.detach()
        summary_BH = torch.cat([known_BHN.mean(dim=2), known_BHN.amax(dim=2)], dim=1)
        return StemMasks(
            log_mask_BSCKN=corrected_BSCKN.log_softmax(dim=1),
            presence_BS=self.presence(summary_BH).float().unflatten(0, (-1, num_stems))[..., 0],
        )
