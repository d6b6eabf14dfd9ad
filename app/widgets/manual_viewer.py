"""The manual, inside the program: no browser and no network needed."""

from pathlib import Path

from PySide6.QtCore import QLocale, QPoint, QSize, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import (
    QDesktopServices,
    QImage,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from app.resource_files import resource_path
from app.widgets.find_bar import FindBar
from app.widgets.reading_dialog import ReadingDialog

DEFAULT_LANGUAGE = "en"
SCREEN_SHARE = 0.7
FIT_DELAY_MS = 100  # after the last change of the width


class ManualPage(QTextBrowser):
    """Markdown with pictures as wide as the text, and links to headings."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._first_block = 0  # in view
        self._fit_timer = QTimer(self, singleShot=True, interval=FIT_DELAY_MS)
        self._fit_timer.timeout.connect(self._fit_pictures)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)

    def show_page(self, page: Path) -> None:
        """Show a file."""
        self.setSearchPaths([str(page.parent)])
        self.document().setBaseUrl(QUrl.fromLocalFile(str(page)))
        self._text = page.read_text(encoding="utf-8")
        self.setMarkdown(self._text)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def show_heading(self, wanted: str) -> bool:
        """Scroll to a heading as links name it, such as ``the-first-minute``."""
        block = self.document().firstBlock()
        while block.isValid():
            if block.blockFormat().headingLevel() > 0 and heading_name(block.text()) == wanted:
                self._scroll_to(block)
                return True
            block = block.next()
        return False

    def _scroll_to(self, block: QTextBlock) -> None:
        self.setTextCursor(QTextCursor(block))
        top = self.document().documentLayout().blockBoundingRect(block).top()
        self.verticalScrollBar().setValue(round(top))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the pictures to the new width, soon."""
        if not self._fit_timer.isActive():  # before the lines are broken anew
            self._first_block = self.cursorForPosition(QPoint(0, 0)).blockNumber()
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit_timer.start()

    @Slot()
    def _fit_pictures(self) -> None:
        """Load the page anew, and with it the pictures; what is read stays in view."""
        url = self.document().baseUrl()
        self.setMarkdown(self._text)
        self.document().setBaseUrl(url)
        if self._first_block > 0:
            self._scroll_to(self.document().findBlockByNumber(self._first_block))

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Load a picture, scaled to the width of the text."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        path = self.document().baseUrl().resolved(QUrl(name)).toLocalFile()
        image = QImage(path)
        ratio = self.devicePixelRatioF()
        room = self.viewport().width() - 2 * self.document().documentMargin()
        width = max(1, int(room * ratio))
        if image.width() > width:
            image = image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        image.setDevicePixelRatio(ratio)
        return image


class ManualViewer(ReadingDialog):
    """Shows the manual in the language of the program."""

    def __init__(self, language: str, parent: QWidget | None = None) -> None:
        self.page = ManualPage()
        self.find_bar = FindBar(self.page)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.find_bar)
        column.addWidget(self.page, 1)
        super().__init__(self.tr("Manual"), content, parent)
        self.find_bar.listen_in(self)
        self.setModal(False)
        self.page.setAccessibleName(self.tr("Manual"))
        self.page.setOpenLinks(False)
        self.page.anchorClicked.connect(self._follow)
        self.page.show_page(manual_page(language))
        self.find_bar.begin()

    def sizeHint(self) -> QSize:
        """Ask for most of the screen."""
        return self.screen().availableSize() * SCREEN_SHARE

    def _follow(self, url: QUrl) -> None:
        if url.isRelative() and url.path().endswith(".md"):
            self.page.show_page(resource_path("manual", url.path()))
        elif not (url.isRelative() and self.page.show_heading(url.fragment())):
            QDesktopServices.openUrl(url)


def manual_page(language: str = "") -> Path:
    """Return the manual's page for a language, or the English one."""
    code = (language or QLocale().name())[:2]
    page = resource_path("manual", f"manual_{code}.md")
    return page if page.exists() else resource_path("manual", f"manual_{DEFAULT_LANGUAGE}.md")


def heading_name(text: str) -> str:
    """Return what links call a heading: lower case, hyphens, no punctuation."""
    kept = (letter for letter in text.lower() if letter.isalnum() or letter in " -_")
    return "".join(kept).replace(" ", "-")
