"""Cost of the instant draft beside Open-Unmix, in one run on the same threads.

Strata decodes, separates, fuses and writes four stems; Open-Unmix (default ``umxhq`` shape, random
weights, four targets) only computes on samples that are in memory already, without and with one
iteration of its Wiener stage. Every round runs all of them, one after the other, so that what
else the machine does hits them alike; the table gives medians.

    pip install --no-deps openunmix==1.3.0 && pip install tqdm
    python tests/benchmarks/draft_cost.py --model NAME --seconds 60 --rounds 5 --threads 2
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.allocator import keep_freed_memory
from engine.audio.audio_file import open_audio
from engine.audio.audio_format import audio_format
from engine.checkpoint import load_checkpoint
from engine.methods.base import Separator
from engine.methods.catalog import method_named
from engine.model_library import find_model
from engine.separation import SeparationOptions, separate
from engine.stem_export import ExportOptions, StemsWritten, export_stems
from tests.benchmarks.peers import UMX_SHAPE, open_unmix

RATE = 44_100


def main() -> None:
    """Print seconds per second of audio of each system."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="name or path; default: the best bundled model")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    keep_freed_memory()
    torch.set_num_threads(args.threads)
    entry = find_model(args.model)
    checkpoint = load_checkpoint(entry.path)
    separator = method_named(entry.card.method).load(checkpoint, torch.device("cpu"))
    random = np.random.default_rng(0)
    mix = (0.1 * random.standard_normal((round(args.seconds * RATE), 2))).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        song = Path(folder) / "song.flac"
        soundfile.write(song, mix, RATE)
        systems: dict[str, Callable[[], None]] = {
            f"Strata, {entry.name}: decode to written files": lambda: separate_to_files(
                separator, song
            )
        }
        for num_iterations in (0, 1):
            peer = _open_unmix(num_iterations)
            if peer is not None:
                systems[f"Open-Unmix, {num_iterations} Wiener iterations, in memory"] = (
                    lambda peer=peer: _run_peer(peer, mix)  # type: ignore[misc]
                )
        _report(systems, args.seconds, args.rounds, args.threads)


def _report(
    systems: dict[str, Callable[[], None]], seconds: float, num_rounds: int, num_threads: int
) -> None:
    wall: dict[str, list[float]] = {name: [] for name in systems}
    cpu: dict[str, list[float]] = {name: [] for name in systems}
    for index in range(num_rounds + 1):
        for name, run in systems.items():
            started, cpu_started = time.perf_counter(), time.process_time()
            run()
            if index:  # the first round warms up
                wall[name].append((time.perf_counter() - started) / seconds)
                cpu[name].append((time.process_time() - cpu_started) / seconds)
    print(f"{num_threads} threads, {seconds:g} s of stereo at 44.1 kHz, median of {num_rounds}")
    print(f"{'':62} {'wall s/s':>9} {'CPU s/s':>9}")
    for name in systems:
        print(f"{name:62} {statistics.median(wall[name]):9.4f} {statistics.median(cpu[name]):9.4f}")


def separate_to_files(separator: Separator, song: Path) -> None:
    """Run the whole pipeline, from a file to files that are then removed."""
    with tempfile.TemporaryDirectory() as folder, open_audio(song) as mix:
        options = ExportOptions(
            folder=Path(folder),
            title="Song",
            format=audio_format("wav", None),
            tags=mix.tags,
            comment="benchmark",
        )
        events = list(export_stems(separate(mix, separator, SeparationOptions()), options))
        assert isinstance(events[-1], StemsWritten)


def _open_unmix(num_iterations: int) -> torch.nn.Module | None:
    try:
        return open_unmix(UMX_SHAPE, num_iterations=num_iterations).eval()
    except ImportError:
        print("Open-Unmix is not installed; see the head of this file.")
        return None


@torch.inference_mode()
def _run_peer(
    peer: torch.nn.Module, mix: np.ndarray[tuple[int, int], np.dtype[np.float32]]
) -> None:
    for start in range(0, len(mix), 10 * RATE):
        peer(torch.from_numpy(mix[start : start + 10 * RATE].T.copy())[None])


if __name__ == "__main__":
    main()
