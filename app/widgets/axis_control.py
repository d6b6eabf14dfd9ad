"""Zoom and scrolling of the timeline, with the scroll bar that shows them."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QScrollBar, QWidget

from app.model.frame_range import FrameRange
from app.widgets.time_axis import TimeAxis

ZOOM_STEP = 1.3  # one notch of the wheel
KEY_ZOOM_STEP = 1.7
PAGE_SHARE = 0.06  # where the playhead stands after the view has turned a page
MAX_SCROLL = 1_000_000_000  # a scroll bar counts in 32 bits


class AxisControl(QObject):
    """Holds the axis of time; every change of it goes through here.

    Attributes:
        axis: What part of the song is seen.
        held_range: Stays in view from edge to edge when the width changes, until the user zooms
            or scrolls.

    Signals:
        axis_changed: The new ``TimeAxis``.
    """

    axis_changed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.axis = TimeAxis.fitting(0, 1)
        self.held_range: FrameRange | None = None
        self.scroll_bar = QScrollBar(Qt.Orientation.Horizontal, parent)
        self.scroll_bar.setAccessibleName(self.tr("Position of the view"))
        self.scroll_bar.setToolTip(self.tr("Scroll through the song (Shift and wheel)"))
        self.scroll_bar.valueChanged.connect(self._scroll_to)

    def show_length(self, num_frames: int) -> None:
        """Show all of another song."""
        axis = self.axis
        self.set_axis(TimeAxis.fitting(num_frames, axis.num_columns, axis.pixel_ratio))

    def fit(self) -> None:
        """Show the whole song."""
        self.show_length(self.axis.num_frames)

    def show_range(self, wanted: FrameRange) -> None:
        """Fill the view with a range."""
        self.set_axis(self.axis.showing(wanted))

    def hold_range(self, wanted: FrameRange) -> None:
        """Fill the view with a range, at any width that it will have."""
        self.set_axis(self.axis.showing(wanted, margin=0.0))
        self.held_range = wanted

    def resize(self, width: int, pixel_ratio: float) -> None:
        """Fit the axis to a width in pixels of Qt."""
        held = self.held_range
        axis = self.axis.resized(round(width * pixel_ratio), pixel_ratio)
        self._replace(axis if held is None else axis.showing(held, margin=0.0))

    def zoom(self, factor: float, x: float) -> None:
        """Zoom in (factor above 1) or out around a position in pixels of Qt."""
        self.set_axis(self.axis.zoomed(factor, max(0.0, x)))

    def zoom_at_frame(self, factor: float, frame: int) -> None:
        """Zoom around a frame if it is in view, else around the middle."""
        axis = self.axis
        middle = axis.num_columns / axis.pixel_ratio / 2
        self.zoom(factor, axis.x_of(frame) if axis.shows(frame) else middle)

    @Slot(int)
    def scroll(self, columns: int) -> None:
        """Move the view to the right, or to the left if negative."""
        self.set_axis(self.axis.scrolled(columns))

    def turn_page_to(self, frame: int) -> None:
        """Scroll so that a frame is near the left edge, if it is not in view."""
        if not self.axis.shows(frame):
            margin = round(self.axis.num_columns * PAGE_SHARE)
            column = int(frame / self.axis.frames_per_column)
            self.set_axis(self.axis.scrolled_to(column - margin))

    def set_axis(self, axis: TimeAxis) -> None:
        """Replace the axis."""
        self.held_range = None
        self._replace(axis)

    def _replace(self, axis: TimeAxis) -> None:
        self.axis = axis
        unit = self._scroll_unit()
        bar = self.scroll_bar
        bar.blockSignals(True)
        bar.setRange(0, axis.max_first_column // unit)
        bar.setPageStep(max(1, axis.num_columns // unit))
        bar.setSingleStep(max(1, axis.num_columns // 20 // unit))
        bar.setValue(axis.first_column // unit)
        bar.blockSignals(False)
        self.axis_changed.emit(axis)

    @Slot(int)
    def _scroll_to(self, value: int) -> None:
        self.set_axis(self.axis.scrolled_to(value * self._scroll_unit()))

    def _scroll_unit(self) -> int:
        return self.axis.max_first_column // MAX_SCROLL + 1
