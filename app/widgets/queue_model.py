"""The queue of songs as a list that a view can show, reorder and describe."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from app.model.session import Session
from app.model.song import Song
from app.widgets.status_text import status_text

ROW_FORMAT = "application/x-strata-queue-row"
SONG_ROLE = Qt.ItemDataRole.UserRole

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class QueueModel(QAbstractListModel):
    """Rows are the songs of a session, in its order."""

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._songs: tuple[Song, ...] = ()
        session.songs_changed.connect(self._reload)
        self._reload()

    def song(self, row: int) -> Song | None:
        """Return the song of a row."""
        return self._songs[row] if 0 <= row < len(self._songs) else None

    def index_of(self, song: Song | None) -> QModelIndex:
        """Return where a song is; an invalid index if it is not in the list."""
        return self.index(self._songs.index(song)) if song in self._songs else QModelIndex()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Return the number of songs."""
        return 0 if parent.isValid() else len(self._songs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return title, song, or the words that a screen reader says."""
        song = self.song(index.row())
        if song is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return song.title
        if role == SONG_ROLE:
            return song
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{song.title}\n{song.source}\n{status_text(song.status)}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{song.title}, {status_text(song.status)}"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let rows be dragged, and dropped between rows."""
        flags = super().flags(index)
        if index.isValid():
            return flags | Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsDropEnabled

    def supportedDropActions(self) -> Qt.DropAction:
        """Rows move; they are not copied."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Name the format of a dragged row."""
        return [ROW_FORMAT]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the number of the dragged row."""
        data = QMimeData()
        if indexes:
            data.setData(ROW_FORMAT, str(indexes[0].row()).encode())
        return data

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Accept rows of this list between rows, and nothing else: files go to the window."""
        return data.hasFormat(ROW_FORMAT) and action == Qt.DropAction.MoveAction

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Move the dragged row before the one it was dropped at."""
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        source = int(bytes(data.data(ROW_FORMAT).data()))
        song = self.song(source)
        if song is None:
            return False
        target = row if row >= 0 else parent.row() if parent.isValid() else len(self._songs)
        self._session.move(song, target - 1 if source < target else target)
        return False  # the move is done: the view must not remove the old row

    def _reload(self) -> None:
        self.beginResetModel()
        for song in self._songs:
            if song not in self._session.songs:
                song.status_changed.disconnect(self._report_change)
                song.opened.disconnect(self._report_change)
        for song in self._session.songs:
            if song not in self._songs:
                song.status_changed.connect(self._report_change)
                song.opened.connect(self._report_change)
        self._songs = self._session.songs
        self.endResetModel()

    def _report_change(self) -> None:
        song = self.sender()
        if isinstance(song, Song) and song in self._songs:
            index = self.index_of(song)
            self.dataChanged.emit(index, index)
