"""Asks for a place in the song and goes there."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.widgets.place_text import DECIMALS, SongPlaces
from app.widgets.time_text import time_text


class GoToTimeDialog(QDialog):
    """A field for a time such as 1:05.72 or 65.72, or for a bar such as b5.3.

    Signals:
        frame_chosen: Of the song.
    """

    frame_chosen = Signal(int)

    def __init__(self, frame: int, places: SongPlaces, parent: QWidget | None = None) -> None:
        """Make the dialog.

        Args:
            frame: Where the playhead is; the field begins with it.
            places: Reads and writes places of the song.
            parent: The window.
        """
        super().__init__(parent)
        self._places = places
        self.setWindowTitle(self.tr("Go to a Time"))
        self.field = QLineEdit(time_text(frame / places.sample_rate, decimals=DECIMALS))
        self.field.setAccessibleName(self.tr("Time"))
        tip = self.tr("Minutes and seconds, or seconds alone")
        hint = self.tr("Time, such as 1:05.72 or 65.72 (up to {0}):")
        if places.grid is not None:
            self.field.setAccessibleName(self.tr("Time or bar"))
            tip = self.tr("Minutes and seconds, seconds alone, or b with a bar and a beat")
            hint = self.tr(
                "Time, such as 1:05.72 or 65.72 (up to {0}),\n"
                "or bar, such as b5 or b5.3 for its third beat:"
            )
        self.field.setToolTip(tip)
        self.field.selectAll()
        end = time_text(places.num_frames / places.sample_rate, decimals=DECIMALS)
        label = QLabel(hint.format(end))
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

    def _show_validity(self) -> None:
        ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        ok.setEnabled(self._places.read(self.field.text()) is not None)

    def _choose(self) -> None:
        frame = self._places.read(self.field.text())
        if frame is not None:
            self.accept()
            self.frame_chosen.emit(frame)
