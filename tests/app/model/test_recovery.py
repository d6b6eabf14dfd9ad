"""Songs that are found again after a crash, and windows that leave each other alone."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.model import recovery
from app.model.recovery import LAST_SESSION, MAX_RECOVERIES, RecordedSong, SessionRecord
from app.model.session import Session
from app.model.song import Song
from app.model.song_folder import PROJECT_FILE, new_song_folder
from app.model.song_status import Phase, SongStatus


class Window:
    """A program that runs, as far as its record sees it."""

    def __init__(self, folder: Path) -> None:
        self.session = Session()
        self.record = SessionRecord(self.session, folder / "sessions")

    def add(self, song: Song) -> Song:
        self.session.add(song)
        return song

    def crash(self) -> None:
        """Do what the system does when a process is gone."""
        self.record._lock.release()


def project(tmp_path: Path, name: str) -> Song:
    folder = new_song_folder(tmp_path / "songs", name)
    (folder / PROJECT_FILE).write_text("{}", encoding="utf-8")
    return Song(folder, tmp_path / f"{name}.mp3")


def recorded(song: Song) -> RecordedSong:
    return RecordedSong(folder=song.folder, source=song.source)


@pytest.fixture
def window(tmp_path: Path, qapp: object) -> Window:
    return Window(tmp_path)


def test_songs_of_a_crashed_window_are_found_by_the_next(window: Window, tmp_path: Path) -> None:
    first, second = (window.add(project(tmp_path, name)) for name in "ab")
    window.session.set_current(second)
    window.crash()

    (abandoned,) = Window(tmp_path).record.take_abandoned()

    assert abandoned.record.songs == (recorded(first), recorded(second))
    assert abandoned.record.current == 1


def test_songs_of_a_window_that_runs_are_left_alone(window: Window, tmp_path: Path) -> None:
    song = window.add(project(tmp_path, "a"))
    other = Window(tmp_path)

    assert other.record.take_abandoned() == ()
    assert other.record.folders_elsewhere() == {song.folder}
    assert window.record.folders_elsewhere() == frozenset()


def test_two_windows_that_start_do_not_get_the_same_songs(window: Window, tmp_path: Path) -> None:
    window.add(project(tmp_path, "a"))
    window.crash()
    first, second = Window(tmp_path), Window(tmp_path)

    taken = first.record.take_abandoned()

    assert len(taken) == 1
    assert second.record.take_abandoned() == ()


def test_what_is_settled_is_offered_no_more_and_what_is_released_is(
    window: Window, tmp_path: Path
) -> None:
    song = window.add(project(tmp_path, "a"))
    window.crash()
    next_window = Window(tmp_path)
    next_window.record.take_abandoned()[0].release()
    (again,) = next_window.record.take_abandoned()

    again.settle()

    assert next_window.record.take_abandoned() == ()
    assert song.folder.is_dir()
    assert not list((tmp_path / "sessions").glob("*.json"))


def test_a_crash_of_the_window_that_was_asked_loses_nothing(window: Window, tmp_path: Path) -> None:
    window.add(project(tmp_path, "a"))
    window.crash()
    (held,) = Window(tmp_path).record.take_abandoned()
    held._lock.release()  # its process is gone, too

    assert len(Window(tmp_path).record.take_abandoned()) == 1


def test_songs_that_are_being_opened_again_survive_another_crash(
    window: Window, tmp_path: Path
) -> None:
    songs = [window.add(project(tmp_path, name)) for name in "ab"]
    window.crash()
    second = Window(tmp_path)
    for abandoned in second.record.take_abandoned():
        second.record.adopt(abandoned)
    second.add(songs[1])
    second.crash()

    (abandoned,) = Window(tmp_path).record.take_abandoned()

    assert set(abandoned.record.songs) == set(map(recorded, songs))
    assert len(abandoned.record.songs) == 2


def crashed_again(tmp_path: Path, times: int) -> None:
    """Recover the songs and crash, again and again."""
    for _ in range(times):
        window = Window(tmp_path)
        for abandoned in window.record.take_abandoned():
            window.record.adopt(abandoned)
        window.crash()


def test_songs_with_which_the_program_crashes_again_and_again_are_suspicious(
    window: Window, tmp_path: Path
) -> None:
    window.add(project(tmp_path, "a"))
    window.crash()
    crashed_again(tmp_path, MAX_RECOVERIES - 1)
    last = Window(tmp_path)
    (abandoned,) = last.record.take_abandoned()
    assert not abandoned.record.is_suspicious
    last.record.adopt(abandoned)
    last.crash()

    (abandoned,) = Window(tmp_path).record.take_abandoned()

    assert abandoned.record.is_suspicious


def test_a_program_that_has_run_for_long_does_not_crash_because_of_its_songs(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(recovery, "SOUND_AFTER_MS", 10)
    window.add(project(tmp_path, "a"))
    window.crash()
    crashed_again(tmp_path, MAX_RECOVERIES)
    last = Window(tmp_path)
    last.record.adopt(last.record.take_abandoned()[0])

    qtbot.waitUntil(lambda: last.record._num_recoveries == 0)
    last.crash()

    (abandoned,) = Window(tmp_path).record.take_abandoned()
    assert not abandoned.record.is_suspicious


def test_a_normal_end_leaves_the_last_session_and_nothing_to_recover(
    window: Window, tmp_path: Path
) -> None:
    song = window.add(project(tmp_path, "a"))

    window.record.close()
    window.record.close()

    next_window = Window(tmp_path)
    assert next_window.record.take_abandoned() == ()
    assert next_window.record.last_session().songs == (recorded(song),)
    assert next_window.record.last_session().current == 0


def test_songs_that_go_while_the_program_ends_do_not_change_the_record(
    window: Window, tmp_path: Path
) -> None:
    song = window.add(project(tmp_path, "a"))
    window.record.close()

    window.session.remove(song)

    assert Window(tmp_path).record.last_session().songs != ()


def test_an_empty_window_does_not_take_the_place_of_the_last_session(
    window: Window, tmp_path: Path
) -> None:
    window.add(project(tmp_path, "a"))
    window.record.close()
    Window(tmp_path).record.close()

    assert len(Window(tmp_path).record.last_session().songs) == 1


def test_songs_that_are_gone_are_not_offered(window: Window, tmp_path: Path) -> None:
    gone = window.add(project(tmp_path, "gone"))
    kept = window.add(project(tmp_path, "kept"))
    never_saved = window.add(Song(new_song_folder(tmp_path, "new"), tmp_path / "new.mp3"))
    never_saved.source.touch()
    window.session.set_current(kept)
    (gone.folder / PROJECT_FILE).unlink()
    window.crash()

    (abandoned,) = Window(tmp_path).record.take_abandoned()

    assert abandoned.record.songs == (recorded(kept), recorded(never_saved))
    assert abandoned.record.current == 0
    assert [song.has_project for song in abandoned.record.songs] == [True, False]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[" * 10_000, b'{"format": "strata session", "version": 2}', b"\xff"]
)
def test_a_record_that_is_damaged_is_as_good_as_none(
    window: Window, tmp_path: Path, content: bytes
) -> None:
    window.add(project(tmp_path, "a"))
    window.record._path.write_bytes(content)
    (tmp_path / "sessions" / LAST_SESSION).write_bytes(content)
    window.crash()
    next_window = Window(tmp_path)

    assert next_window.record.take_abandoned() == ()
    assert next_window.record.last_session().songs == ()


def test_where_nothing_can_be_recorded_the_program_works_all_the_same(
    tmp_path: Path, qapp: object, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "sessions").touch()

    window = Window(tmp_path)
    window.add(project(tmp_path, "a"))

    assert window.record.take_abandoned() == ()
    assert window.record.last_session().songs == ()
    window.record.close()
    assert "cannot be recorded" in caplog.text


def test_a_file_that_could_not_be_opened_does_not_come_back(window: Window, tmp_path: Path) -> None:
    junk = window.add(Song(tmp_path / "songs" / "junk", tmp_path / "junk.mp3"))
    junk.source.write_bytes(b"junk")
    song = window.add(project(tmp_path, "a"))
    window.session.set_current(song)
    junk.set_status(SongStatus(phase=Phase.FAILED))

    window.record.close()

    last = Window(tmp_path).record.last_session()
    assert last.songs == (recorded(song),)
    assert last.current == 0
