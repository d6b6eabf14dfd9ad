"""Keeps the lane of the residual low as long as nothing is left over."""

from PySide6.QtCore import QObject, Slot

from app.model.song import Song
from app.widgets.lane_row import LaneRow


class LeftoversWatch(QObject):
    """Makes one row low and high again as the song's leftovers come and go."""

    def __init__(self, song: Song, row: LaneRow) -> None:
        super().__init__(row)
        self._song = song
        self._row = row
        self._is_low = False
        song.audio_arrived.connect(self._follow_audio)
        song.remaking_began.connect(self._refresh)
        self._refresh()

    @Slot(str, object)
    def _follow_audio(self, name: str, _arrived: object) -> None:
        if name == self._row.name:
            self._refresh()

    @Slot()
    def _refresh(self) -> None:
        self._row.header.show_empty(not self._song.has_leftovers)
        is_low = not self._song.has_leftovers or self._expects_none()
        if is_low != self._is_low:  # else the user may have made the row low or high since
            self._is_low = is_low
            self._row.set_collapsed(is_low)

    def _expects_none(self) -> bool:
        """Whether nothing is going to be left over: the lanes would only move when that is seen."""
        return self._song.residual == "fold" and not self._row.track.done.ranges
