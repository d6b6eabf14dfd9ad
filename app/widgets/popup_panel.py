"""A small panel with fields that opens where it is needed, and closes by itself."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget


class PopupPanel(QFrame):
    """Closes with Esc or a click elsewhere; Enter applies what was typed."""

    def __init__(self, title: str, parent: QWidget) -> None:
        """Make the panel.

        Args:
            title: What it is about; its heading, and its name for screen readers.
            parent: The window.
        """
        super().__init__(parent, Qt.WindowType.Popup)
        self._window = parent
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(title)
        self.setWindowTitle(title)
        heading = QLabel(title)
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        self.column = QVBoxLayout(self)
        self.column.addWidget(heading)

    def open_at(self, corner: QPoint, *, is_above: bool = False) -> None:
        """Open with a corner on the left at a place on the screen, as far as that has room.

        Args:
            corner: The upper one.
            is_above: If it is the lower one.
        """
        self.adjustSize()
        screen = self._window.screen().availableGeometry()
        place = QRect(corner, self.size())
        if is_above:
            place.moveBottom(corner.y())
        place.moveRight(min(place.right(), screen.right()))
        place.moveBottom(min(place.bottom(), screen.bottom()))
        place.moveLeft(max(place.left(), screen.left()))
        place.moveTop(max(place.top(), screen.top()))
        self.move(place.topLeft())
        self.show()

    def apply(self) -> None:
        """Do what was typed, and close; for the children to fill in."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw an edge that is seen on any ground; the style's is too dark for a dark theme."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Apply, or close."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.apply()
        elif event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)
