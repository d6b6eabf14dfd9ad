"""A trained network that separates windows, with a memory of the song if there is one.

Two unlabelled sources without rooms need no network: the matrix that mixed them is undone.

Axes: B window, Q source (and S stem), R slot of the memory, C channel, F frequency bin,
N spectrogram frame, K band, J signal Y of ``spectra``, L latent number of a frame, Z sums of a
source, A class of angles, D class of directions, T frame of audio.
"""

from collections.abc import Generator
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.audio.spatial_fusion import spatially_fused
from engine.audio.stem_tracking import cheapest_order
from engine.audio.stft import Stft
from engine.methods.base import Estimate
from engine.methods.blockwise_vae.directions import (
    NUM_CLASSES,
    are_told_apart,
    dry_directions,
    levels_of_directions,
    unmixing,
)
from engine.methods.blockwise_vae.losses import filtered_power
from engine.methods.blockwise_vae.memory import (
    MOST_SURPRISE,
    ChunkStatistics,
    SourceMemory,
    in_order,
    memory_of,
    observe,
    sums_of,
    surprise,
    updated,
)
from engine.methods.blockwise_vae.module import BlockwiseVae
from engine.methods.blockwise_vae.network import LEAST_DOUBT, Posterior
from engine.methods.blockwise_vae.places import NUM_ANGLES
from engine.methods.blockwise_vae.posterior import sampled
from engine.methods.blockwise_vae.spectra import MixSums
from engine.model_card import ModelCard

REST = "other"  # the stem of all instruments that have none of their own


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recalled:
    """What is known of a song.

    Attributes:
        memory: What was heard of each source.
        angle_A: Power of the angles that were heard (see ``places``).
        direction_D: Levels of the directions that were heard (see ``directions``).
    """

    memory: SourceMemory | None = None
    angle_A: Tensor | None = None
    direction_D: Tensor | None = None

    @classmethod
    def of(cls, heard_SZ: Tensor | None, *, with_places: bool) -> "Recalled":
        """Part what was heard of a song; nothing is known of one that was not heard."""
        if heard_SZ is None:
            return cls()
        if not with_places:
            return cls(memory=memory_of(heard_SZ))
        num_own = heard_SZ.shape[1] - NUM_ANGLES - NUM_CLASSES
        own_SZ, angle_SA, direction_SD = heard_SZ.split([num_own, NUM_ANGLES, NUM_CLASSES], 1)
        return cls(memory=memory_of(own_SZ), angle_A=angle_SA[0], direction_D=direction_SD[0])

    def directions(self, direction_D: Tensor, *, num_sources: int) -> Tensor | None:
        """Directions of sources without rooms, (Q,), by the song and a window of it."""
        song_D = direction_D
        if self.direction_D is not None:
            song_D = direction_D + self.direction_D.to(direction_D)
        return dry_directions(song_D, num_sources=num_sources)

    def are_apart(self, *, num_sources: int) -> bool:
        """Whether sources are told by where they lie."""
        if self.angle_A is None or self.direction_D is None:
            return False
        return are_told_apart(self.angle_A, self.direction_D, num_sources=num_sources)


class BlockwiseSeparator:
    """Reads the memory of the song; without one, every window fills a memory of its own first.

    Of unlabelled sources, any block of a window may hold any source: the blocks are put into the
    order of the memory's slots before they are decoded. Where the sources of the song lie at places
    of their own, the places are the order.

    Attributes:
        module: The network, in evaluation mode.
    """

    def __init__(
        self,
        card: ModelCard,
        module: BlockwiseVae,
        *,
        recalled: Recalled | None = None,
    ) -> None:
        """Keep a model and what is known of the song.

        Args:
            card: Card of the model.
            module: Its network.
            recalled: What is known of the song.
        """
        self._card = card
        self._recalled = Recalled() if recalled is None else recalled
        self.module = module.eval()

    @property
    def card(self) -> ModelCard:
        """Facts about the loaded model."""
        return self._card

    @property
    def stft(self) -> Stft:
        """Transform of the estimates."""
        return self.module.analysis.stft

    def listen(self, mix_BCT: Tensor, heard_SZ: Tensor | None) -> Tensor:
        """Take in pieces of a song; see ``SongListener.listen``."""
        recalled = self._parted(heard_SZ)
        mix_BCFN = self.stft.forward(mix_BCT)
        sums = self.module.analysis.mix_sums(mix_BCFN, recalled.angle_A)
        direction_BD = self._directions(mix_BCFN)
        posterior = self.module.network.encoder(self.module.describe(sums))
        for item, chunk in enumerate(self._observe(posterior, sums).one_by_one()):
            ordered, one = chunk, slice(item, item + 1)
            if recalled.memory is not None and self.module.is_blind:
                ordered = in_order(chunk, _orders(self._slot_cost(chunk, recalled)))
            sums_SZ = _with_places(sums_of(ordered), sums.angle_BA, direction_BD, one)[0]
            heard_SZ = sums_SZ if heard_SZ is None else heard_SZ + sums_SZ
            recalled = self._parted(heard_SZ)
        assert heard_SZ is not None, "there is at least one piece"
        return heard_SZ

    def knowing(self, heard_SZ: Tensor) -> "BlockwiseSeparator":
        """Return a separator for a song that was listened to."""
        return BlockwiseSeparator(self._card, self.module, recalled=self._parted(heard_SZ))

    def separate_windows(
        self, mix_BCT: Tensor, generator: torch.Generator
    ) -> Generator[float, None, Estimate]:
        """Separate a batch of windows; see ``Separator.separate_windows``."""
        network, recalled = self.module.network, self._recalled
        memory = recalled.memory
        mix_BCFN = self.stft.forward(mix_BCT)
        sums = self.module.analysis.mix_sums(mix_BCFN, recalled.angle_A)
        direction_BD = self._directions(mix_BCFN)
        yield 0.1
        posterior = network.encoder(self.module.describe(sums))
        yield 0.5
        slot_cost_BQR: Tensor | None = None
        if memory is None:
            blank = network.empty_memory(len(mix_BCT), like=posterior.mean_BQNL)
            memory = updated(blank, self._observe(posterior, sums))
        elif self.module.is_blind:
            cost_BQR = self._slot_cost(self._observe(posterior, sums), recalled)
            order_BR = _orders(cost_BQR)
            posterior = posterior.in_order(order_BR)
            slot_cost_BQR = cost_BQR.gather(1, order_BR[..., None].expand_as(cost_BQR)).cpu()
        described_BQM = network.memory_reader(memory).expand(len(mix_BCT), -1, -1)
        yield 0.6
        # The same noise for every window, so that no window depends on its neighbours.
        noise_SQNL = torch.randn(
            (self.module.config.error_samples, *posterior.mean_BQNL.shape[1:]),
            generator=generator,
        ).to(mix_BCT)
        pairs = []
        for noise_QNL in noise_SQNL:
            for sign in (1.0, -1.0):
                latent_BQNL = sampled(
                    posterior.mean_BQNL, posterior.log_variance_BQNL, sign * noise_QNL
                )
                pairs.append(network.decoder(latent_BQNL, described_BQM[:, :, None]))
                yield 0.6 + 0.3 * len(pairs) / (2 * len(noise_SQNL))
        means, errors, energies = [], [], []
        width_K = self.module.analysis.bands.widths_K.to(mix_BCT)
        for item, mix_CFN in enumerate(mix_BCFN):
            power_CNK, product_2NK = sums.power_BCNK[item], sums.product_B2NK[item]
            samples = [pair.weight_BQCJNK[item] for pair in pairs]
            weight_QCJNK = torch.stack(samples).mean(dim=0)
            error_QCNK = (
                torch.stack([pair.log_error_BQCNK[item].exp() for pair in pairs]).mean(dim=0)
                * power_CNK
            )
            for sample_QCJNK in samples:
                spread_QCNK = filtered_power(sample_QCJNK - weight_QCJNK, power_CNK, product_2NK)
                error_QCNK += spread_QCNK.clamp_min(0.0) / len(samples)
            if direction_BD is not None:
                direction_Q = recalled.directions(direction_BD[item], num_sources=len(weight_QCJNK))
                if direction_Q is not None:
                    exact_QCJ = unmixing(direction_Q).to(weight_QCJNK)
                    weight_QCJNK = exact_QCJ[..., None, None].expand_as(weight_QCJNK)
                    error_QCNK = LEAST_DOUBT * power_CNK.expand_as(error_QCNK)
            mean_SCFN = self.module.analysis.apply(weight_QCJNK, mix_CFN)
            errors.append(self.module.analysis.expand(error_QCNK / width_K))
            means.append(mean_SCFN if self.module.is_blind else self._placed(mean_SCFN, errors[-1]))
            energies.append(_energy(weight_QCJNK, power_CNK, product_2NK))
        heard = observe(posterior.mean_BQNL, posterior.log_variance_BQNL, torch.stack(energies))
        yield 1.0
        return Estimate(
            mean_BSCFN=torch.stack(means),
            error_power_BSCFN=torch.stack(errors),
            heard_BSZ=_with_places(sums_of(heard), sums.angle_BA, direction_BD),
            slot_cost_BSS=slot_cost_BQR,
        )

    def _placed(self, mean_SCFN: Tensor, error_power_SCFN: Tensor) -> Tensor:
        """Hold the stems against where they lie; a group of instruments lies at many places."""
        bin_hz = self._card.sample_rate / self.stft.n_fft
        is_spread_S = tuple(name == REST for name in self._card.stem_names)
        return spatially_fused(mean_SCFN, error_power_SCFN, bin_hz=bin_hz, is_spread_S=is_spread_S)

    def _parted(self, heard_SZ: Tensor | None) -> Recalled:
        device = next(self.module.parameters()).device
        heard_SZ = None if heard_SZ is None else heard_SZ.to(device)
        return Recalled.of(heard_SZ, with_places=self.module.config.hears_places)

    def _directions(self, mix_BCFN: Tensor) -> Tensor | None:
        """Levels of the directions of each window, (B, D), where two places are looked at."""
        if not self.module.config.hears_places:
            return None
        return torch.stack([levels_of_directions(mix_CFN.mT) for mix_CFN in mix_BCFN])

    def _slot_cost(self, chunk: ChunkStatistics, recalled: Recalled) -> Tensor:
        """What speaks against a block (row) being the source of a slot (column), (B, Q, R)."""
        assert recalled.memory is not None, "there are slots"
        cost_BQR = surprise(chunk, recalled.memory)
        num_sources = cost_BQR.shape[1]
        if not recalled.are_apart(num_sources=num_sources):
            return cost_BQR
        return (MOST_SURPRISE * (1.0 - torch.eye(num_sources))).to(cost_BQR).expand_as(cost_BQR)

    def _observe(self, posterior: Posterior, sums: MixSums) -> ChunkStatistics:
        """Observe the sources of each window, gated by a first estimate without a memory."""
        network = self.module.network
        blank = network.empty_memory(len(posterior.mean_BQNL), like=posterior.mean_BQNL)
        described_BQM = network.memory_reader(blank)
        decoded = network.decoder(posterior.mean_BQNL, described_BQM[:, :, None])
        energy_BQN = torch.stack(
            [
                _energy(weight_QCJNK, power_CNK, product_2NK)
                for weight_QCJNK, power_CNK, product_2NK in zip(
                    decoded.weight_BQCJNK, sums.power_BCNK, sums.product_B2NK, strict=True
                )
            ]
        )
        return observe(posterior.mean_BQNL, posterior.log_variance_BQNL, energy_BQN)


def _with_places(
    sums_BQZ: Tensor,
    angle_BA: Tensor | None,
    direction_BD: Tensor | None,
    items: slice = slice(None),
) -> Tensor:
    """Add where something was heard to what is heard of every source, where that is looked at."""
    if angle_BA is None or direction_BD is None:
        return sums_BQZ
    place_BA = torch.cat([angle_BA, direction_BD], dim=1)[items]
    place_BQA = place_BA[:, None].expand(-1, sums_BQZ.shape[1], -1)
    return torch.cat([sums_BQZ, place_BQA.to(sums_BQZ)], dim=2)


def _energy(weight_QCJNK: Tensor, power_CNK: Tensor, product_2NK: Tensor) -> Tensor:
    """Energy of filtered mixes in each frame, (Q, N)."""
    power_QCNK = filtered_power(weight_QCJNK, power_CNK, product_2NK)
    return power_QCNK.clamp_min(0.0).sum(dim=(1, 3))


def _orders(cost_BQR: Tensor) -> Tensor:
    """Block of every slot in the cheapest assignment, (B, R)."""
    orders = [cheapest_order(cost_QR) for cost_QR in cost_BQR]
    return torch.tensor(orders, device=cost_BQR.device)
