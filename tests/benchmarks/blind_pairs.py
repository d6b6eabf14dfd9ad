"""How well two sources of one kind are told apart, on mixes of the same stem of two tracks.

Both tracks at the same level, one order of the outputs for the whole mix (the better one, as a
user would name them), mean uSDR over both sources with 95 % intervals over mixes. *Floor* is the
mix as both sources, *ceiling* the ideal ratio mask on powers.

    python tests/benchmarks/blind_pairs.py --model blind.safetensors --dataset corpus
"""

import argparse
import itertools
import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.allocator import keep_freed_memory
from engine.checkpoint import load_checkpoint
from engine.evaluation.ceilings import ceiling_estimates
from engine.evaluation.metrics import usdr_db
from engine.evaluation.statistics import Summary, paired_difference, summarise
from engine.events import ChunkReady, FloatArray
from engine.methods.base import Separator
from engine.methods.catalog import method_named
from engine.separation import SeparationOptions, separate
from engine.window_batches import CPU
from tests.benchmarks.blockwise_permutation import groups_of_sources
from tests.engine.fake_separator import MixInMemory


def main() -> None:
    """Print a table for each stem."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--stems", nargs="+", default=["vocals", "other"])
    parser.add_argument("--mixes", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=20.0, help="from the middle of the tracks")
    args = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(1)
    checkpoint = load_checkpoint(args.model)
    separator = method_named(checkpoint.card.method).load(checkpoint, CPU)
    rate = checkpoint.card.sample_rate
    for stem in args.stems:
        rows: dict[str, list[float | None]] = {}
        groups = groups_of_sources(args.dataset, stem, separator, rate)
        for sources in itertools.islice(groups, args.mixes):
            length = min(round(args.seconds * rate), *(each.shape[1] for each in sources))
            starts = [(each.shape[1] - length) // 2 for each in sources]
            source_RCT = np.stack(
                [each[:, at : at + length] for each, at in zip(sources, starts, strict=True)]
            )
            if not all(source_CT.any() for source_CT in source_RCT):
                continue
            mix_CT = source_RCT.sum(axis=0)
            rows.setdefault("floor", []).append(_score(source_RCT, np.stack([mix_CT] * 2)))
            estimate_RCT = _separated(separator, mix_CT, rate)
            rows.setdefault("model", []).append(_score(source_RCT, estimate_RCT))
            ideal_RCT = ceiling_estimates("irm_power", source_RCT, mix_CT)
            rows.setdefault("ceiling", []).append(_score(source_RCT, ideal_RCT))
        print(f"{stem}, {len(rows['model'])} mixes")
        for name, values in rows.items():
            print(f"  {name:8} {_shown(summarise(values))}")
        gain = paired_difference(rows["model"], rows["floor"])
        print(f"  gain     {_shown(gain)}", flush=True)


def _separated(separator: Separator, mix_CT: FloatArray, rate: int) -> FloatArray:
    mix = MixInMemory(samples_CT=mix_CT, sample_rate=rate)
    pieces = [
        np.stack(list(event.stems.values()))
        for event in separate(mix, separator, SeparationOptions())
        if isinstance(event, ChunkReady)
    ]
    return np.concatenate(pieces, axis=2)


def _score(source_RCT: FloatArray, estimate_RCT: FloatArray) -> float:
    """Mean uSDR in the order that is better."""
    return max(
        float(np.mean([usdr_db(s_CT, e_CT) for s_CT, e_CT in zip(source_RCT, order, strict=True)]))
        for order in itertools.permutations(estimate_RCT)
    )


def _shown(summary: Summary | None) -> str:
    if summary is None:
        return "-"
    mean = summary.mean
    return (
        f"{mean.value:6.2f} [{mean.low}, {mean.high}]"
        if mean.low is None
        else (f"{mean.value:6.2f} [{mean.low:.2f}, {mean.high:.2f}]")
    )


if __name__ == "__main__":
    main()
