"""Gives the keyboard to the lane that is touched: Tab alone gives it to a single control."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QWidget

from app.widgets.lane_header import LaneHeader
from app.widgets.lane_waveform import LaneWaveform


class LaneFocus(QObject):
    """Watches the head of one lane.

    Whoever uses the mouse looks at the song: arrows mean it again after a fader was dragged. A
    field that is typed in keeps the keys.
    """

    def __init__(self, header: LaneHeader, waveform: LaneWaveform) -> None:
        super().__init__(header)
        self._header = header
        self._waveform = waveform
        self._field_edit = header.field.lineEdit()
        for widget in (header, *header.findChildren(QWidget)):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Select the lane that the mouse or Tab has reached."""
        if event.type() is QEvent.Type.MouseButtonPress:
            if watched not in (self._header.field, self._field_edit):
                self._waveform.setFocus(Qt.FocusReason.MouseFocusReason)
            self._header.pressed.emit()
        elif event.type() is QEvent.Type.FocusIn:
            self._header.pressed.emit()
        return False
