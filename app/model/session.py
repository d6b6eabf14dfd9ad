"""The songs that are open, in the order of the queue, and the one on screen."""

from PySide6.QtCore import QObject, Signal

from app.model.song import Song


class Session(QObject):
    """The songs of the window.

    Signals:
        songs_changed: Songs came, went or moved.
        current_changed: Another song (or none) is on screen.
    """

    songs_changed = Signal()
    current_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._songs: list[Song] = []
        self._current: Song | None = None

    @property
    def songs(self) -> tuple[Song, ...]:
        """All songs in the order of the queue."""
        return tuple(self._songs)

    @property
    def current(self) -> Song | None:
        """The song on screen."""
        return self._current

    def add(self, song: Song) -> None:
        """Append a song to the queue; the first one comes on screen."""
        song.setParent(self)
        self._songs.append(song)
        self.songs_changed.emit()
        if self._current is None:
            self.set_current(song)

    def remove(self, song: Song) -> None:
        """Take a song out; if it was on screen, its neighbour comes."""
        index = self._songs.index(song)
        del self._songs[index]
        if song is self._current:
            neighbours = self._songs[index : index + 1] or self._songs[-1:]
            self.set_current(neighbours[0] if neighbours else None)
        self.songs_changed.emit()
        song.deleteLater()

    def move(self, song: Song, index: int) -> None:
        """Give a song another place in the queue."""
        self._songs.remove(song)
        self._songs.insert(index, song)
        self.songs_changed.emit()

    def replace(self, old: Song, new: Song) -> None:
        """Take a song out; another one of the session comes in its place and on screen."""
        self.move(new, self._songs.index(old))
        self.set_current(new)
        self.remove(old)

    def set_current(self, song: Song | None) -> None:
        """Put a song on screen."""
        if song is not None and song not in self._songs:
            raise ValueError("the song is not in the session")
        if song is not self._current:
            self._current = song
            self.current_changed.emit()
