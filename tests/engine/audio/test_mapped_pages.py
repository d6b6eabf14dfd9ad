import mmap
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.audio.mapped_pages import release_pages
from engine.audio.mapped_wave import create_mapped_wave, open_mapped_wave
from engine.events import FloatArray

NUM_FRAMES = 1_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mix.wav"
    with create_mapped_wave(
        path, sample_rate=44_100, num_channels=2, num_frames=NUM_FRAMES
    ) as wave:
        wave.write(0, ramp())
    return path


def ramp() -> FloatArray:
    return np.arange(2 * NUM_FRAMES, dtype=np.float32).reshape(-1, 2)


def resident_kilobytes(path: Path) -> int:
    lines = Path("/proc/self/smaps").read_text().splitlines()
    starts = [number for number, line in enumerate(lines) if line.endswith(str(path))]
    fields = [line for start in starts for line in lines[start : start + 8]]
    return sum(int(line.split()[1]) for line in fields if line.startswith("Rss:"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_what_was_read_takes_no_memory_any_more(path: Path) -> None:
    with open_mapped_wave(path) as wave:
        samples_TC = wave.samples_TC.view(np.ndarray)
        samples_TC.sum()
        before = resident_kilobytes(path)

        release_pages(samples_TC[100_000:600_000])

        released = before - resident_kilobytes(path)
        assert before > NUM_FRAMES * 8 // 1024
        # Neighbours may go with it where the system keeps many pages as one.
        assert released >= (500_000 * 8 - 2 * mmap.PAGESIZE) // 1024


@pytest.mark.parametrize("is_writable", [False, True])
def test_nothing_is_lost(path: Path, is_writable: bool) -> None:
    with open_mapped_wave(path, writable=is_writable) as wave:
        samples_TC = wave.samples_TC.view(np.ndarray)
        if is_writable:
            samples_TC[5] = -1.0

        release_pages(samples_TC)
        release_pages(samples_TC[3:4])
        release_pages(samples_TC[:0])

        expected_TC = ramp()
        if is_writable:
            expected_TC[5] = -1.0
        np.testing.assert_array_equal(samples_TC, expected_TC)


def test_other_arrays_are_left_alone(path: Path) -> None:
    with open_mapped_wave(path) as wave:
        header_bytes = path.stat().st_size - wave.samples_TC.nbytes
    own_TC = np.memmap(path, np.float32, "c", header_bytes, (NUM_FRAMES, 2))
    own_TC[:] = 7.0
    memory_TC = np.full((NUM_FRAMES, 2), 7.0, np.float32)

    release_pages(own_TC)
    release_pages(memory_TC)

    assert (own_TC == 7.0).all()
    assert (memory_TC == 7.0).all()
