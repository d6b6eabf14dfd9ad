"""What the memory of the song is worth, through the whole pipeline, and what it costs.

The first part of an excerpt of every test track is separated and scored, each time with another
memory:

* an empty one, and each window's own (no memory of the song);
* the policies of ``song_listening``: a probe, two passes, carried from window to window. Two
  passes against a probe or a carried memory is streaming against knowing the whole song;
* that of another section, the second part of the excerpt;
* that of another song, which should cost less than 0.3 dB.

Printed are the mean SDR of every stem, and paired differences to each window's own memory with
95 % bootstrap intervals; then how soon the statistics of a song stand still; then processor time
per second of audio, and to the first sound, of every policy.

    python tests/benchmarks/blockwise_memory.py --model model.safetensors --dataset corpus
"""

import argparse
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.allocator import keep_freed_memory
from engine.audio.resampling import resample
from engine.checkpoint import load_checkpoint
from engine.evaluation.metrics import usdr_db
from engine.evaluation.reference_tracks import ReferenceTrack, find_tracks, load_track
from engine.evaluation.statistics import paired_difference, summarise
from engine.events import ChunkReady, FloatArray
from engine.methods.base import Separator
from engine.methods.blockwise_vae.memory import memory_of
from engine.methods.blockwise_vae.method import load
from engine.methods.blockwise_vae.separator import BlockwiseSeparator
from engine.separation import SeparationOptions, separate
from engine.song_listening import MemoryPolicy
from tests.engine.fake_separator import MixInMemory

PIECE_SECONDS = 2.0
POLICIES: dict[str, MemoryPolicy] = {
    "each window's own": "none",
    "probe": "probe",
    "two passes": "two-pass",
    "carried": "carried",
}
BASE = "each window's own"
STANDING_SECONDS = (2, 4, 8, 16, 30, 60)
SDR = float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Excerpt:
    """Two parts of a track, and what was heard of the second."""

    first: ReferenceTrack
    second_CT: FloatArray
    heard_second_SZ: torch.Tensor


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--tracks", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each part")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(args.threads)
    separator = load(load_checkpoint(args.model), torch.device("cpu"))
    excerpts = [
        excerpt
        for files in find_tracks(args.dataset)[: args.tracks]
        if (excerpt := cut(load_track(files, max_seconds=2.0 * args.seconds), separator))
    ]
    worth(separator, excerpts)
    standing(separator, excerpts)
    cost(separator, excerpts)


def cut(track: ReferenceTrack, separator: BlockwiseSeparator) -> Excerpt | None:
    """Halve a track; one that is too short for two windows is left out."""
    half = track.mix_CT.shape[-1] // 2
    if half < separator.card.window_frames * track.sample_rate / separator.card.sample_rate:
        print(f"{track.name} is too short", file=sys.stderr)
        return None
    second_CT = track.mix_CT[:, half:]
    first = ReferenceTrack(
        name=track.name,
        sample_rate=track.sample_rate,
        mix_CT=track.mix_CT[:, :half],
        stems={name: stem_CT[:, :half] for name, stem_CT in track.stems.items()},
    )
    heard_SZ = heard(separator, second_CT, track.sample_rate)
    return Excerpt(first=first, second_CT=second_CT, heard_second_SZ=heard_SZ)


@torch.inference_mode()
def heard(separator: BlockwiseSeparator, mix_CT: FloatArray, sample_rate: int) -> torch.Tensor:
    """Let the model hear all of a mix in pieces."""
    rate = separator.card.sample_rate
    num_frames = round(mix_CT.shape[-1] * rate / sample_rate)
    at_rate_CT = resample(mix_CT, sample_rate, rate, num_frames) if rate != sample_rate else mix_CT
    piece = round(PIECE_SECONDS * rate)
    heard_SZ: torch.Tensor | None = None
    for start in range(0, num_frames - piece + 1, piece):
        mix_BCT = torch.from_numpy(np.ascontiguousarray(at_rate_CT[None, :, start : start + piece]))
        heard_SZ = separator.listen(mix_BCT.expand(-1, 2, -1), heard_SZ)
    assert heard_SZ is not None, "a part is longer than a piece"
    return heard_SZ


def worth(separator: BlockwiseSeparator, excerpts: Sequence[Excerpt]) -> None:
    """Print what every kind of memory changes."""
    rows: dict[str, list[list[SDR]]] = {}
    for index, excerpt in enumerate(excerpts):
        for kind, policy in POLICIES.items():
            rows.setdefault(kind, []).append(scores(separator, excerpt, policy))
        other = excerpts[(index + 1) % len(excerpts)]
        known = {
            "empty": torch.zeros_like(excerpt.heard_second_SZ),
            "another section": excerpt.heard_second_SZ,
            "another song": other.heard_second_SZ,
        }
        for kind, heard_SZ in known.items():
            knowing = separator.knowing(heard_SZ)
            rows.setdefault(kind, []).append(scores(knowing, excerpt, "none"))
        print(f"{index + 1} of {len(excerpts)}", file=sys.stderr)
    names = separator.card.stem_names
    print(f"SDR over {len(excerpts)} tracks, dB; difference to {BASE} memory, 95 % interval")
    for stem, name in enumerate((*names, "mean of all stems")):
        print(f"  {name}")
        base = [column(row, stem) for row in rows[BASE]]
        for kind, of_kind in rows.items():
            values = [column(row, stem) for row in of_kind]
            summary, difference = summarise(values), paired_difference(values, base)
            if summary is None or difference is None:
                continue
            line = f"    {kind:20} {summary.mean.value:6.2f}"
            interval = difference.mean
            if kind != BASE and interval.low is not None and interval.high is not None:
                line += f"  {interval.value:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]"
            print(line)


def column(row: Sequence[SDR], stem: int) -> SDR:
    """Return the value of a stem, or the mean behind the last one."""
    if stem < len(row):
        return row[stem]
    known = [value for value in row if value is not None]
    return float(np.mean(known)) if known else None


def scores(separator: Separator, excerpt: Excerpt, policy: MemoryPolicy) -> list[SDR]:
    """SDR of every stem."""
    track = excerpt.first
    mix = MixInMemory(samples_CT=track.mix_CT, sample_rate=track.sample_rate)
    names = separator.card.stem_names
    pieces: dict[str, list[FloatArray]] = {name: [] for name in names}
    for event in separate(mix, separator, SeparationOptions(memory=policy)):
        if isinstance(event, ChunkReady):
            for name in names:
                pieces[name].append(event.stems[name])
    return [
        usdr_db(track.stems[name], np.concatenate(pieces[name], axis=-1))
        if name in track.stems
        else None
        for name in names
    ]


def standing(separator: BlockwiseSeparator, excerpts: Sequence[Excerpt]) -> None:
    """Print how far the memory of the first seconds is from that of all."""
    print("Distance of the memory from that of the whole section, rms per latent number")
    for seconds in STANDING_SECONDS:
        distances = []
        for excerpt in excerpts:
            rate = excerpt.first.sample_rate
            if excerpt.second_CT.shape[-1] < seconds * rate:
                continue
            begin_CT = excerpt.second_CT[:, : seconds * rate]
            begin = memory_of(heard(separator, begin_CT, rate))
            whole = memory_of(excerpt.heard_second_SZ)
            step_BQL = (begin.mean_BQL - whole.mean_BQL)[whole.is_known_BQ & begin.is_known_BQ]
            distances.append(float(step_BQL.square().mean().sqrt()))
        if distances:
            print(f"  {seconds:3} s  {np.mean(distances):.3f}")


def cost(separator: BlockwiseSeparator, excerpts: Sequence[Excerpt]) -> None:
    """Print the time of every policy on the longest of the first parts."""
    track = max((excerpt.first for excerpt in excerpts), key=lambda track: track.mix_CT.shape[-1])
    mix = MixInMemory(samples_CT=track.mix_CT, sample_rate=track.sample_rate)
    seconds = mix.num_frames / mix.sample_rate
    print(f"Time for {seconds:.0f} s of audio, {torch.get_num_threads()} threads")
    for kind, policy in POLICIES.items():
        begin, begin_wall = time.process_time(), time.monotonic()
        first = first_wall = 0.0
        for event in separate(mix, separator, SeparationOptions(memory=policy)):
            if isinstance(event, ChunkReady) and not first:
                first, first_wall = time.process_time() - begin, time.monotonic() - begin_wall
        total, wall = time.process_time() - begin, time.monotonic() - begin_wall
        print(
            f"  {kind:20} {total / seconds:.4f} CPU-s/s, {wall / seconds:.4f} s/s; first sound "
            f"after {first:.2f} CPU-s, {first_wall:.2f} s"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Peak of this process, with the excerpts: {peak:.0f} MB")


if __name__ == "__main__":
    main()
