"""How a range of time is marked with the mouse, in a lane or in the ruler."""

from math import copysign

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from app.model.frame_range import FrameRange
from app.widgets.grid_snap import GridSnap
from app.widgets.time_axis import TimeAxis

HANDLE_PIXELS = 5.0  # how near to an edge of the selection takes it
SCROLL_INTERVAL_MS = 30
SLOWEST_SCROLL, FASTEST_SCROLL = 4.0, 80.0  # pixels at a time
SCROLL_SHARE = 0.5  # of the way from the edge of the view to the pointer, at a time


class RangeGesture(QObject):
    """Turns presses, moves and releases into a click or a range.

    A press near an edge of the selection takes that edge; with Shift the nearer edge jumps to
    the pointer; anything else is a click until the pointer has moved far enough. While it drags
    beyond an edge of the view, the view shall follow, faster the further it is.

    Attributes:
        snap: Draws both ends to the grid; but neither an edge that stays where it was, nor an end
            that the user wants to be free.

    Signals:
        clicked: Frame that was clicked.
        previewed: ``FrameRange`` while the pointer moves, or None while it has no length.
        chosen: ``FrameRange`` when the pointer lets go, or None as above.
        scroll_wanted: By so many columns, again and again until ``show_axis`` brought it there.
    """

    clicked = Signal(int)
    previewed = Signal(object)
    chosen = Signal(object)
    scroll_wanted = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.snap = GridSnap()
        self._pressed_x: float | None = None
        self._anchor = 0
        self._is_free = False
        self._is_dragging = False
        self._x = 0.0
        self._axis = TimeAxis.fitting(0, 1)
        self._scroll_timer = QTimer(self)
        self._scroll_timer.setInterval(SCROLL_INTERVAL_MS)
        self._scroll_timer.timeout.connect(self._scroll)

    @property
    def is_pressed(self) -> bool:
        """Whether the pointer is down."""
        return self._pressed_x is not None

    def press(
        self,
        x: float,
        axis: TimeAxis,
        selection: FrameRange | None,
        *,
        extend_from: int | None = None,
        is_free: bool = False,
    ) -> None:
        """Begin.

        Args:
            x: Where, in pixels.
            axis: The view.
            selection: What is marked so far.
            extend_from: With Shift: where the range begins if nothing is marked so far.
            is_free: Whether the user wants no snapping.
        """
        self._pressed_x, self._is_dragging, self._is_free = x, False, is_free
        self._anchor = self._snapped(axis.frame_at(x), axis)
        if extend_from is not None:
            self._is_dragging = True
            self._anchor = extend_from
            if selection is not None:
                is_nearer_to_start = 2 * axis.frame_at(x) < selection.start + selection.stop
                self._anchor = selection.stop if is_nearer_to_start else selection.start
            self.previewed.emit(self._range_to(x, axis))
        elif selection is not None and (edge := edge_at(x, axis, selection)) is not None:
            self._is_dragging = True
            self._anchor = selection.stop if edge == selection.start else selection.start

    def move(self, x: float, axis: TimeAxis, *, is_free: bool = False) -> None:
        """Follow the pointer."""
        if self._pressed_x is None:
            return
        self._is_free = is_free
        if abs(x - self._pressed_x) >= QApplication.startDragDistance():
            self._is_dragging = True
        self._x, self._axis = x, axis
        if not self._is_dragging:
            return
        self.previewed.emit(self._range_to(x, axis))
        if self._columns_beyond() == 0:
            self._scroll_timer.stop()
        elif not self._scroll_timer.isActive():
            self._scroll_timer.start()

    def show_axis(self, axis: TimeAxis) -> None:
        """Mark up to where the pointer is in another view."""
        if self.is_pressed and self._is_dragging:
            self._axis = axis
            self.previewed.emit(self._range_to(self._x, axis))

    def release(self, x: float, axis: TimeAxis, *, is_free: bool = False) -> None:
        """End."""
        if self._pressed_x is None:
            return
        self._is_free = is_free
        self._pressed_x = None
        self._scroll_timer.stop()
        if self._is_dragging:
            self.chosen.emit(self._range_to(x, axis))
        else:
            self.clicked.emit(axis.frame_at(x))

    @Slot()
    def _scroll(self) -> None:
        self.scroll_wanted.emit(self._columns_beyond())

    def _columns_beyond(self) -> int:
        """Return by how much to scroll: 0 while the pointer is in the view."""
        beyond = self._x - _within_view(self._x, self._axis)
        if beyond == 0.0:
            return 0
        pixels = min(max(SLOWEST_SCROLL, abs(beyond) * SCROLL_SHARE), FASTEST_SCROLL)
        return round(copysign(pixels * self._axis.pixel_ratio, beyond))

    def _range_to(self, x: float, axis: TimeAxis) -> FrameRange | None:
        end = self._snapped(axis.frame_at(_within_view(x, axis)), axis)
        start, stop = sorted((self._anchor, end))
        return FrameRange(start, stop) if start < stop else None

    def _snapped(self, frame: int, axis: TimeAxis) -> int:
        return frame if self._is_free else self.snap.snapped(frame, axis)


def wants_free(modifiers: Qt.KeyboardModifier) -> bool:
    """Whether a drag with these keys down shall not snap.

    Some desktops move windows by Alt and the mouse, so that Ctrl does it, too.
    """
    keys = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier
    return bool(modifiers & keys)


def edge_at(x: float, axis: TimeAxis, selection: FrameRange) -> int | None:
    """Return the edge of the selection that the pointer is on, the nearer one of two."""
    edges = (selection.start, selection.stop)
    near = min(edges, key=lambda edge: abs(axis.x_of(edge) - x))
    return near if abs(axis.x_of(near) - x) <= HANDLE_PIXELS else None


def _within_view(x: float, axis: TimeAxis) -> float:
    return min(max(0.0, x), axis.num_columns / axis.pixel_ratio)
