"""What the tests of the export dialog do with it, as a person would."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QListWidget,
    QPushButton,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.model.settings import Settings
from app.model.song import Song
from app.widgets.export_dialog import ExportDialog
from app.widgets.export_report import ExportReport

TIMEOUT_MS = 5_000


def opened(song: Song, settings: Settings, qtbot: QtBot) -> ExportDialog:
    dialog = ExportDialog(song, settings)
    qtbot.addWidget(dialog)
    dialog.open()
    return dialog


def button(dialog: QWidget, text: str) -> QAbstractButton:
    (found,) = (
        item
        for kind in (QPushButton, QCheckBox, QRadioButton)
        for item in dialog.findChildren(kind)
        if item.text().replace("&", "") == text
    )
    return found


def child(dialog: QWidget, kind: type[QWidget], name: str) -> QWidget:
    (found,) = (item for item in dialog.findChildren(kind) if item.accessibleName() == name)
    return found


def says(dialog: ExportDialog, words: str) -> bool:
    return words in dialog.findChildren(ExportReport)[0].text


def choose_format(dialog: ExportDialog, title: str) -> None:
    box = child(dialog, QComboBox, "Format")
    assert isinstance(box, QComboBox)
    box.setCurrentText(title)


def preview(dialog: QWidget) -> list[str]:
    names = child(dialog, QListWidget, "Files that will be written")
    assert isinstance(names, QListWidget)
    return [names.item(row).text().strip() for row in range(names.count())]


def check_stem(dialog: ExportDialog, row: int, state: Qt.CheckState) -> None:
    (stems,) = (
        item for item in dialog.findChildren(QListWidget) if "tems" in item.accessibleName()
    )
    stems.item(row).setCheckState(state)


def export(dialog: ExportDialog, qtbot: QtBot) -> None:
    button(dialog, "Export").click()
    qtbot.waitUntil(lambda: says(dialog, "written to"), timeout=TIMEOUT_MS)
