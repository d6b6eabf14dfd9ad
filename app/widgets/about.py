"""About Strata: version, what it is made of, and under which licences."""

from pathlib import Path

from PySide6.QtCore import QLibraryInfo, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.resource_files import resource_path
from app.widgets.icons import application_icon
from app.widgets.reading_dialog import ReadingDialog
from engine.product_version import product_version

ICON_LINES = 4
TEXT_CHARACTERS = 60  # width of the text in characters, at least


class AboutDialog(ReadingDialog):
    """Who made it, and one page per licence file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._content = QWidget()
        super().__init__(self.tr("About Strata"), self._content, parent)
        icon = QLabel()
        edge = self.fontMetrics().height() * ICON_LINES
        icon.setPixmap(application_icon().pixmap(edge, edge))
        text = QLabel(self._text())
        text.setWordWrap(True)
        text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        text.setAccessibleName(self.tr("About Strata"))
        width = self.fontMetrics().averageCharWidth() * TEXT_CHARACTERS
        text.setMinimumSize(width, text.heightForWidth(width))
        heading = QHBoxLayout()
        heading.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        heading.addWidget(text, 1)
        self.pages = QTabWidget()
        self.pages.setAccessibleName(self.tr("Licences"))
        for path in licence_files():
            self.pages.addTab(self._page(path), path.stem.replace("_", " ").capitalize())
        layout = QVBoxLayout(self._content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(heading)
        layout.addWidget(self.pages, 1)

    def _text(self) -> str:
        # The version of Qt's own library, not of the headers that the bindings were built with.
        qt = QLibraryInfo.version().toString()
        return self.tr(
            "<b>Strata {version}</b><br>A studio that takes a mix apart.<br><br>"
            "Strata is free software under the MIT licence. It uses Qt {qt} for Python under the "
            "LGPL; the files below name everything it is made of, what its models have learned "
            "from, and where the demo song comes from."
        ).format(version=product_version(), qt=qt)

    def _page(self, path: Path) -> QPlainTextEdit:
        page = QPlainTextEdit(path.read_text(encoding="utf-8"))
        page.setReadOnly(True)
        page.setTabChangesFocus(True)
        page.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        page.setAccessibleName(self.tr("Licence text: {0}").format(path.stem))
        return page


def licence_files() -> list[Path]:
    """Return the texts that come with Strata, its own licence first."""
    files = sorted(resource_path("licenses").glob("*.txt"))
    return sorted(files, key=lambda path: path.name != "LICENSE.txt")
