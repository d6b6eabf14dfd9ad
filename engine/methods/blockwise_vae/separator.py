"""A trained network that separates windows, with a memory of the song if there is one.

Axes: B window, Q source (and S stem), R slot of the memory, C channel, F frequency bin,
N spectrogram frame, K band, J signal Y of ``spectra``, L latent number of a frame, Z sums of a
source, T frame of audio.
"""

from collections.abc import Generator

import torch
from torch import Tensor

from engine.audio.stem_tracking import cheapest_order
from engine.audio.stft import Stft
from engine.methods.base import Estimate
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
from engine.methods.blockwise_vae.network import Posterior
from engine.methods.blockwise_vae.places import NUM_ANGLES, are_apart
from engine.methods.blockwise_vae.posterior import sampled
from engine.methods.blockwise_vae.spectra import MixSums
from engine.model_card import ModelCard


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
        memory: SourceMemory | None = None,
        angle_A: Tensor | None = None,
    ) -> None:
        """Keep a model and what is known of the song.

        Args:
            card: Card of the model.
            module: Its network.
            memory: What was heard of each source.
            angle_A: Power of the angles that were heard (see ``places``).
        """
        self._card = card
        self._memory = memory
        self._angle_A = angle_A
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
        memory, angle_A = self._recalled(heard_SZ)
        sums = self.module.analysis.mix_sums(self.stft.forward(mix_BCT), angle_A)
        posterior = self.module.network.encoder(self.module.describe(sums))
        for item, chunk in enumerate(self._observe(posterior, sums).one_by_one()):
            ordered = chunk
            if memory is not None and self.module.is_blind:
                cost_BQR = self._slot_cost(chunk, memory.on(mix_BCT.device), angle_A)
                ordered = in_order(chunk, _orders(cost_BQR))
            sums_SZ = _with_angles(sums_of(ordered), sums, slice(item, item + 1))[0]
            heard_SZ = sums_SZ if heard_SZ is None else heard_SZ + sums_SZ
            memory, angle_A = self._recalled(heard_SZ)
        assert heard_SZ is not None, "there is at least one piece"
        return heard_SZ

    def knowing(self, heard_SZ: Tensor) -> "BlockwiseSeparator":
        """Return a separator for a song that was listened to."""
        device = next(self.module.parameters()).device
        memory, angle_A = self._recalled(heard_SZ)
        assert memory is not None, "something was heard"
        return BlockwiseSeparator(
            self._card, self.module, memory=memory.on(device), angle_A=angle_A
        )

    def separate_windows(
        self, mix_BCT: Tensor, generator: torch.Generator
    ) -> Generator[float, None, Estimate]:
        """Separate a batch of windows; see ``Separator.separate_windows``."""
        network, memory = self.module.network, self._memory
        mix_BCFN = self.stft.forward(mix_BCT)
        sums = self.module.analysis.mix_sums(mix_BCFN, self._angle_A)
        yield 0.1
        posterior = network.encoder(self.module.describe(sums))
        yield 0.5
        slot_cost_BQR: Tensor | None = None
        if memory is None:
            blank = network.empty_memory(len(mix_BCT), like=posterior.mean_BQNL)
            memory = updated(blank, self._observe(posterior, sums))
        elif self.module.is_blind:
            cost_BQR = self._slot_cost(self._observe(posterior, sums), memory, self._angle_A)
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
            means.append(self.module.analysis.apply(weight_QCJNK, mix_CFN))
            errors.append(self.module.analysis.expand(error_QCNK / width_K))
            energies.append(_energy(weight_QCJNK, power_CNK, product_2NK))
        heard = observe(posterior.mean_BQNL, posterior.log_variance_BQNL, torch.stack(energies))
        yield 1.0
        return Estimate(
            mean_BSCFN=torch.stack(means),
            error_power_BSCFN=torch.stack(errors),
            heard_BSZ=_with_angles(sums_of(heard), sums),
            slot_cost_BSS=slot_cost_BQR,
        )

    def _recalled(self, heard_SZ: Tensor | None) -> tuple[SourceMemory | None, Tensor | None]:
        """Part what was heard of a song into its memory and the power of its angles."""
        if heard_SZ is None:
            return None, None
        if not self.module.config.hears_places:
            return memory_of(heard_SZ), None
        return memory_of(heard_SZ[:, :-NUM_ANGLES]), heard_SZ[0, -NUM_ANGLES:]

    def _slot_cost(
        self, chunk: ChunkStatistics, memory: SourceMemory, angle_A: Tensor | None
    ) -> Tensor:
        """What speaks against a block (row) being the source of a slot (column), (B, Q, R)."""
        cost_BQR = surprise(chunk, memory)
        num_sources = cost_BQR.shape[1]
        if angle_A is None or not are_apart(angle_A, num_sources=num_sources):
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


def _with_angles(sums_BQZ: Tensor, sums: MixSums, items: slice = slice(None)) -> Tensor:
    """Add the power of the angles to what is heard of every source, where they are looked at."""
    if sums.angle_BA is None:
        return sums_BQZ
    angle_BQA = sums.angle_BA[items, None].expand(-1, sums_BQZ.shape[1], -1)
    return torch.cat([sums_BQZ, angle_BQA.to(sums_BQZ)], dim=2)


def _energy(weight_QCJNK: Tensor, power_CNK: Tensor, product_2NK: Tensor) -> Tensor:
    """Energy of filtered mixes in each frame, (Q, N)."""
    power_QCNK = filtered_power(weight_QCJNK, power_CNK, product_2NK)
    return power_QCNK.clamp_min(0.0).sum(dim=(1, 3))


def _orders(cost_BQR: Tensor) -> Tensor:
    """Block of every slot in the cheapest assignment, (B, R)."""
    orders = [cheapest_order(cost_QR) for cost_QR in cost_BQR]
    return torch.tensor(orders, device=cost_BQR.device)
