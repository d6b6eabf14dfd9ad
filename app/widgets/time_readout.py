"""The time of the transport, which can be clicked."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel, QWidget


class TimeReadout(QLabel):
    """Shows where the song is.

    Signals:
        clicked: The user wants to go elsewhere.
    """

    clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take it as a click wherever the label was pressed."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()
