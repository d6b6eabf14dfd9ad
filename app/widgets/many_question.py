"""Asks before a folder with very many songs fills the queue: it may be the wrong one."""

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from app.workers.song_finding import ManyFound
from app.workers.song_queue import SongQueue


class ManyQuestion(QObject):
    """Opens the files that the queue has found only when the user wants them all."""

    def __init__(self, queue: SongQueue, window: QWidget) -> None:
        super().__init__(window)
        self._queue = queue
        self._window = window
        queue.many_found.connect(self._ask)

    def _ask(self, found: object) -> None:
        assert isinstance(found, ManyFound)
        sources = list(found.sources)
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Many Songs"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(self.tr("Really open %n song(s)?", "", len(sources)))
        box.setInformativeText(
            self.tr("They are in “{0}” and in folders below it.").format(_common_folder(sources))
        )
        yes = box.addButton(self.tr("&Open All"), QMessageBox.ButtonRole.AcceptRole)
        no = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(no)
        box.setEscapeButton(no)
        yes.clicked.connect(lambda: self._queue.open_files(sources))
        box.open()


def _common_folder(sources: list[Path]) -> Path:
    first = sources[0].parent
    folders = (first, *first.parents)
    return next(
        (each for each in folders if all(path.is_relative_to(each) for path in sources)), first
    )
