"""Asks what to do with files that an export would write over."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from app.workers.export_check import NamesChecked
from engine.stem_export import ExistingPolicy

MAX_NAMES = 12  # that are listed


class ExistingQuestion(QMessageBox):
    """A question that is asked with ``open()`` and goes away after its answer.

    Signals:
        answered: An ``ExistingPolicy``, or None if nothing shall be written.
    """

    answered = Signal(object)

    def __init__(self, checked: NamesChecked, parent: QWidget) -> None:
        super().__init__(parent)
        self.setIcon(QMessageBox.Icon.Question)
        self.setWindowTitle(self.tr("Files Exist Already"))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(
            self.tr("%n of the files exist(s) already in “{0}”.", "", len(checked.taken)).format(
                checked.folder
            )
        )
        names = [*checked.taken[:MAX_NAMES]]
        if len(checked.taken) > MAX_NAMES:
            names.append(self.tr("and %n more", "", len(checked.taken) - MAX_NAMES))
        self.setInformativeText("\n".join(names))
        role = QMessageBox.ButtonRole
        rename = self.addButton(self.tr("Use a &New Folder"), role.AcceptRole)
        self._policies: tuple[tuple[object, ExistingPolicy], ...] = (
            (rename, "rename"),
            (self.addButton(self.tr("&Write Only the Others"), role.AcceptRole), "skip"),
            (self.addButton(self.tr("&Replace Them"), role.DestructiveRole), "overwrite"),
        )
        self.setDefaultButton(rename)
        self.addButton(QMessageBox.StandardButton.Cancel)
        self.finished.connect(self._answer)

    @Slot()
    def _answer(self) -> None:
        clicked = self.clickedButton()
        self.answered.emit(
            next((policy for button, policy in self._policies if button is clicked), None)
        )
        self.deleteLater()
