"""Whether written stems have the shape of the decoded mix and add up to it.

Runs the real command on files of many rates, channels and lengths and on songs that are given,
reads the stems back and adds them up in float64.

    python tests/benchmarks/sum_of_stems.py [SONG ...] [--model NAME] [--hours 1]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.audio.audio_file import open_audio

ROOT = Path(__file__).parents[2]
LIMIT = 1e-6
PIECE_FRAMES = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A file to make."""

    name: str
    rate: int
    channels: int
    frames: int
    subtype: str


def main() -> int:
    """Print a row for every file and return how many break the law."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("songs", nargs="*", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--hours", type=float, default=1.0, help="of the long file; 0 for none")
    args = parser.parse_args()
    cases = [
        _Case(name="mono 8 kHz", rate=8000, channels=1, frames=80_000, subtype="PCM_16"),
        _Case(name="6 channels 96 kHz", rate=96_000, channels=6, frames=960_000, subtype="PCM_24"),
        _Case(name="48 kHz 24 bit", rate=48_000, channels=2, frames=480_000, subtype="PCM_24"),
        _Case(name="7 samples", rate=44_100, channels=2, frames=7, subtype="FLOAT"),
    ]
    if args.hours:
        frames = round(args.hours * 3600 * 44_100)
        cases.append(
            _Case(
                name=f"{args.hours:g} h", rate=44_100, channels=2, frames=frames, subtype="PCM_16"
            )
        )
    print(
        f"{'file':40} {'rate':>6} {'ch':>2} {'frames':>10} {'max |sum - mix|':>16} {'seconds':>8}"
    )
    with tempfile.TemporaryDirectory() as folder:
        songs = [*args.songs, *(_make(case, Path(folder)) for case in cases)]
        failures = sum(not _holds(song, Path(folder) / "stems", args.model) for song in songs)
    print(f"{failures} of {len(songs)} break the law")
    return failures


def _make(case: _Case, folder: Path) -> Path:
    path = folder / f"{case.name}.wav"
    random = np.random.default_rng(0)
    with soundfile.SoundFile(path, "w", case.rate, case.channels, case.subtype) as file:
        for start in range(0, case.frames, case.rate):
            frames = min(case.rate, case.frames - start)
            tone = np.sin(2 * np.pi * 220.0 * np.arange(frames) / case.rate)
            noise = 0.1 * random.standard_normal((frames, case.channels))
            file.write(0.3 * tone[:, None] + noise)
    return path


def _holds(song: Path, out: Path, model: str | None) -> bool:
    command = [sys.executable, "-m", "app", "separate", str(song), "--out", str(out)]
    command += ["--progress", "none"] + (["--model", model] if model else [])
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    seconds = time.monotonic() - started
    if done.returncode != 0:
        print(f"{song.stem[:40]:40} exit {done.returncode}: {done.stderr.strip()}")
        return False
    folder = out / song.stem
    paths = sorted(folder.iterdir())
    with open_audio(song) as mix:
        shape = (mix.sample_rate, mix.num_channels, mix.num_frames)
        worst = max(_differences(mix.num_frames, song, paths), default=0.0)
    infos = [soundfile.info(path) for path in paths]
    same = all((info.samplerate, info.channels, info.frames) == shape for info in infos)
    for path in paths:
        path.unlink()  # an hour of stems takes gigabytes
    print(
        f"{song.stem[:40]:40} {shape[0]:6} {shape[1]:2} {shape[2]:10} {worst:16.2e} {seconds:8.1f}"
        + ("" if same else "  another rate, length or number of channels"),
        flush=True,
    )
    return same and len(paths) == 4 and worst <= LIMIT


def _differences(num_frames: int, song: Path, paths: list[Path]) -> Iterator[float]:
    with open_audio(song) as mix:
        stems = [soundfile.SoundFile(path) for path in paths]
        for start in range(0, num_frames, PIECE_FRAMES):
            frames = min(PIECE_FRAMES, num_frames - start)
            total_TC = sum(stem.read(frames, dtype="float64", always_2d=True) for stem in stems)
            difference = total_TC - mix.read(start, frames).T.astype(np.float64)
            yield float(np.abs(difference).max())
        for stem in stems:
            stem.close()


if __name__ == "__main__":
    sys.exit(main())
