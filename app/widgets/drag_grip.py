"""The handle by which audio is dragged out of the window."""

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.widgets.control_painting import em

ROWS, COLUMNS = 3, 2
DOTS_EM = 1.25  # width of the dots with the air around them


class DragGrip(QWidget):
    """Six dots, perhaps with words; dragging them announces that a file is wanted outside.

    Signals:
        drag_started: The pointer has left the place where it was pressed.
    """

    drag_started = Signal()

    def __init__(self, parent: QWidget | None = None, *, text: str = "") -> None:
        """Make a handle.

        Args:
            parent: Owner.
            text: Beside the dots; a part of the handle.
        """
        super().__init__(parent)
        self._text = self._short_text = text
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._pressed_at: QPoint | None = None

    def set_text(self, text: str, short_text: str = "") -> None:
        """Show other words beside the dots.

        Args:
            text: The words.
            short_text: Shown where those do not fit; empty shows their beginning there.
        """
        self._text, self._short_text = text, short_text or text
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Be large enough to hit."""
        dots = self.minimumSizeHint()
        return QSize(dots.width() + self.fontMetrics().horizontalAdvance(self._text), dots.height())

    def minimumSizeHint(self) -> QSize:
        """Stay large enough to hit."""
        return QSize(round(em(self) * DOTS_EM), round(em(self) * 1.6))

    def shown_text(self, width: float) -> str:
        """Return the words for so much room."""
        metrics = self.fontMetrics()
        if metrics.horizontalAdvance(self._text) <= width:
            return self._text
        return metrics.elidedText(self._short_text, Qt.TextElideMode.ElideRight, round(width))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the dots, and as much of the words as fits."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.setPen(Qt.PenStyle.NoPen)
        is_hot = self.underMouse()
        painter.setBrush(palette.highlight() if is_hot else palette.placeholderText())
        step, dot = em(self) * 0.36, em(self) * 0.21
        dots = QRectF(0, 0, em(self) * DOTS_EM, self.height())
        centre = dots.center()
        for row in range(ROWS):
            for column in range(COLUMNS):
                x = centre.x() + (column - (COLUMNS - 1) / 2) * step
                y = centre.y() + (row - (ROWS - 1) / 2) * step
                painter.drawEllipse(QPointF(x, y), dot / 2, dot / 2)
        words = QRectF(self.rect()).adjusted(dots.width(), 0, 0, 0)
        painter.setPen(palette.windowText().color())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.shown_text(words.width()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where it was pressed."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Announce the drag once the pointer is far enough."""
        if self._pressed_at is None:
            return
        moved = event.position().toPoint() - self._pressed_at
        if moved.manhattanLength() >= QApplication.startDragDistance():
            self._pressed_at = None
            self.drag_started.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Forget it."""
        self._pressed_at = None
