"""Says what will happen with the files that are dragged over the window."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.icons import icon_pixmap

TITLE_SCALE = 1.7
MAX_NAMES = 4
ICON_LINES = 4


class DropOverlay(QWidget):
    """Covers the whole window while something is dragged over it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._title = ""
        self._names: tuple[str, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        window.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return "\n".join((self._title, *self._names))

    def show_paths(self, paths: Sequence[Path]) -> None:
        """Say what dropping these files and folders would do."""
        self._title = self._describe(paths)
        names = [path.name for path in paths[:MAX_NAMES]]
        if len(paths) > MAX_NAMES:
            names.append(self.tr("and %n more", "", len(paths) - MAX_NAMES))
        self._names = tuple(names)
        self.setAccessibleName(self._title)
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, the edge and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Window))
        line = self.fontMetrics().height()
        painter.setPen(QPen(palette.color(QPalette.ColorRole.Highlight), max(2.0, line / 6)))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(line, line, -line, -line), line, line)
        text_colour = palette.color(QPalette.ColorRole.WindowText)
        painter.setPen(text_colour)
        font = QFont(self.font())
        middle = self.rect().adjusted(2 * line, 0, -2 * line, 0)
        edge = line * ICON_LINES
        height = line * (len(self._names) + 4) + edge
        middle.setTop((self.height() - height) // 2)
        ratio = self.devicePixelRatioF()
        icon = icon_pixmap("drop", edge, text_colour, pixel_ratio=ratio)
        painter.drawPixmap(middle.center().x() - edge // 2, middle.top(), icon)
        middle.setTop(middle.top() + edge + line)
        font.setPointSizeF(self.font().pointSizeF() * TITLE_SCALE)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        wrapped = flags | Qt.TextFlag.TextWordWrap
        painter.drawText(middle, int(wrapped), self._title)
        painter.setFont(self.font())
        middle.setTop(middle.top() + 3 * line)
        painter.drawText(middle, int(flags), "\n".join(self._names))

    def _describe(self, paths: Sequence[Path]) -> str:
        folders = [path for path in paths if path.is_dir()]
        if len(paths) == 1 and folders:
            return self.tr("Drop to open every song in this folder")
        if len(paths) == 1:
            return self.tr("Drop to take this song apart")
        if folders:
            return self.tr("Drop to open these files, and every song in the folders")
        return self.tr("Drop to take %n songs apart, one after the other", "", len(paths))


def dropped_paths(data: QMimeData) -> list[Path]:
    """Return the local files and folders of a drag; links to the internet are left out."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
