"""Puts a song on screen that the user has just opened, unless another one is being heard."""

from PySide6.QtCore import QObject

from app.model.session import Session
from app.model.song import Song
from app.model.song_status import Phase
from app.playback.transport import Transport


class NewSongWatch(QObject):
    """Knows that songs are expected, and shows the first of them that could be opened."""

    def __init__(
        self, session: Session, transport: Transport, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._transport = transport
        self._known: tuple[Song, ...] = session.songs
        self._is_expecting = False
        session.songs_changed.connect(self._look)

    def expect(self) -> None:
        """Show the next new song: the user has chosen some, and wants to see one of them."""
        self._is_expecting = True

    def _look(self) -> None:
        new = [song for song in self._session.songs if song not in self._known]
        self._known = self._session.songs
        for song in new:
            if self._is_expecting and song.status.phase is not Phase.FAILED:
                self._is_expecting = False
                if not self._transport.is_playing:
                    self._session.set_current(song)
