"""What the File menu does: songs, folders and projects come in, files go out."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit

from app.model.session import Session
from app.model.settings import Settings
from app.model.song import Song
from app.model.song_folder import PROJECT_FILE
from app.resource_files import resource_path
from app.widgets.export_dialog import ExportDialog
from app.widgets.failed_page import was_never_open
from app.widgets.main_window import MainWindow
from app.widgets.reveal import reveal
from app.widgets.songs_export_dialog import SongsExportDialog

AUDIO_PATTERNS = (
    "*.wav *.wave *.aif *.aiff *.aifc *.flac *.ogg *.oga *.opus *.mp3 *.m4a *.mp4 *.aac *.wma "
    "*.caf *.w64 *.rf64 *.au *.mkv *.mov *.webm *.avi"
)


class FileCommands(QObject):
    """Connects the File menu; what it opens is announced, sorted into songs and projects.

    Signals:
        songs_chosen: Files and folders (list of ``Path``) with songs.
        project_chosen: Folder (``Path``) of a project.
    """

    songs_chosen = Signal(object)
    project_chosen = Signal(object)

    def __init__(self, session: Session, settings: Settings, window: MainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self._song: Song | None = None
        a = window.actions_
        a.open_files.triggered.connect(self._ask_for_songs)
        a.open_folder.triggered.connect(self._ask_for_folder)
        a.open_project.triggered.connect(self._ask_for_project)
        a.open_demo.triggered.connect(self._open_demo)
        a.export.triggered.connect(self._export)
        a.show_folder.triggered.connect(self._show_folder)
        a.quit.triggered.connect(window.close)
        window.recent_menu.aboutToShow.connect(self._fill_recent)
        window.paths_dropped.connect(self.open_paths)
        window.failed_page.another_wanted.connect(self._ask_for_another)
        window.welcome.recent_chosen.connect(self._open_recent)
        settings.changed.connect(self._show_recent)
        session.current_changed.connect(self._follow_current)
        self._show_recent("recent_files")
        self._follow_current()

    def open_paths(self, paths: Iterable[Path]) -> None:
        """Open songs, folders of songs, and projects, whatever was dropped or named."""
        songs: list[Path] = []
        for path in paths:
            if path.name == PROJECT_FILE:
                self.project_chosen.emit(path.parent)
            elif (path / PROJECT_FILE).is_file():
                self.project_chosen.emit(path)
            else:
                songs.append(path)
        if songs:
            self._settings.source_folder = songs[0].absolute().parent
            self.songs_chosen.emit(songs)

    def _follow_current(self) -> None:
        if self._song is not None:
            self._song.opened.disconnect(self._refresh)
        self._song = self._session.current
        if self._song is not None:
            self._song.opened.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        a, song = self._window.actions_, self._song
        a.show_folder.setEnabled(song is not None)
        for action in (a.save, a.save_copy, a.export):  # nothing to write of a file that failed
            action.setEnabled(song is not None and song.facts is not None)

    def _ask_for_another(self) -> None:
        failed = self._session.current
        dialog = self._ask_for_songs()
        if failed is not None:
            dialog.filesSelected.connect(lambda _: self._forget_failed(failed))

    def _forget_failed(self, song: Song) -> None:
        """Take out a song in whose place another one was chosen."""
        if song in self._session.songs and was_never_open(song):
            self._session.remove(song)

    def _ask_for_songs(self) -> QFileDialog:
        dialog = self._dialog(self.tr("Open Songs"), QFileDialog.FileMode.ExistingFiles)
        dialog.setDirectory(str(self._settings.source_folder))
        dialog.setNameFilters(
            [self.tr("Songs ({0})").format(AUDIO_PATTERNS), self.tr("All files (*)")]
        )
        dialog.filesSelected.connect(self._open_names)
        dialog.open()
        return dialog

    def _ask_for_folder(self) -> None:
        dialog = self._dialog(self.tr("Open a Folder of Songs"), QFileDialog.FileMode.Directory)
        dialog.setDirectory(str(self._settings.source_folder))
        dialog.filesSelected.connect(lambda names: self._open_names([meant_folder(dialog, names)]))
        dialog.open()

    def _ask_for_project(self) -> None:
        dialog = self._dialog(self.tr("Open a Project"), QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Projects of Strata ({0})").format(PROJECT_FILE))
        recent = self._settings.recent_files
        dialog.setDirectory(str(recent[0].parent if recent else self._settings.songs_folder))
        dialog.filesSelected.connect(self._open_names)
        dialog.open()

    def _dialog(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(mode)
        return dialog

    def _open_names(self, names: Sequence[str]) -> None:
        self.open_paths(Path(name) for name in names)

    def _open_demo(self) -> None:
        songs = sorted(resource_path("demo").glob("*.ogg"))
        if songs:
            self.songs_chosen.emit(songs[:1])

    def _fill_recent(self) -> None:
        menu = self._window.recent_menu
        menu.clear()
        recent = self._settings.recent_files
        for number, path in enumerate(recent, start=1):
            action = menu.addAction(f"&{number} {path.name}" if number < 10 else path.name)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, chosen=path: self._open_recent(chosen))
        if recent:
            menu.addSeparator()
        clear = menu.addAction(self.tr("&Forget These"))
        clear.setEnabled(bool(recent))
        clear.triggered.connect(self._forget_recent)

    def _show_recent(self, name: str) -> None:
        if name == "recent_files":
            self._window.welcome.show_recent(self._settings.recent_files)

    def _open_recent(self, path: Path) -> None:
        if path.exists():
            self.open_paths([path])
        else:
            self._settings.forget_recent_file(path)
            self._window.show_notice(self.tr("“{0}” is not there any more.").format(path.name))

    def _forget_recent(self) -> None:
        self._settings.recent_files = ()

    def _export(self) -> None:
        song, marked = self._session.current, self._window.queue_panel.selected_songs
        dialog: QDialog | None = None
        if len(marked) > 1:
            dialog = SongsExportDialog(marked, self._settings, self._window)
        elif song is not None and song.facts is not None:
            dialog = ExportDialog(song, self._settings, self._window)
        if dialog is not None:
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def _show_folder(self) -> None:
        song = self._session.current
        if song is not None:
            reveal(song.folder)


def meant_folder(dialog: QFileDialog, names: Sequence[str]) -> str:
    """Return the folder that the user has typed or marked.

    WORKAROUND: while a path is typed, Qt's own dialog (6.11) marks every folder on the way, and
    names them all if Enter follows at once.
    """
    field = dialog.findChild(QLineEdit)
    typed = field.text().strip() if field is not None else ""
    folder = Path(dialog.directory().absolutePath(), Path(typed).expanduser())
    return str(folder) if typed and folder.is_dir() else names[-1]
