"""A thin progress bar that also shows work whose end is not known."""

from PySide6.QtCore import QElapsedTimer, QRectF, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QProgressBar, QStyle, QStyleOptionProgressBar, QWidget

STEPS = 1000
TICK_MS = 40
WAY_SECONDS = 1.4  # from one end to the other
CHUNK_SHARE = 0.22  # of the width


class ProgressLine(QProgressBar):
    """Fills up, or lets a piece go to and fro.

    The style's own picture of endless work is a pattern that a thin bar turns into a full one.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextVisible(False)
        self.setRange(0, STEPS)
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.update)

    @property
    def is_endless(self) -> bool:
        """Whether nobody knows how far the work is."""
        return self.minimum() == self.maximum()

    def show_fraction(self, fraction: float | None) -> None:
        """Show a share that is done, or None for work whose end is not known.

        It is painted with everything else that has changed; the bar itself would have the whole
        window painted at once.
        """
        self.setUpdatesEnabled(False)
        self.setRange(0, 0 if fraction is None else STEPS)
        self.setValue(round((fraction or 0.0) * STEPS))
        self.setUpdatesEnabled(True)
        self._move()

    def showEvent(self, event: QShowEvent) -> None:
        """Move only while somebody can see it."""
        super().showEvent(event)
        self._move()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the style's bar, or an empty one with the piece."""
        if not self.is_endless:
            super().paintEvent(event)
            return
        option = QStyleOptionProgressBar()
        self.initStyleOption(option)
        option.minimum, option.maximum, option.progress = 0, STEPS, 0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.style().drawControl(QStyle.ControlElement.CE_ProgressBar, option, painter, self)
        way = self._clock.elapsed() / 1000.0 / WAY_SECONDS % 2.0
        place = min(way, 2.0 - way)
        width = self.width() * CHUNK_SHARE
        chunk = QRectF(place * (self.width() - width), 0, width, self.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().highlight())
        painter.drawRoundedRect(chunk, chunk.height() / 2, chunk.height() / 2)

    def _move(self) -> None:
        if not (self.is_endless and self.isVisible()):
            self._timer.stop()
        elif not self._timer.isActive():
            self._clock.restart()
            self._timer.start()
