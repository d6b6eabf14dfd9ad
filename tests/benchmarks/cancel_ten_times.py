"""Interrupts the real command at ten random moments and looks at what is left.

    python tests/benchmarks/cancel_ten_times.py SONG [--model NAME] [--times 10] [--seed 0]

Each run is started as a process of its own, gets SIGINT after a random share of the time that a
whole run takes, and has to end within a second, with status 130 and without any file.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MAX_SECONDS = 1.0
EXIT_INTERRUPTED = 130
ROOT = Path(__file__).parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("song", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--longest", type=float, default=20.0, help="latest interruption, seconds")
    parser.add_argument("--format", default="wav")
    args = parser.parse_args()

    chance = random.Random(args.seed)
    failures = 0
    print(f"{'after':>8} {'ended in':>9} {'status':>7}  left behind")
    for _ in range(args.times):
        delay = chance.uniform(0.05, args.longest)
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "stems"
            process = _start(args, out)
            time.sleep(delay)
            if process.poll() is not None:
                print(f"{delay:7.2f}s  was finished already; choose a longer song")
                failures += 1
                continue
            signalled = time.monotonic()
            process.send_signal(signal.SIGINT)
            status = process.wait()
            elapsed = time.monotonic() - signalled
            left = [path.relative_to(folder).as_posix() for path in Path(folder).rglob("*")]
        # Until Python has set its handlers up, the signal itself ends the process; shells report
        # that as 130, too.
        is_good = elapsed < MAX_SECONDS and status in {EXIT_INTERRUPTED, -signal.SIGINT}
        failures += not (is_good and not left)
        print(f"{delay:7.2f}s {elapsed:8.3f}s {status:7d}  {', '.join(left) or 'nothing'}")
    print(f"{failures} of {args.times} failed")
    return min(1, failures)


def _start(args: argparse.Namespace, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "app", "separate", str(args.song), "--out", str(out)]
    command += ["--progress", "none", "--format", args.format]
    command += ["--model", args.model] if args.model else []
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
