"""Paints a part of the window a turn of the event loop later than it was rebuilt."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget


class LatePainting(QObject):
    """Splits one long stop of the window into two short ones.

    Making many widgets and drawing them for the first time take about as long. Qt does both, and
    the layout in between, before it looks at its events again.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        # A timer that is due at once comes after all that is posted, the layout too.
        self._timer = QTimer(self, singleShot=True, interval=0)
        self._timer.timeout.connect(self._paint)

    def postpone(self) -> None:
        """Leave the widget as it looks now until what goes on is over."""
        self._widget.setUpdatesEnabled(False)
        self._timer.start()

    def _paint(self) -> None:
        self._widget.setUpdatesEnabled(True)
