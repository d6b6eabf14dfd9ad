"""What the actions of the queue do with the song on screen."""

from PySide6.QtCore import QObject

from app.model.session import Session
from app.model.song import Song
from app.model.song_status import UNFINISHED_PHASES, Phase
from app.widgets.actions import Actions, describe, plain_text
from app.widgets.icons import set_icon
from app.widgets.separation_panel import SeparationPanel
from app.workers.song_queue import SongQueue


class QueueCommands(QObject):
    """Connects the actions of the queue with the queue."""

    def __init__(
        self,
        session: Session,
        queue: SongQueue,
        panel: SeparationPanel,
        actions: Actions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._queue = queue
        self._panel = panel
        self._actions = actions
        self._song: Song | None = None
        self._connect()
        session.current_changed.connect(self._follow_current)
        session.songs_changed.connect(self._refresh)
        self._follow_current()

    def _connect(self) -> None:
        a = self._actions
        a.separate.triggered.connect(self._separate)
        a.pause_song.triggered.connect(self._pause_or_resume)
        a.resume_all.triggered.connect(self._resume_all)
        a.cancel_song.triggered.connect(self._cancel)
        a.retry_song.triggered.connect(self._retry)
        a.retry_all.triggered.connect(self._retry_all)
        a.move_up.triggered.connect(lambda: self._move(-1))
        a.move_down.triggered.connect(lambda: self._move(1))

    def _follow_current(self) -> None:
        if self._song is not None:
            self._song.status_changed.disconnect(self._refresh)
        self._song = self._session.current
        if self._song is not None:
            self._song.status_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        song, a = self._song, self._actions
        phase = song.status.phase if song is not None else None
        is_unfinished = phase in UNFINISHED_PHASES
        a.separate.setEnabled(
            song is not None and song.facts is not None and phase is not Phase.DECODING
        )
        a.pause_song.setEnabled(is_unfinished)
        self._name_pause(is_paused=phase is Phase.PAUSED)
        a.cancel_song.setEnabled(is_unfinished)
        a.retry_song.setEnabled(song is not None and song.status.can_be_repeated)
        a.close_song.setEnabled(song is not None)
        songs = self._session.songs
        index = songs.index(song) if song in songs else -1
        a.move_up.setEnabled(index > 0)
        a.move_down.setEnabled(0 <= index < len(songs) - 1)

    def _name_pause(self, *, is_paused: bool) -> None:
        action = self._actions.pause_song
        text = self.tr("&Go On") if is_paused else self.tr("&Pause")
        if action.text() != text:
            action.setText(text)
            describe(action, plain_text(text))
            set_icon(action, "play" if is_paused else "pause")

    def _separate(self) -> None:
        if self._song is not None:
            self._queue.separate(self._song, self._panel.model_name)

    def _pause_or_resume(self) -> None:
        if self._song is None:
            return
        if self._song.status.phase is Phase.PAUSED:
            self._queue.resume(self._song)
        else:
            self._queue.pause(self._song)

    def _resume_all(self) -> None:
        for song in self._session.songs:
            if song.status.phase is Phase.PAUSED:
                self._queue.resume(song)

    def _cancel(self) -> None:
        if self._song is not None:
            self._queue.cancel(self._song)

    def _retry(self) -> None:
        if self._song is not None:
            self._queue.retry(self._song)

    def _retry_all(self) -> None:
        for song in self._session.songs:
            if song.status.phase is Phase.FAILED and song.status.can_be_repeated:
                self._queue.retry(song)

    def _move(self, step: int) -> None:
        if self._song is not None:
            index = self._session.songs.index(self._song) + step
            if 0 <= index < len(self._session.songs):
                self._session.move(self._song, index)
