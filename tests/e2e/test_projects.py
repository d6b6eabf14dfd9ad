"""What a person finds again on another day."""

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange
from app.model.recovery import MAX_RECOVERIES
from app.model.song_status import Phase
from app.studio import Studio
from app.widgets import mix_changes
from app.widgets.settings_dialog import SettingsDialog
from app.widgets.storage_row import StorageRow
from tests.e2e.conftest import TIMEOUT_MS, MakeSong, OpenStudio, drop, wait_for


@pytest.fixture
def closed_project(open_studio: OpenStudio, make_song: MakeSong, qtbot: QtBot) -> Path:
    """A song that was separated, mixed and closed."""
    studio = open_studio()
    drop(studio.window, [make_song()])
    song = wait_for(qtbot, studio, Phase.DONE)
    mix_changes.toggle_mute(song, song.stems[0].name)
    mix_changes.rename_lane(song, song.stems[1].name, "Low end")
    mix_changes.select(song, FrameRange(1000, 50_000), loops=True)
    folder = song.folder
    studio.window.close()
    return folder


def test_a_project_opens_as_it_was_closed(
    open_studio: OpenStudio, closed_project: Path, qtbot: QtBot
) -> None:
    studio = open_studio()

    drop(studio.window, [closed_project])
    song = wait_for(qtbot, studio, Phase.DONE)

    assert song.title == "Song"
    assert song.state.lane(song.stems[0].name).muted
    assert song.state.lane(song.stems[1].name).title == "Low end"
    assert song.state.selection == FrameRange(1000, 50_000)
    assert song.state.is_looping
    assert studio.window.actions_.loop.isChecked()
    total_TC = np.sum([stem.samples_TC for stem in song.stems], axis=0)
    np.testing.assert_allclose(total_TC, song.tracks[0].samples_TC, atol=1e-6)


def test_the_menu_of_recent_ones_brings_it_back(
    open_studio: OpenStudio, closed_project: Path, qtbot: QtBot
) -> None:
    studio = open_studio()
    menu = studio.window.recent_menu
    menu.aboutToShow.emit()

    titles = [action.text() for action in menu.actions() if action.text()]
    assert titles[0] == f"&1 {closed_project.name}"
    menu.actions()[0].trigger()

    wait_for(qtbot, studio, Phase.DONE)
    assert studio.session.songs[0].folder == closed_project


def test_a_project_that_is_open_is_shown_and_not_opened_twice(
    open_studio: OpenStudio, closed_project: Path, make_song: MakeSong, qtbot: QtBot
) -> None:
    studio = open_studio()
    drop(studio.window, [closed_project])
    song = wait_for(qtbot, studio, Phase.DONE)
    drop(studio.window, [make_song("Other")])
    wait_for(qtbot, studio, Phase.DONE, number=1)
    studio.session.set_current(studio.session.songs[1])

    drop(studio.window, [closed_project / "project.json"])

    assert len(studio.session.songs) == 2
    assert studio.session.current is song


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda content: {**content, "schema_version": 10_000}, "newer version"),
        (lambda content: {"nonsense": True}, "is damaged"),
    ],
)
def test_a_project_that_cannot_be_opened_gives_a_sentence_and_stays_as_it_is(
    open_studio: OpenStudio, closed_project: Path, qtbot: QtBot, damage: object, words: str
) -> None:
    path = closed_project / "project.json"
    content = json.loads(path.read_bytes())
    path.write_text(json.dumps(damage(content)), encoding="utf-8")  # type: ignore[operator]
    before = path.read_bytes()
    studio = open_studio()

    drop(studio.window, [closed_project])

    qtbot.waitUntil(lambda: words in studio.window.banner.text, timeout=TIMEOUT_MS)
    assert path.read_bytes() == before
    assert studio.session.songs == ()


def test_save_says_that_it_has_saved(
    open_studio: OpenStudio, make_song: MakeSong, qtbot: QtBot
) -> None:
    studio: Studio = open_studio()
    drop(studio.window, [make_song()])
    song = wait_for(qtbot, studio, Phase.DONE)
    action: QAction = studio.window.actions_.save

    action.trigger()

    qtbot.waitUntil(
        lambda: studio.window.statusBar().currentMessage() == "“Song” is saved.",
        timeout=TIMEOUT_MS,
    )
    assert (song.folder / "project.json").is_file()


def test_songs_of_a_program_that_crashed_are_open_again(
    open_studio: OpenStudio, make_song: MakeSong, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed = open_studio()
    drop(crashed.window, [make_song()])
    song = wait_for(qtbot, crashed, Phase.DONE)
    mix_changes.toggle_mute(song, song.stems[0].name)
    qtbot.waitUntil(lambda: crashed._autosave.is_idle, timeout=TIMEOUT_MS)
    folder = song.folder
    # A killed process leaves its record and gives its lock back.
    crashed._record._lock.release()
    monkeypatch.setattr(crashed._record, "close", lambda: None)

    studio = open_studio()

    found = wait_for(qtbot, studio, Phase.DONE)
    assert found.folder == folder
    assert found.state.lane(found.stems[0].name).muted
    assert studio.window.banner.text.startswith("Strata did not end as it should.")


def test_songs_of_a_window_that_could_not_save_them_are_open_again(
    open_studio: OpenStudio, closed_project: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = open_studio()
    drop(gone.window, [closed_project])
    wait_for(qtbot, gone, Phase.DONE)
    stop = gone._autosave.stop
    # Its disk did not answer in time.
    monkeypatch.setattr(gone._autosave, "stop", lambda: stop() and False)
    gone.window.close()
    gone._record._lock.release()  # as the system does when the process ends

    studio = open_studio()

    assert wait_for(qtbot, studio, Phase.DONE).folder == closed_project


def test_songs_with_which_it_crashed_again_and_again_are_offered_and_not_opened(
    open_studio: OpenStudio, closed_project: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    crashed = open_studio()
    monkeypatch.setattr(crashed._record, "_num_recoveries", MAX_RECOVERIES)
    drop(crashed.window, [closed_project])
    wait_for(qtbot, crashed, Phase.DONE)
    crashed._record._lock.release()
    monkeypatch.setattr(crashed._record, "close", lambda: None)

    studio = open_studio()

    qtbot.waitUntil(lambda: "several times" in studio.window.banner.text, timeout=TIMEOUT_MS)
    assert studio.session.songs == ()
    studio.window.banner._act()
    assert wait_for(qtbot, studio, Phase.DONE).folder == closed_project


def test_a_project_that_is_dropped_twice_at_once_is_opened_once(
    open_studio: OpenStudio, closed_project: Path, qtbot: QtBot
) -> None:
    studio = open_studio()

    drop(studio.window, [closed_project, closed_project / "project.json"])
    drop(studio.window, [closed_project.parent / ".." / closed_project.parent.name / "Song"])

    wait_for(qtbot, studio, Phase.DONE)
    qtbot.waitUntil(lambda: not studio._projects._jobs, timeout=TIMEOUT_MS)
    assert len(studio.session.songs) == 1


def test_the_songs_of_last_time_come_back_together(
    open_studio: OpenStudio, closed_project: Path, qtbot: QtBot
) -> None:
    studio = open_studio()

    studio.window.actions_.open_last.trigger()

    assert wait_for(qtbot, studio, Phase.DONE).folder == closed_project


def test_a_copy_of_a_project_opens_by_itself(
    open_studio: OpenStudio, closed_project: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    studio = open_studio()
    drop(studio.window, [closed_project])
    song = wait_for(qtbot, studio, Phase.DONE)

    studio._projects.save_copy(song, tmp_path / "Copy")
    qtbot.waitUntil(
        lambda: studio.window.statusBar().currentMessage().startswith("The copy is in"),
        timeout=TIMEOUT_MS,
    )
    drop(studio.window, [tmp_path / "Copy"])

    copy = wait_for(qtbot, studio, Phase.DONE, number=1)
    assert copy.state == song.state
    np.testing.assert_array_equal(copy.stems[0].samples_TC, song.stems[0].samples_TC)


def test_what_another_window_has_open_is_not_cleared_away(
    open_studio: OpenStudio, make_song: MakeSong, qtbot: QtBot
) -> None:
    other, studio = open_studio(), open_studio()
    drop(other.window, [make_song()])
    song = wait_for(qtbot, other, Phase.DONE)
    qtbot.waitUntil(lambda: other._autosave.is_idle, timeout=TIMEOUT_MS)

    studio.window.actions_.settings.trigger()
    (row,) = studio.window.findChildren(StorageRow)
    qtbot.waitUntil(lambda: row._measured is not None, timeout=TIMEOUT_MS)

    assert row._measured is not None
    assert song.folder.is_dir()
    assert row._measured.closed_folders == ()
    (dialog,) = studio.window.findChildren(SettingsDialog)
    dialog.close()
