"""Fusion, with outlines of check boxes and radio buttons that can be seen on dark ground.

Fusion derives them from the window's colour by darkening it, which makes an empty box on a dark
window as good as invisible.
"""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import QProxyStyle, QStyle, QStyleOption, QWidget

_Element = QStyle.PrimitiveElement
_BOXES = (_Element.PE_IndicatorCheckBox, _Element.PE_IndicatorItemViewItemCheck)
_RADIUS = 2.0


class StudioStyle(QProxyStyle):
    """Draws indicators with an outline in the colour of faint text."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        """Draw as Fusion does, and the outline on top."""
        super().drawPrimitive(element, option, painter, widget)
        is_box = element in _BOXES
        if not is_box and element != _Element.PE_IndicatorRadioButton:
            return
        rect, palette = QRectF(option.rect), QPalette(option.palette)
        outline = rect.adjusted(0.5, 0.5, -0.5, -0.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(palette.color(QPalette.ColorRole.PlaceholderText), 1.0))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if is_box:
            painter.drawRoundedRect(outline, _RADIUS, _RADIUS)
        else:
            painter.drawEllipse(outline)
        painter.restore()
