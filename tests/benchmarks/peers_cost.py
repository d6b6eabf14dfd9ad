"""Cost of our models beside the peers in one run: time, processor time and memory.

Each measurement is a process of its own, so that its peak of memory is its own: it loads a system,
separates a song of noise once to warm up and then --rounds times. Systems take turns, and all that
is done --passes times, so that what else the machine does hits them alike; the table gives
medians. Ours decode a FLAC file, separate, fuse and write four WAV files; peers only compute on
samples in memory, with random weights: Open-Unmix (umxhq) without and with its Wiener stage,
HTDemucs in its published size as its users run it (overlap 0.25, one shift) and at its cheapest
(neither), and in the size that ``peers_train.py`` trains. All get the app's allocator settings.

What to install is said in ``peers.py``.

    python tests/benchmarks/peers_cost.py --ours draft runs/quality/model.safetensors --threads 2 1
"""

import argparse
import importlib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.allocator import keep_freed_memory
from engine.checkpoint import load_checkpoint
from engine.methods.catalog import method_named
from engine.model_library import find_model
from tests.benchmarks.draft_cost import separate_to_files
from tests.benchmarks.peers import (
    HTDEMUCS_PUBLISHED,
    HTDEMUCS_REDUCED,
    SAMPLE_RATE,
    UMX_SHAPE,
    htdemucs,
    open_unmix,
    separate_in_segments,
    separate_whole,
)

PEERS = (
    "Open-Unmix, masks",
    "Open-Unmix, Wiener",
    "HTDemucs, published",
    "HTDemucs, published, no overlap",
    "HTDemucs, reduced",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process measured.

    Attributes:
        ready_seconds: Until the system could begin, without the imports that all share.
        wall: Seconds per second of audio, median of the rounds.
        processor: The same in processor seconds.
        peak_mb: Largest memory of the process.
    """

    ready_seconds: float
    wall: float
    processor: float
    peak_mb: float


def main() -> None:
    """Measure all systems, or in a child process one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", nargs="*", default=["draft"], help="names or paths")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--threads", type=int, nargs="+", default=[2, 1])
    parser.add_argument("--only", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        print(json.dumps(asdict(_measure(args.only, args.seconds, args.rounds, args.threads[0]))))
        return
    for num_threads in args.threads:
        systems = (*args.ours, *PEERS)
        costs: dict[str, list[Cost]] = {system: [] for system in systems}
        for _ in range(args.passes):
            for system in systems:
                costs[system].append(_in_process(system, args.seconds, args.rounds, num_threads))
        print(f"{num_threads} threads, {args.seconds:g} s of stereo at 44.1 kHz")
        print(f"{'':48}{'wall s/s':>10}{'CPU s/s':>10}{'peak MB':>10}{'ready s':>10}")
        for system in systems:
            print(f"{system[-46:]:48}" + "".join(_cells(costs[system])))


def _cells(costs: list[Cost]) -> list[str]:
    return [
        f"{statistics.median(cost.wall for cost in costs):10.4f}",
        f"{statistics.median(cost.processor for cost in costs):10.4f}",
        f"{statistics.median(cost.peak_mb for cost in costs):10.0f}",
        f"{statistics.median(cost.ready_seconds for cost in costs):10.2f}",
    ]


def _in_process(system: str, seconds: float, num_rounds: int, num_threads: int) -> Cost:
    command = [sys.executable, __file__, "--only", system, "--seconds", str(seconds)]
    command += ["--rounds", str(num_rounds), "--threads", str(num_threads)]
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Cost(**json.loads(result.stdout.splitlines()[-1]))


def _measure(system: str, seconds: float, num_rounds: int, num_threads: int) -> Cost:
    keep_freed_memory()
    torch.set_num_threads(num_threads)
    random = np.random.default_rng(0)
    mix_TC = (0.1 * random.standard_normal((round(seconds * SAMPLE_RATE), 2))).astype(np.float32)
    wall, processor = [], []
    with tempfile.TemporaryDirectory() as folder:
        song = Path(folder) / "song.flac"
        soundfile.write(song, mix_TC, SAMPLE_RATE)
        started = time.perf_counter()
        if system in PEERS:
            run = _peer(system, torch.from_numpy(np.ascontiguousarray(mix_TC.T)))
        else:
            run = _ours(system, song)
        ready = time.perf_counter() - started
        del mix_TC
        for _ in range(num_rounds + 1):
            started, processor_started = time.perf_counter(), time.process_time()
            run()
            wall.append((time.perf_counter() - started) / seconds)
            processor.append((time.process_time() - processor_started) / seconds)
    return Cost(
        ready_seconds=ready,
        wall=statistics.median(wall[1:]),
        processor=statistics.median(processor[1:]),
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _ours(name: str, song: Path) -> Callable[[], None]:
    entry = find_model(name)
    separator = method_named(entry.card.method).load(
        load_checkpoint(entry.path), torch.device("cpu")
    )
    return partial(separate_to_files, separator, song)


def _peer(system: str, mix_CT: torch.Tensor) -> Callable[[], None]:
    if system.startswith("Open-Unmix"):
        network = open_unmix(UMX_SHAPE, num_iterations=int(system.endswith("Wiener"))).eval()
        return partial(_computed, lambda: separate_whole(network, mix_CT))
    shape = HTDEMUCS_REDUCED if system.endswith("reduced") else HTDEMUCS_PUBLISHED
    network = htdemucs(shape).eval()
    if system.endswith("no overlap"):
        apply_model = importlib.import_module("demucs.apply").apply_model
        return partial(_computed, lambda: apply_model(network, mix_CT[None], shifts=0, overlap=0.0))
    return partial(_computed, lambda: separate_in_segments(network, mix_CT))


@torch.inference_mode()
def _computed(separate_mix: Callable[[], torch.Tensor]) -> None:
    assert separate_mix().isfinite().all()


if __name__ == "__main__":
    main()
