"""Where the dialogs of the File menu begin, and what the menu offers."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from app.model.song import Song
from app.widgets import main_window
from app.widgets.file_commands import FileCommands, meant_folder
from app.widgets.many_question import ManyQuestion
from app.workers.song_finding import ManyFound
from app.workers.song_queue import SongQueue
from tests.app.widgets.studio_window import StudioWindow, studio_window


class FakeQueue(QObject):
    """Says what was opened."""

    many_found = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[list[Path]] = []

    def open_files(self, paths: list[Path]) -> None:
        """Remember the files."""
        self.opened.append(paths)


@pytest.fixture
def studio(qtbot: QtBot) -> Iterator[StudioWindow]:
    with studio_window() as studio:
        yield studio


@pytest.fixture
def commands(studio: StudioWindow) -> FileCommands:
    return FileCommands(studio.session, studio.settings, studio.window)


def shown_dialog(studio: StudioWindow) -> QFileDialog:
    (dialog,) = studio.window.findChildren(QFileDialog)
    return dialog


def test_the_next_song_is_looked_for_where_the_last_one_was(
    studio: StudioWindow, commands: FileCommands, tmp_path: Path
) -> None:
    (tmp_path / "album").mkdir()
    (tmp_path / "project").mkdir()
    commands.open_paths([tmp_path / "album" / "song.mp3"])
    studio.settings.add_recent_file(tmp_path / "project")

    studio.window.actions_.open_files.trigger()

    dialog = shown_dialog(studio)
    assert Path(dialog.directory().absolutePath()) == tmp_path / "album"
    dialog.close()


def test_the_first_song_is_looked_for_outside_of_our_own_folders(
    studio: StudioWindow, commands: FileCommands
) -> None:
    studio.window.actions_.open_files.trigger()

    dialog = shown_dialog(studio)
    folder = Path(dialog.directory().absolutePath())
    assert folder.is_dir()
    assert not folder.is_relative_to(studio.settings.songs_folder)
    dialog.close()


def test_what_could_not_be_opened_can_be_neither_saved_nor_exported(
    studio: StudioWindow, commands: FileCommands
) -> None:
    a = studio.window.actions_
    whole = studio.add_song()
    assert a.export.isEnabled()
    assert a.save.isEnabled()
    failed = Song(Path("failed"), Path("failed.wav"))
    studio.session.add(failed)
    studio.session.set_current(failed)
    for action in (a.export, a.save, a.save_copy):
        assert not action.isEnabled()
    studio.session.set_current(whole)
    assert a.export.isEnabled()


def test_the_empty_window_offers_the_songs_of_last_time(studio: StudioWindow) -> None:
    welcome, action = studio.window.welcome, studio.window.actions_.open_last
    action.setEnabled(False)
    assert welcome.last_button.isHidden()
    action.setEnabled(True)
    assert not welcome.last_button.isHidden()
    opened: list[bool] = []
    action.triggered.connect(lambda: opened.append(True))
    welcome.last_button.click()
    assert len(opened) == 1


def test_the_empty_window_names_the_recent_songs_and_opens_them(
    studio: StudioWindow, commands: FileCommands, tmp_path: Path
) -> None:
    welcome = studio.window.welcome
    for number in range(7):
        (tmp_path / f"Song & {number}").mkdir()
        (tmp_path / f"Song & {number}" / "project.json").touch()
        studio.settings.add_recent_file(tmp_path / f"Song & {number}")
    names = [button.accessibleName() for button in welcome.recent_buttons]
    assert names == [f"Open Song & {number}" for number in (6, 5, 4, 3, 2)]
    assert welcome.recent_buttons[0].text() == "Song && 6"  # no letter for Alt
    opened: list[Path] = []
    commands.project_chosen.connect(opened.append)

    welcome.recent_buttons[1].click()
    assert opened == [tmp_path / "Song & 5"]
    studio.settings.recent_files = ()
    assert not any(button.isVisibleTo(welcome) for button in welcome.recent_buttons)


def test_a_typed_folder_is_taken_without_those_above_it(
    studio: StudioWindow, commands: FileCommands, tmp_path: Path
) -> None:
    (tmp_path / "songs" / "mixed").mkdir(parents=True)
    opened: list[list[Path]] = []
    commands.songs_chosen.connect(opened.append)
    studio.window.actions_.open_folder.trigger()
    dialog = shown_dialog(studio)
    field = dialog.findChild(QLineEdit)
    assert field is not None
    field.setText(str(tmp_path / "songs" / "mixed"))

    dialog.filesSelected.emit([str(tmp_path / "songs"), str(tmp_path / "songs" / "mixed")])

    assert opened == [[tmp_path / "songs" / "mixed"]]
    dialog.close()


def test_a_folder_that_was_marked_is_the_one_that_the_dialog_names(
    studio: StudioWindow, tmp_path: Path
) -> None:
    dialog = QFileDialog(studio.window)
    field = dialog.findChild(QLineEdit)
    assert field is not None
    dialog.setDirectory(str(tmp_path))
    for text in ("", "gone"):
        field.setText(text)
        assert meant_folder(dialog, [str(tmp_path)]) == str(tmp_path)


def test_many_songs_are_opened_after_a_yes_only(studio: StudioWindow, qtbot: QtBot) -> None:
    queue = FakeQueue()
    question = ManyQuestion(cast(SongQueue, queue), studio.window)
    sources = (Path("/music/a/1.wav"), Path("/music/b/2.wav"))

    queue.many_found.emit(ManyFound(sources=sources))
    (box,) = studio.window.findChildren(QMessageBox)
    assert str(Path("/music")) in box.informativeText()
    box.button(QMessageBox.StandardButton.Cancel).click()
    assert queue.opened == []

    queue.many_found.emit(ManyFound(sources=sources))
    box = studio.window.findChildren(QMessageBox)[-1]
    next(each for each in box.buttons() if each.text() == "&Open All").click()
    assert queue.opened == [list(sources)]
    del question


def test_a_notice_that_nobody_can_have_read_yet_stays_beside_another(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(main_window, "monotonic", lambda: now[0])
    with studio_window() as studio:
        window = studio.window
        bar = window.statusBar()
        window.show_notice("2 files were left out.", topic="files")
        window.show_notice("1 file failed.")
        window.show_notice("2 files failed.")
        assert bar.currentMessage() == "2 files were left out.   2 files failed."

        now[0] += 10.0
        window.show_notice("Saved.")
        assert bar.currentMessage() == "Saved."
