"""Sound at a device's rate, for devices that do not take the song's."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from app.playback.lane_bank import MAX_BLOCK_FRAMES, NUM_OUTPUTS

FloatArray = npt.NDArray[np.float32]

QUALITY = "HQ"  # 20 bits; its cost in a block of 46 ms is about a quarter of a millisecond


class ResampledSource:
    """Converts what a source writes, block by block, so that the pitch is always right.

    It works inside the callback: the converter takes far less time than a block lasts, and a
    thread of its own would need a queue and could run dry. Axes: T frames, O outputs.
    """

    def __init__(
        self, fill: Callable[[FloatArray], None], source_rate: int, device_rate: int
    ) -> None:
        # Imported here, since hardly any system needs it.
        import soxr

        self._fill = fill
        self._converter = soxr.ResampleStream(
            source_rate, device_rate, NUM_OUTPUTS, dtype="float32", quality=QUALITY
        )
        self._block_TO = np.empty((MAX_BLOCK_FRAMES // 4, NUM_OUTPUTS), np.float32)
        self._ready_TO = np.empty((0, NUM_OUTPUTS), np.float32)

    def fill(self, out_TO: FloatArray) -> None:
        """Write the next frames at the device's rate, shape (T, 2)."""
        done = 0
        while done < len(out_TO):
            if len(self._ready_TO) == 0:
                self._fill(self._block_TO)
                self._ready_TO = self._converter.resample_chunk(self._block_TO)
            count = min(len(out_TO) - done, len(self._ready_TO))
            out_TO[done : done + count] = self._ready_TO[:count]
            self._ready_TO = self._ready_TO[count:]
            done += count
