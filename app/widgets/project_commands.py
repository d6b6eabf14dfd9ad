"""Opens projects and saves them; all of it in threads of their own."""

from pathlib import Path

from PySide6.QtCore import QObject

from app.model.project_file import ProjectLoaded, load_project
from app.model.session import Session
from app.model.settings import Settings
from app.widgets.main_window import MainWindow
from app.workers.engine_job import EngineJob
from engine.errors import EngineError


class ProjectCommands(QObject):
    """Connects projects on disk with the session."""

    def __init__(self, session: Session, settings: Settings, window: MainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self._jobs: list[EngineJob] = []

    def open_project(self, folder: Path) -> None:
        """Open a project, or show it if it is open."""
        for song in self._session.songs:
            if song.folder == folder:
                self._session.set_current(song)
                return
        job = EngineJob(lambda: load_project(folder), self)
        job.event_arrived.connect(self._take)
        job.failed.connect(self._report_failure)
        self._jobs.append(job)
        job.start()

    def stop(self) -> None:
        """End what runs, and wait for it."""
        for job in self._jobs:
            job.stop()

    def _take(self, event: object) -> None:
        if isinstance(event, ProjectLoaded):
            song = event.make_song()
            self._session.add(song)
            self._session.set_current(song)
            self._settings.add_recent_file(song.folder)

    def _report_failure(self, error: EngineError) -> None:
        self._window.banner.show_error(error)
