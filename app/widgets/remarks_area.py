"""Room for a text that may be long: as high as the text, but never higher than a few lines."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QWidget

MIN_LINES = 2  # so that the dialog does not jump with every choice
MAX_LINES = 6


class RemarksArea(QScrollArea):
    """Shows a text whose lines wrap; more than a few of them are scrolled, with keys, too."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)  # names may look like markup
        self._label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(self.tr("Remarks"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.setWidget(self._label)
        self._fit()

    @property
    def text(self) -> str:
        """What it shows."""
        return self._label.text()

    def show_text(self, text: str) -> None:
        """Show another text, from its beginning."""
        self._label.setText(text)
        self.verticalScrollBar().setValue(0)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap the text anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        line = self.fontMetrics().lineSpacing()
        wanted = self._label.heightForWidth(self.viewport().width())
        self.setFixedHeight(min(max(wanted, MIN_LINES * line), MAX_LINES * line))
        is_longer = wanted > MAX_LINES * line
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_longer else Qt.FocusPolicy.NoFocus)
