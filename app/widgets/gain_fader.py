"""The fader of a lane."""

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
from PySide6.QtWidgets import QSlider, QWidget

from app.model.mix_state import MAX_GAIN_DB, MIN_GAIN_DB
from app.widgets.control_painting import FOCUS_WIDTH, control_outline, draw_focus_ring, em
from app.widgets.own_keys import ARROW_KEYS, SLIDER_KEYS, keeps_key

STEPS_PER_DB = 10
TAPER = 2.0  # more room for the decibels near 0, as on a mixing desk
FINE_DRAG = 0.2
WHEEL_NOTCH = 120
HANDLE_WIDTH, HANDLE_HEIGHT = 0.5, 0.95  # in ems
GROOVE_REACH = 0.3  # above and below the line, in ems: a click further off misses it
RESET_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class GainFader(QSlider):
    """A horizontal fader with the taper of a mixing desk.

    Signals:
        gain_chosen: The user moved it; decibels.
        touched: The mouse was pressed on it.
        reached: It has got the keyboard.
        released: The user let it go, so that the next move is another step of undo.
    """

    gain_chosen = Signal(float)
    touched = Signal()
    reached = Signal()
    released = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(round(MIN_GAIN_DB * STEPS_PER_DB), round(MAX_GAIN_DB * STEPS_PER_DB))
        self.setSingleStep(STEPS_PER_DB // 2)
        self.setPageStep(3 * STEPS_PER_DB)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click gives it to the lane
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._colour = QColor()
        self._dragged_from = 0.0
        self._dragged_share = 0.0
        self._is_dragged = False
        self._turned = 0.0  # of the wheel, since the last step
        self.setValue(0)
        self.valueChanged.connect(self._tell)

    def show_gain(self, gain_db: float) -> None:
        """Show what the model says, without telling the model about it."""
        self.blockSignals(True)
        self.setValue(round(gain_db * STEPS_PER_DB))
        self.blockSignals(False)

    def set_colour(self, colour: QColor) -> None:
        """Fill the groove in the lane's colour."""
        self._colour = colour
        self.update()

    def sizeHint(self) -> QSize:
        """Be long enough to aim at a decibel."""
        return QSize(round(em(self) * 12), round(em(self) * 1.3))

    def minimumSizeHint(self) -> QSize:
        """Stay long enough to be dragged."""
        return QSize(round(em(self) * 8), round(em(self) * 1.3))

    def event(self, event: QEvent) -> bool:
        """Keep the keys that move the fader, whatever they do in the window."""
        is_kept = keeps_key(event, SLIDER_KEYS) or keeps_key(event, ARROW_KEYS, with_shift=True)
        return is_kept or super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the groove, the mark of 0 dB and the handle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        left, right, middle = self._left(), self._right(), self.height() / 2
        thickness = em(self) * 0.22
        handle = left + _share_of(self.value()) * (right - left)
        zero = left + _share_of(0) * (right - left)

        groove = QRectF(left, middle - thickness / 2, right - left, thickness)
        painter.setPen(Qt.PenStyle.NoPen)
        outline = control_outline(palette)
        faint = QColor(outline)
        faint.setAlphaF(0.55)
        painter.setBrush(faint)
        painter.drawRoundedRect(groove, thickness / 2, thickness / 2)
        groove.setRight(handle)
        painter.setBrush(self._colour if self._colour.isValid() else palette.highlight())
        painter.drawRoundedRect(groove, thickness / 2, thickness / 2)
        painter.setPen(QPen(outline, 1))
        painter.drawLine(
            QPointF(zero, middle + thickness), QPointF(zero, middle + thickness + em(self) * 0.22)
        )

        width, height = em(self) * HANDLE_WIDTH, em(self) * HANDLE_HEIGHT
        knob = QRectF(handle - width / 2, middle - height / 2, width, height)
        painter.setPen(QPen(outline, 1))
        painter.setBrush(palette.windowText() if self.underMouse() else palette.button())
        painter.drawRoundedRect(knob, width * 0.35, width * 0.35)
        line = palette.window() if self.underMouse() else palette.windowText()
        painter.setPen(QPen(line.color(), 1.2))
        painter.drawLine(
            QPointF(handle, middle - height * 0.26), QPointF(handle, middle + height * 0.26)
        )
        if self.hasFocus():
            draw_focus_ring(painter, QRectF(self.rect()), palette, em(self) * 0.22)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the handle, or jump to where the groove was clicked; beside both nothing moves."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.touched.emit()
        x, share = event.position().x(), _share_of(self.value())
        if not self._is_hit(event.position()):
            return
        if not self._is_on_handle(event.position()):
            share = (x - self._left()) / (self._right() - self._left())
            self.setValue(_value_at(share))
        self._is_dragged, self._dragged_from, self._dragged_share = True, x, share

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move; with Shift in small steps."""
        if not self._is_dragged:
            return
        moved = event.position().x() - self._dragged_from
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            moved *= FINE_DRAG
        self._dragged_from = event.position().x()
        self._dragged_share += moved / (self._right() - self._left())
        self.setValue(_value_at(self._dragged_share))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        if self._is_dragged:
            self._is_dragged = False
            self.released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Go back to 0 dB."""
        if self._is_hit(event.position()):
            self._reset()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Move only with the keyboard's focus: a wheel that passes by scrolls the lanes.

        With Shift it moves finely; without a style's opinion, some of which move it far then.
        """
        if not self.hasFocus():
            event.ignore()
            return
        angle = event.angleDelta()
        is_fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        # Some systems turn the wheel sideways with Shift.
        self._turned += (angle.y() or angle.x()) * (1 if is_fine else self.singleStep())
        steps = int(self._turned / WHEEL_NOTCH)
        self._turned -= steps * WHEEL_NOTCH
        self.setValue(self.value() + steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows (finely with Shift) and pages; Delete goes back to 0 dB."""
        is_fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in RESET_KEYS:
            self._reset()
        elif is_fine and event.key() in ARROW_KEYS:
            is_up = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Right)
            self.setValue(self.value() + (1 if is_up else -1))
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
        self._is_dragged = False
        self.setValue(0)
        self.released.emit()

    def _tell(self, value: int) -> None:
        self.gain_chosen.emit(value / STEPS_PER_DB)

    def _is_hit(self, where: QPointF) -> bool:
        off = abs(where.y() - self.height() / 2)
        return off <= em(self) * GROOVE_REACH or self._is_on_handle(where)

    def _is_on_handle(self, where: QPointF) -> bool:
        handle = self._left() + _share_of(self.value()) * (self._right() - self._left())
        off = abs(where.y() - self.height() / 2)
        # Twice as wide as it is drawn, to be easy to catch.
        is_near = abs(where.x() - handle) <= em(self) * HANDLE_WIDTH
        return is_near and off <= em(self) * HANDLE_HEIGHT / 2

    def _left(self) -> float:
        return em(self) * 0.3 + FOCUS_WIDTH

    def _right(self) -> float:
        return max(self._left() + 1.0, self.width() - self._left())


def _share_of(value: int) -> float:
    gain_db = value / STEPS_PER_DB
    share = (gain_db - MIN_GAIN_DB) / (MAX_GAIN_DB - MIN_GAIN_DB)
    return float(max(0.0, share) ** TAPER)


def _value_at(share: float) -> int:
    linear = float(min(max(0.0, share), 1.0) ** (1.0 / TAPER))
    gain_db = MIN_GAIN_DB + linear * (MAX_GAIN_DB - MIN_GAIN_DB)
    return round(gain_db * STEPS_PER_DB)
