"""Lanes whose sum tells which frame it is, and the reading of it.

Each lane is noise; together they are a whole number per channel, low digits of the frame's
number on the left and high digits on the right. All sums are exact in 32-bit floats, so a lane
that is off by one frame, or a sound card that changes one bit, leaves no number at all.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]

CODE_BITS = 12
CODE_SCALE = 1 << (CODE_BITS + 1)  # codes end at half of full scale
UNIT_SCALE = 1 << 20  # lanes are multiples of this fraction
NOISE_UNITS = 1 << 17
NOT_A_FRAME = -1
MIN_RUN_FRAMES = 8  # shorter ones are chance, within a fade


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Frames that follow each other in a recording.

    Attributes:
        recorded_at: Where the run begins in the recording.
        first: Number of its first frame.
        num_frames: Length.
    """

    recorded_at: int
    first: int
    num_frames: int

    @property
    def recorded_end(self) -> int:
        return self.recorded_at + self.num_frames

    @property
    def end(self) -> int:
        return self.first + self.num_frames


def coded_lanes(num_lanes: int, start: int, num_frames: int, *, seed: int) -> list[FloatArray]:
    """Return a piece of each lane, shape (T, 2)."""
    frames_T = np.arange(start, start + num_frames)
    codes_TC = np.stack([frames_T & ((1 << CODE_BITS) - 1), (frames_T >> CODE_BITS) + 1], axis=1)
    if codes_TC.max() >= 1 << (CODE_BITS + 1):
        raise ValueError("the lanes are too long for their code")
    rest_TC = codes_TC * (UNIT_SCALE // CODE_SCALE)
    rng = np.random.default_rng([seed, start])
    lanes: list[FloatArray] = []
    for _ in range(num_lanes - 1):
        noise_TC = rng.integers(-NOISE_UNITS, NOISE_UNITS, codes_TC.shape)
        rest_TC = rest_TC - noise_TC
        lanes.append(np.asarray(noise_TC / UNIT_SCALE, np.float32))
    lanes.append(np.asarray(rest_TC / UNIT_SCALE, np.float32))
    return lanes


def decoded(recorded_TC: FloatArray) -> IntArray:
    """Return the frame that each recorded frame is, or ``NOT_A_FRAME``."""
    scaled_TC = recorded_TC.astype(np.float64) * CODE_SCALE
    codes_TC = np.rint(scaled_TC).astype(np.int64)
    is_code_T = (scaled_TC == codes_TC).all(axis=1) & (codes_TC >= 0).all(axis=1)
    is_code_T &= (codes_TC[:, 0] < 1 << CODE_BITS) & (codes_TC[:, 1] > 0)
    frames_T: IntArray = ((codes_TC[:, 1] - 1) << CODE_BITS) + codes_TC[:, 0]
    return np.where(is_code_T, frames_T, NOT_A_FRAME)


def runs(frames_T: IntArray) -> list[Run]:
    """Return the runs of consecutive frames in a recording."""
    is_next_T = (np.diff(frames_T) == 1) & (frames_T[:-1] != NOT_A_FRAME)
    edges_T = np.diff(np.concatenate([[0], is_next_T.astype(np.int8), [0]]))
    starts, stops = np.flatnonzero(edges_T == 1), np.flatnonzero(edges_T == -1)
    return [
        Run(recorded_at=int(start), first=int(frames_T[start]), num_frames=int(stop - start) + 1)
        for start, stop in zip(starts, stops, strict=True)
        if stop - start + 1 >= MIN_RUN_FRAMES
    ]
