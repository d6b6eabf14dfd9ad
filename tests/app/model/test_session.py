"""The songs of a window."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.model.session import Session
from app.model.song import Song


def song_named(name: str) -> Song:
    return Song(Path(name), Path(f"{name}.mp3"))


@pytest.fixture
def session(qapp: object) -> Session:
    session = Session()
    for name in "abc":
        session.add(song_named(name))
    return session


def names(session: Session) -> str:
    return "".join(song.title for song in session.songs)


def test_the_first_song_comes_on_screen_and_later_ones_do_not_push_it_away(
    session: Session,
) -> None:
    assert session.current is session.songs[0]


@pytest.mark.parametrize(("removed", "shown"), [(0, "b"), (1, "c"), (2, "b")])
def test_a_removed_song_makes_way_for_its_neighbour(
    session: Session, removed: int, shown: str
) -> None:
    session.set_current(session.songs[removed])

    session.remove(session.songs[removed])

    assert session.current is not None
    assert session.current.title == shown


def test_a_song_that_is_not_on_screen_goes_without_a_change_there(
    session: Session, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(session.current_changed):
        session.remove(session.songs[2])


def test_the_last_song_leaves_an_empty_screen(session: Session) -> None:
    for song in session.songs:
        session.remove(song)

    assert session.current is None
    assert session.songs == ()


def test_when_the_current_song_changes_the_old_one_is_no_song_of_the_session(
    session: Session,
) -> None:
    seen: list[str] = []
    session.current_changed.connect(lambda: seen.append(names(session)))

    session.remove(session.songs[0])

    assert seen == ["bc"]


@given(moves=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=6))
def test_moving_songs_loses_none(moves: list[tuple[int, int]]) -> None:
    session = Session()
    for name in "abc":
        session.add(song_named(name))
    order = list("abc")

    for index, place in moves:
        session.move(session.songs[index], place)
        order.insert(place, order.pop(index))

    assert names(session) == "".join(order)


def test_a_foreign_song_cannot_come_on_screen(session: Session) -> None:
    with pytest.raises(ValueError, match="not in the session"):
        session.set_current(song_named("x"))


def test_the_same_song_again_is_no_change(session: Session, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(session.current_changed):
        session.set_current(session.current)
