"""A label that shortens its text with an ellipsis instead of clipping it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel


class ElidedLabel(QLabel):
    """One line of text that gives way to its neighbours."""

    def minimumSizeHint(self) -> QSize:
        """Need no more than a few letters."""
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 3, metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw as much of the text as fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().windowText().color())
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)
