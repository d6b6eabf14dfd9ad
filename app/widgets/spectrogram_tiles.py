"""Stub."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QRect, Signal
from PySide6.QtGui import QPainter

from app.model.frame_range import FrameRange
from app.model.track import Track
from app.widgets.time_axis import TimeAxis


class SpectrogramTiles(QObject):
    tile_arrived = Signal(str)

    def forget(self, name: str, arrived: FrameRange) -> None: ...
    def forget_all(self) -> None: ...
    def painter_of(self, track: Track) -> Callable[[QPainter, QRect, TimeAxis], None]:
        return lambda painter, rect, axis: None
