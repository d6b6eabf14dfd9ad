"""The song on screen tells its failure; that of others is said where it moves nothing."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.model.session import Session
from app.model.song import Song
from app.model.song_status import Phase, SongStatus
from app.widgets.error_banner import ErrorBanner
from app.widgets.failure_watch import FailureWatch
from engine.errors import AudioFileError
from tests.app.widgets.made_songs import made_song


def failed(reason: str) -> SongStatus:
    error = AudioFileError.unreadable(Path("song.mp3"), reason)
    return SongStatus(phase=Phase.FAILED, error=error)


class Watched:
    """A session of four songs, of which the first two are open, and what is said of them."""

    def __init__(self) -> None:
        self.session = Session()
        audio = {"mix": np.zeros((100, 2), np.float32)}
        for song in (made_song(audio), made_song(audio)):
            self.session.add(song)
        for name in ("three", "four"):
            self.session.add(Song(Path(name), Path(f"{name}.wav")))
        self.banner = ErrorBanner()
        self.notices: list[str] = []
        self.retried: list[Song] = []
        self.watch = FailureWatch(self.session, self.banner, self.retried.append)
        self.watch.notice_raised.connect(self.notices.append)
        self.session.set_current(self.session.songs[0])


@pytest.fixture
def watched(qtbot: QtBot) -> Iterator[Watched]:
    watched = Watched()
    qtbot.addWidget(watched.banner)
    yield watched
    watched.watch.deleteLater()


def test_the_song_on_screen_says_why_it_failed_and_can_be_tried_again(watched: Watched) -> None:
    song = watched.session.songs[0]
    song.set_status(failed("the disk went away"))

    assert watched.banner.text.startswith("“song.mp3” could not be opened: the disk went away.")
    assert watched.notices == []
    watched.banner._action_button.click()
    assert watched.retried == [song]


def test_another_songs_failure_shows_no_banner_but_is_announced(watched: Watched) -> None:
    watched.session.songs[1].set_status(failed("it is empty"))

    assert watched.banner.isHidden()
    assert watched.notices == ["Song: “song.mp3” could not be opened: it is empty."]


def test_several_failures_of_others_are_counted_and_each_is_announced_once(
    watched: Watched,
) -> None:
    for song in watched.session.songs[1:]:
        song.set_status(failed("it is empty"))
    watched.session.songs[0].set_status(SongStatus(phase=Phase.DONE))

    assert watched.banner.isHidden()
    assert len(watched.notices) == 3
    assert watched.notices[-1] == "3 songs could not be finished. The queue says why."


def test_files_that_could_not_be_opened_are_no_songs(watched: Watched) -> None:
    for song in watched.session.songs[2:]:
        song.set_status(failed("it is a text file"))

    assert watched.notices[-1] == "2 files could not be opened. The queue says why."


def test_the_banner_follows_the_song_on_screen(watched: Watched) -> None:
    first, second = watched.session.songs[:2]
    second.set_status(failed("it is empty"))

    watched.session.set_current(second)
    assert "it is empty" in watched.banner.text
    watched.session.set_current(first)
    assert watched.banner.isHidden()
    watched.session.set_current(second)
    assert "it is empty" in watched.banner.text
    watched.session.remove(second)
    assert watched.banner.isHidden()


def test_a_closed_banner_stays_closed_until_the_song_fails_again(watched: Watched) -> None:
    first, second = watched.session.songs[:2]
    first.set_status(failed("it is empty"))
    watched.banner.dismiss()
    watched.session.set_current(second)
    watched.session.set_current(first)
    assert watched.banner.isHidden()

    first.set_status(SongStatus(phase=Phase.SEPARATING))
    first.set_status(failed("it is still empty"))
    assert "it is still empty" in watched.banner.text


def test_a_song_that_was_never_open_has_a_page_instead(watched: Watched) -> None:
    song = watched.session.songs[2]
    watched.session.set_current(song)
    song.set_status(failed("it is empty"))

    assert watched.banner.isHidden()
    assert watched.notices == []


def test_what_somebody_else_says_meanwhile_stays(watched: Watched) -> None:
    watched.session.songs[0].set_status(failed("it is empty"))
    watched.banner.show_notice("The song is back.")

    watched.session.set_current(watched.session.songs[1])

    assert watched.banner.text == "The song is back."
