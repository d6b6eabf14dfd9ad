"""What a person meets who opens a file for the second time."""

import os
from pathlib import Path

from pytestqt.qtbot import QtBot

from app.model.song_status import Phase
from app.studio import Studio
from app.widgets import mix_changes
from tests.e2e.conftest import TIMEOUT_MS, MakeSong, OpenStudio, drop, wait_for


def wait_for_songs(qtbot: QtBot, studio: Studio, titles: list[str]) -> None:
    qtbot.waitUntil(
        lambda: [song.title for song in studio.session.songs] == titles, timeout=TIMEOUT_MS
    )


def folders(studio: Studio) -> list[str]:
    return sorted(path.name for path in studio.settings.songs_folder.iterdir())


def wait_for_jobs(qtbot: QtBot, studio: Studio) -> None:
    qtbot.waitUntil(
        lambda: not studio.queue._jobs and not studio._projects._jobs, timeout=TIMEOUT_MS
    )


def test_a_file_whose_song_is_open_is_shown_and_not_opened_twice(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    one, two = make_song("One"), make_song("Two")
    drop(studio.window, [one, two])
    wait_for(qtbot, studio, Phase.DONE, number=1)
    studio.session.set_current(studio.session.songs[1])

    drop(studio.window, [one])

    qtbot.waitUntil(lambda: studio.session.current is studio.session.songs[0], timeout=TIMEOUT_MS)
    assert "“One” is open already" in studio.window.statusBar().currentMessage()
    wait_for_jobs(qtbot, studio)
    assert folders(studio) == ["One", "Two"]


def test_a_file_that_is_dropped_twice_at_once_becomes_one_song(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    path = make_song()

    drop(studio.window, [path, path])
    drop(studio.window, [path])

    wait_for(qtbot, studio, Phase.DONE)
    wait_for_jobs(qtbot, studio)
    assert len(studio.session.songs) == 1
    assert folders(studio) == ["Song"]


def test_a_file_of_another_day_opens_its_earlier_project_and_can_be_started_afresh(
    open_studio: OpenStudio, make_song: MakeSong, qtbot: QtBot
) -> None:
    path = make_song()
    first = open_studio()
    drop(first.window, [path])
    song = wait_for(qtbot, first, Phase.DONE)
    mix_changes.toggle_mute(song, song.stems[0].name)
    folder = song.folder
    first.window.close()
    studio = open_studio()

    drop(studio.window, [path])
    found = wait_for(qtbot, studio, Phase.DONE)

    assert found.folder == folder
    assert studio.session.current is found
    assert found.state.lane(found.stems[0].name).muted
    assert "You have opened “Song” before" in studio.window.banner.text
    studio.window.banner._act()
    qtbot.waitUntil(lambda: studio.session.current is not found, timeout=TIMEOUT_MS)
    fresh = wait_for(qtbot, studio, Phase.DONE)
    assert len(studio.session.songs) == 1
    assert not fresh.state.lane(fresh.stems[0].name).muted
    assert folders(studio) == ["Song", "Song (2)"]
    assert folder.joinpath("project.json").is_file()


def test_a_file_that_was_left_half_done_goes_on(
    open_studio: OpenStudio, make_song: MakeSong, qtbot: QtBot
) -> None:
    path = make_song(seconds=60.0)
    first = open_studio()
    drop(first.window, [path])
    song = wait_for(qtbot, first, Phase.SEPARATING)
    qtbot.waitUntil(lambda: bool(song.stems), timeout=TIMEOUT_MS)
    folder = song.folder
    first.window.close()
    studio = open_studio()

    drop(studio.window, [path])

    assert wait_for(qtbot, studio, Phase.DONE).folder == folder


def test_a_file_with_another_content_is_another_song(
    open_studio: OpenStudio, make_song: MakeSong, qtbot: QtBot
) -> None:
    path = make_song()
    first = open_studio()
    drop(first.window, [path])
    wait_for(qtbot, first, Phase.DONE)
    first.window.close()
    os.utime(path, ns=(0, 1_000_000_000))
    studio = open_studio()

    drop(studio.window, [path])
    song = wait_for(qtbot, studio, Phase.DONE)

    assert song.folder.name == "Song (2)"
    assert studio.window.banner.isHidden()


def test_a_file_whose_project_is_damaged_becomes_a_new_song(
    open_studio: OpenStudio, make_song: MakeSong, qtbot: QtBot
) -> None:
    path = make_song()
    first = open_studio()
    drop(first.window, [path])
    folder = wait_for(qtbot, first, Phase.DONE).folder
    first.window.close()
    damaged: Path = folder / "stems" / "drums.wav"
    damaged.write_bytes(b"RIFF")
    studio = open_studio()

    drop(studio.window, [path])
    song = wait_for(qtbot, studio, Phase.DONE)

    assert song.folder.name == "Song (2)"
    assert damaged.read_bytes() == b"RIFF"


def test_a_song_on_screen_can_be_started_afresh_from_the_menu(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    drop(studio.window, [make_song("One"), make_song("Two")])
    wait_for(qtbot, studio, Phase.DONE, number=1)
    old = studio.session.songs[0]
    studio.session.set_current(old)

    studio.window.actions_.start_afresh.trigger()

    qtbot.waitUntil(lambda: studio.session.songs[0] is not old, timeout=TIMEOUT_MS)
    wait_for_songs(qtbot, studio, ["One", "Two"])
    assert studio.session.current is studio.session.songs[0]
    wait_for(qtbot, studio, Phase.DONE)


def test_a_song_whose_file_is_gone_is_not_closed_for_a_fresh_start(
    studio: Studio, make_song: MakeSong, qtbot: QtBot
) -> None:
    path = make_song()
    drop(studio.window, [path])
    song = wait_for(qtbot, studio, Phase.DONE)
    path.unlink()

    studio.window.actions_.start_afresh.trigger()

    qtbot.waitUntil(
        lambda: "is not there any more" in studio.window.statusBar().currentMessage(),
        timeout=TIMEOUT_MS,
    )
    assert studio.session.songs == (song,)
