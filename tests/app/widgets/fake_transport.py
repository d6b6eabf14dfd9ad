"""A transport without sound, whose playhead moves only when it is told to."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from app.model.song import Song


class FakeTransport(QObject):
    """Has the part of ``Transport`` that the timeline uses."""

    position_changed = Signal(int)
    playing_changed = Signal(bool)
    monitor_changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.song: Song | None = None
        self.position = 0
        self.is_playing = False
        self.monitor = "stems"
        self.measured: dict[str, tuple[float, float]] = {}

    def seek(self, frame: int) -> None:
        self.position = frame
        self.position_changed.emit(frame)

    def set_playing(self, is_playing: bool) -> None:
        self.is_playing = is_playing
        self.playing_changed.emit(is_playing)

    def set_monitor(self, monitor: str) -> None:
        self.monitor = monitor
        self.monitor_changed.emit(monitor)

    def levels(self) -> Mapping[str, tuple[float, float]]:
        return self.measured
