"""A path in a line that is too short for it: the beginning and the end stay, the middle goes."""

from html import escape
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QWidget


class ElidedPath(QLineEdit):
    """Shows a path that is chosen elsewhere; the tool tip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path = ""
        self.setReadOnly(True)

    def show_path(self, path: Path) -> None:
        """Show another path."""
        self._path = str(path)
        self.setToolTip(f"<qt>{escape(self._path)}</qt>")
        self.setAccessibleDescription(self._path)
        self._elide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as much as there is room for."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        frame = self.style().pixelMetric(QStyle.PixelMetric.PM_DefaultFrameWidth, None, self)
        room = self.width() - 2 * frame - 2 * self.fontMetrics().averageCharWidth()
        mode = Qt.TextElideMode.ElideMiddle
        self.setText(self.fontMetrics().elidedText(self._path, mode, room))
        self.setCursorPosition(0)
