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
from engine.methods.blockwise_vae.posterior import sampled
from engine.methods.blockwise_vae.spectra import MixSums
from engine.model_card import ModelCard


class BlockwiseSeparator:
    """Reads the memory of the song; without one, every window fills a memory of its own first.

    Of unlabelled sources, any block of a window may hold any source: the blocks are put into the
    order of the memory's slots before they are decoded.

    Attributes:
        module: The network, in evaluation mode.
    """

    def __init__(
        self, card: ModelCard, module: BlockwiseVae, *, memory: SourceMemory | None = None
    ) -> None:
        self._card = card
        self._memory = memory
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
        posterior, sums = self._encoded(mix_BCT)
        for chunk in self._observe(posterior, sums).one_by_one():
            ordered = chunk
            if heard_SZ is not None and self.module.is_blind:
                cost_BQR = surprise(chunk, memory_of(heard_SZ).on(mix_BCT.device))
                ordered = in_order(chunk, _orders(cost_BQR))
            sums_SZ = sums_of(ordered)[0]
            heard_SZ = sums_SZ if heard_SZ is None else heard_SZ + sums_SZ
        assert heard_SZ is not None, "there is at least one piece"
        return heard_SZ

    def knowing(self, heard_SZ: Tensor) -> "BlockwiseSeparator":
        """Return a separator for a song that was listened to."""
        device = next(self.module.parameters()).device
        return BlockwiseSeparator(self._card, self.module, memory=memory_of(heard_SZ).on(device))

    def separate_windows(
        self, mix_BCT: Tensor, generator: torch.Generator
    ) -> Generator[float, None, Estimate]:
        """Separate a batch of windows; see ``Separator.separate_windows``."""
        network, memory = self.module.network, self._memory
        mix_BCFN = self.stft.forward(mix_BCT)
        sums = self.module.analysis.mix_sums(mix_BCFN)
        yield 0.1
        posterior = network.encoder(self.module.describe(sums))
        yield 0.5
        slot_cost_BQR: Tensor | None = None
        if memory is None:
            blank = network.empty_memory(len(mix_BCT), like=posterior.mean_BQNL)
            memory = updated(blank, self._observe(posterior, sums))
        elif self.module.is_blind:
            cost_BQR = surprise(self._observe(posterior, sums), memory)
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
            heard_BSZ=sums_of(heard),
            slot_cost_BSS=slot_cost_BQR,
        )

    def _encoded(self, mix_BCT: Tensor) -> tuple[Posterior, MixSums]:
        analysis = self.module.analysis
        sums = analysis.mix_sums(analysis.stft.forward(mix_BCT))
        return self.module.network.encoder(self.module.describe(sums)), sums

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


def _energy(weight_QCJNK: Tensor, power_CNK: Tensor, product_2NK: Tensor) -> Tensor:
    """Energy of filtered mixes in each frame, (Q, N)."""
    power_QCNK = filtered_power(weight_QCJNK, power_CNK, product_2NK)
    return power_QCNK.clamp_min(0.0).sum(dim=(1, 3))


def _orders(cost_BQR: Tensor) -> Tensor:
    """Block of every slot in the cheapest assignment, (B, R)."""
    orders = [cheapest_order(cost_QR) for cost_QR in cost_BQR]
    return torch.tensor(orders, device=cost_BQR.device)
