"""Keeps in a song what the timeline shows of it, and shows it again when the song comes back."""

from PySide6.QtCore import QObject, Slot

from app.model.frame_range import FrameRange
from app.model.song import Song
from app.model.song_view import SongView
from app.playback.transport import Transport
from app.widgets.axis_control import AxisControl


class ViewKeeper(QObject):
    """Writes ``Song.view`` while a song is on screen."""

    def __init__(self, transport: Transport, control: AxisControl, parent: QObject) -> None:
        super().__init__(parent)
        self._transport = transport
        self._control = control
        self._song: Song | None = None
        self._lane = ""
        transport.position_changed.connect(self._keep)
        control.axis_changed.connect(self._keep)

    def let_go(self) -> None:
        """Write no more into a song that is about to go from the screen."""
        self._song = None

    def restore(self, song: Song | None) -> None:
        """Show what a song has kept, and go on keeping it."""
        if song is not None and song.facts is not None:
            kept = song.view
            if self._transport.song is song:
                self._transport.seek(kept.position)
            if kept.visible is not None:
                self._control.hold_range(kept.visible)
        self._song = song
        self._keep()

    @Slot(str)
    def keep_lane(self, name: str) -> None:
        """Keep which lane the keys act on."""
        self._lane = name
        self._keep()

    @Slot()
    def _keep(self) -> None:
        # The transport takes the next song first, and is at its start by then.
        if self._song is not None and self._transport.song is self._song:
            self._song.view = SongView(
                visible=self._visible(),
                position=max(0, self._transport.position),
                lane=self._lane,
            )

    def _visible(self) -> FrameRange | None:
        if self._control.held_range is not None:
            return self._control.held_range
        axis = self._control.axis
        start, stop = int(axis.first_frame), min(int(axis.last_frame), axis.num_frames)
        return None if axis.shows_all or start >= stop else FrameRange(start, stop)
