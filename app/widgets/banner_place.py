"""Where messages stand: at the foot of the song, so that nothing moves when one comes."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect
from PySide6.QtWidgets import QWidget

from app.widgets.error_banner import ErrorBanner
from app.widgets.message_room import MessageRoom
from app.widgets.yielding_page import YieldingPage

MARGIN_LINES = 0.5  # around the message, in lines of text


class BannerPlace(QObject):
    """Keeps a banner in the room below the lanes, or at the foot of what is shown instead.

    The banner is not in a layout: it has to be seen on every page, and it must not make the
    window larger than the screen, however much it has to say.
    """

    def __init__(
        self,
        banner: ErrorBanner,
        ground: QWidget,
        room: MessageRoom,
        pages: Sequence[YieldingPage],
    ) -> None:
        """Take over the banner.

        Args:
            banner: Becomes a child of the ground.
            ground: What it lies on.
            room: Where it stands while that is shown.
            pages: Are shown instead; it stands at their lower end.
        """
        super().__init__(ground)
        self._banner = banner
        self._ground = ground
        self._room = room
        self._takers: tuple[MessageRoom | YieldingPage, ...] = (room, *pages)
        banner.setParent(ground)
        for widget in (banner, ground, room):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of everything that matters."""
        if event.type() in (
            QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.LayoutRequest,
            QEvent.Type.Hide,
        ):  # fmt: skip
            self._place()
        return False

    def _place(self) -> None:
        banner = self._banner
        if banner.isHidden():
            self._take(0)
            return
        margin = round(banner.fontMetrics().height() * MARGIN_LINES)
        bottom = self._ground.height()
        if self._room.isVisibleTo(self._ground):
            bottom = self._room.mapTo(self._ground, QPoint(0, self._room.height())).y()
        width = max(1, self._ground.width() - 2 * margin)
        wanted = banner.heightForWidth(width) if banner.hasHeightForWidth() else -1
        height = min(max(wanted, banner.minimumSizeHint().height()), bottom - 2 * margin)
        self._take(height + 2 * margin)
        banner.setGeometry(QRect(margin, bottom - margin - height, width, height))
        banner.raise_()

    def _take(self, height: int) -> None:
        for each in self._takers:
            each.take(height)
