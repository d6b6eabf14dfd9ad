"""Feeds the lanes' level meters while the song plays, and lets them fall after it."""

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Slot

from app.playback.transport import Transport
from app.widgets.lane_stack import LaneStack

INTERVAL_MS = 33


class LaneMeters(QObject):
    """Asks the transport for levels as often as the playhead moves."""

    def __init__(self, transport: Transport, stack: LaneStack, parent: QObject) -> None:
        super().__init__(parent)
        self._transport = transport
        self._stack = stack
        self._clock = QElapsedTimer()
        self._clock.start()
        self._decay = QTimer(self)
        self._decay.setInterval(INTERVAL_MS)
        self._decay.timeout.connect(self._measure)
        transport.position_changed.connect(self._follow)
        transport.playing_changed.connect(self._show_playing)

    @Slot(int)
    def _follow(self, frame: int) -> None:
        if self._transport.is_playing:
            self._measure()

    @Slot(bool)
    def _show_playing(self, is_playing: bool) -> None:
        self._clock.restart()
        if is_playing:
            self._decay.stop()
        else:
            self._decay.start()

    @Slot()
    def _measure(self) -> None:
        elapsed_seconds = self._clock.restart() / 1000.0
        levels = self._transport.levels() if self._transport.is_playing else {}
        meters = [(row.name, row.header.meter) for row in self._stack.rows]
        for name, meter in meters:
            meter.show_levels(levels.get(name, (0.0, 0.0)), elapsed_seconds)
        if not self._transport.is_playing and all(meter.is_at_rest for _, meter in meters):
            self._decay.stop()
