"""What somebody who helps would ask for: versions, devices, underruns, the log."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QApplication,
    QDialogButtonBox,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from app.log_file import log_path
from app.widgets.reading_dialog import ReadingDialog

REFRESH_MS = 500

Facts = Sequence[tuple[str, str]]


class DiagnosticsDialog(ReadingDialog):
    """A page of facts that keeps itself current, and can be copied."""

    def __init__(self, read_facts: Callable[[], Facts], parent: QWidget | None = None) -> None:
        self.page = QPlainTextEdit()
        super().__init__(self.tr("Diagnostics"), self.page, parent)
        self._read_facts = read_facts
        self.page.setReadOnly(True)
        self.page.setTabChangesFocus(True)
        self.page.setAccessibleName(self.tr("Facts about this program and computer"))
        self.copy_button = QPushButton(self.tr("&Copy"))
        self.copy_button.clicked.connect(self._copy)
        self.log_button = QPushButton(self.tr("Show the &Log"))
        self.log_button.clicked.connect(self._show_log)
        for button in (self.copy_button, self.log_button):
            self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        timer = QTimer(self, interval=REFRESH_MS)
        timer.timeout.connect(self._refresh)
        timer.start()
        self._refresh()

    def _refresh(self) -> None:
        text = "\n".join(f"{name}: {value}" for name, value in self._read_facts())
        if text != self.page.toPlainText() and not self.page.textCursor().hasSelection():
            self.page.setPlainText(text)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self.page.toPlainText())

    def _show_log(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_path().parent)))
