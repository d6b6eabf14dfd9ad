"""Opens projects and saves them; what takes time runs in threads of its own."""

from collections.abc import Generator, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog

from app.model.kept_order import KeptOrder
from app.model.project_copy import ProjectCopied, copy_project
from app.model.project_file import (
    ProjectLoaded,
    ProjectNotLoaded,
    load_projects,
    save_project,
)
from app.model.project_snapshot import ProjectSnapshot, snapshot_of
from app.model.recovery import AbandonedSession, RecordedSession, SessionRecord
from app.model.session import Session
from app.model.settings import Settings
from app.model.song import Song
from app.model.song_folder import projects_root
from app.widgets.main_window import MainWindow
from app.workers.engine_job import EngineJob
from engine.audio.file_names import cleaned_name
from engine.errors import EngineError


class ProjectCommands(QObject):
    """Connects projects on disk with the session; what changes is saved by ``Autosave``.

    Signals:
        songs_wanted: Files (list of ``Path``) of songs whose projects are not there.
        load_failed: Folder (``Path``) of a project that cannot be opened.
    """

    songs_wanted = Signal(object)
    load_failed = Signal(object)

    def __init__(
        self, session: Session, settings: Settings, record: SessionRecord, window: MainWindow
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._record = record
        self._window = window
        self._order = KeptOrder(session, self)
        self._jobs: set[EngineJob] = set()
        self._watched: tuple[Song, ...] = ()
        self._on_their_way: set[Path] = set()
        self._suspicious: list[AbandonedSession] = []
        window.actions_.save.triggered.connect(self._save)
        window.actions_.save_copy.triggered.connect(self._ask_for_copy)
        window.actions_.open_last.triggered.connect(self.open_last_session)
        window.actions_.open_last.setEnabled(bool(record.last_session().songs))
        session.songs_changed.connect(self._watch_songs)

    def recover(self) -> None:
        """Open the songs of programs that crashed, and say so.

        Songs with which the program crashed again and again are offered only.
        """
        num_songs = 0
        for each in self._record.take_abandoned():
            if each.record.is_suspicious:
                self._suspicious.append(each)
            else:
                self._adopt(each)
                num_songs += len(each.record.songs)
        if self._suspicious:
            self._window.banner.show_error(
                EngineError(
                    self.tr("Strata ended several times with the same songs."),
                    remedy=self.tr("They are not open now. Their projects are in the recent ones."),
                ),
                self.tr("&Open Them Again"),
                self._adopt_suspicious,
            )
        elif num_songs:
            self._window.banner.show_notice(
                self.tr(
                    "Strata did not end as it should. %n song(s) are open again as they were.",
                    "",
                    num_songs,
                )
            )

    def open_last_session(self) -> None:
        """Open the songs of the window that was closed last."""
        self._open_recorded(self._record.last_session())

    def open_project(self, folder: Path, *, is_shown: bool = True) -> None:
        """Open a project, or show it if it is open.

        Args:
            folder: Of the project.
            is_shown: Whether it comes on screen whatever is heard there.
        """
        for song in self._session.songs:
            if song.folder.resolve() == folder.resolve():
                self._session.set_current(song)
                return
        if self._is_elsewhere(folder):
            self._window.banner.show_error(
                EngineError(
                    self.tr("“{0}” is open in another window of Strata.").format(folder.name),
                    remedy=self.tr("Go on there, or close it there first."),
                )
            )
            return
        self._load([folder], shown=folder if is_shown else None)

    def _adopt(self, abandoned: AbandonedSession) -> None:
        self._record.adopt(abandoned)
        self._open_recorded(abandoned.record)

    def _adopt_suspicious(self) -> None:
        for each in self._suspicious:
            self._adopt(each)
        self._suspicious.clear()

    def _open_recorded(self, record: RecordedSession) -> None:
        self._order.expect(record.songs)
        here = {song.folder for song in self._session.songs}
        folders = [
            song.folder
            for song in record.songs
            if song.has_project and song.folder not in here and not self._is_elsewhere(song.folder)
        ]
        self._load(folders, shown=record.shown.folder if record.shown is not None else None)
        sources = [song.source for song in record.songs if not song.has_project]
        if sources:
            self.songs_wanted.emit(sources)

    def _is_elsewhere(self, folder: Path) -> bool:
        elsewhere = {other.resolve() for other in self._record.folders_elsewhere()}
        return folder.resolve() in elsewhere

    def _load(self, folders: Sequence[Path], *, shown: Path | None) -> None:
        """Load projects in their order, except those that are on their way already."""
        wanted = [folder for folder in folders if folder.resolve() not in self._on_their_way]
        if not wanted:
            return
        self._on_their_way.update(folder.resolve() for folder in wanted)
        job = EngineJob(lambda: load_projects(wanted), self)
        job.event_arrived.connect(lambda event: self._take(event, shown))
        self._start(job)

    def stop(self) -> None:
        """End what runs, and wait for it."""
        for job in tuple(self._jobs):
            job.stop()
        for each in self._suspicious:  # they were offered
            each.settle()
        self._suspicious.clear()

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

    def _ask_for_copy(self) -> None:
        song = self._session.current
        if song is None or song.facts is None:
            return
        root = projects_root()
        dialog = QFileDialog(self._window, self.tr("Save a Copy of the Project"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setFileMode(QFileDialog.FileMode.AnyFile)
        dialog.setLabelText(QFileDialog.DialogLabel.FileName, self.tr("Folder:"))
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)
        dialog.setDirectory(str(root if root.is_dir() else root.parent))
        dialog.selectFile(cleaned_name(song.title))
        dialog.fileSelected.connect(lambda name: self.save_copy(song, Path(name)))
        dialog.open()

    def save_copy(self, song: Song, destination: Path) -> None:
        """Copy a song's project into a new folder."""
        snapshot = snapshot_of(song)
        job = EngineJob(lambda: copy_project(snapshot, destination), self)
        job.event_arrived.connect(self._report_copy)
        self._start(job)

    def _report_copy(self, event: object) -> None:
        if isinstance(event, ProjectCopied):
            self._settings.add_recent_file(event.folder)
            self._window.show_notice(self.tr("The copy is in {0}.").format(event.folder))

    def _start(self, job: EngineJob) -> None:
        self._jobs.add(job)
        job.failed.connect(self._window.banner.show_error)
        for ending in (job.succeeded, job.cancelled, job.failed):
            ending.connect(lambda *_: self._forget(job))
        job.start()

    def _forget(self, job: EngineJob) -> None:
        self._jobs.discard(job)
        job.deleteLater()

    def _take(self, event: object, shown: Path | None) -> None:
        if isinstance(event, ProjectLoaded):
            folder = event.snapshot.folder
            self._on_their_way.discard(folder.resolve())
            song = event.make_song()
            self._session.add(song)
            if folder == shown:
                self._session.set_current(song)
        elif isinstance(event, ProjectNotLoaded):
            self._on_their_way.discard(event.folder.resolve())
            self._window.banner.show_error(event.error)
            self.load_failed.emit(event.folder)


def _saving(snapshot: ProjectSnapshot) -> Generator[None, None, None]:
    save_project(snapshot)
    yield
