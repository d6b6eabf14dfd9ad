"""The manual, inside the program: no browser and no network needed."""

from pathlib import Path

from PySide6.QtCore import QLocale, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

from app.resource_files import resource_path
from app.widgets.reading_dialog import ReadingDialog

DEFAULT_LANGUAGE = "en"
PICTURE_CHARACTERS = 84  # width of the pictures in characters


class ManualPage(QTextBrowser):
    """Markdown with pictures as wide as the text, and links to headings."""

    def show_page(self, page: Path) -> None:
        """Show a file."""
        self.setSearchPaths([str(page.parent)])
        self.document().setBaseUrl(QUrl.fromLocalFile(str(page)))
        self.setMarkdown(page.read_text(encoding="utf-8"))
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

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        """Load a picture, scaled to the width of the text."""
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return super().loadResource(kind, name)
        path = self.document().baseUrl().resolved(QUrl(name)).toLocalFile()
        image = QImage(path)
        ratio = self.devicePixelRatioF()
        width = round(self.fontMetrics().averageCharWidth() * PICTURE_CHARACTERS * ratio)
        if image.width() > width:
            image = image.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
        image.setDevicePixelRatio(ratio)
        return image


class ManualViewer(ReadingDialog):
    """Shows the manual in the language of the program."""

    def __init__(self, language: str, parent: QWidget | None = None) -> None:
        self.page = ManualPage()
        super().__init__(self.tr("Manual"), self.page, parent)
        self.setModal(False)
        self.page.setAccessibleName(self.tr("Manual"))
        self.page.setOpenLinks(False)
        self.page.anchorClicked.connect(self._follow)
        self.page.show_page(manual_page(language))

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
