"""What the wheel does over the timeline."""

from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QWidget

from app.widgets.axis_control import ZOOM_STEP, AxisControl
from app.widgets.lane_stack import LaneStack
from app.widgets.level_zoom import LevelZoom

WHEEL_NOTCH = 120
SCROLL_SHARE = 0.1  # of the view, for one notch of the wheel


class TimelineWheel(QObject):
    """Zooms with Ctrl (heights with Shift), else scrolls: lanes, or time if these fit."""

    def __init__(
        self,
        control: AxisControl,
        stack: LaneStack,
        level_zoom: LevelZoom,
        ruler: QWidget,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._control = control
        self._stack = stack
        self._level_zoom = level_zoom
        self._ruler = ruler

    def turn(self, event: QWheelEvent) -> None:
        """Do what an event of the wheel asks for."""
        angle, pixels = event.angleDelta(), event.pixelDelta()
        notches = angle.y() / WHEEL_NOTCH
        event.accept()
        goes_sideways = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and goes_sideways:
            self._level_zoom.turn(notches or angle.x() / WHEEL_NOTCH)
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(ZOOM_STEP**notches, event.globalPosition())
            return
        is_sideways = abs(angle.x()) > abs(angle.y())
        if self._stack.overflows and not goes_sideways and not is_sideways:
            self._stack.scroll_by(
                round(notches * self._stack.line_height) if pixels.isNull() else pixels.y()
            )
            return
        axis = self._control.axis
        turned = angle.x() if is_sideways else angle.y()
        columns = turned / WHEEL_NOTCH * SCROLL_SHARE * axis.num_columns
        if not pixels.isNull():
            columns = (pixels.x() if is_sideways else pixels.y()) * axis.pixel_ratio
        self._control.scroll(-round(columns))

    def zoom(self, factor: float, where: QPointF) -> None:
        """Zoom around a place on the screen."""
        self._control.zoom(factor, self._ruler.mapFromGlobal(where).x())
