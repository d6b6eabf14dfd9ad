import ctypes
import mmap
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from engine.audio.mapped_pages import fetch_pages, is_mapped, release_pages
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


def forget_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def num_cached_pages(samples: FloatArray) -> int:
    """Count the pages of an array's file that the system has in memory."""
    start = samples.ctypes.data // mmap.PAGESIZE * mmap.PAGESIZE
    length = samples.ctypes.data + samples.nbytes - start
    is_cached = (ctypes.c_ubyte * -(-length // mmap.PAGESIZE))()
    system = ctypes.CDLL(None, use_errno=True)
    assert system.mincore(ctypes.c_void_p(start), ctypes.c_size_t(length), is_cached) == 0
    return sum(page & 1 for page in is_cached)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="asks Linux about its cache")
def test_nothing_is_read_but_what_was_asked_for(path: Path) -> None:
    with open_mapped_wave(path) as wave:
        samples_TC = wave.samples_TC.view(np.ndarray)
        forget_file(path)
        if num_cached_pages(samples_TC):
            pytest.skip("this disk is memory")
        part_TC = samples_TC[300_000:400_000]

        assert samples_TC[0, 0] == 0.0
        assert num_cached_pages(samples_TC) == 1  # and not megabytes ahead of it

        fetch_pages(part_TC)
        num_wanted = part_TC.nbytes // mmap.PAGESIZE
        give_up_at = time.monotonic() + 10.0
        while num_cached_pages(part_TC) < num_wanted and time.monotonic() < give_up_at:
            time.sleep(0.01)  # the disk is still at it
        assert num_wanted <= num_cached_pages(part_TC)
        assert num_cached_pages(samples_TC) <= num_wanted + 3


def test_parts_of_files_are_told_from_other_arrays(path: Path) -> None:
    with open_mapped_wave(path) as wave:
        assert is_mapped(wave.samples_TC)
        assert is_mapped(wave.samples_TC.view(np.ndarray)[5:])
    assert not is_mapped(ramp())


@pytest.mark.parametrize("is_writable", [False, True])
def test_nothing_is_lost(path: Path, is_writable: bool) -> None:
    with open_mapped_wave(path, writable=is_writable) as wave:
        samples_TC = wave.samples_TC.view(np.ndarray)
        if is_writable:
            samples_TC[5] = -1.0

        fetch_pages(samples_TC)
        release_pages(samples_TC)
        fetch_pages(samples_TC[-1:])
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

    for change in (fetch_pages, release_pages):
        change(own_TC)
        change(memory_TC)

    assert (own_TC == 7.0).all()
    assert (memory_TC == 7.0).all()
