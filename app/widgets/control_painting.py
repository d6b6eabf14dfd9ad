"""How the small controls of the timeline are drawn, alike in every one of them."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.lane_style import blended

FOCUS_WIDTH = 1.6


def draw_focus_ring(painter: QPainter, rect: QRectF, palette: QPalette, radius: float) -> None:
    """Frame a control that has the keyboard."""
    painter.setPen(QPen(palette.highlight().color(), FOCUS_WIDTH))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    inset = FOCUS_WIDTH / 2
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)


def control_outline(palette: QPalette) -> QColor:
    """Return the colour of a control's edge: three to one on the window behind it."""
    return blended(palette.windowText().color(), palette.window().color(), 0.52)


def em(widget: QWidget) -> float:
    """Return the height of a widget's font, from which its sizes follow."""
    return float(widget.fontMetrics().height())
