"""How well two sources of one kind are told apart, by how far apart their places are.

Two tracks' files of one kind are mixed: both mono, each at a place between left and right and at a
level within 3 dB of the usual (see ``placed_sources``). One order of the outputs for the whole mix
(the better one, as a user would name them), mean uSDR over both sources with 95 % intervals over
mixes.

* *floor*: the mix as both sources; *ceiling*: the ideal ratio mask on powers
* *sides*: the left channel and the right one; *middle*: what both have in common, and the rest
* *angle*: every bin of the spectrogram to the nearer of two places, as DUET does with levels
* *independence*: independent component analysis, which undoes a mix without delays or rooms

    python tests/benchmarks/blind_pairs.py --model blind.safetensors --dataset corpus
"""

import argparse
import itertools
import sys
from collections.abc import Iterator, Sequence
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
from tests.benchmarks.placed_sources import (
    DISTANCES,
    by_angle,
    by_independence,
    by_middle,
    by_sides,
    placed,
)
from tests.engine.fake_separator import MixInMemory

KINDS = {
    "voices": ("vocals",),
    "instruments": ("guitar", "keys", "strings", "winds", "lead"),
}
"""Files whose sources are mixed; never two of different files."""

_SIMPLE = {
    "sides": by_sides,
    "middle": by_middle,
    "angle": by_angle,
    "independence": by_independence,
}


def main() -> None:
    """Print a table for every kind and distance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--distances", nargs="+", choices=DISTANCES, default=list(DISTANCES))
    parser.add_argument("--mixes", type=int, default=16)
    parser.add_argument(
        "--seconds", type=float, default=15.0, help="of each track, where it is loudest"
    )
    args = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(1)
    checkpoint = load_checkpoint(args.model)
    separator = method_named(checkpoint.card.method).load(checkpoint, CPU)
    rate = checkpoint.card.sample_rate
    for kind in args.kinds:
        pairs = [
            _cut(pair, round(args.seconds * rate))
            for pair in itertools.islice(
                _pairs(args.dataset, KINDS[kind], separator, rate), args.mixes
            )
        ]
        for name in args.distances:
            rows: dict[str, list[float | None]] = {}
            for seed, pair in enumerate(pairs):
                source_RCT = placed(pair, DISTANCES[name], rate, np.random.default_rng(seed))
                mix_CT = source_RCT.sum(axis=0)
                estimates = {
                    "floor": np.stack([mix_CT, mix_CT]),
                    **{simple: split(mix_CT) for simple, split in _SIMPLE.items()},
                    "model": _separated(separator, mix_CT, rate),
                    "ceiling": ceiling_estimates("irm_power", source_RCT, mix_CT),
                }
                for row, estimate_RCT in estimates.items():
                    rows.setdefault(row, []).append(_score(source_RCT, estimate_RCT))
            print(f"{kind}, {name}, {len(pairs)} mixes")
            for row, values in rows.items():
                print(f"  {row:18} {_shown(summarise(values))}")
            for other in ("floor", *_SIMPLE):
                gain = paired_difference(rows["model"], rows[other])
                print(f"  over {other:13} {_shown(gain)}", flush=True)


def _pairs(
    folder: Path, stems: Sequence[str], separator: Separator, rate: int
) -> Iterator[list[FloatArray]]:
    """Give pairs of one file each, of every file in turn."""
    queues = [groups_of_sources(folder, stem, separator, rate) for stem in stems]
    while queues:
        for queue in tuple(queues):
            pair = next(queue, None)
            if pair is None:
                queues.remove(queue)
            else:
                yield pair


def _cut(pair: Sequence[FloatArray], length: int) -> list[FloatArray]:
    """Take the seconds of each source in which it is loudest."""
    cut = []
    for source_CT in pair:
        power = np.concatenate([[0.0], np.cumsum(np.square(source_CT, dtype=np.float64).sum(0))])
        length = min(length, source_CT.shape[1])
        step = 4096
        start = step * int(np.argmax((power[length:] - power[:-length])[::step]))
        cut.append(source_CT[:, start : start + length])
    shortest = min(each.shape[1] for each in cut)
    return [each[:, :shortest] for each in cut]


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
