"""Gains that move to their targets without a step."""

from functools import cache

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]


@cache
def ramp_curve(num_frames: int) -> FloatArray:
    """Return the shares of the way after each frame of a linear ramp; the last one is 1."""
    curve_T = np.arange(1, num_frames + 1, dtype=np.float32) / np.float32(num_frames)
    curve_T.setflags(write=False)
    return curve_T


class GainRamp:
    """One gain that goes to each new target in a straight line.

    A new target in the middle of a ramp begins a new one where the gain is just then. ``scale``
    allocates nothing: the caller lends the memory.
    """

    __slots__ = ("_curve", "_done", "_start", "_target")

    def __init__(self, gain: float, num_frames: int) -> None:
        self._curve = ramp_curve(num_frames)
        self._start = self._target = gain
        self._done = num_frames

    @property
    def value(self) -> float:
        """The gain just now."""
        share = self._done / len(self._curve)
        return self._start + (self._target - self._start) * share

    @property
    def is_silent(self) -> bool:
        """Whether the gain is 0 and stays 0."""
        return self._target == 0.0 and (self._start == 0.0 or self._done >= len(self._curve))

    def aim(self, gain: float) -> None:
        """Begin to move to another gain."""
        if gain != self._target:
            self._start = self.value
            self._target = gain
            self._done = 0

    def scale(self, source_T: FloatArray, out_T: FloatArray, factors_T: FloatArray) -> None:
        """Write the next frames of a channel times the gain; ``advance`` moves on.

        Args:
            source_T: Frames of the channel.
            out_T: As long as ``source_T``.
            factors_T: Scratch memory, at least as long.
        """
        num_frames = len(source_T)
        num_ramp = min(num_frames, len(self._curve) - self._done)
        if num_ramp <= 0:
            np.multiply(source_T, self._target, out=out_T)
            return
        factors_T = factors_T[:num_frames]
        ramp_T = factors_T[:num_ramp]
        curve_T = self._curve[self._done : self._done + num_ramp]
        np.multiply(curve_T, self._target - self._start, out=ramp_T)
        np.add(ramp_T, self._start, out=ramp_T)
        factors_T[num_ramp:] = self._target
        np.multiply(source_T, factors_T, out=out_T)

    def advance(self, num_frames: int) -> None:
        """Count frames that have been scaled."""
        self._done = min(self._done + num_frames, len(self._curve))
