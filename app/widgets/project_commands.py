"""Opens projects and saves them; what takes time runs in threads of its own."""

import logging
from collections.abc import Generator
from pathlib import Path

from PySide6.QtCore import QObject

from app.model.project_file import ProjectLoaded, load_project, save_project
from app.model.project_snapshot import ProjectSnapshot, snapshot_of
from app.model.session import Session
from app.model.settings import Settings
from app.model.song import Song
from app.widgets.main_window import MainWindow
from app.workers.engine_job import EngineJob
from engine.errors import EngineError

logger = logging.getLogger(__name__)


class ProjectCommands(QObject):
    """Connects projects on disk with the session."""

    def __init__(self, session: Session, settings: Settings, window: MainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self._jobs: set[EngineJob] = set()
        self._watched: tuple[Song, ...] = ()
        window.actions_.save.triggered.connect(self._save)
        session.songs_changed.connect(self._watch_songs)

    def open_project(self, folder: Path) -> None:
        """Open a project, or show it if it is open."""
        for song in self._session.songs:
            if song.folder == folder:
                self._session.set_current(song)
                return
        job = EngineJob(lambda: load_project(folder), self)
        job.event_arrived.connect(self._take)
        self._start(job)

    def stop(self) -> None:
        """End what runs, and wait for it; save every song."""
        for job in tuple(self._jobs):
            job.stop()
        for song in self._session.songs:
            if song.facts is not None:
                try:
                    save_project(song)
                except EngineError:  # nobody is left to be told
                    logger.exception("%s was not saved", song.folder)

    def _watch_songs(self) -> None:
        for song in self._session.songs:
            if song not in self._watched:
                song.opened.connect(lambda song=song: self._remember(song))
                if song.facts is not None:
                    self._remember(song)
        self._watched = self._session.songs

    def _remember(self, song: Song) -> None:
        self._settings.add_recent_file(song.folder)

    def _save(self) -> None:
        song = self._session.current
        if song is None or song.facts is None:
            return
        snapshot, title = snapshot_of(song), song.title
        job = EngineJob(lambda: _saving(snapshot), self)
        job.succeeded.connect(
            lambda: self._window.show_notice(self.tr("“{0}” is saved.").format(title))
        )
        self._start(job)

    def _start(self, job: EngineJob) -> None:
        self._jobs.add(job)
        job.failed.connect(self._window.banner.show_error)
        for ending in (job.succeeded, job.cancelled, job.failed):
            ending.connect(lambda *_: self._forget(job))
        job.start()

    def _forget(self, job: EngineJob) -> None:
        self._jobs.discard(job)
        job.deleteLater()

    def _take(self, event: object) -> None:
        if isinstance(event, ProjectLoaded):
            song = event.make_song()
            self._session.add(song)
            self._session.set_current(song)


def _saving(snapshot: ProjectSnapshot) -> Generator[None, None, None]:
    save_project(snapshot)
    yield
