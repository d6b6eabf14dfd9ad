"""Asks for a time and goes there."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.widgets.time_text import read_time, time_text

DECIMALS = 3


class GoToTimeDialog(QDialog):
    """A field for a time such as 1:05.72 or 65.72.

    Signals:
        time_chosen: Seconds from the start of the song.
    """

    time_chosen = Signal(float)

    def __init__(
        self, seconds: float, length_seconds: float, parent: QWidget | None = None
    ) -> None:
        """Make the dialog.

        Args:
            seconds: Where the playhead is; the field begins with it.
            length_seconds: Of the song; later times are refused.
            parent: The window.
        """
        super().__init__(parent)
        self._length_seconds = length_seconds
        self.setWindowTitle(self.tr("Go to a Time"))
        self.field = QLineEdit(time_text(seconds, decimals=DECIMALS))
        self.field.setAccessibleName(self.tr("Time"))
        self.field.setToolTip(self.tr("Minutes and seconds, or seconds alone"))
        self.field.selectAll()
        label = QLabel(
            self.tr("Time, such as 1:05.72 or 65.72 (up to {0}):").format(
                time_text(length_seconds, decimals=DECIMALS)
            )
        )
        label.setBuddy(self.field)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._buttons.accepted.connect(self._choose)
        self._buttons.rejected.connect(self.reject)
        self.field.textChanged.connect(self._show_validity)
        layout = QVBoxLayout(self)
        for widget in (label, self.field, self._buttons):
            layout.addWidget(widget)

    def _seconds(self) -> float | None:
        seconds = read_time(self.field.text())
        # What is shown is rounded: the end that it names must be taken, too.
        is_inside = seconds is not None and seconds <= self._length_seconds + 10**-DECIMALS
        return seconds if is_inside else None

    def _show_validity(self) -> None:
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(self._seconds() is not None)

    def _choose(self) -> None:
        seconds = self._seconds()
        if seconds is not None:
            self.accept()
            self.time_chosen.emit(seconds)
