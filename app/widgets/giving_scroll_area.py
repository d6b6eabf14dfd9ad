"""A scroll area for contents that fit on most screens: it wants all their room, but gives way."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

MIN_LINES = 6


class GivingScrollArea(QScrollArea):
    """Shows its contents whole while there is room, and lets them be scrolled otherwise."""

    def __init__(self, contents: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # The keys go from one control to the next, which comes into view by itself.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setWidget(contents)
        self._contents = contents

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell the layout around it when the contents need more room, or less."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def sizeHint(self) -> QSize:
        """Want as much as the contents."""
        return self._contents.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """Be content with a few lines, as wide as the contents and a scroll bar."""
        bar = self.verticalScrollBar().sizeHint().width()
        width = self._contents.minimumSizeHint().width() + bar
        return QSize(width, MIN_LINES * self.fontMetrics().height())
