"""How long the sound card's callback takes when the lanes are not in memory.

    python tests/benchmarks/playback_cold_files.py [--folder DIR] [--seconds 20]

Lanes of ten minutes are written and thrown out of the system's cache; then blocks are asked for
in real time, straight on and with seeks to cold places, without and with the reader ahead.
Linux only.
"""

import argparse
import os
import random
import tempfile
import time
from pathlib import Path

import numpy as np

from app.playback.lane_bank import LaneBank
from app.playback.read_ahead import ReadAhead
from app.playback.sound_card import block_frames
from app.playback.stem_mixer import StemMixer
from engine.audio.mapped_wave import create_mapped_wave, open_mapped_wave

SAMPLE_RATE = 44_100
SONG_SECONDS = 600
NUM_LANES = 6
SEEK_EVERY = 10  # blocks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--seconds", type=float, default=20.0)
    args = parser.parse_args()
    print(f"{'':24} {'median':>9} {'99 %':>9} {'longest':>9}   of a block of 46 ms")
    with tempfile.TemporaryDirectory(dir=args.folder) as name:
        paths = [Path(name) / f"{lane}.wav" for lane in range(NUM_LANES)]
        for path in paths:
            _write_lane(path)
        for has_seeks in (False, True):
            for has_reader in (False, True):
                times = _callback_times(
                    paths, args.seconds, has_seeks=has_seeks, has_reader=has_reader
                )
                text = f"{'seeks' if has_seeks else 'straight on'}, "
                text += "reader ahead" if has_reader else "no reader"
                median, rare, longest = np.quantile(np.array(times) * 1000.0, [0.5, 0.99, 1.0])
                print(f"{text:24} {median:6.2f} ms {rare:6.2f} ms {longest:6.2f} ms")


def _write_lane(path: Path) -> None:
    rng = np.random.default_rng(0)
    num_frames = SONG_SECONDS * SAMPLE_RATE
    with create_mapped_wave(
        path, sample_rate=SAMPLE_RATE, num_channels=2, num_frames=num_frames
    ) as wave:
        for start in range(0, num_frames, SAMPLE_RATE):
            wave.write(start, rng.uniform(-0.1, 0.1, (SAMPLE_RATE, 2)).astype(np.float32))


def _forget(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _callback_times(
    paths: list[Path], seconds: float, *, has_seeks: bool, has_reader: bool
) -> list[float]:
    for path in paths:
        _forget(path)
    mixer = StemMixer(sample_rate=SAMPLE_RATE)
    lanes = [open_mapped_wave(path).samples_TC for path in paths]
    gains = tuple(((1.0, 0.0), (0.0, 1.0)) for _ in lanes)
    names = [path.stem for path in paths]
    mixer.set_song(LaneBank(names, lanes, gains, ramp_frames=mixer.ramp_frames), gains, loop=None)
    mixer.play()
    reader = ReadAhead()
    if has_reader:
        reader.start(mixer)
        time.sleep(0.1)  # a real card takes as long to open
    chance = random.Random(1)
    out_TO = np.empty((block_frames(SAMPLE_RATE), 2), np.float32)
    block_seconds = len(out_TO) / SAMPLE_RATE
    times: list[float] = []
    begin = time.perf_counter()
    for number in range(round(seconds / block_seconds)):
        time.sleep(max(0.0, begin + number * block_seconds - time.perf_counter()))
        if has_seeks and number % SEEK_EVERY == 0:
            reader.seek(mixer, chance.randrange((SONG_SECONDS - 10) * SAMPLE_RATE))
            # Somewhere within a block, as gestures are.
            time.sleep(chance.uniform(0.0, block_seconds))
        started = time.perf_counter()
        mixer.fill(out_TO)
        times.append(time.perf_counter() - started)
    reader.stop()
    return times


if __name__ == "__main__":
    main()
