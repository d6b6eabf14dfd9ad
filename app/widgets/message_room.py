"""The row below the lanes where a message stands, so that it covers none of them."""

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.lane_stack import LaneStack


class MessageRoom(QWidget):
    """Takes its height from the lower end of the lanes' view; their upper end stays as it is."""

    def __init__(self, stack: LaneStack, parent: QWidget) -> None:
        super().__init__(parent)
        self._stack = stack
        self._height = 0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def take(self, height: int) -> None:
        """Be so high, or as high as leaves the lanes enough to be seen."""
        most = self._stack.height() + self.height() - self._stack.minimumSizeHint().height()
        height = max(0, min(height, most))
        if height != self._height:
            self._height = height
            self._stack.leave_room(height)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Want what the message takes; the layout gives it, and takes it from the lanes."""
        return QSize(0, self._height)
