"""The mapping between frames of the song and pixels of the timeline.

A *column* is one device pixel. Column k shows the frames from ``k * frames_per_column`` on,
wherever the view stands, so that scrolling moves a picture and never changes it.
"""

from dataclasses import dataclass, replace

from app.model.frame_range import FrameRange

MIN_FRAMES_PER_COLUMN = 1.0 / 32.0
MIN_FRAMES = 16  # a fitting view of a shorter song would divide by nearly nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """What part of a song is seen, and how large; a value that is replaced as a whole.

    Positions ``x`` are in Qt's pixels, which are ``pixel_ratio`` columns wide.

    Attributes:
        num_frames: Length of the song.
        frames_per_column: Zoom.
        first_column: At the left edge.
        num_columns: Width of the view.
        pixel_ratio: Device pixels per pixel of Qt.
    """

    num_frames: int
    num_columns: int
    frames_per_column: float
    first_column: int = 0
    pixel_ratio: float = 1.0

    @classmethod
    def fitting(cls, num_frames: int, num_columns: int, pixel_ratio: float = 1.0) -> "TimeAxis":
        """Show the whole song."""
        num_columns = max(1, num_columns)
        return cls(
            num_frames=num_frames,
            num_columns=num_columns,
            frames_per_column=max(num_frames, MIN_FRAMES) / num_columns,
            pixel_ratio=pixel_ratio,
        )

    @property
    def first_frame(self) -> float:
        """Frame at the left edge."""
        return self.first_column * self.frames_per_column

    @property
    def last_frame(self) -> float:
        """Frame at the right edge; it may lie behind the song's end."""
        return (self.first_column + self.num_columns) * self.frames_per_column

    @property
    def frames_per_pixel(self) -> float:
        """Frames in one of Qt's pixels."""
        return self.frames_per_column * self.pixel_ratio

    @property
    def max_frames_per_column(self) -> float:
        """The zoom that shows the whole song."""
        return max(self.num_frames, MIN_FRAMES) / self.num_columns

    @property
    def max_first_column(self) -> int:
        """Where the view stands when the song's end is at its right edge."""
        return max(0, int(self.num_frames / self.frames_per_column) - self.num_columns)

    @property
    def shows_all(self) -> bool:
        """Whether the whole song is seen."""
        return self.frames_per_column >= self.max_frames_per_column

    def x_of(self, frame: float) -> float:
        """Return where a frame is drawn."""
        return (frame / self.frames_per_column - self.first_column) / self.pixel_ratio

    def frame_at(self, x: float) -> int:
        """Return the frame at a position, within the song."""
        frame = (self.first_column + x * self.pixel_ratio) * self.frames_per_column
        return min(max(0, round(frame)), self.num_frames)

    def shows(self, frame: float) -> bool:
        """Whether a frame is in the view."""
        return self.first_frame <= frame < self.last_frame

    def zoomed(self, factor: float, x: float) -> "TimeAxis":
        """Zoom in (factor above 1) or out; the frame at ``x`` stays where it is."""
        frame = (self.first_column + x * self.pixel_ratio) * self.frames_per_column
        return self._with_zoom(self.frames_per_column / factor, frame, x)

    def centred(self, frame: float) -> "TimeAxis":
        """Put a frame in the middle, as far as the song goes."""
        return self.scrolled_to(round(frame / self.frames_per_column - self.num_columns / 2))

    def scrolled(self, columns: int) -> "TimeAxis":
        """Move the view to the right, or to the left if negative."""
        return self.scrolled_to(self.first_column + columns)

    def scrolled_to(self, first_column: int) -> "TimeAxis":
        """Put a column at the left edge, as far as the song goes."""
        return replace(self, first_column=min(max(0, first_column), self.max_first_column))

    def showing(self, wanted: FrameRange, *, margin: float = 0.05) -> "TimeAxis":
        """Fill the view with a range, and a share of its length on both sides."""
        zoom = wanted.num_frames * (1.0 + 2.0 * margin) / self.num_columns
        return self._with_zoom(zoom, wanted.start - margin * wanted.num_frames, 0.0)

    def resized(self, num_columns: int, pixel_ratio: float) -> "TimeAxis":
        """Change the width: a view of the whole song stays one, any other keeps its zoom."""
        num_columns = max(1, num_columns)
        if self.shows_all:
            return TimeAxis.fitting(self.num_frames, num_columns, pixel_ratio)
        # Another screen: the same time per pixel of Qt.
        zoom = self.frames_per_column * self.pixel_ratio / pixel_ratio
        resized = replace(self, num_columns=num_columns, pixel_ratio=pixel_ratio)
        return resized._with_zoom(zoom, self.first_frame, 0.0)

    def _with_zoom(self, frames_per_column: float, frame: float, x: float) -> "TimeAxis":
        least = min(MIN_FRAMES_PER_COLUMN, self.max_frames_per_column)
        zoom = min(max(frames_per_column, least), self.max_frames_per_column)
        zoomed = replace(self, frames_per_column=zoom)
        return zoomed.scrolled_to(round(frame / zoom - x * self.pixel_ratio))
