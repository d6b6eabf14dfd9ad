"""What a trained block-wise VAE really does: the claims of the method that one model can answer.

Windows of test tracks go through the model's own encoder, memory and decoder; errors are exact
sums over bands after the fusion, as in training. Printed are

* independence of the blocks: correlations across blocks, their total correlation beside that of
  randomly regrouped latent numbers, active units and nats per block;
* what a block knows: R² of ridge regressions from each block to the log power of each stem;
* what a block does: change of the other stems when it is replaced by zeros, before and after the
  fusion stage;
* memory: SDR with the window's own memory, with that of other parts of the song, and with that of
  another song, each as a paired difference to no memory, with a 95 % bootstrap interval;
* calibration: rank correlation of predicted and true error powers;
* the permutation: how often the soft assignment agrees with the labels.

    python tests/benchmarks/blockwise_check.py --model model.safetensors --dataset corpus
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.checkpoint import load_checkpoint
from engine.evaluation.reference_tracks import find_tracks, load_track
from engine.evaluation.statistics import paired_difference
from engine.methods.blockwise_vae.disentanglement import aggregate_covariance, total_correlation
from engine.methods.blockwise_vae.losses import (
    cross_cost,
    squared_error,
    window_losses,
    windows_of,
)
from engine.methods.blockwise_vae.memory import SourceMemory, observe, updated
from engine.methods.blockwise_vae.method import load
from engine.methods.blockwise_vae.module import DB_PER_NAT, BlockwiseVae, pooled_windows
from engine.methods.blockwise_vae.network import Decoded, Posterior
from engine.methods.blockwise_vae.permutation import assignment
from engine.methods.blockwise_vae.posterior import divergence
from engine.methods.blockwise_vae.separator import BlockwiseSeparator
from engine.methods.blockwise_vae.spectra import MixSums, Targets

FloatMatrix = npt.NDArray[np.float64]
ACTIVE_VARIANCE = 0.01
RIDGE = 1e-2
READ_SECONDS = 60.0  # from the middle of a track


@dataclass(frozen=True, kw_only=True, eq=False)
class Windows:
    """Windows of one track, encoded; axis B counts the windows."""

    sums: MixSums
    targets: Targets
    posterior: Posterior


@torch.inference_mode()
def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--tracks", type=int, default=20)
    parser.add_argument("--windows", type=int, default=4, help="per track")
    args = parser.parse_args()
    separator = load(load_checkpoint(args.model), torch.device("cpu"))
    module = separator.module
    songs = [
        encoded(module, stems_SCT, separator, args.windows)
        for stems_SCT in track_stems(args.dataset, module.config.stem_names, args.tracks)
    ]
    independence(module, songs)
    probes(module, songs)
    replaced_blocks(module, songs)
    memories(module, songs)
    calibration(module, songs)


def track_stems(folder: Path, stem_names: Sequence[str], most: int) -> list[Tensor]:
    """Read the stems of the first tracks, (S, 2, T)."""
    found = []
    for files in find_tracks(folder)[:most]:
        track = load_track(files, max_seconds=READ_SECONDS)
        stems = [track.stems.get(name, np.zeros_like(track.mix_CT)) for name in stem_names]
        found.append(torch.from_numpy(np.stack(stems)).expand(-1, 2, -1))  # mono on both sides
    return found


def encoded(
    module: BlockwiseVae, stems_SCT: Tensor, separator: BlockwiseSeparator, num_windows: int
) -> Windows:
    """Cut equally spaced windows and encode them."""
    length = separator.card.window_frames
    last = max(0, stems_SCT.shape[-1] - length)
    starts = [round(last * index / max(1, num_windows - 1)) for index in range(num_windows)]
    batch = torch.stack([stems_SCT[..., start : start + length] for start in starts])
    sums, targets = module.analysis.training_sums(batch)
    return Windows(
        sums=sums, targets=targets, posterior=module.network.encoder(module.describe(sums))
    )


def decoded(
    module: BlockwiseVae, song: Windows, memory: SourceMemory, mean_BQNL: Tensor | None = None
) -> Decoded:
    """Decode the posterior's means."""
    mean = song.posterior.mean_BQNL if mean_BQNL is None else mean_BQNL
    result: Decoded = module.network.decoder(mean, module.network.memory_reader(memory)[:, :, None])
    return result


def blank(module: BlockwiseVae, song: Windows) -> SourceMemory:
    """Return an empty memory for every window."""
    mean = song.posterior.mean_BQNL
    return module.network.empty_memory(len(mean), like=mean)


def independence(module: BlockwiseVae, songs: Sequence[Windows]) -> None:
    """Print how far the blocks are from independent."""
    network = module.config.network
    rows: list[list[float]] = []
    random = torch.Generator().manual_seed(0)
    shuffled = torch.randperm(network.num_sources * network.latent, generator=random)
    mean_of_units, squares = [], []
    for song in songs:
        mean = pooled_windows(song.posterior.mean_BQNL, num_patches=network.num_patches)
        variance = pooled_windows(
            song.posterior.log_variance_BQNL.exp(), num_patches=network.num_patches
        )
        covariance = aggregate_covariance(mean, variance)
        deviation = covariance.diagonal(dim1=1, dim2=2).sqrt()
        correlation = covariance / (deviation[:, :, None] * deviation[:, None])
        block = torch.arange(correlation.shape[-1]) // network.latent
        across = (block[:, None] != block[None]).to(correlation)
        within = (block[:, None] == block[None]).to(correlation) - torch.eye(len(block))
        regrouped = covariance[:, shuffled][:, :, shuffled]
        rows.append(
            [
                float((correlation * across).abs().amax(dim=(1, 2)).mean()),
                float(((correlation * across).square().sum() / across.sum() / len(mean)).sqrt()),
                float(((correlation * within).square().sum() / within.sum() / len(mean)).sqrt()),
                float(total_correlation(covariance, network.num_sources).mean()),
                float(total_correlation(regrouped, network.num_sources).mean()),
            ]
        )
        mean_of_units.append(song.posterior.mean_BQNL.mean(dim=(0, 2)))
        squares.append(song.posterior.mean_BQNL.square().mean(dim=(0, 2)))
    largest, across_rms, within_rms, nats, regrouped_nats = np.mean(rows, axis=0)
    spread_QL = torch.stack(squares).mean(dim=0) - torch.stack(mean_of_units).mean(dim=0).square()
    print("Independence of the blocks, windows of half the length, groups of patches")
    print(f"  correlation across blocks: largest {largest:.2f}, rms {across_rms:.3f}")
    print(f"  correlation inside blocks: rms {within_rms:.3f}")
    print(f"  total correlation of the blocks: {nats:.2f} nats")
    print(f"  of latent numbers regrouped at random: {regrouped_nats:.2f} nats")
    print(f"  active units: {100 * float((spread_QL > ACTIVE_VARIANCE).float().mean()):.0f} %")
    zero = torch.zeros(())
    for index, name in enumerate(module.config.stem_names):
        each = [
            divergence(
                song.posterior.mean_BQNL[:, index],
                song.posterior.log_variance_BQNL[:, index],
                zero,
                zero,
            )
            for song in songs
        ]
        per_frame = float(torch.stack([nats.sum(dim=-1).mean() for nats in each]).mean())
        print(f"  KL to N(0, I) of the block of {name}: {per_frame:.0f} nats a frame")


def probes(module: BlockwiseVae, songs: Sequence[Windows]) -> None:
    """Print R² of ridge regressions from each block to the log power of each stem, per patch."""
    network = module.config.network
    shape = (network.num_patches, network.bands_per_patch)
    half = len(songs) // 2
    scores = np.zeros((network.num_sources, network.num_sources))
    for block in range(network.num_sources):
        inputs = [
            song.posterior.mean_BQNL[:, block].unflatten(2, (network.num_patches, -1))
            for song in songs
        ]
        for stem in range(network.num_sources):
            outputs = [
                (
                    song.targets.stem_BSCNK[:, stem].sum(dim=1).unflatten(2, shape).sum(dim=3)
                    + 1e-6
                ).log()
                for song in songs
            ]
            scores[block, stem] = np.mean(
                [
                    explained(
                        [values[:, :, patch] for values in inputs],
                        [values[:, :, patch] for values in outputs],
                        half,
                    )
                    for patch in range(0, network.num_patches, 4)
                ]
            )
    print("R² from block (row) to log power of stem (column), on other tracks")
    print("  " + " ".join(f"{name:>8}" for name in module.config.stem_names))
    for name, row in zip(module.config.stem_names, scores, strict=True):
        print(f"  {name:8}" + " ".join(f"{value:8.2f}" for value in row))


def explained(inputs: Sequence[Tensor], outputs: Sequence[Tensor], half: int) -> float:
    """R² of a ridge regression that was fitted on the first tracks and tried on the others."""
    first_x, first_y = stacked(inputs[:half]), stacked(outputs[:half])
    last_x, last_y = stacked(inputs[half:]), stacked(outputs[half:])
    centre, level = first_x.mean(axis=0), first_y.mean()
    x = first_x - centre
    gram = x.T @ x + RIDGE * len(x) * np.eye(x.shape[1])
    weight = np.linalg.solve(gram, x.T @ (first_y - level))
    predicted = (last_x - centre) @ weight + level
    total = float(np.square(last_y - last_y.mean()).sum())
    return 1.0 - float(np.square(last_y - predicted).sum()) / max(total, 1e-9)


def stacked(values: Sequence[Tensor]) -> FloatMatrix:
    """Join the windows and frames of several tracks."""
    joined: FloatMatrix = torch.cat([value.flatten(0, 1) for value in values]).double().numpy()
    return joined


def replaced_blocks(module: BlockwiseVae, songs: Sequence[Windows]) -> None:
    """Print by how much the other stems' weights change when one block becomes zero."""
    print("Change of a stem when a block is replaced by zeros, dB relative to the stem's weights")
    names = module.config.stem_names
    print("  " + " ".join(f"{name:>8}" for name in names))
    for block, name in enumerate(names):
        changes = np.zeros(len(names))
        for song in songs:
            mean = song.posterior.mean_BQNL.clone()
            mean[:, block] = 0.0
            before = decoded(module, song, blank(module, song)).weight_BQCJNK
            after = decoded(module, song, blank(module, song), mean).weight_BQCJNK
            change = (after - before).square().sum(dim=(0, 2, 3, 4, 5))
            changes += (change / before.square().sum(dim=(0, 2, 3, 4, 5))).double().numpy()
        decibels = 10.0 * np.log10(changes / len(songs) + 1e-30)
        print(f"  {name:8}" + " ".join(f"{value:8.0f}" for value in decibels))


def memories(module: BlockwiseVae, songs: Sequence[Windows]) -> None:
    """Print what every kind of memory changes."""
    own_song = [song_memory(module, song) for song in songs]
    kinds: dict[str, list[list[float | None]]] = {}
    for index, song in enumerate(songs):
        wrong = own_song[(index + 1) % len(songs)]
        others = [
            others_memory(module, song, window) for window in range(len(song.sums.power_BCNK))
        ]
        choices = {
            "none": blank(module, song),
            "the window's own": window_memory(module, song),
            "other windows of the song": joined(others),
            "another song": joined([wrong] * len(song.sums.power_BCNK)),
        }
        for kind, memory in choices.items():
            kinds.setdefault(kind, []).append(scores_of(module, song, memory))
    print("Memory: SDR after the fusion, mean over tracks; difference to no memory, 95 % interval")
    for index, name in enumerate(module.config.stem_names):
        print(f"  {name}")
        base = [row[index] for row in kinds["none"]]
        for kind, rows in kinds.items():
            column = [row[index] for row in rows]
            known = [value for value in column if value is not None]
            line = f"    {kind:28} {np.mean(known):6.2f} dB"
            difference = paired_difference(column, base)
            if kind != "none" and difference is not None and difference.mean.low is not None:
                mean = difference.mean
                line += f"  {mean.value:+.3f} [{mean.low:+.3f}, {mean.high:+.3f}]"
            print(line)


def window_memory(module: BlockwiseVae, song: Windows) -> SourceMemory:
    """Fill a memory for each window from that window, gated by the true stems."""
    energy_BQN = song.targets.stem_BSCNK.sum(dim=(2, 4))
    chunk = observe(song.posterior.mean_BQNL, song.posterior.log_variance_BQNL, energy_BQN)
    return updated(blank(module, song), chunk)


def song_memory(module: BlockwiseVae, song: Windows, without: int = -1) -> SourceMemory:
    """Fill one memory from the windows of a song in their order, but for one."""
    energy_BQN = song.targets.stem_BSCNK.sum(dim=(2, 4))
    chunks = observe(song.posterior.mean_BQNL, song.posterior.log_variance_BQNL, energy_BQN)
    memory = module.network.empty_memory(1, like=song.posterior.mean_BQNL)
    for index, chunk in enumerate(chunks.one_by_one()):
        if index != without:
            memory = updated(memory, chunk)
    return memory


def others_memory(module: BlockwiseVae, song: Windows, window: int) -> SourceMemory:
    """Fill a memory from all windows of a song but one."""
    return song_memory(module, song, without=window)


def joined(memories: Sequence[SourceMemory]) -> SourceMemory:
    """Put memories of one window each into one batch."""
    return SourceMemory(
        mean_BQL=torch.cat([memory.mean_BQL for memory in memories]),
        variance_BQL=torch.cat([memory.variance_BQL for memory in memories]),
        energy_BQ=torch.cat([memory.energy_BQ for memory in memories]),
        evidence_BQ=torch.cat([memory.evidence_BQ for memory in memories]),
    )


def scores_of(module: BlockwiseVae, song: Windows, memory: SourceMemory) -> list[float | None]:
    """Mean SDR of every stem over the windows in which it sounds."""
    losses = [
        window_losses(window, band_share=0.0)
        for window in windows_of(song.targets, decoded(module, song, memory))
    ]
    sdr_BQ = torch.stack([loss.sdr_Q for loss in losses])
    active_BQ = torch.stack([loss.is_active_Q for loss in losses])
    return [
        float(sdr_BQ[:, stem][active_BQ[:, stem]].mean()) if active_BQ[:, stem].any() else None
        for stem in range(sdr_BQ.shape[1])
    ]


def calibration(module: BlockwiseVae, songs: Sequence[Windows]) -> None:
    """Print how well predicted errors rank the true ones, and how often labels are matched."""
    ranks, agreements = [], []
    for song in songs:
        result = decoded(module, song, window_memory(module, song))
        for window in windows_of(song.targets, result):
            error_QCNK = squared_error(window.weight_QCJNK, window)
            share_BQR = assignment(DB_PER_NAT * cross_cost(window, error_QCNK)[None], 0.5)
            agreements.append(float((share_BQR[0].argmax(dim=1) == torch.arange(4)).float().mean()))
            audible = (window.power_CNK > 1e-4).expand_as(window.log_error_QCNK)
            true = error_QCNK / window.power_CNK.clamp_min(1e-12)
            ranks.append(rank_correlation(window.log_error_QCNK[audible], true[audible]))
    print(f"Rank correlation of predicted and true relative error: {np.mean(ranks):.2f}")
    print(f"Blocks whose nearest stem is their own: {100 * np.mean(agreements):.1f} %")


def rank_correlation(first: Tensor, second: Tensor) -> float:
    """Spearman's ρ of a few thousand random cells."""
    chosen = torch.randperm(len(first), generator=torch.Generator().manual_seed(0))[:5000]
    ranks = [values[chosen].argsort().argsort().double().numpy() for values in (first, second)]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


if __name__ == "__main__":
    main()
