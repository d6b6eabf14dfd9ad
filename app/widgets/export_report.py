"""The lower part of the export dialog: what will happen, how far it is, how it ended."""

from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QLabel, QProgressBar, QWidget

from app.model.shown_text import shown_error
from app.widgets.icons import set_label_icon
from app.widgets.remarks_area import RemarksArea
from engine.errors import EngineError

Weight = Literal["info", "done", "warning", "error"]

_STEPS = 1000


class ExportReport(QFrame):
    """One sentence with an icon, remarks such as one about the gain, and a bar."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel()
        self._text = QLabel()
        self._remarks = RemarksArea()
        self._bar = QProgressBar()
        self._bar.setRange(0, _STEPS)
        self._bar.setAccessibleName(self.tr("Progress of the export"))
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)  # names may look like markup
        row = QHBoxLayout()
        row.addWidget(self._icon)
        row.addWidget(self._text, stretch=1)
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addRow(row)
        layout.addRow(self._remarks)
        layout.addRow(self._bar)
        policy = self._bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._bar.setSizePolicy(policy)
        # Room for two lines, so that the dialog does not jump with every choice.
        self._text.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.hide_progress()

    @property
    def text(self) -> str:
        """The sentence."""
        return self._text.text()

    @property
    def gain_text(self) -> str:
        """The remarks."""
        return self._remarks.text

    def say(self, text: str, weight: Weight = "info") -> None:
        """Show a sentence."""
        icons: dict[Weight, str] = {
            "info": "info",
            "done": "done",
            "warning": "warning",
            "error": "error",
        }
        set_label_icon(self._icon, icons[weight], self.fontMetrics().height())
        self._icon.setVisible(bool(text))
        words: dict[Weight, str] = {
            "info": "",
            "done": "",
            "warning": self.tr("Note: {0}"),
            "error": self.tr("Error: {0}"),
        }
        self._text.setText(text)
        self._text.setAccessibleName(words[weight].format(text) if words[weight] else text)

    def say_error(self, error: EngineError) -> None:
        """Show an error with its remedy."""
        self.say(shown_error(error), "error")

    def say_gain(self, text: str) -> None:
        """Show remarks, such as one about the gain of the files; one in a line."""
        self._remarks.show_text(text)

    def show_progress(self, fraction: float) -> None:
        """Show the bar."""
        self._bar.setVisible(True)
        self._bar.setValue(round(_STEPS * fraction))

    def hide_progress(self) -> None:
        """Hide the bar."""
        self._bar.setVisible(False)
        self._bar.setValue(0)
