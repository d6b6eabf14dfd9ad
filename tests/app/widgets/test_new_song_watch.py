"""What comes on screen when songs are opened while others are there."""

from pathlib import Path

import pytest

from app.model.session import Session
from app.model.song import Song
from app.model.song_status import Phase, SongStatus
from app.widgets.new_song_watch import NewSongWatch
from engine.errors import EngineError
from tests.app.widgets.studio_window import StudioWindow, studio_window


def song(name: str, phase: Phase = Phase.DECODING) -> Song:
    error = EngineError("It is a text file.") if phase is Phase.FAILED else None
    song = Song(Path(name), Path(f"{name}.wav"))
    song.set_status(SongStatus(phase=phase, error=error))
    return song


@pytest.fixture
def session(qapp: object) -> Session:
    session = Session()
    session.add(song("first"))
    return session


def test_a_song_that_the_user_opens_comes_on_screen(session: Session) -> None:
    with studio_window() as studio:
        watch = NewSongWatch(session, studio.transport)
        watch.expect()
        bad, good, other = song("bad", Phase.FAILED), song("good"), song("other")
        for each in (bad, good, other):
            session.add(each)

        assert session.current is good


def test_a_song_that_turns_out_to_be_unreadable_gives_way_once(session: Session) -> None:
    with studio_window() as studio:
        watch = NewSongWatch(session, studio.transport)
        watch.expect()
        bad, worse, good = song("bad"), song("worse"), song("good")
        for each in (bad, worse, good):
            session.add(each)
        assert session.current is bad
        failed = SongStatus(phase=Phase.FAILED, error=EngineError("It is a text file."))
        bad.set_status(failed)
        assert session.current is worse
        worse.set_status(failed)
        assert session.current is good

        session.set_current(bad)  # the user looks at it, and tries again
        bad.set_status(SongStatus(phase=Phase.DECODING))
        bad.set_status(failed)
        assert session.current is bad


def test_what_comes_unasked_stays_in_the_queue(session: Session) -> None:
    with studio_window() as studio:
        watch = NewSongWatch(session, studio.transport)
        first = session.current
        session.add(song("second"))

        assert session.current is first
        watch.expect()
        session.move(session.songs[0], 1)
        assert session.current is first


def test_a_song_that_is_being_heard_stays_on_screen() -> None:
    with studio_window() as studio:
        heard = playing_song(studio)
        watch = NewSongWatch(studio.session, studio.transport)
        watch.expect()
        studio.session.add(song("second"))

        assert studio.session.current is heard


def playing_song(studio: StudioWindow) -> Song:
    heard = studio.add_song()
    studio.transport.play()
    assert studio.transport.is_playing
    return heard
