"""The manual, inside the program: no browser and no network needed."""

from pathlib import Path

from PySide6.QtCore import QLocale, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QTextBrowser, QWidget

from app.resource_files import resource_path
from app.widgets.reading_dialog import ReadingDialog

DEFAULT_LANGUAGE = "en"


class ManualViewer(ReadingDialog):
    """Shows the manual in the language of the program."""

    def __init__(self, language: str, parent: QWidget | None = None) -> None:
        self.browser = QTextBrowser()
        super().__init__(self.tr("Manual"), self.browser, parent)
        self.setModal(False)
        self.browser.setAccessibleName(self.tr("Manual"))
        self.browser.setOpenLinks(False)
        self.browser.anchorClicked.connect(self._follow)
        self._show_page(manual_page(language))

    def _show_page(self, page: Path) -> None:
        self.browser.setSearchPaths([str(page.parent)])
        document = self.browser.document()
        document.setBaseUrl(QUrl.fromLocalFile(str(page)))
        self.browser.setMarkdown(page.read_text(encoding="utf-8"))

    def _follow(self, url: QUrl) -> None:
        if url.isRelative() and url.path().endswith(".md"):
            self._show_page(resource_path("manual", url.path()))
        elif url.hasFragment() and not url.path():
            self.browser.scrollToAnchor(url.fragment())
        else:
            QDesktopServices.openUrl(url)


def manual_page(language: str = "") -> Path:
    """Return the manual's page for a language, or the English one."""
    code = (language or QLocale().name())[:2]
    page = resource_path("manual", f"manual_{code}.md")
    return page if page.exists() else resource_path("manual", f"manual_{DEFAULT_LANGUAGE}.md")
