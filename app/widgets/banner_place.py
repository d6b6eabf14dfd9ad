"""Where messages stand: over the foot of the song, so that nothing moves when one comes."""

from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtWidgets import QWidget

from app.widgets.error_banner import ErrorBanner

MARGIN_LINES = 0.5  # around the message, in lines of text


class BannerPlace(QObject):
    """Keeps a banner at the foot of a widget, above what must stay in reach there."""

    def __init__(self, banner: ErrorBanner, ground: QWidget, foot: QWidget) -> None:
        """Take over the banner.

        Args:
            banner: Becomes a child of the ground.
            ground: What it lies on.
            foot: Below it, while that is shown.
        """
        super().__init__(ground)
        self._banner = banner
        self._ground = ground
        self._foot = foot
        banner.setParent(ground)
        for widget in (banner, ground, foot):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of everything that matters."""
        if event.type() in (
            QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.LayoutRequest,
        ):  # fmt: skip
            self._place()
        return False

    def _place(self) -> None:
        banner = self._banner
        if banner.isHidden():
            return
        margin = round(banner.fontMetrics().height() * MARGIN_LINES)
        bottom = self._ground.height()
        if self._foot.isVisible():
            bottom = self._foot.mapTo(self._ground, self._foot.rect().topLeft()).y()
        width = max(1, self._ground.width() - 2 * margin)
        wanted = banner.heightForWidth(width) if banner.hasHeightForWidth() else -1
        height = min(max(wanted, banner.minimumSizeHint().height()), bottom - 2 * margin)
        banner.setGeometry(QRect(margin, bottom - margin - height, width, height))
        banner.raise_()
