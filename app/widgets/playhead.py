"""The line that shows which frame is heard."""

from math import floor

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from app.widgets.control_painting import em
from app.widgets.timeline_colours import TimelineColours

LINE_PIXELS = 1.5


class Playhead(QWidget):
    """A narrow overlay from the ruler to the last lane.

    It is a widget of its own so that its motion repaints two strips and nothing else.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._offset = 0.0
        self._flag_height = 0.0
        self.hide()

    def place(self, x: float, top: int, ruler_height: int, height: int) -> None:
        """Stand at a position of the parent.

        Args:
            x: Of the line's middle; need not be whole.
            top: Of the ruler.
            ruler_height: The flag is at its foot.
            height: From ``top`` to the last lane.
        """
        flag = round(em(self) * 0.7) | 1
        self._flag_height = flag * 0.9
        first = top + ruler_height - round(self._flag_height)
        left = floor(x) - flag // 2 - 1
        offset = x - left
        if offset != self._offset:
            self._offset = offset
            self.update()
        self.setGeometry(left, first, flag + 3, height - (first - top))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the flag and the line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = TimelineColours.of(self.palette()).playhead
        half = self._flag_height * 0.55
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        foot = self._flag_height
        painter.drawPolygon(
            QPolygonF(
                [
                    QPointF(self._offset - half, 0),
                    QPointF(self._offset + half, 0),
                    QPointF(self._offset + half, foot * 0.5),
                    QPointF(self._offset, foot),
                    QPointF(self._offset - half, foot * 0.5),
                ]
            )
        )
        line = QRectF(self._offset - LINE_PIXELS / 2, foot * 0.5, LINE_PIXELS, self.height())
        painter.drawRect(line)
