"""The table of keys."""

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from app.widgets.shortcuts_dialog import ShortcutsDialog


def test_keys_that_hardly_any_keyboard_has_are_not_listed(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    action = window.menuBar().addMenu("Edit").addAction("Copy")
    action.setShortcuts([QKeySequence(key) for key in ("Ctrl+C", "F12", "F16", "Copy", "Open")])
    dialog = ShortcutsDialog(window.menuBar(), window)
    cell = dialog.table.item(0, 1)
    assert cell is not None
    assert cell.text() == "Ctrl+C, F12"


def test_the_search_has_the_keyboard_at_once(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    dialog = ShortcutsDialog(window.menuBar(), window)

    assert dialog.focusWidget() is dialog.search
