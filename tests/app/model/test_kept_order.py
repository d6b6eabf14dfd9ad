"""Songs of an earlier session stand as they stood, whichever of them is read first."""

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from app.model.kept_order import KeptOrder
from app.model.recovery import RecordedSong
from app.model.session import Session
from app.model.song import Song

ROOT = Path("songs").absolute()


def recorded(name: str) -> RecordedSong:
    return RecordedSong(folder=ROOT / name, source=ROOT / f"{name}.wav")


def titles(session: Session) -> str:
    return "".join(song.title for song in session.songs)


@given(coming=st.permutations("abcde"), num_there=st.integers(0, 2))
def test_the_order_does_not_depend_on_who_comes_first(coming: list[str], num_there: int) -> None:
    session = Session()
    order = KeptOrder(session)
    for name in "xy"[:num_there]:
        session.add(Song(ROOT / name, ROOT / f"{name}.wav"))
    order.expect([recorded(name) for name in "abcde"])

    for name in coming:  # those of an even place got a new folder
        folder = name if name in "ace" else f"{name} (2)"
        session.add(Song(ROOT / folder, ROOT / f"{name}.wav"))

    assert titles(session) == "xy"[:num_there] + "abcde"


@given(coming=st.permutations("abcd"), missing=st.sampled_from("abcd"))
def test_a_song_that_does_not_come_leaves_the_order_of_the_others(
    coming: list[str], missing: str
) -> None:
    session = Session()
    order = KeptOrder(session)
    order.expect([recorded(name) for name in "abcd"])

    for name in coming:
        if name != missing:
            session.add(Song(ROOT / name, ROOT / f"{name}.wav"))

    assert all(left < right for left, right in pairwise(titles(session)))


def test_songs_that_the_user_moved_stay_where_they_are() -> None:
    session = Session()
    order = KeptOrder(session)
    order.expect([recorded(name) for name in "ab"])
    for name in "ab":
        session.add(Song(ROOT / name, ROOT / f"{name}.wav"))

    session.move(session.songs[1], 0)
    session.add(Song(ROOT / "c", ROOT / "c.wav"))

    assert titles(session) == "bac"
