"""How much a stem that does not sound is given all the same.

    python -m tests.benchmarks.lq_vae_silence MODEL --dataset DATASET [--split validation]
        [--stems drums bass] [--windows 12] [--cache FOLDER]

Each window holds one stem alone, the same windows in which ``lq_vae_ablation`` mixes them, and is
separated as a mix of all the stems that are named. The numbers are how far the others stay below
it, dB, each window and the worst; what is asked for is 30 dB.

Axes: B window (one), S stem, C channel, F frequency bin, N spectrogram frame, T frame of audio.
"""

import argparse
from pathlib import Path

import torch
from torch import Tensor

from engine.audio.fusion import fuse
from engine.checkpoint import load_checkpoint
from engine.methods.lq_vae.composition import select_stems
from engine.methods.lq_vae.method import load
from engine.methods.lq_vae.separator import LqVaeSeparator
from tests.benchmarks.lq_vae_ablation import plain_mixes

LEAST_POWER = 1e-24


@torch.inference_mode()
def main() -> None:
    """Print a line for each stem that is absent."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--dataset", required=True, type=Path)
    parser.add_argument("--split", default="validation")
    parser.add_argument("--stems", nargs="+", default=["drums", "bass"])
    parser.add_argument("--windows", type=int, default=12)
    parser.add_argument("--cache", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = select_stems(load_checkpoint(args.model), args.stems)
    card = checkpoint.card
    separator = load(checkpoint, torch.device("cpu"))
    dataset = plain_mixes(args.dataset, args.split, card, cache=args.cache)
    below: dict[tuple[str, str], list[float]] = {}
    for batch in dataset.validation_batches(args.windows, 0):
        for sounding, name in enumerate(card.stem_names):
            found = _levels_below(separator, batch.stems_BSCT[:, sounding])
            for absent, level in zip(card.stem_names, found, strict=True):
                if absent != name:
                    below.setdefault((name, absent), []).append(level)
    for (name, absent), levels in below.items():
        listed = " ".join(f"{level:.0f}" for level in levels)
        print(
            f"{name} alone, {absent}: mean {sum(levels) / len(levels):.0f} dB, worst"
            f" {min(levels):.1f} dB, {sum(level >= 30.0 for level in levels)} of {len(levels)}"
            f" at 30 dB or more ({listed})"
        )


def _levels_below(separator: LqVaeSeparator, mix_BCT: Tensor) -> list[float]:
    """Return how far each stem stays below the mix, dB."""
    steps = separator.separate_windows(mix_BCT, torch.Generator().manual_seed(0))
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            estimate = finished.value
            break
    mix_CFN = separator.stft.forward(mix_BCT)[0]
    fused_SCFN = fuse(mix_CFN, estimate.mean_BSCFN[0], estimate.error_power_BSCFN[0])
    power_S = fused_SCFN.abs().square().sum(dim=(1, 2, 3)).double()
    ratio_S = float(mix_CFN.abs().square().sum()) / power_S.clamp_min(LEAST_POWER)
    levels: list[float] = (10.0 * ratio_S.log10()).tolist()
    return levels


if __name__ == "__main__":
    main()
