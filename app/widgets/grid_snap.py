"""Draws what is dragged to the beats of the song, if it has a tempo and the user wants that."""

from app.model.tempo import BeatGrid
from app.widgets.bar_ticks import snap_beats
from app.widgets.time_axis import TimeAxis

# A beat that is narrower is no aim for a hand with a mouse: then bars are.
MIN_SNAP_PIXELS = 12.0


class GridSnap:
    """Shared by everything that marks a range of one timeline.

    Attributes:
        grid: Beats of the song on screen; None if it has no tempo.
        is_on: Whether the user wants it.
    """

    def __init__(self) -> None:
        self.grid: BeatGrid | None = None
        self.is_on = True

    @property
    def is_felt(self) -> bool:
        """Whether there is something to snap to."""
        return self.is_on and self.grid is not None

    def snapped(self, frame: int, axis: TimeAxis) -> int:
        """Return the nearest line of the grid, or the frame itself."""
        if self.grid is None or not self.is_on:
            return frame
        step = snap_beats(axis, self.grid, MIN_SNAP_PIXELS)
        return self.grid.snapped(frame, step=step, num_frames=axis.num_frames)
