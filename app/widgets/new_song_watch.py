"""Puts a song on screen that the user has just opened, unless another one is being heard."""

from collections.abc import Sequence

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
        self._shown: Song | None = None  # until it is known whether it can be opened
        session.songs_changed.connect(self._look)

    def expect(self) -> None:
        """Show the next new song: the user has chosen some, and wants to see one of them."""
        self._is_expecting = True

    def _look(self) -> None:
        new = [song for song in self._session.songs if song not in self._known]
        self._known = self._session.songs
        for song in new:
            song.status_changed.connect(lambda song=song: self._pass_over(song))
        if self._is_expecting:
            self._show_first(new)

    def _show_first(self, songs: Sequence[Song]) -> None:
        usable = [song for song in songs if song.status.phase is not Phase.FAILED]
        if usable:
            self._is_expecting = False
            if not self._transport.is_playing:
                self._shown = usable[0]
                self._session.set_current(usable[0])

    def _pass_over(self, song: Song) -> None:
        """Go on to the next song if this one cannot be opened, once."""
        if song is not self._shown:
            return
        if song.status.phase is Phase.FAILED and song is self._session.current:
            songs = self._session.songs
            self._shown = None
            self._is_expecting = True
            self._show_first(songs[songs.index(song) + 1 :])
        elif song.facts is not None:
            self._shown = None
