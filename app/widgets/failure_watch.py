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

    A song that was never open has a page of its own; once it was on screen, it is told.
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
        session.songs_changed.connect(self._follow_session)
        session.current_changed.connect(self._refresh)
        banner.dismissed.connect(self._remember_dismissal)
        self._follow_session()

    def _follow_session(self) -> None:
        for song in self._session.songs:
            if song not in self._watched:
                song.status_changed.connect(self._refresh)
        self._watched = self._session.songs
        self._refresh()

    def _refresh(self) -> None:
        current = self._session.current
        if current is not None and was_never_open(current) and current.status.error is not None:
            self._dismissed.append(current.status.error)  # its page says it
        failed = self._failed_songs()
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

    def _remember_dismissal(self) -> None:
        self._dismissed += self._shown
        self._shown = []

    def _retry_all(self) -> None:
        for song in self._session.songs:
            if song.status.phase is Phase.FAILED:
                self._retry(song)
