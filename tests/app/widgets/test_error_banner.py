from pathlib import Path

from pytestqt.qtbot import QtBot

from app.model.session import Session
from app.model.song import Song
from app.model.song_status import Phase, SongStatus
from app.widgets.error_banner import ErrorBanner
from app.widgets.failure_watch import FailureWatch
from engine.errors import AudioFileError, EngineError


def failed(reason: str) -> SongStatus:
    error = AudioFileError.unreadable(Path("song.mp3"), reason)
    return SongStatus(phase=Phase.FAILED, error=error)


def session_of(*names: str) -> Session:
    session = Session()
    for name in names:
        session.add(Song(Path(name), Path(f"{name}.wav")))
    session.set_current(None)  # the page of a song on screen tells its failure
    return session


def test_an_error_is_shown_with_its_remedy_and_the_log(qtbot: QtBot) -> None:
    banner = ErrorBanner()
    qtbot.addWidget(banner)
    assert banner.isHidden()

    banner.show_error(EngineError("The disk is full.", remedy="Make room."))

    assert not banner.isHidden()
    assert banner.text == "The disk is full. Make room."
    assert "studio.log" in banner.details_text


def test_the_action_of_an_error_runs_and_ends_it(qtbot: QtBot) -> None:
    banner = ErrorBanner()
    qtbot.addWidget(banner)
    called: list[str] = []
    banner.show_error(EngineError("Bad."), "&Again", lambda: called.append("again"))

    banner._action_button.click()

    assert called == ["again"]
    assert banner.isHidden()


def test_several_broken_songs_share_one_banner(qtbot: QtBot) -> None:
    session = session_of("one", "two", "three")
    banner = ErrorBanner()
    qtbot.addWidget(banner)
    retried: list[Song] = []
    watch = FailureWatch(session, banner, retried.append)

    session.songs[0].set_status(failed("it is empty"))
    assert banner.text.startswith("“song.mp3” could not be opened: it is empty.")
    session.songs[2].set_status(failed("it is a picture"))

    assert banner.text.startswith("2 songs could not be finished.")
    assert "one: “song.mp3” could not be opened: it is empty." in banner.details_text
    assert "three: “song.mp3” could not be opened: it is a picture." in banner.details_text

    banner._action_button.click()
    assert retried == [session.songs[0], session.songs[2]]
    del watch


def test_a_closed_banner_stays_closed_until_something_else_fails(qtbot: QtBot) -> None:
    session = session_of("one", "two")
    banner = ErrorBanner()
    qtbot.addWidget(banner)
    watch = FailureWatch(session, banner, lambda song: None)
    session.songs[0].set_status(failed("it is empty"))

    banner.dismiss()
    session.songs[1].set_status(SongStatus(phase=Phase.DONE))
    assert banner.isHidden()

    session.songs[1].set_status(failed("it is a picture"))
    assert banner.text.startswith("“song.mp3” could not be opened: it is a picture.")
    del watch


def test_a_song_whose_page_says_why_it_failed_is_not_told_again(qtbot: QtBot) -> None:
    session = session_of("one", "two")
    banner = ErrorBanner()
    qtbot.addWidget(banner)
    watch = FailureWatch(session, banner, lambda song: None)
    session.set_current(session.songs[0])

    session.songs[0].set_status(failed("it is empty"))
    assert banner.isHidden()
    session.set_current(session.songs[1])
    assert banner.isHidden()

    session.songs[0].set_status(SongStatus(phase=Phase.DECODING))
    session.songs[0].set_status(failed("it is still empty"))
    assert "it is still empty" in banner.text
    del watch


def test_the_banner_counts_what_its_details_list_and_the_queue_shows(qtbot: QtBot) -> None:
    session = session_of("one", "two", "three", "four")
    banner = ErrorBanner()
    qtbot.addWidget(banner)
    watch = FailureWatch(session, banner, lambda song: None)
    session.set_current(session.songs[0])
    for song in session.songs[:3]:
        song.set_status(failed(f"{song.title} is junk"))
        session.set_current(song)  # its page says why, which does not make it less

    assert banner.text.startswith("3 songs could not be finished.")
    assert all(f"{name} is junk" in banner.details_text for name in ("one", "two", "three"))

    banner.dismiss()
    session.set_current(session.songs[3])
    assert banner.isHidden()
    del watch


def test_the_banner_of_one_song_does_not_stay_above_others(qtbot: QtBot) -> None:
    session = session_of("one", "two", "three")
    banner = ErrorBanner()
    qtbot.addWidget(banner)
    watch = FailureWatch(session, banner, lambda song: None)
    session.set_current(session.songs[1])
    session.songs[0].set_status(failed("it is empty"))
    assert not banner.isHidden()

    session.set_current(session.songs[2])
    assert banner.isHidden()

    session.songs[1].set_status(failed("it is a picture"))
    assert banner.text.startswith("2 songs could not be finished.")
    del watch


def test_the_banner_goes_with_the_last_failed_song(qtbot: QtBot) -> None:
    session = session_of("one")
    banner = ErrorBanner()
    qtbot.addWidget(banner)
    watch = FailureWatch(session, banner, lambda song: None)
    session.songs[0].set_status(failed("it is empty"))

    session.remove(session.songs[0])

    assert banner.isHidden()
    del watch


def test_a_notice_is_no_error(qtbot: QtBot) -> None:
    banner = ErrorBanner()
    qtbot.addWidget(banner)

    banner.show_notice("The sound card is gone; playback goes on silently.")

    assert banner.text == "The sound card is gone; playback goes on silently."
    assert banner.details_text == ""
