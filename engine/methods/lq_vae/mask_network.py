"""Masks of the stems from all that inference knows: the last step before the fusion.

Every particle decodes to masks of its own, and their mean trusts the codes as far as particles
agree. This network sees what that mean cannot say: how sure the particles are of each band, how
loud each stem would be by its codes alone, what the other stems claim together, and the spectrum
of the mix in both channels at full resolution, where the codes only have an envelope. It says per
channel and band how far the mean mask is to be trusted, and corrects it:

    log-odds = trust · log mean mask + correction,    0 < trust < 2.

Without the factor it could only cancel a wrong mask by drawing it once more. As the decoder it is
the same for every stem and takes any number of them, and masks stay a softmax over the stems.

Stems that were there when it learned are known to it by name: each has weights of its own beside
the common ones (``StemWeights``), as the network is told what drums are only by their codes
otherwise. A stem that was added later has the common weights alone, which is what the network
learned from stems whose names were kept from it.

An untrained network corrects nothing.

Axes: B window, P particle, S stem, M = B · S, C channel, K band, W correction or trust,
O = W · C · K, N spectrogram frame, H hidden channel, L block.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from engine.methods.spectrogram_vae.losses import log_power_feature
from engine.methods.spectrogram_vae.network import Block, Front, NetworkConfig
from engine.residual import REST_STEM

NUM_VIEWS = 4  # images per stem, beside the mix
LEAST_MASK = 1e-4
FEATURE_SCALE = 0.25  # brings logs of powers to about one
BLOCKS_PER_EXCHANGE = 3  # after so many, each stem hears what the others have found
UNKNOWN = 0  # place of every stem that has no weights of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskNetworkConfig:
    """Shape of the network.

    Attributes:
        front_channels: Images after the first convolution over bands and time.
        hidden: Channels over time.
        dilations: Of the blocks over time.
        known_stems: Stems with weights of their own.
    """

    front_channels: int = 16
    hidden: int = 320
    dilations: tuple[int, ...] = (1, 2, 4, 8, 16, 1, 2, 4)
    known_stems: tuple[str, ...] = ("drums", "bass", "other", "vocals", REST_STEM)


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

        Above even odds what counts is how much likelier one stem is than another, since something
        sounds: that is the mean over both answers. Below them a stem gets nothing: a little of a
        stem that is absent would be heard. Where no stem has even odds, all of them stay.
        """
        log_odds_BS = self.presence_BS.to(self.log_mask_BSCKN)
        is_absent_BS = (log_odds_BS < 0.0) & (log_odds_BS >= 0.0).any(dim=1, keepdim=True)
        log_present_BS = nn.functional.logsigmoid(log_odds_BS).masked_fill(is_absent_BS, -torch.inf)
        gated_BSCKN = self.log_mask_BSCKN + log_present_BS[:, :, None, None, None]
        mask_BSCKN: Tensor = gated_BSCKN.softmax(dim=1)
        return mask_BSCKN


class StemWeights(nn.Module):
    """What known stems have beside the common weights; nothing for any other stem."""

    def __init__(self, config: MaskNetworkConfig, *, num_outputs: int) -> None:
        super().__init__()
        hidden, num_blocks = config.hidden, len(config.dilations)
        self._shape = (num_blocks, 2, hidden)
        num_rows = len(config.known_stems) + 1
        self.style = nn.Embedding(num_rows, 2 * num_blocks * hidden, padding_idx=UNKNOWN)
        self.correction = nn.Embedding(num_rows, num_outputs * hidden, padding_idx=UNKNOWN)
        self.presence = nn.Embedding(num_rows, 2 * hidden + 1, padding_idx=UNKNOWN)
        for table in (self.style, self.correction, self.presence):
            nn.init.zeros_(table.weight)

    def styles(self, known_M: Tensor) -> tuple[Tensor, Tensor]:
        """Return factors less one and offsets for what enters each block, (L, M, H, 1) each."""
        style_MLRH = self.style(known_M).unflatten(1, self._shape)
        factor_MLH, offset_MLH = style_MLRH.unbind(dim=2)
        return factor_MLH.transpose(0, 1)[..., None], offset_MLH.transpose(0, 1)[..., None]

    def correct(self, hidden_MHN: Tensor, known_M: Tensor) -> Tensor:
        """Return what is added to the common outputs, (M, O, N)."""
        weight_MOH = self.correction(known_M).unflatten(1, (-1, hidden_MHN.shape[1]))
        return torch.bmm(weight_MOH, hidden_MHN)

    def hear(self, summary_MH: Tensor, known_M: Tensor) -> Tensor:
        """Return what is added to the log-odds that the stem sounds, (M,)."""
        weight_MH = self.presence(known_M)
        product_M: Tensor = (weight_MH[:, :-1] * summary_MH).sum(dim=1) + weight_MH[:, -1]
        return product_M


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
        self.known_stems = config.known_stems
        self.front = Front(front)
        self.blocks = nn.Sequential(
            *[
                Block(config.hidden, groups=1, kernel_size=3, dilation=dilation)
                for dilation in config.dilations
            ],
            nn.BatchNorm1d(config.hidden),
        )
        self.exchanges = nn.ModuleList(
            nn.Conv1d(config.hidden, config.hidden, 1, bias=False)
            for _ in range(len(config.dilations) // BLOCKS_PER_EXCHANGE)
        )
        num_outputs = 2 * channels * num_bands
        self.correction = nn.Conv1d(config.hidden, num_outputs, 1)
        assert self.correction.bias is not None
        self.presence = nn.Linear(2 * config.hidden, 1)
        for parameter in (*self.exchanges.parameters(), *self.correction.parameters()):
            nn.init.zeros_(parameter)
        for parameter in self.presence.parameters():
            nn.init.zeros_(parameter)
        self.own = StemWeights(config, num_outputs=num_outputs)

    def places(self, stem_names: Sequence[str]) -> Tensor:
        """Return where the stems stand among the known ones, (S,)."""
        known = {name: place for place, name in enumerate(self.known_stems, start=UNKNOWN + 1)}
        places = [known.get(name, UNKNOWN) for name in stem_names]
        return torch.tensor(places, device=self.correction.weight.device)

    def forward(self, opinion: Opinion, mix_BCKN: Tensor, known_S: Tensor) -> StemMasks:
        """Correct the masks of stems.

        Args:
            opinion: Of all particles.
            mix_BCKN: Power of the mix in bands, on any scale.
            known_S: Places of the stems as ``places`` gives them, or of each window's, (B, S).

        Returns:
            Masks and presence in float32.
        """
        own_BSKN = opinion.log_power_BSKN
        num_stems = own_BSKN.shape[1]
        known_M = known_S.expand(own_BSKN.shape[:2]).flatten()
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
        hidden_MHN = self.front(1.0 + FEATURE_SCALE * view_BSVKN.flatten(0, 1))
        hidden_MHN = self._through_blocks(hidden_MHN, known_M, num_stems)
        output_MON = self.correction(hidden_MHN) + self.own.correct(hidden_MHN, known_M)
        output_MWCKN = output_MON.float().unflatten(1, (2, self.channels, -1))
        change_BSCKN, trust_BSCKN = output_MWCKN.unflatten(0, (-1, num_stems)).unbind(dim=2)
        trusted_BSCKN = 2.0 * trust_BSCKN.sigmoid() * log_mask_BSKN[:, :, None]
        summary_MH = torch.cat([hidden_MHN.mean(dim=2), hidden_MHN.amax(dim=2)], dim=1).float()
        presence_M = self.presence(summary_MH)[:, 0].float() + self.own.hear(summary_MH, known_M)
        return StemMasks(
            log_mask_BSCKN=(trusted_BSCKN + change_BSCKN).log_softmax(dim=1),
            presence_BS=presence_M.unflatten(0, (-1, num_stems)),
        )

    def _through_blocks(self, hidden_MHN: Tensor, known_M: Tensor, num_stems: int) -> Tensor:
        *blocks, norm = self.blocks
        for index, (block, factor_MH1, offset_MH1) in enumerate(
            zip(blocks, *self.own.styles(known_M), strict=True), start=1
        ):
            hidden_MHN = block(hidden_MHN * (1.0 + factor_MH1) + offset_MH1)
            if index % BLOCKS_PER_EXCHANGE == 0 and num_stems > 1:
                exchange = self.exchanges[index // BLOCKS_PER_EXCHANGE - 1]
                hidden_MHN = hidden_MHN + exchange(_mean_of_others(hidden_MHN, num_stems))
        normed_MHN: Tensor = norm(hidden_MHN)
        return normed_MHN


def _mean_of_others(hidden_MHN: Tensor, num_stems: int) -> Tensor:
    hidden_BSHN = hidden_MHN.unflatten(0, (-1, num_stems))
    others_BSHN = hidden_BSHN.sum(dim=1, keepdim=True) - hidden_BSHN
    mean_MHN: Tensor = others_BSHN.flatten(0, 1) / (num_stems - 1)
    return mean_MHN
