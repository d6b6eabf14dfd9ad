"""The network with its front end and its loss.

Axes: B window, Q source (and stem), C channel, N spectrogram frame, L latent number of a frame,
M memory, G group of patches, D latent number of a cell, T frame of audio.
"""

import torch
from torch import Tensor, nn

from engine.audio.stem_tracking import cheapest_order
from engine.audio.stft import Stft
from engine.methods.base import StemBatch
from engine.methods.blockwise_vae.blind import heard_elsewhere, paired
from engine.methods.blockwise_vae.config import (
    NUM_FEATURES,
    NUM_PLACE_FEATURES,
    BlockwiseConfig,
)
from engine.methods.blockwise_vae.disentanglement import (
    aggregate_covariance,
    between_blocks,
    off_unit_variance,
)
from engine.methods.blockwise_vae.losses import (
    WindowLosses,
    cross_cost,
    squared_error,
    window_losses,
    windows_of,
)
from engine.methods.blockwise_vae.memory import (
    RECOGNITION_TEMPERATURE,
    ChunkStatistics,
    SourceMemory,
    chosen,
    exchanged,
    observe,
    telling_apart,
    updated,
)
from engine.methods.blockwise_vae.network import (
    DRAFT_SCALE,
    LEAST_DOUBT,
    BlockwiseNetwork,
    Posterior,
    weight_logits,
)
from engine.methods.blockwise_vae.permutation import (
    assignment,
    inexactness,
    own_source,
    soft_minimum,
)
from engine.methods.blockwise_vae.posterior import beyond_free, divergence, sampled
from engine.methods.blockwise_vae.spectra import (
    BandAnalysis,
    MixSums,
    Targets,
    features,
)
from engine.methods.spectrogram_vae.losses import log_power_feature
from engine.methods.spectrogram_vae.network import StemVaes

DB_PER_NAT = 4.342944819  # of a power
_PATCHES_PER_GROUP = 4  # of which a block's covariance is pooled
_LEAST_DOMINANCE = 0.5  # share of a cell's power from which the source alone is a teacher


class BlockwiseVae(nn.Module):
    """Method B; see ``network`` and ``losses``."""

    def __init__(self, config: BlockwiseConfig) -> None:
        super().__init__()
        if config.network.num_sources != len(config.stem_names):
            raise ValueError(f"{config.network.num_sources} blocks for stems {config.stem_names}")
        self.config = config
        self.analysis = BandAnalysis(
            stft=Stft(n_fft=config.n_fft, hop=config.hop),
            num_bands=config.network.num_bands,
            num_places=config.network.num_sources if config.hears_places else 0,
        )
        if config.network.num_features != num_features(config):
            raise ValueError(f"the encoder reads {num_features(config)} numbers per band")
        self.network = BlockwiseNetwork(config.network)
        self.draft = None if config.draft is None else StemVaes(config.draft)
        if self.draft is not None:
            self.draft.requires_grad_(config.draft_learns)

    @property
    def is_blind(self) -> bool:
        """Whether the sources are of one kind, so that any block may hold any of them."""
        return self.config.network.unlabelled

    def train(self, mode: bool = True) -> "BlockwiseVae":
        """Switch all but the draft, whose batch statistics are known already."""
        super().train(mode)
        if self.draft is not None:
            self.draft.eval()
        return self

    def describe(self, sums: MixSums) -> Tensor:
        """Give what the encoder reads, (B, N, K, X)."""
        described_BNKX = features(sums)
        if sums.filter_BQCJNK is not None:
            logit_BQCJNK = weight_logits(sums.filter_BQCJNK, reach=self.config.network.reach)
            placed_BXNK = DRAFT_SCALE * logit_BQCJNK.flatten(1, 3)
            described_BNKX = torch.cat([described_BNKX, placed_BXNK.movedim(1, -1)], dim=-1)
        if self.draft is None:
            return described_BNKX
        with torch.set_grad_enabled(self.config.draft_learns and torch.is_grad_enabled()):
            decoded = self.draft(log_power_feature(sums.power_BCNK.transpose(-1, -2)))
            # What every stem's mask is, and how much surer or less sure it is than it looks.
            mask_BSCKN = decoded.mask_BSCKN
            looks_BSCKN = (mask_BSCKN * (1.0 - mask_BSCKN) + LEAST_DOUBT).log()
            doubt_BSCKN = (decoded.log_error_BSCKN - looks_BSCKN).clamp(-8.0, 8.0)
            both = [mask_BSCKN.logit(eps=1e-3).flatten(1, 2), doubt_BSCKN.flatten(1, 2)]
            drafted = DRAFT_SCALE * torch.cat(both, dim=1)
        return torch.cat([described_BNKX, drafted.permute(0, 3, 2, 1)], dim=-1)

    def losses(self, batch: StemBatch) -> dict[str, Tensor]:
        """Named losses of a batch; ``total`` is to be minimised.

        Each half of a window is decoded with what its other half taught the memory, with none,
        or, so that a wrong one does no harm, with that of another song. Unlabelled sources are
        mixed here (see ``blind``), and remembered from another mix.
        """
        weights, num_tracks = self.config.loss, len(batch.stems_BSCT)
        if self.is_blind:
            batch = paired(batch, self.config.network.num_sources)
        device = batch.stems_BSCT.device.type
        with torch.no_grad(), torch.autocast(device, enabled=False):
            sums, targets = self.analysis.training_sums(batch.stems_BSCT)
        feature_BNKX = self.describe(sums)
        posterior = self.network.encoder(feature_BNKX)
        if self.is_blind:
            posterior = posterior.in_order(self._blocks_of_sources(posterior, targets))
        teacher = self._teacher_loss(batch, posterior, targets)
        with torch.autocast(device, enabled=False):
            halves = _halves(posterior, targets)
            memories = [
                updated(self.network.empty_memory(len(feature_BNKX), like=half.mean_BQL), half)
                for half in halves
            ]
            if self.is_blind:
                memories = [heard_elsewhere(memory, num_tracks=num_tracks) for memory in memories]
            recognition = sum(
                telling_apart(half, memory, temperature=RECOGNITION_TEMPERATURE)
                for half, memory in zip(halves, reversed(memories), strict=True)
            )
            described_BQNM, kl = self._read(posterior, list(reversed(memories)))
            noise = torch.zeros_like(posterior.mean_BQNL)
            if self.training and weights.draws_latent:
                noise = torch.randn_like(noise)
            latent = sampled(posterior.mean_BQNL, posterior.log_variance_BQNL, noise)
        decoded = self.network.decoder(latent, described_BQNM)
        with torch.autocast(device, enabled=False):
            windows = [
                window_losses(
                    window, band_share=weights.band_share, error_floor=weights.error_floor
                )
                for window in windows_of(targets, decoded)
            ]
            own, joint, nll = (
                torch.stack(values).mean()
                for values in zip(*((w.own, w.joint, w.error_nll) for w in windows), strict=True)
            )
            cost_BQR = torch.stack([window.cost_QR for window in windows])
            permutation = self._permutation_loss(DB_PER_NAT * cost_BQR)
            between, off_unit = self._block_losses(posterior)
        total = own + weights.joint * joint + weights.error * nll
        total = total + weights.kl * self.config.network.latent * kl
        total = total + weights.block * (between + weights.variance * off_unit)
        total = total + weights.permutation * permutation + weights.teacher * teacher
        total = total + weights.memory * recognition
        losses = {
            "total": total,
            "own": own,
            "joint": joint,
            "error_nll": nll,
            "kl": kl * posterior.mean_BQNL.shape[-1],
            "between": between,
            "off_unit": off_unit,
            "permutation": permutation,
            "teacher": teacher,
            "memory": torch.as_tensor(recognition),
        }
        return losses | _ratios(windows, self.config.stem_names)

    @torch.no_grad()
    def _blocks_of_sources(self, posterior: Posterior, targets: Targets) -> Tensor:
        """Block of every source that gives it with the least error, (B, R)."""
        network = self.network
        blank = network.empty_memory(len(posterior.mean_BQNL), like=posterior.mean_BQNL)
        described_BQM = network.memory_reader(blank)
        network.decoder.eval()  # estimates without a memory must not move the running statistics
        decoded = network.decoder(posterior.mean_BQNL, described_BQM[:, :, None])
        network.decoder.train(self.training)
        with torch.autocast(posterior.mean_BQNL.device.type, enabled=False):
            orders = [
                cheapest_order(cross_cost(window, squared_error(window.weight_QCJNK, window)))
                for window in windows_of(targets, decoded)
            ]
        return torch.tensor(orders, device=posterior.mean_BQNL.device)

    def _permutation_loss(self, cost_BQR: Tensor) -> Tensor:
        """Binding of blocks to their stems, or of each block to any one source."""
        temperature = self.config.loss.temperature_db
        if not self.is_blind:
            return own_source(cost_BQR, temperature)
        nearest = soft_minimum(cost_BQR, temperature).mean() / cost_BQR.shape[-1]
        vague: Tensor = inexactness(assignment(cost_BQR, temperature)).mean()
        return nearest + vague

    def _read(self, posterior: Posterior, memories: list[SourceMemory]) -> tuple[Tensor, Tensor]:
        """Describe the memory of every frame, and hold the posterior against its prior.

        Returns:
            Descriptions (B, Q, N, M), and the divergence of a latent number beyond what is free.
        """
        weights = self.config.loss
        num_steps = posterior.mean_BQNL.shape[2]
        described, nats = [], []
        bounds = [0, num_steps // 2, num_steps]
        for memory, first, last in zip(memories, bounds[:-1], bounds[1:], strict=True):
            empty = self.network.empty_memory(len(memory.mean_BQL), like=memory.mean_BQL)
            draw_B = torch.rand(len(memory.mean_BQL)).to(memory.mean_BQL)
            if not self.training:
                draw_B = torch.ones_like(draw_B)
            is_empty_B = draw_B < weights.empty_share
            is_wrong_B = (draw_B >= weights.empty_share) & (
                draw_B < weights.empty_share + weights.wrong_share
            )
            read = chosen(is_empty_B, empty, chosen(is_wrong_B, exchanged(memory), memory))
            prior = chosen(is_empty_B | is_wrong_B, empty, memory)
            described_BQM = self.network.memory_reader(read)
            described.append(described_BQM[:, :, None].expand(-1, -1, last - first, -1))
            nats.append(
                divergence(
                    posterior.mean_BQNL[:, :, first:last],
                    posterior.log_variance_BQNL[:, :, first:last],
                    prior.mean_BQL[:, :, None].detach(),
                    prior.variance_BQL[:, :, None].detach().log(),
                )
            )
        kl = beyond_free(torch.cat(nats, dim=2), weights.free_nats)
        return torch.cat(described, dim=2), kl

    def _block_losses(self, posterior: Posterior) -> tuple[Tensor, Tensor]:
        network = self.config.network
        covariance_WZZ = aggregate_covariance(
            *(
                pooled_windows(values, num_patches=network.num_patches)
                for values in (posterior.mean_BQNL, posterior.log_variance_BQNL.exp())
            )
        )
        return between_blocks(covariance_WZZ, network.num_sources), off_unit_variance(
            covariance_WZZ
        )

    def _teacher_loss(self, batch: StemBatch, posterior: Posterior, targets: Targets) -> Tensor:
        """Distance to the posterior of a source alone, where that source dominates the mix.

        Elsewhere the latent has to say how much of the mix belongs to the source, and the source
        alone cannot tell. Nats count by log(1 + nats): a sharp teacher would outweigh everything.
        """
        weights, network = self.config.loss, self.config.network
        num_items = min(weights.teacher_items, len(batch.stems_BSCT))
        if num_items == 0 or weights.teacher == 0.0 or not self.training:
            return posterior.mean_BQNL.new_zeros(())
        items = torch.randperm(len(batch.stems_BSCT))[:num_items]
        sources = torch.randint(network.num_sources, (num_items,))
        device = batch.stems_BSCT.device.type
        with torch.no_grad():
            with torch.autocast(device, enabled=False):
                alone_BCFN = self.analysis.stft.forward(batch.stems_BSCT[items, sources])
                sums = self.analysis.mix_sums(alone_BCFN)
            feature_BNKX = self.describe(sums)
            self.network.encoder.eval()  # sources alone must not move the running statistics
            taught = self.network.encoder(feature_BNKX)
            self.network.encoder.train()
        rows = torch.arange(num_items)
        with torch.autocast(device, enabled=False):
            nats_BNL = divergence(
                posterior.mean_BQNL[items, sources],
                posterior.log_variance_BQNL[items, sources],
                taught.mean_BQNL[rows, sources],
                taught.log_variance_BQNL[rows, sources],
            )
            stem_BNK = targets.stem_BSCNK[items, sources].sum(dim=1)
            mix_BNK = targets.power_BCNK[items].sum(dim=1)
            shape = (network.num_patches, network.bands_per_patch)
            share_BNP = stem_BNK.unflatten(2, shape).sum(dim=3) / mix_BNK.unflatten(2, shape).sum(
                dim=3
            ).clamp_min(1e-12)
            counts_BNP = (share_BNP.clamp(max=1.0) - _LEAST_DOMINANCE).clamp_min(0.0)
            cost_BNP = nats_BNL.log1p().unflatten(2, (network.num_patches, network.latent)).mean(3)
            cost: Tensor = (cost_BNP * counts_BNP).sum() / counts_BNP.sum().clamp_min(1.0)
            return cost


def num_features(config: BlockwiseConfig) -> int:
    """Numbers per band that ``BlockwiseVae.describe`` gives."""
    number = NUM_FEATURES
    if config.hears_places:
        number += NUM_PLACE_FEATURES * config.network.num_sources
    if config.draft is not None:
        number += 2 * config.draft.num_stems * config.draft.channels
    return number


def pooled_windows(values_BQNL: Tensor, *, num_patches: int) -> Tensor:
    """Sort latent numbers into windows of half the length and groups of patches, (W, M, Z)."""
    num_steps = values_BQNL.shape[2]
    half = num_steps // 2
    size = min(_PATCHES_PER_GROUP, num_patches)
    split = values_BQNL[:, :, : 2 * half].unflatten(3, (num_patches // size, size, -1))
    split = split.unflatten(2, (2, half)).permute(0, 2, 4, 3, 5, 1, 6)
    windows_WMZ: Tensor = split.flatten(0, 2).flatten(1, 2).flatten(2)
    return windows_WMZ


def _halves(posterior: Posterior, targets: Targets) -> list[ChunkStatistics]:
    """Observe both halves of the windows, gated by the energy of the true stems."""
    energy_BQN = targets.stem_BSCNK.sum(dim=(2, 4))
    half = energy_BQN.shape[2] // 2
    return [
        observe(
            posterior.mean_BQNL[:, :, part],
            posterior.log_variance_BQNL[:, :, part],
            energy_BQN[:, :, part],
        )
        for part in (slice(None, half), slice(half, None))
    ]


def _ratios(windows: list[WindowLosses], stem_names: tuple[str, ...]) -> dict[str, Tensor]:
    """Mean signal to distortion of the stems that sound, dB."""
    sdr_BQ = torch.stack([window.sdr_Q for window in windows])
    active_BQ = torch.stack([window.is_active_Q for window in windows]).to(sdr_BQ)
    mean_Q = (sdr_BQ * active_BQ).sum(dim=0) / active_BQ.sum(dim=0).clamp_min(1.0)
    return {f"sdr_{name}_db": mean_Q[index] for index, name in enumerate(stem_names)}
