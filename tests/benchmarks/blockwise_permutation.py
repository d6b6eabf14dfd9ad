"""Whether two sources of one kind keep their places along a long file, with pauses of any length.

Long files are made of the same stem of two tracks: sections of a few seconds in which both may
sound, with digital silence between them. For every length of the pauses and every way of putting
the stems of windows in order (none, overlap stitching, memory, both, and the oracle) are printed

* how many windows have the order of the whole file, of those in which the order matters;
* how often a minute the order changes;
* SDR with one order for the file, and what that is below the best order for every window.

Both lie at places between left and right, as far apart as ``--distance`` says, one pair of places
for a file.

Errors are counted on the frames that a window decides alone. Any blind checkpoint can be tried:

    python tests/benchmarks/blockwise_permutation.py --model blind.safetensors --dataset corpus
"""

import argparse
import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.allocator import keep_freed_memory
from engine.audio.resampling import resample
from engine.audio.stem_tracking import StemTracker, cheapest_order
from engine.audio.windows import WindowPlan, cut_window
from engine.checkpoint import load_checkpoint
from engine.evaluation.reference_tracks import find_tracks, load_track
from engine.events import FloatArray
from engine.methods.base import Separator
from engine.methods.catalog import method_named
from engine.song_listening import MemoryPolicy, listening, pieces_of
from engine.window_batches import CPU, BatchSettings, SeparatedGroup, WindowBatches
from tests.benchmarks.placed_sources import DISTANCES, placed
from tests.engine.fake_separator import MixInMemory

MATTERS_DB = 1.0  # windows whose best and worst order differ less do not count


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way of putting stems in order.

    Attributes:
        policy: What is heard of the song.
        overlap: Weight of the overlap, none for no tracking at all.
        memory: Weight of the memory.
    """

    policy: MemoryPolicy
    overlap: float | None = None
    memory: float = 1.0


@dataclass(kw_only=True, eq=False)
class Result:
    """What came of one way, over all files.

    Attributes:
        right: Whether each window that matters has the order of its file.
        changes: Changes between such windows.
        minutes: Length of all files.
        energy: Of the sources.
        error: With one order for each file.
        least: With the best order for every window.
    """

    right: list[bool] = field(default_factory=list)
    changes: int = 0
    minutes: float = 0.0
    energy: float = 0.0
    error: float = 0.0
    least: float = 0.0


def ways(overlap_weight: float) -> dict[str, Way]:
    """Return the ways that are compared; the oracle is part of each."""
    return {
        "none": Way(policy="none"),
        "overlap": Way(policy="none", overlap=overlap_weight, memory=0.0),
        "memory": Way(policy="probe", overlap=0.0),
        "memory of two passes": Way(policy="two-pass", overlap=0.0),
        "both": Way(policy="probe", overlap=overlap_weight),
        "both, two passes": Way(policy="two-pass", overlap=overlap_weight),
    }


def main() -> None:
    """Print a table for every length of the pauses."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--stem", default="vocals", help="such as vocals, other or guitar")
    parser.add_argument("--distance", choices=DISTANCES, default="half, in a room")
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=30.0, help="of each file")
    parser.add_argument("--section", type=float, default=12.0, help="seconds between pauses")
    parser.add_argument("--gaps", type=float, nargs="+", default=[0.0, 5.0, 20.0, 60.0])
    parser.add_argument("--overlap-weight", type=float, default=10.0)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(args.threads)
    checkpoint = load_checkpoint(args.model)
    separator = method_named(checkpoint.card.method).load(checkpoint, CPU)
    if checkpoint.card.stem_order != "free":
        parser.error("the model is not blind")
    pairs: list[Sequence[FloatArray]] = list(
        itertools.islice(
            groups_of_sources(args.dataset, args.stem, separator, checkpoint.card.sample_rate),
            args.files,
        )
    )
    rate, distance = checkpoint.card.sample_rate, DISTANCES[args.distance]
    pairs = [
        list(placed(_equally_long(pair), distance, rate, np.random.default_rng(seed)))
        for seed, pair in enumerate(pairs)
    ]
    print(f"{len(pairs)} files of {args.minutes:g} minutes, {args.stem}, {args.distance}")
    table = ways(args.overlap_weight)
    for gap in args.gaps:
        print(f"pauses of {gap:g} s")
        results: dict[str, Result] = {}
        for sources in pairs:
            long_RCT = with_pauses(
                sources,
                section=round(args.section * rate),
                gap=round(gap * rate),
                num_frames=round(60 * args.minutes * rate),
            )
            for policy in dict.fromkeys(way.policy for way in table.values()):
                alike = {name: way for name, way in table.items() if way.policy == policy}
                for name in alike:
                    results.setdefault(name, Result())
                judge(results, alike, separator, long_RCT, policy)
        for name in table:
            print(f"  {name:22} " + line_of(results[name]), flush=True)


def groups_of_sources(
    folder: Path, stem: str, separator: Separator, rate: int
) -> Iterator[list[FloatArray]]:
    """Take the stem from as many tracks as the model has sources, again and again, (C, T) each."""
    found: list[FloatArray] = []
    for files in find_tracks(folder):
        track = load_track(files, separate_parts=(stem,))
        if stem not in track.stems or not track.stems[stem].any():
            continue
        sound_CT = np.broadcast_to(track.stems[stem], (2, track.stems[stem].shape[-1]))
        num_frames = round(sound_CT.shape[-1] * rate / track.sample_rate)
        at_rate_CT = resample(np.ascontiguousarray(sound_CT), track.sample_rate, rate, num_frames)
        found.append(at_rate_CT / max(1e-9, float(np.sqrt(np.mean(np.square(at_rate_CT))))) * 0.05)
        if len(found) == len(separator.card.stem_names):
            yield found
            found = []


def _equally_long(sources: Sequence[FloatArray]) -> list[FloatArray]:
    length = min(source_CT.shape[-1] for source_CT in sources)
    return [source_CT[:, :length] for source_CT in sources]


def with_pauses(
    sources: Sequence[FloatArray], *, section: int, gap: int, num_frames: int
) -> FloatArray:
    """Repeat the tracks, with silence between sections, to (R, C, T)."""
    length = min(source_CT.shape[-1] for source_CT in sources)
    sound_RCT = np.stack([source_CT[:, :length] for source_CT in sources])
    long_RCT = np.zeros((len(sources), 2, num_frames), np.float32)
    place = taken = 0
    while place < num_frames:
        frames = (np.arange(min(section, num_frames - place)) + taken) % length
        long_RCT[..., place : place + len(frames)] = sound_RCT[..., frames]
        place, taken = place + section + gap, taken + section
    return long_RCT


@torch.inference_mode()
def judge(
    results: Mapping[str, Result],
    table: Mapping[str, Way],
    separator: Separator,
    long_RCT: FloatArray,
    policy: MemoryPolicy,
) -> None:
    """Separate a file window by window, and add up what became of it in ways of one policy."""
    rate = separator.card.sample_rate
    mix = MixInMemory(samples_CT=long_RCT.sum(axis=0), sample_rate=rate)
    references = [MixInMemory(samples_CT=source_CT, sample_rate=rate) for source_CT in long_RCT]
    plan = WindowPlan.of_model(separator.card, sample_rate=rate, num_frames=mix.num_frames)
    decided = slice(plan.overlap_frames, plan.hop_frames)
    trackers = {
        name: StemTracker(
            overlap_frames=plan.overlap_frames,
            overlap_weight=way.overlap or 0.0,
            memory_weight=way.memory,
        )
        for name, way in table.items()
    }
    errors: dict[str, list[Tensor]] = {name: [] for name in table}
    energy = 0.0
    for index, group in enumerate(separated(separator, mix, plan, policy)):
        window = [cut_window(each, plan.start(index), plan.window_frames) for each in references]
        true_RM = torch.from_numpy(np.stack(window))[..., decided].flatten(1).double()
        energy += float(true_RM.square().sum())
        for name, way in table.items():
            stems_SCT = group.stems_SCT
            if way.overlap is not None:
                stems_SCT = stems_SCT[list(trackers[name].order(stems_SCT, group.slot_cost_SR))]
            stem_SM = stems_SCT[..., decided].flatten(1).double()
            errors[name].append((stem_SM[:, None] - true_RM[None]).square().sum(dim=2))
    for name in table:
        add_up(results[name], torch.stack(errors[name]))
        results[name].energy += energy
        results[name].minutes += mix.num_frames / rate / 60


def separated(
    separator: Separator, mix: MixInMemory, plan: WindowPlan, policy: MemoryPolicy
) -> Iterator[SeparatedGroup]:
    """Run the windows one by one, as the pipeline does."""
    settings = BatchSettings(
        sample_rate=mix.sample_rate, num_channels=2, seed=0, residual="fold", items_per_batch=1
    )
    batches = WindowBatches(separator, settings, device=CPU, load=None)
    for _ in listening(mix, batches, pieces_of(policy, plan, sample_rate=mix.sample_rate)):
        pass
    for index in range(plan.num_windows):
        window_CT = torch.from_numpy(cut_window(mix, plan.start(index), plan.window_frames))
        steps = batches.run([window_CT], first_index=index)
        while True:
            try:
                next(steps)
            except StopIteration as finished:
                yield finished.value[0].groups[0]
                break


def add_up(result: Result, error_WSR: Tensor) -> None:
    """Compare the order of every window with the best one for the file and for the window."""
    orders = list(itertools.permutations(range(error_WSR.shape[1])))
    of_order_WO = torch.stack(
        [
            sum((error_WSR[:, stem, source] for source, stem in enumerate(order)), torch.zeros(()))
            for order in orders
        ],
        dim=1,
    )
    whole = orders.index(cheapest_order(error_WSR.sum(dim=0)))
    least_W, most_W = of_order_WO.amin(dim=1), of_order_WO.amax(dim=1)
    matters_W = most_W > least_W * 10 ** (MATTERS_DB / 10) + 1e-9
    right = (of_order_WO[:, whole] <= least_W)[matters_W].tolist()
    result.right += right
    result.changes += sum(first != second for first, second in itertools.pairwise(right))
    result.error += float(of_order_WO[:, whole].sum())
    result.least += float(least_W.sum())


def line_of(result: Result) -> str:
    """Describe a result."""
    share = 100.0 * float(np.mean(result.right)) if result.right else float("nan")
    kept = 10.0 * np.log10(result.energy / max(result.error, 1e-12))
    best = 10.0 * np.log10(result.energy / max(result.least, 1e-12))
    return (
        f"{share:5.1f} % of {len(result.right)} windows right, "
        f"{result.changes / result.minutes:5.2f} changes a minute, SDR {kept:6.2f} dB, "
        f"{kept - best:+6.2f} dB to the oracle ({best:.2f} dB)"
    )


if __name__ == "__main__":
    main()
