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
        self._is_empty: bool | None = None
        song.audio_arrived.connect(self._follow_audio)
        song.remaking_began.connect(self._refresh)
        self._refresh()

    @Slot(str, object)
    def _follow_audio(self, name: str, _arrived: object) -> None:
        if name == self._row.name:
            self._refresh()

    @Slot()
    def _refresh(self) -> None:
        is_empty = not self._song.has_leftovers
        if is_empty == self._is_empty:
            return  # the user may have made the row low or high since
        is_first = self._is_empty is None
        self._is_empty = is_empty
        self._row.header.show_empty(is_empty)
        if is_empty or not is_first:
            self._row.set_collapsed(is_empty)
