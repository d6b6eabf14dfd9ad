"""The pan of a lane."""

from math import cos, radians, sin

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QDial, QWidget

from app.widgets.control_painting import control_outline, draw_focus_ring, em
from app.widgets.gain_fader import FINE_DRAG, RESET_KEYS
from app.widgets.own_keys import SLIDER_KEYS, keeps_key

STEPS = 100  # to each side
SWEEP_DEGREES = 135.0  # to each side of the top
DRAG_EM = 8.0  # heights of the font from one end to the other


class PanKnob(QDial):
    """A knob that is dragged up and down, or to the sides.

    Signals:
        pan_chosen: The user turned it; -1 to 1.
        touched: The mouse was pressed on it.
        reached: It has got the keyboard.
        released: The user let it go, so that the next turn is another step of undo.
    """

    pan_chosen = Signal(float)
    touched = Signal()
    reached = Signal()
    released = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setRange(-STEPS, STEPS)
        self.setSingleStep(5)
        self.setPageStep(20)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click gives it to the lane
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._colour = QColor()
        self._dragged_from: QPointF | None = None
        self._dragged_value = 0.0
        self.valueChanged.connect(self._tell)

    def show_pan(self, pan: float) -> None:
        """Show what the model says, without telling the model about it."""
        self.blockSignals(True)
        self.setValue(round(pan * STEPS))
        self.blockSignals(False)

    def set_colour(self, colour: QColor) -> None:
        """Draw the arc in the lane's colour."""
        self._colour = colour
        self.update()

    def sizeHint(self) -> QSize:
        """Be as high as the other controls."""
        edge = round(em(self) * 1.35)
        return QSize(edge, edge)

    def minimumSizeHint(self) -> QSize:
        """Stay large enough to be read."""
        return self.sizeHint()

    def event(self, event: QEvent) -> bool:
        """Keep the keys that turn the knob, whatever they do in the window."""
        return keeps_key(event, SLIDER_KEYS) or super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the arc from the middle, and a hand."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        width = em(self) * 0.16
        radius = min(self.width(), self.height()) / 2 - width
        centre = QRectF(self.rect()).center()
        circle = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        pen = QPen(control_outline(palette), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        faint = QColor(pen.color())
        faint.setAlphaF(0.55)
        pen.setColor(faint)
        painter.setPen(pen)
        painter.drawArc(circle, _qt_angle(SWEEP_DEGREES), round(2 * SWEEP_DEGREES * 16))
        turn = self.value() / STEPS * SWEEP_DEGREES
        pen.setColor(self._colour if self._colour.isValid() else palette.highlight().color())
        painter.setPen(pen)
        painter.drawArc(circle, _qt_angle(turn), round(turn * 16))
        direction = QPointF(sin(radians(turn)), -cos(radians(turn)))
        painter.setPen(QPen(palette.windowText().color(), width * 0.75))
        painter.drawLine(
            centre + direction * radius * 0.25, centre + direction * (radius + width / 2)
        )
        if self.hasFocus():
            draw_focus_ring(painter, QRectF(self.rect()), palette, em(self) * 0.22)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the knob."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.touched.emit()
        self._dragged_from, self._dragged_value = event.position(), float(self.value())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn; with Shift in small steps."""
        if self._dragged_from is None:
            return
        moved = event.position() - self._dragged_from
        self._dragged_from = event.position()
        speed = 2 * STEPS / (em(self) * DRAG_EM)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            speed *= FINE_DRAG
        turned = self._dragged_value + (moved.x() - moved.y()) * speed
        self._dragged_value = min(max(-STEPS, turned), STEPS)
        self.setValue(round(self._dragged_value))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._dragged_from is not None:
            self._dragged_from = None
            self.released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go back to the middle."""
        self._reset()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Turn only with the keyboard's focus: a wheel that passes by scrolls the lanes."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn with the arrows and pages; Delete goes back to the middle."""
        if event.key() in RESET_KEYS:
            self._reset()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        """Let go."""
        super().keyReleaseEvent(event)
        if not event.isAutoRepeat():
            self.released.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say so."""
        super().focusInEvent(event)
        self.reached.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go."""
        super().focusOutEvent(event)
        self.released.emit()

    def _reset(self) -> None:
        self._dragged_from = None
        self.setValue(0)
        self.released.emit()

    def _tell(self, value: int) -> None:
        self.pan_chosen.emit(value / STEPS)


def _qt_angle(turn: float) -> int:
    """Turn degrees from the top, to the right, into sixteenths from the right, to the left."""
    return round((90.0 - turn) * 16)
