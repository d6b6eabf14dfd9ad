"""The list of files that an export will write, whose names stay apart however narrow it is."""

import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

_SHARED = Qt.ItemDataRole.UserRole
_INDENT = "    "
_WANTED_CHARACTERS, _LEAST_CHARACTERS = 62, 40
_LINES = 8
# The last letter of a word after which comes another one, which may go on differently elsewhere.
_LAST_WORDS_END = re.compile(r"[^\W_](?=[\W_]+[^\W_]*$)")


class NamePreview(QListWidget):
    """Folders, and below each the names of its files; what they share is shortened first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Files that will be written"))
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_NameDelegate(self))
        character = self.fontMetrics().averageCharWidth()
        self.setMinimumSize(
            _LEAST_CHARACTERS * character, _LINES * self.fontMetrics().lineSpacing()
        )

    def sizeHint(self) -> QSize:
        """Want room for a name with title, stem and part."""
        return QSize(
            _WANTED_CHARACTERS * self.fontMetrics().averageCharWidth(), self.minimumHeight()
        )

    def add_folder(self, folder: Path, names: Sequence[str], taken: Sequence[str]) -> None:
        """List a folder with its files, and say which of them are there already."""
        item = QListWidgetItem(f"{folder.name}/", self)
        item.setToolTip(str(folder))
        shared = shared_start(names)
        for name in names:
            text = self.tr("exists already: {0}").format(name) if name in taken else name
            item = QListWidgetItem(f"{_INDENT}{text}", self)
            item.setToolTip(text)  # in full
            item.setData(_SHARED, shared)


class _NameDelegate(QStyledItemDelegate):
    """Shortens names on screen; whoever asks for them gets them whole."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Shorten the name that is about to be drawn."""
        super().initStyleOption(option, index)
        view = option.widget
        shared = index.data(_SHARED)
        if isinstance(view, NamePreview) and shared:
            width = view.viewport().width() - option.fontMetrics.averageCharWidth()
            option.text = shortened(option.text, shared, option.fontMetrics, width)


def shared_start(names: Sequence[str]) -> str:
    """Return the whole words with which all names begin, such as the title of the song."""
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)  # all others have what these two share
    same = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    start = "".join(letter for letter, _ in same)
    end = _LAST_WORDS_END.search(start)
    return start[: end.end()] if end is not None else ""


def shortened(text: str, shared: str, metrics: QFontMetrics, width: int) -> str:
    """Leave out what does not fit: first of what the names share, and only then of the rest."""
    if metrics.horizontalAdvance(text) <= width:
        return text
    before, found, rest = text.partition(shared) if shared else ("", "", text)
    room = width - metrics.horizontalAdvance(before + rest)
    if found and room >= metrics.horizontalAdvance("…"):
        return before + metrics.elidedText(shared, Qt.TextElideMode.ElideRight, room) + rest
    start = f"{before}…" if found else ""
    room = width - metrics.horizontalAdvance(start)
    return start + metrics.elidedText(rest, Qt.TextElideMode.ElideMiddle, room)
