"""What the pipeline needs to know of a mix, wherever its samples come from."""

from typing import Protocol

from engine.events import FloatArray


class MixSource(Protocol):
    """A decoded mix that hands out its frames in pieces."""

    @property
    def sample_rate(self) -> int:
        """Frames per second."""
        ...

    @property
    def num_channels(self) -> int:
        """Channels of every frame, at least one."""
        ...

    @property
    def num_frames(self) -> int:
        """Length in frames; zero for an empty mix."""
        ...

    def read(self, start_frame: int, num_frames: int) -> FloatArray:
        """Return exactly the frames [start, start + num), which must lie inside the mix.

        Returns:
            Float32 of shape (C, num_frames), finite; full scale is 1, peaks may exceed it.

        Raises:
            AudioFileError: The file vanished, is damaged there, or holds NaN or infinity.
        """
        ...
