"""Separates hostile audio files with the real command and looks at how it ends.

    python tests/benchmarks/fuzz_audio_files.py [--count 300] [--seed 0] [--model NAME] [--fresh]

Every file is damaged, cut, mislabelled, empty or made to do harm (``hostile_files.py``). The
command has to end with status 2 and a sentence, leaving nothing behind; or, where the damage left
a file that can be decoded to its end, with status 0 and stems as long as each other. A traceback,
more than ten seconds, or anything else in the folder is a failure. All files run in one process,
with ``--fresh`` each in its own.
"""

import argparse
import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import soundfile

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from engine import cli  # noqa: E402
from engine.checkpoint import save_checkpoint  # noqa: E402
from engine.methods.catalog import METHODS  # noqa: E402
from tests.engine.audio.hostile_files import intact_file, write_hostile_file  # noqa: E402

MAX_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the command ended for one file."""

    status: int
    errors: str
    elapsed_seconds: float
    cpu_seconds: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0, help="number of the first file")
    parser.add_argument("--model", help="default: random weights of the first method")
    parser.add_argument("--fresh", action="store_true", help="a process for every file")
    args = parser.parse_args()

    endings: Counter[tuple[str, str]] = Counter()
    slowest = most_work = 0.0
    with tempfile.TemporaryDirectory() as folder:
        model = args.model or _random_model(Path(folder))
        if not args.fresh:
            _warm_up(Path(folder), model)  # loading torch is not the file's fault
        for number in range(args.seed, args.seed + args.count):
            hostile = write_hostile_file(number, Path(folder))
            out = Path(folder) / f"out {number}"
            ending = _run(_command(hostile.path, out, model), fresh=args.fresh)
            slowest = max(slowest, ending.elapsed_seconds)
            most_work = max(most_work, ending.cpu_seconds)
            complaint = _judge(ending, out)
            if complaint:
                print(f"FAILED {hostile.path.name}: {complaint}\n{ending.errors}")
            verdict = "FAILED" if complaint else {2: "refused", 0: "decodable"}[ending.status]
            endings[hostile.damage, verdict] += 1

    verdicts = ("refused", "decodable", "FAILED")
    print(f"{'damage':28s}" + "".join(f"{verdict:>11s}" for verdict in verdicts))
    for damage in sorted({damage for damage, _ in endings}):
        counts = "".join(f"{endings[damage, verdict]:11d}" for verdict in verdicts)
        print(f"{damage.replace('_', ' '):28s}{counts}")
    totals = [sum(endings[key] for key in endings if key[1] == verdict) for verdict in verdicts]
    print(f"{'all':28s}" + "".join(f"{total:11d}" for total in totals))
    print(f"slowest file: {slowest:.2f} s; most work for a file: {most_work:.2f} CPU seconds")
    return min(1, totals[-1])


def _command(mix: Path, out: Path, model: str) -> list[str]:
    options = ["--out", str(out), "--model", model, "--progress", "none"]
    return ["separate", str(mix), *options]


def _warm_up(folder: Path, model: str) -> None:
    intact = folder / "intact.wav"
    intact.write_bytes(intact_file("wav"))
    if cli.main(_command(intact, folder / "warm-up", model)) != 0:
        raise SystemExit("an intact file could not be separated")


def _judge(ending: Ending, out: Path) -> str:
    """Return what is wrong with an ending; empty if nothing is."""
    files = sorted(path for path in out.rglob("*") if path.is_file()) if out.exists() else []
    if ending.elapsed_seconds > MAX_SECONDS:
        return f"took {ending.elapsed_seconds:.1f} s, {ending.cpu_seconds:.1f} of them working"
    if "Traceback" in ending.errors:
        return "a traceback"
    if ending.status == 2:
        if out.exists():
            return f"left {[path.name for path in out.rglob('*')]} behind"
        return "" if "." in ending.errors else "no sentence"
    if ending.status == 0:
        lengths = {soundfile.info(str(path)).frames for path in files}
        return "" if len(lengths) == 1 else f"stems of lengths {lengths}"
    return f"status {ending.status}"


def _run(command: list[str], *, fresh: bool) -> Ending:
    begun, worked = time.monotonic(), _cpu_seconds()
    if fresh:
        process = subprocess.run(
            [sys.executable, "-m", "engine", *command],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        status, errors = process.returncode, process.stderr
    else:
        stream = io.StringIO()
        with contextlib.redirect_stderr(stream), contextlib.redirect_stdout(io.StringIO()):
            try:
                with _time_limit():
                    status = cli.main(command)
            except TimeoutError:
                status = -1
        errors = stream.getvalue()
    return Ending(
        status=status,
        errors=errors,
        elapsed_seconds=time.monotonic() - begun,
        cpu_seconds=_cpu_seconds() - worked,
    )


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    previous = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 2 * MAX_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, previous)


def _random_model(folder: Path) -> str:
    path = folder / "random.safetensors"
    save_checkpoint(path, METHODS[0].tiny_checkpoint())
    return str(path)


if __name__ == "__main__":
    sys.exit(main())
