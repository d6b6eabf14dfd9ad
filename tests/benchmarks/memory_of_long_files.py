"""Measures the peak memory of separating files of different lengths.

    python tests/benchmarks/memory_of_long_files.py [--minutes 10 180] [--model NAME] [--out DIR]

Makes a stereo file of noise and tones for each length, runs the real command on it as a process
of its own and prints the peak of its resident memory, the interpreter and torch included. Three
hours need about 25 GB on disk: the song and four stems as 32-bit float.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

SAMPLE_RATE = 44_100
ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000
BYTES_PER_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, nargs="+", default=[10.0, 180.0])
    parser.add_argument("--model")
    parser.add_argument("--out", type=Path, help="a folder with room; default: the system's")
    parser.add_argument("--bit-depth", default="float", choices=("16", "24", "float"))
    args = parser.parse_args()

    print(f"{'minutes':>8} {'peak MB':>8} {'seconds':>8} {'s per s':>8}")
    peaks: list[float] = []
    for minutes in args.minutes:
        with tempfile.TemporaryDirectory(dir=args.out) as folder:
            song = Path(folder) / "song.wav"
            _write_song(song, minutes)
            started = time.monotonic()
            peak = _peak_megabytes(song, Path(folder) / "stems", args.model, args.bit_depth)
            elapsed = time.monotonic() - started
        peaks.append(peak)
        print(f"{minutes:8g} {peak:8.1f} {elapsed:8.1f} {elapsed / (60 * minutes):8.4f}")
    print(f"difference: {max(peaks) - min(peaks):.1f} MB")
    return 0


def _write_song(path: Path, minutes: float) -> None:
    random = np.random.default_rng(0)
    time_T = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    tone_TC = 0.2 * np.sin(2 * np.pi * np.array([110.0, 220.0]) * time_T[:, None])
    with soundfile.SoundFile(
        path, "w", samplerate=SAMPLE_RATE, channels=2, format="RF64", subtype="PCM_16"
    ) as file:
        for _ in range(round(60 * minutes)):
            file.write(tone_TC + 0.1 * random.standard_normal(tone_TC.shape))


def _peak_megabytes(song: Path, out: Path, model: str | None, bit_depth: str) -> float:
    command = [sys.executable, "-m", "app", "separate", str(song), "--out", str(out)]
    command += ["--progress", "none", "--bit-depth", bit_depth]
    command += ["--model", model] if model else []
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    # wait4, unlike getrusage, tells the peak of this one child alone.
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the command ended with status {process.returncode}")
    return usage.ru_maxrss * BYTES_PER_RSS_UNIT / MEGABYTE


if __name__ == "__main__":
    sys.exit(main())
