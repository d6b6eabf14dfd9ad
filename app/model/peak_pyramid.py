"""Minima and maxima of a signal of known length, at several zoom levels."""

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

BASE_FRAMES = 256
BRANCHING = 4
NUM_LEVELS = 8


class PeakPyramid:
    """Answers “how high and how low between these frames” without touching every sample.

    Level n holds one minimum and one maximum, over all channels, per
    ``BASE_FRAMES * BRANCHING**n`` frames. Audio may arrive in any order and be replaced. One
    thread writes; others may read at any time and see old or new peaks.
    """

    def __init__(self, num_frames: int) -> None:
        self.num_frames = num_frames
        sizes = [
            -(-num_frames // (BASE_FRAMES * BRANCHING**level)) for level in range(NUM_LEVELS)
        ]
        self.levels = [np.zeros((size, 2), np.float32) for size in sizes]

    def update(self, start_frame: int, samples_TC: FloatArray) -> None:
        """Take in audio, shape (frames, channels), that begins at a frame.

        Blocks that the audio covers in part keep what the rest of them held.
        """
        if len(samples_TC) == 0:
            return
        lows_T, highs_T = samples_TC.min(axis=1), samples_TC.max(axis=1)
        stop_frame = start_frame + len(samples_TC)
        first, last = start_frame // BASE_FRAMES, -(-stop_frame // BASE_FRAMES)
        edges = np.arange(first, last) * BASE_FRAMES - start_frame
        starts = np.maximum(edges, 0)
        base = np.stack(
            [np.minimum.reduceat(lows_T, starts), np.maximum.reduceat(highs_T, starts)], axis=1
        )
        for block, is_partial in (
            (0, edges[0] < 0),
            (-1, stop_frame % BASE_FRAMES != 0 and stop_frame != self.num_frames),
        ):
            if is_partial:
                old = self.levels[0][first:last][block]
                base[block] = min(base[block, 0], old[0]), max(base[block, 1], old[1])
        self.levels[0][first:last] = base
        for level in range(1, NUM_LEVELS):
            first, last = first // BRANCHING, -(-last // BRANCHING)
            finer = self.levels[level - 1][first * BRANCHING : last * BRANCHING]
            starts = np.arange(0, len(finer), BRANCHING)
            self.levels[level][first:last, 0] = np.minimum.reduceat(finer[:, 0], starts)
            self.levels[level][first:last, 1] = np.maximum.reduceat(finer[:, 1], starts)

    def level_for(self, frames_per_pixel: float) -> int:
        """Return the coarsest level that still has at least one block per pixel."""
        level = 0
        while level + 1 < NUM_LEVELS and BASE_FRAMES * BRANCHING ** (level + 1) <= frames_per_pixel:
            level += 1
        return level
