"""Dialogs that only show text: closed with Esc, kept beside the window, never in its way."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget


class ReadingDialog(QDialog):
    """A resizable window with a Close button, deleted when it closes."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(content, 1)
        layout.addWidget(self.buttons)

    def sizeHint(self) -> QSize:
        """Ask for room for a page of text."""
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 90, metrics.lineSpacing() * 32)
