"""The audio of one lane: samples on disk, mapped into memory, and its peaks."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from app.model.frame_range import FrameRange, FrameRanges
from app.model.peak_pyramid import PeakPyramid
from engine.audio.mapped_pages import release_pages

FloatArray = npt.NDArray[np.float32]


@dataclass(slots=True, kw_only=True, eq=False)
class Track:
    """One lane's audio while it arrives.

    The engine writes the samples (in another process, into the same file), ``mark_done`` follows
    in a worker thread, and widgets and playback only read.

    Attributes:
        name: ``mix``, or the stem's name.
        samples_TC: All frames of the song, float32, mapped; silence where nothing has arrived.
        peaks: Of what has arrived.
        done: Frames that have arrived.
    """

    name: str
    samples_TC: FloatArray
    peaks: PeakPyramid
    done: FrameRanges = field(default_factory=FrameRanges)

    def mark_done(self, arrived: FrameRange) -> None:
        """Read frames that the engine has written and take them into the peaks."""
        self.peaks.refresh(self.samples_TC, arrived.start, arrived.stop)
        # Nobody may ever look at these samples again, and a song is long.
        release_pages(self.samples_TC[arrived.start : arrived.stop])
        self.done = self.done.with_range(arrived)
