"""Takes songs out of the queue, says where they stay, and brings them back."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from app.model.autosave import Autosave
from app.model.session import Session
from app.model.song import Song
from app.model.song_status import EXPECTED_PHASES, Phase
from app.widgets.main_window import MainWindow
from app.widgets.project_commands import ProjectCommands
from app.workers.song_queue import SongQueue

NOTICE_MS = 30_000  # the recent files have it afterwards
SAVING_MS = 20  # between two looks whether the project is on the disk


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedSong:
    """A song that was taken out.

    Attributes:
        folder: Its project.
        source: The file it was made of.
        has_project: Whether it was ever open; else nothing of it is kept.
        index: Its place in the queue.
        was_at_work: Whether it ran or waited.
        is_junk: Whether it could not be opened at all.
    """

    folder: Path
    source: Path
    has_project: bool
    index: int
    was_at_work: bool
    is_junk: bool


class ClosedSongs(QObject):
    """Connects “Close Song” with a notice that can undo it."""

    def __init__(
        self,
        session: Session,
        queue: SongQueue,
        projects: ProjectCommands,
        autosave: Autosave,
        window: MainWindow,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._queue = queue
        self._projects = projects
        self._autosave = autosave
        self._window = window
        self._notice = ""
        self._wanted: list[ClosedSong] = []  # their projects are about to be on the disk
        self._coming: list[ClosedSong] = []
        self._saving = QTimer(self, interval=SAVING_MS)
        self._saving.timeout.connect(self._open_saved)
        self._ending = QTimer(self, singleShot=True, interval=NOTICE_MS)
        self._ending.timeout.connect(self._end_notice)
        window.actions_.close_song.triggered.connect(self._close_current)
        session.songs_changed.connect(self._look)

    def close_song(self, song: Song) -> None:
        """Take a song out of the queue; its project stays."""
        self.close_songs((song,))

    def close_songs(self, songs: Sequence[Song]) -> None:
        """Take songs out of the queue, with one notice for all of them."""
        if not songs:
            return
        title, folder = songs[0].title, songs[0].folder
        places = [self._session.songs.index(song) for song in songs]
        closed = [self._taken_out(song, place) for song, place in zip(songs, places, strict=True)]
        # The one on screen last: the others would come there one by one.
        for song in sorted(songs, key=lambda song: song is self._session.current):
            self._queue.remove(song)
        wanted = [each for each in closed if not each.is_junk]
        if len(songs) > 1:
            text = self.tr("%n song(s) are out of the queue. Their projects stay.", "", len(songs))
            self._notice = text
        elif closed[0].has_project:
            text = self.tr("“{0}” is out of the queue. Its project stays in {1}.")
            self._notice = text.format(title, folder)
        else:
            self._notice = self.tr("“{0}” is out of the queue.").format(title)
        if not wanted:
            self._window.show_notice(self._notice)  # nobody wants that back
            return
        banner = self._window.banner
        banner.show_notice(self._notice, self.tr("&Undo"), lambda: self._bring_back(wanted))
        self._ending.start()

    def _taken_out(self, song: Song, place: int) -> ClosedSong:
        phase = song.status.phase
        return ClosedSong(
            folder=song.folder,
            source=song.source,
            has_project=song.facts is not None,
            index=place,
            was_at_work=phase in EXPECTED_PHASES,
            is_junk=phase is Phase.FAILED and song.facts is None,
        )

    def _close_current(self) -> None:
        current, marked = self._session.current, self._window.queue_panel.selected_songs
        if len(marked) > 1:
            self.close_songs(marked)
        elif current is not None:
            self.close_song(current)

    def _end_notice(self) -> None:
        if self._window.banner.text == self._notice:
            self._window.banner.dismiss()

    def _bring_back(self, songs: Sequence[ClosedSong]) -> None:
        for closed in songs:
            if closed.has_project:
                self._wanted.append(closed)
                self._saving.start()
            else:
                self._coming.append(closed)
                self._queue.open_files([closed.source])

    def _open_saved(self) -> None:
        if self._autosave.has_left:
            return
        self._saving.stop()
        wanted, self._wanted = self._wanted, []
        for closed in wanted:
            self._coming.append(closed)
            self._projects.open_project(closed.folder)

    def _look(self) -> None:
        for song in self._session.songs:
            for closed in self._coming:
                is_same = closed.folder == song.folder
                if is_same or (not closed.has_project and closed.source == song.source):
                    self._coming.remove(closed)
                    self._restore(song, closed)
                    return

    def _restore(self, song: Song, closed: ClosedSong) -> None:
        self._session.move(song, min(closed.index, len(self._session.songs) - 1))
        self._session.set_current(song)
        if closed.was_at_work and song.status.phase is Phase.PAUSED:
            self._queue.resume(song)
