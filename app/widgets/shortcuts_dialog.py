"""All keys in one table, which can be searched."""

from collections.abc import Iterator
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QMenu,
    QMenuBar,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.widgets.actions import plain_text
from app.widgets.reading_dialog import ReadingDialog


class ShortcutsDialog(ReadingDialog):
    """Every action of the menus that has a key."""

    def __init__(self, bar: QMenuBar, parent: QWidget | None = None) -> None:
        content = QWidget()
        super().__init__(self.tr("Keyboard"), content, parent)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search the keys"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.table = QTableWidget(0, 3)
        self._fill(bar)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.search)
        layout.addWidget(self.table)
        self.search.setFocus()

    def _fill(self, bar: QMenuBar) -> None:
        table = self.table
        table.setAccessibleName(self.tr("Keys"))
        table.setHorizontalHeaderLabels([self.tr("Action"), self.tr("Key"), self.tr("Menu")])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        for menu_name, action in actions_with_keys(bar):
            row = table.rowCount()
            table.insertRow(row)
            for column, text in enumerate((plain_text(action.text()), _keys(action), menu_name)):
                table.setItem(row, column, QTableWidgetItem(text))

    def _filter(self, wanted: str) -> None:
        for row in range(self.table.rowCount()):
            texts = [self.table.item(row, column) for column in range(3)]
            found = any(item and wanted.lower() in item.text().lower() for item in texts)
            self.table.setRowHidden(row, not found)


def actions_with_keys(bar: QMenuBar) -> Iterator[tuple[str, QAction]]:
    """Walk the menus; yield each action that has a key, with the name of its menu."""
    for top in bar.actions():
        menu = _menu_of(top)
        if menu is not None:
            yield from _walk(plain_text(menu.title()), menu)


def _walk(name: str, menu: QMenu) -> Iterator[tuple[str, QAction]]:
    for action in menu.actions():
        submenu = _menu_of(action)
        if submenu is not None:
            yield from _walk(name, submenu)
        elif not action.isSeparator() and not action.shortcut().isEmpty():
            yield name, action


def _menu_of(action: QAction) -> QMenu | None:
    menu = action.menu()
    return menu if isinstance(menu, QMenu) else None


def _keys(action: QAction) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    usual = [each for each in action.shortcuts() if not _is_rare(each)] or action.shortcuts()
    return ", ".join(sequence.toString(native) for sequence in usual)


def _is_rare(sequence: QKeySequence) -> bool:
    """Tell keys of other keyboards, which the system's standard brings along: F14, “Open”."""
    return sequence.toString() in _rare_keys()


@cache
def _rare_keys() -> frozenset[str]:
    rare = [
        key
        for key in Qt.Key
        if Qt.Key.Key_F13 <= key <= Qt.Key.Key_F35 or Qt.Key.Key_Back <= key < Qt.Key.Key_unknown
    ]
    return frozenset(QKeySequence(key).toString() for key in rare)
