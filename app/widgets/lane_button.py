"""A small button that stays down: mute, solo, and the like."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.widgets.control_painting import control_outline, draw_focus_ring, em
from app.widgets.lane_style import text_on


class LaneButton(QAbstractButton):
    """Shows its text on a colour while it is down, so that text and shape tell the same.

    Signals:
        touched: The mouse was pressed on it.
        reached: It has got the keyboard.
    """

    touched = Signal()
    reached = Signal()

    def __init__(self, text: str, colour: QColor | None, parent: QWidget | None = None) -> None:
        """Make a button.

        Args:
            text: One letter or a short word.
            colour: While it is down; None for the palette's accent.
            parent: Owner.
        """
        super().__init__(parent)
        self._colour = colour
        self.fills = True  # whether the colour shows while it is down
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        """Be as high as a line and a bit, and at least as wide."""
        height = round(em(self) * 1.35)
        width = self.fontMetrics().horizontalAdvance(self.text()) + round(em(self) * 0.8)
        return QSize(max(round(em(self) * 1.6), width), height)

    def minimumSizeHint(self) -> QSize:
        """Never clip the text."""
        return self.sizeHint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Say so."""
        self.touched.emit()
        super().mousePressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Say so."""
        super().focusInEvent(event)
        self.reached.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button as it is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        radius = em(self) * 0.22
        rect = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        text_colour = palette.windowText().color()
        if self.isChecked() and self.fills:
            fill = self._colour or palette.highlight().color()
            text_colour = text_on(fill, palette)
            painter.setPen(QPen(fill.darker(115), 1))
            painter.setBrush(fill)
        else:
            painter.setPen(QPen(control_outline(palette), 1))
            painter.setBrush(palette.midlight() if self.underMouse() else palette.button())
        painter.drawRoundedRect(rect, radius, radius)
        font = self.font()
        font.setBold(self.isChecked() and self.fills)
        painter.setFont(font)
        painter.setPen(text_colour)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())
        if self.hasFocus():
            draw_focus_ring(painter, rect, palette, radius)
