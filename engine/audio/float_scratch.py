"""Frames on their way to a file whose level is known only at the end.

Axes: C channel, T frame.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import numpy as np

from engine.errors import OutputError
from engine.events import FloatArray

PIECE_FRAMES = 65_536


class FloatScratch:
    """An unfinished stem on disk: raw float32 frames that can be read once more.

    A context manager; the file is gone when the block ends.
    """

    def __init__(self, path: Path, *, num_channels: int) -> None:
        self.peak = 0.0
        self.num_frames = 0
        self._path = path
        self._num_channels = num_channels
        # The handle has to outlive this call: frames arrive over minutes.
        self._file = path.open("w+b")

    def __enter__(self) -> "FloatScratch":
        """Use the open file."""
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close and remove the file."""
        self.close()

    def write(self, samples_CT: FloatArray) -> None:
        """Append frames and keep track of the peak.

        Raises:
            OutputError: The disk is full.
        """
        if samples_CT.size:
            self.peak = max(self.peak, float(np.abs(samples_CT).max()))
        self.num_frames += samples_CT.shape[1]
        try:
            self._file.write(np.ascontiguousarray(samples_CT.T).tobytes())
        except OSError as error:
            raise self._not_stored(error) from error

    def pieces(self) -> Iterator[FloatArray]:
        """Read everything from the start, in arrays (C, t)."""
        try:
            self._file.seek(0)
        except OSError as error:
            raise self._not_stored(error) from error
        bytes_per_frame = 4 * self._num_channels
        while block := self._file.read(PIECE_FRAMES * bytes_per_frame):
            yield np.frombuffer(block, dtype=np.float32).reshape(-1, self._num_channels).T

    def close(self) -> None:
        """Close and remove the file; a second call does nothing."""
        with suppress(OSError):  # what is still in the buffer of a full disk is not wanted
            self._file.close()
        self._path.unlink(missing_ok=True)

    def _not_stored(self, error: OSError) -> OutputError:
        return OutputError(
            f"The stems could not be stored in “{self._path.parent}”: {error.strerror}.",
            remedy="Make room on the disk or choose another folder.",
        )
