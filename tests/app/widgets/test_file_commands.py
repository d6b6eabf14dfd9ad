"""Where the dialogs of the File menu begin, and what the menu offers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.model.song import Song
from app.widgets.file_commands import FileCommands
from tests.app.widgets.studio_window import StudioWindow, studio_window


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
