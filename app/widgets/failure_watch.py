"""Gathers the songs that failed into one banner, instead of a box for each."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from app.model.session import Session
from app.model.song import Song
from app.model.song_status import Phase
from app.widgets.error_banner import ErrorBanner, Failure
from app.widgets.failed_page import was_never_open
from engine.errors import EngineError


class FailureWatch(QObject):
    """Shows the failures of a session until the user closes the banner or tries again.

    The banner counts every song that failed since it was closed last, as the queue shows them.
    A single one is told once: above the song that was on screen then, or by its own page.
    """

    def __init__(
        self,
        session: Session,
        banner: ErrorBanner,
        retry: Callable[[Song], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._banner = banner
        self._retry = retry
        self._watched: tuple[Song, ...] = ()
        self._shown: list[EngineError] = []
        self._dismissed: list[EngineError] = []
        self._told: list[EngineError] = []  # each alone; they count again when others fail
        session.songs_changed.connect(self._follow_session)
        session.current_changed.connect(self._follow_current)
        banner.dismissed.connect(self._remember_dismissal)
        self._follow_session()

    def _follow_session(self) -> None:
        for song in self._session.songs:
            if song not in self._watched:
                song.status_changed.connect(self._refresh)
        self._watched = self._session.songs
        self._refresh()

    def _follow_current(self) -> None:
        if len(self._shown) == 1:
            self._told += self._shown
        self._refresh()

    def _refresh(self) -> None:
        failed = self._failed_songs()
        if len(failed) == 1 and self._is_told(failed[0]):
            failed = []
        errors = [song.status.error for song in failed if song.status.error is not None]
        if errors == self._shown:
            return
        had_some = bool(self._shown)
        self._shown = errors
        if errors:
            self._banner.show_failures(
                [
                    Failure(title=song.title, error=song.status.error)
                    for song in failed
                    if song.status.error is not None
                ],
                self.tr("&Try Again"),
                self._retry_all,
            )
        elif had_some:
            self._banner.dismiss()

    def _failed_songs(self) -> list[Song]:
        return [
            song
            for song in self._session.songs
            if song.status.phase is Phase.FAILED and song.status.error not in self._dismissed
        ]

    def _is_told(self, song: Song) -> bool:
        """Whether nothing has to be said of the only song that failed."""
        error, is_current = song.status.error, song is self._session.current
        if is_current and was_never_open(song) and error is not None:
            self._told.append(error)  # its page says it
            return True
        return error in self._told and not is_current

    def _remember_dismissal(self) -> None:
        self._dismissed += self._shown
        self._shown = []

    def _retry_all(self) -> None:
        for song in self._session.songs:
            if song.status.phase is Phase.FAILED:
                self._retry(song)
