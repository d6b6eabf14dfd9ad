"""Songs that come back one by one stand in the order that they had."""

from collections.abc import Sequence

from PySide6.QtCore import QObject

from app.model.recovery import RecordedSong
from app.model.session import Session
from app.model.song import Song


class KeptOrder(QObject):
    """Puts songs of an earlier session into their places, whichever comes first.

    Projects are read by one thread and files without a project by another, so they come mixed.
    """

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._expected: tuple[RecordedSong, ...] = ()
        self._placed: dict[int, Song] = {}
        self._is_moving = False
        session.songs_changed.connect(self._look)

    def expect(self, songs: Sequence[RecordedSong]) -> None:
        """Keep the order of these songs, which are about to come."""
        self._expected = tuple(songs)
        self._placed = {}

    def _look(self) -> None:
        if self._is_moving or not self._expected:
            return
        songs = self._session.songs
        self._placed = {place: song for place, song in self._placed.items() if song in songs}
        here = set(self._placed.values())
        self._is_moving = True
        for song in songs:
            place = None if song in here else self._place_of(song)
            if place is not None:
                self._move(song, place)
                self._placed[place] = song
        self._is_moving = False

    def _place_of(self, song: Song) -> int | None:
        for place, recorded in enumerate(self._expected):
            if place not in self._placed and (
                song.folder.absolute() == recorded.folder
                or (not recorded.has_project and song.source.absolute() == recorded.source)
            ):
                return place
        return None

    def _move(self, song: Song, place: int) -> None:
        others = [other for other in self._session.songs if other is not song]
        before = [other for other in self._placed if other < place]
        after = [other for other in self._placed if other > place]
        if before:
            index = others.index(self._placed[max(before)]) + 1
        elif after:
            index = others.index(self._placed[min(after)])
        else:
            return
        if self._session.songs.index(song) != index:
            self._session.move(song, index)
