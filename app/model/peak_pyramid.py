"""Minima, maxima and loudness of a signal of known length, at several zoom levels.

T: frames, C: channels, N: blocks of one level.
"""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.audio.mapped_pages import fetch_pages

FloatArray = npt.NDArray[np.float32]

BASE_FRAMES = 256
BRANCHING = 4
NUM_LEVELS = 8
LOW, HIGH, RMS = 0, 1, 2  # columns of a level


class PeakPyramid:
    """Answers “how high and how low between these frames” without touching every sample.

    Level n holds one row (minimum, maximum, root of the mean square; over all channels) per
    ``BASE_FRAMES * BRANCHING**n`` frames. Audio may arrive in any order and be replaced. One
    thread writes; others may read at any time and see old or new rows.
    """

    def __init__(self, num_frames: int) -> None:
        self.num_frames = num_frames
        sizes = [-(-num_frames // (BASE_FRAMES * BRANCHING**level)) for level in range(NUM_LEVELS)]
        self.levels = [np.zeros((size, 3), np.float32) for size in sizes]

    def refresh(self, song_TC: FloatArray, start: int, stop: int) -> None:
        """Take in frames that are new or were replaced.

        Every block that has one of them is read as a whole, so no peak of audio that is gone
        stays behind, wherever the range begins and ends.

        Args:
            song_TC: All frames of the signal, shape (frames, channels); silent where nothing has
                arrived.
            start: First changed frame.
            stop: Frame after the last changed one.
        """
        if len(song_TC) != self.num_frames:
            raise ValueError(f"expected {self.num_frames} frames, got {len(song_TC)}")
        if not 0 <= start < stop <= self.num_frames:
            raise ValueError(f"no frames {start} to {stop} in a signal of {self.num_frames}")
        fetch_pages(song_TC[start:stop])
        first, last = start // BASE_FRAMES, -(-stop // BASE_FRAMES)
        whole = min(last, self.num_frames // BASE_FRAMES)
        if first < whole:
            self.levels[0][first:whole] = _rows(
                song_TC[first * BASE_FRAMES : whole * BASE_FRAMES], whole - first
            )
        if whole < last:
            self.levels[0][whole:last] = _rows(song_TC[whole * BASE_FRAMES :], 1)
        self._refresh_coarser(first, last)

    @property
    def is_silent(self) -> bool:
        """Whether no sample that has arrived is anything but zero."""
        return not self.levels[-1].any()

    def level_for(self, frames_per_pixel: float) -> int:
        """Return the coarsest level that still has at least one block per pixel."""
        level = 0
        while level + 1 < NUM_LEVELS and BASE_FRAMES * BRANCHING ** (level + 1) <= frames_per_pixel:
            level += 1
        return level

    def save(self, path: Path) -> None:
        """Write the finest level, from which ``load`` makes the others; replaces the file."""
        unfinished = path.with_name(path.name + ".part")
        with unfinished.open("wb") as file:
            np.save(file, self.levels[0], allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)

    @classmethod
    def load(cls, path: Path, num_frames: int) -> "PeakPyramid":
        """Read what ``save`` wrote.

        Raises:
            OSError: The file cannot be read.
            ValueError: The file is damaged or belongs to a signal of another length.
        """
        try:
            with path.open("rb") as file:
                rows_N3 = np.lib.format.read_array(file, allow_pickle=False)
        except EOFError as error:
            raise ValueError(f"{path} ends too early") from error
        pyramid = cls(num_frames)
        base_N3 = pyramid.levels[0]
        if rows_N3.shape != base_N3.shape or rows_N3.dtype != base_N3.dtype:
            raise ValueError(f"{path} does not hold the peaks of {num_frames} frames")
        base_N3[:] = rows_N3
        pyramid._refresh_coarser(0, len(base_N3))
        return pyramid

    def _refresh_coarser(self, first: int, last: int) -> None:
        for level in range(1, NUM_LEVELS):
            first, last = first // BRANCHING, -(-last // BRANCHING)
            finer_N3 = self.levels[level - 1][first * BRANCHING : last * BRANCHING]
            starts = np.arange(0, len(finer_N3), BRANCHING)
            counts = np.diff(starts, append=len(finer_N3))
            coarser_N3 = self.levels[level][first:last]
            coarser_N3[:, LOW] = np.minimum.reduceat(finer_N3[:, LOW], starts)
            coarser_N3[:, HIGH] = np.maximum.reduceat(finer_N3[:, HIGH], starts)
            squares = np.add.reduceat(np.square(finer_N3[:, RMS]), starts)
            coarser_N3[:, RMS] = np.sqrt(squares / counts)


def _rows(samples_TC: FloatArray, num_blocks: int) -> FloatArray:
    """Reduce frames to blocks of equal length.

    The channels of a block lie side by side in memory, so a block is one run of numbers: 13 times
    faster than reducing the channels first.
    """
    blocks_NF = np.ascontiguousarray(samples_TC).reshape(num_blocks, -1)
    rows_N3 = np.empty((num_blocks, 3), np.float32)
    np.min(blocks_NF, axis=1, out=rows_N3[:, LOW])
    np.max(blocks_NF, axis=1, out=rows_N3[:, HIGH])
    squares_N = np.einsum("nf,nf->n", blocks_NF, blocks_NF)
    np.sqrt(squares_N / blocks_NF.shape[1], out=rows_N3[:, RMS])
    return rows_N3
