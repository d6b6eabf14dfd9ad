"""What a person does with several songs, bad ones among them, and with second thoughts."""

import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QItemSelectionModel, QThread
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from app.model.song_status import Phase
from app.studio import Studio
from app.widgets import mix_changes
from app.workers.song_finding import MANY
from tests.e2e.conftest import TIMEOUT_MS, MakeSong, drop, wait_for

MAX_CLOSING_SECONDS = 3.0  # cancelling takes one second; the machine may be busy


def broken_file(tmp_path: Path) -> Path:
    path = tmp_path / "Broken.wav"
    path.write_bytes(b"RIFF\0, but no more than that")
    return path


def test_a_file_that_is_no_song_is_told_once_and_harms_nothing(
    studio: Studio, tmp_path: Path, qtbot: QtBot
) -> None:
    drop(studio.window, [broken_file(tmp_path)])

    song = wait_for(qtbot, studio, Phase.FAILED)

    assert song.status.error is not None
    page = studio.window.failed_page
    assert page.isVisible()
    assert page.text.startswith("“Broken.wav” could not be opened")
    assert studio.window.banner.isHidden()
    assert studio.window.actions_.retry_song.isEnabled()
    page.remove_button.click()
    assert studio.window.banner.isHidden()
    assert studio.window.welcome.isVisible()


def test_all_that_is_to_be_said_of_one_drop_can_be_read(
    studio: Studio, make_song: MakeSong, tmp_path: Path, qtbot: QtBot
) -> None:
    empty, album = tmp_path / "empty", make_song("One").parent
    empty.mkdir()
    (album / "cover.jpg").write_bytes(b"a picture")

    drop(studio.window, [empty, album])
    qtbot.waitUntil(lambda: bool(studio.session.songs), timeout=TIMEOUT_MS)

    said = studio.window.statusBar().currentMessage()
    assert "holds no audio file" in said
    assert "cover.jpg" in said


def test_a_file_that_is_no_song_leaves_nothing_on_the_disk(
    studio: Studio, tmp_path: Path, qtbot: QtBot
) -> None:
    drop(studio.window, [broken_file(tmp_path)])
    song = wait_for(qtbot, studio, Phase.FAILED)

    qtbot.waitUntil(lambda: not song.folder.exists(), timeout=TIMEOUT_MS)

    studio.window.close()
    assert list(studio.settings.songs_folder.iterdir()) == []


def test_a_file_that_was_mended_opens_at_another_try(
    studio: Studio, make_song: MakeSong, tmp_path: Path, qtbot: QtBot
) -> None:
    path = broken_file(tmp_path)
    drop(studio.window, [path])
    song = wait_for(qtbot, studio, Phase.FAILED)
    qtbot.waitUntil(lambda: not song.folder.exists(), timeout=TIMEOUT_MS)
    path.write_bytes(make_song("Good").read_bytes())

    studio.window.failed_page.retry_button.click()

    wait_for(qtbot, studio, Phase.DONE)
    assert not studio.window.failed_page.isVisible()
    assert studio.window.timeline.isVisible()
    qtbot.waitUntil((song.folder / "project.json").is_file, timeout=TIMEOUT_MS)


def test_another_file_takes_the_place_of_one_that_is_no_song(
    studio: Studio, make_song: MakeSong, tmp_path: Path, qtbot: QtBot
) -> None:
    drop(studio.window, [broken_file(tmp_path)])
    wait_for(qtbot, studio, Phase.FAILED)

    studio.window.failed_page.another_button.click()
    (dialog,) = studio.window.findChildren(QFileDialog)
    dialog.filesSelected.emit([str(make_song("Good"))])
    dialog.close()

    wait_for(qtbot, studio, Phase.DONE)
    assert [song.title for song in studio.session.songs] == ["Good"]
    assert studio.window.timeline.isVisible()


def test_one_broken_song_of_three_does_not_stop_the_others(
    studio: Studio, make_song: MakeSong, tmp_path: Path, qtbot: QtBot
) -> None:
    paths = [make_song("First"), broken_file(tmp_path), make_song("Third")]

    told: list[str] = []
    studio.window.statusBar().messageChanged.connect(told.append)

    drop(studio.window, paths)

    wait_for(qtbot, studio, Phase.DONE, number=0)
    wait_for(qtbot, studio, Phase.FAILED, number=1)
    wait_for(qtbot, studio, Phase.DONE, number=2)
    assert [song.title for song in studio.session.songs] == ["First", "Broken", "Third"]
    assert any("Broken.wav" in text for text in told)
    assert studio.window.banner.isHidden()  # nothing moves because of a song that is not shown


def test_a_folder_becomes_a_queue(studio: Studio, make_song: MakeSong, qtbot: QtBot) -> None:
    folder = make_song("One").parent
    make_song("Two")
    (folder / "cover.txt").write_text("no song", encoding="utf-8")

    drop(studio.window, [folder])

    wait_for(qtbot, studio, Phase.DONE, number=1)
    assert sorted(song.title for song in studio.session.songs) == ["One", "Two"]


def test_cancel_keeps_what_is_there_and_try_again_does_the_rest(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    drop(studio.window, [make_song(seconds=60.0)])
    song = wait_for(qtbot, studio, Phase.SEPARATING)
    qtbot.waitUntil(lambda: any(stem.done.ranges for stem in song.stems), timeout=TIMEOUT_MS)

    studio.window.actions_.cancel_song.trigger()
    wait_for(qtbot, studio, Phase.CANCELLED)
    kept = song.stems[0].done
    assert kept.ranges

    studio.window.actions_.retry_song.trigger()
    wait_for(qtbot, studio, Phase.DONE)
    assert song.facts is not None
    assert all(stem.done.num_frames == song.facts.num_frames for stem in song.stems)
    total_TC = np.sum([stem.samples_TC for stem in song.stems], axis=0)
    np.testing.assert_allclose(total_TC, song.tracks[0].samples_TC, atol=1e-6)


def test_pause_holds_a_song_until_it_goes_on(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    drop(studio.window, [make_song(seconds=60.0)])
    wait_for(qtbot, studio, Phase.SEPARATING)

    studio.window.actions_.pause_song.trigger()
    wait_for(qtbot, studio, Phase.PAUSED)
    assert studio.window.actions_.pause_song.text() == "&Go On"

    studio.window.actions_.pause_song.trigger()
    wait_for(qtbot, studio, Phase.DONE)


def test_closing_while_a_song_is_separated_ends_everything_soon(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    drop(studio.window, [make_song(seconds=60.0)])
    wait_for(qtbot, studio, Phase.SEPARATING)

    began_at = time.monotonic()
    studio.window.close()

    assert time.monotonic() - began_at < MAX_CLOSING_SECONDS
    assert not [thread for thread in studio.findChildren(QThread) if thread.isRunning()]


def test_songs_can_be_put_in_another_order_and_closed(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    drop(studio.window, [make_song("One"), make_song("Two")])
    wait_for(qtbot, studio, Phase.DONE, number=1)
    studio.session.set_current(studio.session.songs[1])

    studio.window.actions_.move_up.trigger()
    assert [song.title for song in studio.session.songs] == ["Two", "One"]

    studio.window.actions_.close_song.trigger()
    assert [song.title for song in studio.session.songs] == ["One"]
    assert studio.window.windowTitle() == "One – Strata"


def test_a_song_that_was_removed_by_mistake_comes_back_to_its_place(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    drop(studio.window, [make_song("One"), make_song("Two")])
    wait_for(qtbot, studio, Phase.DONE, number=1)
    song = studio.session.songs[0]
    studio.session.set_current(song)
    mix_changes.toggle_mute(song, song.stems[0].name)
    folder = song.folder

    studio.window.actions_.close_song.trigger()
    assert [each.title for each in studio.session.songs] == ["Two"]
    assert studio.window.banner.text == f"“One” is out of the queue. Its project stays in {folder}."
    studio.window.banner._act()

    qtbot.waitUntil(lambda: len(studio.session.songs) == 2, timeout=TIMEOUT_MS)
    again = studio.session.songs[0]
    assert again.folder == folder
    assert studio.session.current is again
    assert again.state.lane(again.stems[0].name).muted
    assert again.status.phase is Phase.DONE
    assert (folder / "project.json").is_file()


def test_a_folder_of_very_many_songs_is_asked_about(
    studio: Studio, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "wrong"
    folder.mkdir()
    for number in range(MANY + 1):
        (folder / f"{number}.wav").touch()

    drop(studio.window, [folder])

    qtbot.waitUntil(lambda: bool(studio.window.findChildren(QMessageBox)), timeout=TIMEOUT_MS)
    (box,) = studio.window.findChildren(QMessageBox)
    box.reject()
    assert studio.session.songs == ()


def test_all_songs_that_are_paused_go_on_together(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    drop(studio.window, [make_song(name, seconds=20.0) for name in ("One", "Two")])
    qtbot.waitUntil(lambda: len(studio.session.songs) == 2, timeout=TIMEOUT_MS)
    for song in studio.session.songs:
        studio.queue.pause(song)
    assert [song.status.phase for song in studio.session.songs] == [Phase.PAUSED] * 2

    studio.window.queue_panel.resume_button.click()

    for number in range(2):
        wait_for(qtbot, studio, Phase.DONE, number=number)


def test_songs_that_are_marked_are_removed_together_and_come_back(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    drop(studio.window, [make_song("One"), make_song("Two"), make_song("Three")])
    wait_for(qtbot, studio, Phase.DONE, number=2)
    panel = studio.window.queue_panel
    panel.view.setCurrentIndex(panel.view.model().index(0, 0))
    select = panel.view.selectionModel().select
    select(panel.view.model().index(2, 0), QItemSelectionModel.SelectionFlag.Select)

    studio.window.actions_.close_song.trigger()
    assert [song.title for song in studio.session.songs] == ["Two"]
    assert studio.window.banner.text.startswith("2 song(s) are out of the queue.")
    studio.window.banner._act()

    qtbot.waitUntil(lambda: len(studio.session.songs) == 3, timeout=TIMEOUT_MS)
    assert [song.title for song in studio.session.songs] == ["One", "Two", "Three"]


def test_a_song_that_was_removed_while_it_ran_goes_on_when_it_is_back(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    drop(studio.window, [make_song(seconds=60.0)])
    song = wait_for(qtbot, studio, Phase.SEPARATING)
    qtbot.waitUntil(lambda: any(stem.done.ranges for stem in song.stems), timeout=TIMEOUT_MS)

    studio.window.actions_.close_song.trigger()
    studio.window.banner._act()

    again = wait_for(qtbot, studio, Phase.DONE)
    assert again is not song
    assert again.folder == song.folder
    total_TC = np.sum([stem.samples_TC for stem in again.stems], axis=0)
    np.testing.assert_allclose(total_TC, again.tracks[0].samples_TC, atol=1e-6)


def test_a_song_that_waits_leaves_nothing_behind_and_comes_back_all_the_same(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    paths = [make_song(f"Song {number}", seconds=60.0) for number in range(4)]
    drop(studio.window, paths)
    qtbot.waitUntil(lambda: len(studio.session.songs) == 4, timeout=TIMEOUT_MS)
    last = studio.session.songs[3]
    assert last.facts is None
    folder = last.folder

    studio._closed.close_song(last)
    qtbot.waitUntil(lambda: not folder.exists(), timeout=TIMEOUT_MS)
    studio.window.banner._act()

    qtbot.waitUntil(lambda: len(studio.session.songs) == 4, timeout=TIMEOUT_MS)
    assert studio.session.songs[3].title == "Song 3"
