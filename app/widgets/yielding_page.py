"""A page of the window that makes room for a message at its foot."""

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from app.widgets.giving_scroll_area import GivingScrollArea


class YieldingPage(QWidget):
    """Keeps its contents above a message: they stay where they are if they can, or scroll."""

    def __init__(self, contents: QWidget, foot: QWidget, parent: QWidget | None = None) -> None:
        """Take over the contents.

        Args:
            contents: With a layout; what is shown.
            foot: Empty, and the last in that layout: what a message may cover.
            parent: Owner.
        """
        super().__init__(parent)
        self._contents = contents
        self._foot = foot
        self._taken = 0
        # Not in a layout: a message must not make the window larger.
        self.area = GivingScrollArea(contents, self)
        contents.installEventFilter(self)

    def take(self, height: int) -> None:
        """Leave so much at the lower end to a message."""
        if height != self._taken:
            self._taken = height
            self._make_room()

    def sizeHint(self) -> QSize:
        """Want as much as the contents."""
        return self.area.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Be content with as little as the contents, which can be scrolled."""
        return self.area.minimumSizeHint()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Make room in another way where the contents fit no more, or fit again."""
        self._make_room()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the contents, which may need more height than before."""
        if event.type() is QEvent.Type.LayoutRequest:
            self._make_room()
        return False

    def _make_room(self) -> None:
        fits = self._needed_height() + self._taken <= self.height()
        self._foot.setMinimumHeight(self._taken if fits else 0)
        self.area.resize(self.width(), self.height() - (0 if fits else self._taken))
        self._contents.update()  # what they paint may end above the foot

    def _needed_height(self) -> int:
        layout = self._contents.layout()
        assert layout is not None, "the foot is in it"
        least = layout.totalMinimumSize().height()
        if layout.hasHeightForWidth():
            least = layout.totalHeightForWidth(self.width())
        return least - self._foot.minimumHeight()
