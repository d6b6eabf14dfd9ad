"""What each part of the block-wise VAE is worth: equal small networks, equal steps, several seeds.

Every variant is trained from scratch on the first songs of a dataset, and scored on windows of
songs it was trained on, of songs it never heard, and of the latter after shifts that training
never applied: one channel, a tilted spectrum, a hard limiter. The deterministic twin has the same
weights, but decodes the mean, and neither divergence nor block criterion nor memory.

Printed are mean SDR after the fusion, and in brackets, with a 95 % bootstrap interval over windows
and stems, how much more a variant loses than the full method: on unheard songs, from them to each
shift, and from heard songs to them.

    python tests/benchmarks/blockwise_ablations.py --dataset corpus --out runs --steps 1000

Finished runs are not trained again. ``--overfitting 5 20 80`` trains the full method and its
twin on so many songs each instead, and prints the gap between heard and unheard songs.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.checkpoint import load_checkpoint
from engine.evaluation.statistics import paired_difference
from engine.methods.base import StemBatch
from engine.methods.blockwise_vae.config import (
    STEM_NAMES,
    BlockwiseConfig,
    LossConfig,
    NetworkConfig,
)
from engine.methods.blockwise_vae.losses import window_losses, windows_of
from engine.methods.blockwise_vae.memory import observe, updated
from engine.methods.blockwise_vae.method import METHOD, load
from engine.methods.blockwise_vae.module import BlockwiseVae
from engine.training.config import TrainingConfig, finish
from engine.training.effects import equalize, limiter_gain
from engine.training.mixing import plain_mixing
from engine.training.stem_dataset import StemDataset
from engine.training.trainer import train

# Half the size that ships: many short runs say more than one long one.
NETWORK = NetworkConfig(width=48, global_width=96, dilations=(1, 2, 4, 8), decoder_width=24)
FULL = LossConfig()
TWIN = "deterministic twin"
VARIANTS: Mapping[str, LossConfig] = {
    "full": FULL,
    TWIN: replace(
        FULL, draws_latent=False, kl=0.0, block=0.0, teacher=0.0, memory=0.0, empty_share=1.0
    ),
    "twin + samples and KL": replace(FULL, block=0.0, teacher=0.0, memory=0.0, empty_share=1.0),
    "no block criterion": replace(FULL, block=0.0),
    "no teacher": replace(FULL, teacher=0.0),
    "no permutation": replace(FULL, permutation=0.0),
    "no memory": replace(FULL, memory=0.0, empty_share=1.0),
}
SAMPLE_RATE = 44_100
CROP_SECONDS = 3.0
TILT_DB = (6.0, 3.0, 0.0, -3.0, -6.0)
SHIFTS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "unheard": lambda stems_SCT: stems_SCT,
    "mono": lambda stems_SCT: stems_SCT.mean(dim=1, keepdim=True).expand(-1, 2, -1),
    "tilted": lambda stems_SCT: torch.stack(
        [equalize(stem_CT, TILT_DB, SAMPLE_RATE) for stem_CT in stems_SCT]
    ),
    "limited": lambda stems_SCT: (
        stems_SCT
        * limiter_gain(stems_SCT.sum(dim=0), float(stems_SCT.sum(dim=0).abs().max()) / 4.0)
    ),
}
Scores = dict[str, list[float | None]]


def main() -> None:
    """Train what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--songs", type=int, default=40)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--batches", type=int, default=4, help="of eight windows, for each score")
    parser.add_argument("--variants", nargs="+", choices=VARIANTS, default=list(VARIANTS))
    parser.add_argument("--overfitting", nargs="+", type=int, metavar="SONGS")
    args = parser.parse_args()
    if args.overfitting:
        for num_songs in args.overfitting:
            print(f"{num_songs} songs")
            compare(args, ("full", TWIN), num_songs)
    else:
        compare(args, args.variants, args.songs)


def compare(args: argparse.Namespace, variants: Sequence[str], num_songs: int) -> None:
    """Train variants on so many songs and print a row for each."""
    few = few_songs(args.dataset, args.out / f"songs-{num_songs}", num_songs)
    full: Scores = {}
    for name in variants:
        scores: Scores = {}
        for seed in range(args.seeds):
            folder = args.out / f"{name.replace(' ', '-')}-{num_songs}" / f"seed-{seed}"
            module = trained(
                VARIANTS[name], few, folder, seed=seed, steps=args.steps, cache=args.cache
            )
            for group, values in scored(module, few, args.batches, args.cache).items():
                scores.setdefault(group, []).extend(values)
        full = full or scores
        print_row(name, scores, full)


def few_songs(dataset: Path, folder: Path, num_songs: int) -> Path:
    """Make a dataset of links to the first songs of another."""
    for split, most in (("train", num_songs), ("validation", None)):
        (folder / split).mkdir(parents=True, exist_ok=True)
        for track in sorted((dataset / split).iterdir())[:most]:
            link = folder / split / track.name
            if not link.exists():
                link.symlink_to(track.resolve())
    manifest = dataset / "dataset.json"
    if manifest.exists() and not (folder / manifest.name).exists():
        (folder / manifest.name).symlink_to(manifest.resolve())
    return folder


def trained(
    loss: LossConfig, dataset: Path, folder: Path, *, seed: int, steps: int, cache: Path | None
) -> BlockwiseVae:
    """Train a variant, or read it."""
    config = BlockwiseConfig(network=NETWORK, loss=loss)
    stage = replace(METHOD.stages[0], config=config.to_json())
    training = TrainingConfig(
        dataset=dataset,
        steps=steps,
        batch_size=8,
        crop_seconds=CROP_SECONDS,
        warmup_steps=min(50, steps),
        ema_decay=0.99,
        clip_norm=5.0,
        bf16=True,
        num_threads=1,
        seed=seed,
        validate_every=steps,
        validation_batches=1,
        checkpoint_every=steps,
        cache=cache,
        mixing=finish(dataset).mixing,
    )
    for _ in train(stage, training, folder, resume=True):
        pass
    return load(load_checkpoint(folder / "model.safetensors"), torch.device("cpu")).module


@torch.inference_mode()
def scored(module: BlockwiseVae, dataset: Path, num_batches: int, cache: Path | None) -> Scores:
    """Score windows of heard and unheard songs and of shifted ones, window by window."""
    scores: Scores = {}
    for split in ("train", "validation"):
        windows = StemDataset(
            dataset,
            split=split,
            stem_names=STEM_NAMES,
            batch_size=8,
            crop_frames=round(CROP_SECONDS * SAMPLE_RATE),
            seed=0,
            mixing=plain_mixing(),
            cache=cache,
        )
        for batch in windows.validation_batches(num_batches, 0):
            if split == "train":
                scores.setdefault("heard", []).extend(of_batch(module, batch.stems_BSCT))
                continue
            for shift, change in SHIFTS.items():
                shifted = torch.stack([change(stems_SCT) for stems_SCT in batch.stems_BSCT])
                scores.setdefault(shift, []).extend(of_batch(module, shifted))
    return scores


def of_batch(module: BlockwiseVae, stems_BSCT: Tensor) -> list[float | None]:
    """SDR of every stem of every window; none where it is silent."""
    batch = StemBatch(stems_BSCT=stems_BSCT)
    sums, targets = module.analysis.training_sums(batch.stems_BSCT)
    posterior = module.network.encoder(module.describe(sums))
    memory = module.network.empty_memory(len(stems_BSCT), like=posterior.mean_BQNL)
    if module.config.loss.empty_share < 1.0:
        energy_BQN = targets.stem_BSCNK.sum(dim=(2, 4))
        memory = updated(
            memory, observe(posterior.mean_BQNL, posterior.log_variance_BQNL, energy_BQN)
        )
    described_BQM = module.network.memory_reader(memory)
    decoded = module.network.decoder(posterior.mean_BQNL, described_BQM[:, :, None])
    values: list[float | None] = []
    for window in windows_of(targets, decoded):
        losses = window_losses(window, band_share=0.0)
        for sdr, is_active in zip(losses.sdr_Q, losses.is_active_Q, strict=True):
            values.append(float(sdr) if is_active else None)
    return values


def print_row(name: str, scores: Scores, full: Scores) -> None:
    """Print means, and drops against those of the full method."""
    cells = []
    for group, values in scores.items():
        known = [value for value in values if value is not None]
        cell = f"{group} {np.mean(known):5.2f}"
        if name != "full":
            own, whole = drops(scores, group), drops(full, group)
            difference = paired_difference(own, whole)
            if difference is not None and difference.mean.low is not None:
                mean = difference.mean
                cell += f" ({mean.value:+.2f}, {mean.low:+.2f} to {mean.high:+.2f})"
        cells.append(cell)
    print(f"{name:24} " + " | ".join(cells), flush=True)


def drops(scores: Scores, group: str) -> list[float | None]:
    """How much worse each window is than the unheard one; for heard songs the mean gap.

    Of unheard songs it is their own score, with the other sign.
    """
    if group == "unheard":
        return [None if value is None else -value for value in scores[group]]
    if group == "heard":
        known = [value for value in scores["heard"] if value is not None]
        mean = float(np.mean(known))
        return [None if value is None else mean - value for value in scores["unheard"]]
    return [
        None if before is None or after is None else before - after
        for before, after in zip(scores["unheard"], scores[group], strict=True)
    ]


if __name__ == "__main__":
    main()
