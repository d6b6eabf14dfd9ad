"""Files that were opened before: shows the project that there is, and offers to start afresh."""

from pathlib import Path

from PySide6.QtCore import QObject

from app.model.session import Session
from app.model.song import Song
from app.model.song_status import Phase
from app.widgets.main_window import MainWindow
from app.widgets.project_commands import ProjectCommands
from app.workers.song_finding import ProjectFound
from app.workers.song_queue import SongQueue


class Reopening(QObject):
    """Answers a file that has a project already, and connects “Start Afresh”."""

    def __init__(
        self, session: Session, queue: SongQueue, projects: ProjectCommands, window: MainWindow
    ) -> None:
        super().__init__(window)
        self._session = session
        self._queue = queue
        self._projects = projects
        self._window = window
        self._expected: dict[Path, Path] = {}  # folders of projects that are read, and sources
        self._shown: list[Song] = []  # of which the banner speaks
        queue.project_found.connect(self._reopen)
        projects.load_failed.connect(self._give_up)
        session.songs_changed.connect(self._look)
        session.current_changed.connect(self._refresh)
        window.banner.dismissed.connect(self._shown.clear)
        window.actions_.start_afresh.triggered.connect(self._start_current_afresh)
        self._refresh()

    def _reopen(self, found: object) -> None:
        assert isinstance(found, ProjectFound)
        for song in self._session.songs:
            if song.folder == found.folder:
                self._show_open(song)
                return
        self._expected[found.folder] = found.source
        self._projects.open_project(found.folder, is_shown=False)

    def _show_open(self, song: Song) -> None:
        self._session.set_current(song)
        if song.status.phase is Phase.FAILED:  # the user may have mended the file
            self._queue.retry(song)
        else:
            self._window.show_notice(
                self.tr(
                    "“{0}” is open already. File > “Start Afresh with the File” begins anew."
                ).format(song.title)
            )

    def _look(self) -> None:
        came = [song for song in self._session.songs if song.folder in self._expected]
        self._shown = [song for song in self._shown if song in self._session.songs] + came
        for song in came:
            del self._expected[song.folder]
            if song.status.phase is Phase.PAUSED:  # who opens a file wants to hear its stems
                self._queue.resume(song)
        if came:
            self._tell()

    def _tell(self) -> None:
        text = (
            self.tr(
                "You have opened “{0}” before. This is your earlier project of that file."
            ).format(self._shown[0].title)
            if len(self._shown) == 1
            else self.tr(
                "You have opened %n file(s) before. These are your earlier projects of them.",
                "",
                len(self._shown),
            )
        )
        songs = tuple(self._shown)
        self._window.banner.show_notice(
            text, self.tr("Start &Afresh"), lambda: self._start_afresh(*songs)
        )

    def _give_up(self, folder: object) -> None:
        """Make a new song: the banner says what is wrong with the project, which stays."""
        assert isinstance(folder, Path)
        source = self._expected.pop(folder, None)
        if source is not None:
            self._queue.open_files([source], is_afresh=True)

    def _start_current_afresh(self) -> None:
        if self._session.current is not None:
            self._start_afresh(self._session.current)

    def _start_afresh(self, *songs: Song) -> None:
        for song in songs:
            if song in self._session.songs:
                self._queue.open_files([song.source], is_afresh=True, instead_of=song)

    def _refresh(self) -> None:
        self._window.actions_.start_afresh.setEnabled(self._session.current is not None)
