"""Fusion, with outlines of check boxes and icons that can be seen on dark ground.

Fusion derives outlines from the window's colour by darkening it, which makes an empty box on a
dark window as good as invisible. Its icons are those of the desktop, which are black where the
desktop is light and the user has chosen our dark palette.
"""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPalette, QPen
from PySide6.QtWidgets import QProxyStyle, QStyle, QStyleHintReturn, QStyleOption, QWidget

from app.widgets.icons import tinted_icon

_Element = QStyle.PrimitiveElement
_BOXES = (_Element.PE_IndicatorCheckBox, _Element.PE_IndicatorItemViewItemCheck)
_RADIUS = 2.0


class StudioStyle(QProxyStyle):
    """Draws indicators with an outline in the colour of faint text, and icons in that of text."""

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

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returned: QStyleHintReturn | None = None,
    ) -> int:
        """Keep the desktop's icons off the buttons of dialogs."""
        if hint is QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons:
            return 0
        return super().styleHint(hint, option, widget, returned)

    def standardIcon(
        self,
        icon: QStyle.StandardPixmap,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
    ) -> QIcon:
        """Draw the cross that clears a line of text in the colour of the text."""
        if icon is QStyle.StandardPixmap.SP_LineEditClearButton:
            return tinted_icon("cancel", QGuiApplication.palette())
        return super().standardIcon(icon, option, widget)
