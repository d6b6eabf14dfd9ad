"""How long a separation may take, for models that trade time for quality."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget

from app.widgets.elided_combo import ElidedCombo
from engine.quality import Quality

MIN_CHARACTERS = 6


class QualityChoice(QWidget):
    """A list with its label; it is there only beside models that know a choice.

    Signals:
        quality_chosen: What the user has picked, as ``Quality`` names it.
    """

    quality_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = ElidedCombo()
        self.list.setAccessibleName(self.tr("Quality"))
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.list.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.list.setMinimumWidth(self.fontMetrics().averageCharWidth() * MIN_CHARACTERS)
        choices: tuple[tuple[Quality, str, str], ...] = (
            ("draft", self.tr("Draft"), self.tr("About 5 times faster than normal")),
            ("normal", self.tr("Normal"), self.tr("What this model is made for")),
            ("best", self.tr("Best"), self.tr("About 3 times slower than normal")),
        )
        for value, text, tip in choices:
            self.list.addItem(text, value)
            self.list.setItemData(self.list.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        label = QLabel(self.tr("&Quality:"))
        label.setBuddy(self.list)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label)
        row.addWidget(self.list)
        self.list.activated.connect(self._choose)
        self.hide()

    def show_quality(self, quality: Quality) -> None:
        """Show what is chosen."""
        with QSignalBlocker(self.list):
            self.list.setCurrentIndex(self.list.findData(quality))
        self._describe()

    def _choose(self) -> None:
        self._describe()
        self.quality_chosen.emit(str(self.list.currentData()))

    def _describe(self) -> None:
        tip = str(self.list.currentData(Qt.ItemDataRole.ToolTipRole) or "")
        self.list.setToolTip(tip)
        self.list.setAccessibleDescription(tip)
