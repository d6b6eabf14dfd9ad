"""Method B: latent variational block-wise disentanglement with a memory of the sources.

After Helwani, Togami, Smaragdis, Goodwin, "Sound Source Separation Using Latent Variational
Block-Wise Disentanglement", arXiv 2402.06683. Only its abstract could be read: this is a system in
its manner, not the published one.

Axes: B window, Q source (and S stem), C channel, F frequency bin, N spectrogram frame, K band,
J signal Y of ``spectra``, T frame of audio.
"""

from collections.abc import Generator, Mapping

import torch
from torch import Tensor, nn

from engine.audio.stft import Stft
from engine.checkpoint import Checkpoint, load_checkpoint
from engine.errors import CheckpointError
from engine.methods.base import Estimate, Method, Stage, StemBatch
from engine.methods.blockwise_vae.config import (
    DRAFT_METHOD,
    NAME,
    SIZES,
    STEM_NAMES,
    BlockwiseConfig,
    NetworkConfig,
    drafted,
)
from engine.methods.blockwise_vae.losses import filtered_power
from engine.methods.blockwise_vae.memory import (
    ChunkStatistics,
    SourceMemory,
    observe,
    updated,
)
from engine.methods.blockwise_vae.module import BlockwiseVae
from engine.methods.blockwise_vae.network import Posterior
from engine.methods.blockwise_vae.posterior import sampled
from engine.methods.blockwise_vae.spectra import MixSums
from engine.model_card import ModelCard
from engine.model_library import find_model


class BlockwiseSeparator:
    """Separates in two passes: the first fills the memory of a window, the second reads it.

    Attributes:
        module: The network, in evaluation mode.
    """

    def __init__(self, card: ModelCard, module: BlockwiseVae) -> None:
        self._card = card
        self.module = module.eval()

    @property
    def card(self) -> ModelCard:
        """Facts about the loaded model."""
        return self._card

    @property
    def stft(self) -> Stft:
        """Transform of the estimates."""
        return self.module.analysis.stft

    def separate_windows(
        self,
        mix_BCT: Tensor,
        generator: torch.Generator,
        *,
        memory: SourceMemory | None = None,
    ) -> Generator[float, None, Estimate]:
        """Separate a batch of windows; see ``Separator.separate_windows``.

        Args:
            mix_BCT: The windows.
            generator: Source of the samples of the latent.
            memory: What is known of the song (B = 1) or of each window; none lets every window
                fill a memory of its own first.
        """
        analysis, network = self.module.analysis, self.module.network
        mix_BCFN = analysis.stft.forward(mix_BCT)
        sums = analysis.mix_sums(mix_BCFN)
        yield 0.1
        posterior = network.encoder(self.module.describe(sums))
        yield 0.5
        if memory is None:
            blank = network.empty_memory(len(mix_BCT), like=posterior.mean_BQNL)
            memory = updated(blank, self._observe(posterior, sums))
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
        means, errors = [], []
        width_K = analysis.bands.widths_K.to(mix_BCT)
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
            means.append(analysis.apply(weight_QCJNK, mix_CFN))
            errors.append(analysis.expand(error_QCNK / width_K))
        yield 1.0
        return Estimate(mean_BSCFN=torch.stack(means), error_power_BSCFN=torch.stack(errors))

    def remember(self, mix_BCT: Tensor, memory: SourceMemory | None = None) -> SourceMemory:
        """Take windows of one song, in their order, into its memory (B = 1)."""
        analysis, network = self.module.analysis, self.module.network
        sums = analysis.mix_sums(analysis.stft.forward(mix_BCT))
        posterior = network.encoder(self.module.describe(sums))
        if memory is None:
            memory = network.empty_memory(1, like=posterior.mean_BQNL)
        for chunk in self._observe(posterior, sums).one_by_one():
            memory = updated(memory, chunk)
        return memory

    def _observe(self, posterior: Posterior, sums: MixSums) -> ChunkStatistics:
        """Observe the sources of each window, gated by a first estimate without a memory."""
        network = self.module.network
        blank = network.empty_memory(len(posterior.mean_BQNL), like=posterior.mean_BQNL)
        described_BQM = network.memory_reader(blank)
        decoded = network.decoder(posterior.mean_BQNL, described_BQM[:, :, None])
        energy_BQN = torch.stack(
            [
                filtered_power(weight_QCJNK, power_CNK, product_2NK).clamp_min(0.0).sum(dim=(1, 3))
                for weight_QCJNK, power_CNK, product_2NK in zip(
                    decoded.weight_BQCJNK, sums.power_BCNK, sums.product_B2NK, strict=True
                )
            ]
        )
        return observe(posterior.mean_BQNL, posterior.log_variance_BQNL, energy_BQN)


def _build(values: Mapping[str, object]) -> nn.Module:
    module = BlockwiseVae(BlockwiseConfig.from_json(values))
    if module.draft is not None:
        checkpoint = load_checkpoint(find_model(DRAFT_METHOD).path)
        tensors = {
            name.removeprefix("vaes."): tensor.float()
            for name, tensor in checkpoint.tensors.items()
        }
        try:
            module.draft.load_state_dict(tensors)
        except RuntimeError as error:
            raise CheckpointError(
                f"The draft “{checkpoint.card.title}” has another shape than was asked for.",
                remedy="Give the network of the bundled draft in the configuration, or none.",
            ) from error
        module.network.start_from_draft()
    return module


def _losses(module: nn.Module, batch: StemBatch) -> dict[str, Tensor]:
    assert isinstance(module, BlockwiseVae)
    return module.losses(batch)


def _card(values: Mapping[str, object]) -> ModelCard:
    config = BlockwiseConfig.from_json(values)
    return ModelCard(
        method=NAME,
        title="Quality: drums, bass, other, vocals",
        stem_names=config.stem_names,
        sample_rate=config.sample_rate,
        channels=2,
        window_frames=round(config.window_seconds * config.sample_rate),
        context_frames=round(config.context_seconds * config.sample_rate),
        config=config.to_json(),
        experimental_stems=tuple(name for name in config.stem_names if name == "vocals"),
        licence="CC BY-SA 4.0",
        provenance="" if config.draft is None else "Reads the draft's masks and started from them.",
    )


def load(checkpoint: Checkpoint, device: torch.device) -> BlockwiseSeparator:
    """Rebuild the separator of a checkpoint.

    Raises:
        CheckpointError: The weights do not fit the card's config.
    """
    module = BlockwiseVae(BlockwiseConfig.from_json(checkpoint.card.config))
    try:
        module.load_state_dict({name: t.float() for name, t in checkpoint.tensors.items()})
    except RuntimeError as error:
        raise CheckpointError(
            f"The model “{checkpoint.card.title}” does not fit its description.",
            remedy="The file is damaged or made by hand; get it again.",
        ) from error
    return BlockwiseSeparator(checkpoint.card, module.to(device))


def tiny_config() -> BlockwiseConfig:
    """Return a config whose network takes a few kilobytes and milliseconds."""
    network = NetworkConfig(
        num_bands=32,
        bands_per_patch=4,
        width=8,
        global_width=8,
        dilations=(1, 2),
        latent=4,
        decoder_width=8,
        memory_width=4,
    )
    return BlockwiseConfig(
        n_fft=512, hop=128, window_seconds=0.5, context_seconds=0.05, network=network
    )


def _tiny_checkpoint() -> Checkpoint:
    values = tiny_config().to_json()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = _build(values)
    return Checkpoint(card=_card(values), tensors=module.state_dict())


METHOD = Method(
    name=NAME,
    title="Block-wise VAE (quality)",
    load=load,
    stages=(
        Stage(
            name="model",
            stem_names=STEM_NAMES,
            build=_build,
            losses=_losses,
            card=_card,
            config=drafted(SIZES["S"]).to_json(),
        ),
    ),
    tiny_checkpoint=_tiny_checkpoint,
)
