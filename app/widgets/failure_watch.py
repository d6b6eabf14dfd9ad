"""Tells of songs that failed: the one on screen in the banner, others without moving anything."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.model.session import Session
from app.model.shown_text import shown_text
from app.model.song import Song
from app.model.song_status import Phase
from app.widgets.error_banner import ErrorBanner
from app.widgets.failed_page import was_never_open
from engine.errors import EngineError


class FailureWatch(QObject):
    """Shows the failure of the song on screen until the user closes the banner or tries again.

    A song that could not be opened has a page of its own. Other songs are marked in the queue,
    which says why; here they are only announced.

    Signals:
        notice_raised: A sentence for the status bar.
    """

    notice_raised = Signal(str)

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
        self._shown: EngineError | None = None
        self._shown_text = ""
        self._dismissed: list[EngineError] = []
        self._told: list[EngineError] = []
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
        self._show_current(self._session.current)
        self._announce_others()

    def _show_current(self, song: Song | None) -> None:
        error = song.status.error if song is not None else None
        if song is None or was_never_open(song) or error in self._dismissed:
            error = None
        if error is self._shown:
            return
        had_text, self._shown = self._shown_text, error
        self._shown_text = ""
        if song is not None and error is not None:
            self._banner.show_error(error, self.tr("&Try Again"), lambda: self._retry(song))
            self._shown_text = self._banner.text
        elif had_text and self._banner.text == had_text:  # not what somebody else says meanwhile
            self._banner.dismiss()

    def _announce_others(self) -> None:
        failed = [song for song in self._session.songs if song.status.phase is Phase.FAILED]
        new: list[tuple[Song, EngineError]] = []
        for song in failed:
            error = song.status.error
            if error is None or error in self._told:
                continue
            self._told.append(error)
            if song is not self._session.current:
                new.append((song, error))
        if not new:
            return
        others = [song for song in failed if song is not self._session.current]
        song, error = new[-1]
        if len(others) == 1:
            text = f"{song.title}: {shown_text(error.message)}"
        elif all(map(was_never_open, others)):
            text = self.tr("%n files could not be opened. The queue says why.", "", len(others))
        else:
            text = self.tr("%n songs could not be finished. The queue says why.", "", len(others))
        self.notice_raised.emit(text)

    def _remember_dismissal(self) -> None:
        if self._shown is not None:
            self._dismissed.append(self._shown)
        self._shown, self._shown_text = None, ""
