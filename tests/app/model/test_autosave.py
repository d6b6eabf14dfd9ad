"""Projects that save themselves."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.model import autosave as autosave_module
from app.model.autosave import Autosave
from app.model.frame_range import FrameRange
from app.model.mix_state import LaneState
from app.model.project_error import ProjectError
from app.model.project_file import open_project, read_project, save_project
from app.model.project_snapshot import ProjectSnapshot, snapshot_of
from app.model.session import Session
from app.model.song import Song
from app.model.song_folder import PROJECT_FILE
from app.model.song_status import Phase, SongStatus
from app.model.song_view import SongView
from tests.app.separated_song import separated_song

TIMEOUT_MS = 5000


class Saves:
    """Counts the writing of projects, and can hold it up or make it fail."""

    def __init__(self) -> None:
        self.snapshots: list[ProjectSnapshot] = []
        self.threads: set[int] = set()
        self.num_at_once = self.most_at_once = 0
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.fails = False

    def save(self, snapshot: ProjectSnapshot) -> None:
        self.num_at_once += 1
        self.most_at_once = max(self.most_at_once, self.num_at_once)
        self.threads.add(threading.get_ident())
        self.snapshots.append(snapshot)
        assert self.may_go_on.wait(TIMEOUT_MS / 1000)
        self.num_at_once -= 1
        if self.fails:
            raise ProjectError("The disk is full.", remedy="Make room.")
        save_project(snapshot)


@pytest.fixture
def saves(monkeypatch: pytest.MonkeyPatch) -> Saves:
    saves = Saves()
    monkeypatch.setattr(autosave_module, "save_project", saves.save)
    monkeypatch.setattr(autosave_module, "DELAY_MS", 20)
    return saves


@pytest.fixture
def session(qapp: object) -> Session:
    return Session()


@pytest.fixture
def autosave(session: Session, saves: Saves, qtbot: QtBot) -> Iterator[Autosave]:
    autosave = Autosave(session)
    yield autosave
    saves.may_go_on.set()
    autosave.stop()


@pytest.fixture
def song(session: Session, autosave: Autosave, tmp_path: Path, qtbot: QtBot) -> Song:
    """A song of the session that is saved."""
    song = separated_song(tmp_path)
    with qtbot.waitSignal(autosave.saved, timeout=TIMEOUT_MS):
        session.add(song)
    return song


def mute(song: Song, name: str = "drums") -> None:
    song.change_lane(name, LaneState(muted=not song.state.lane(name).muted), "Mute")


def test_a_new_song_is_saved_at_once(song: Song) -> None:
    assert read_project(song.folder) == snapshot_of(song)


def test_many_changes_are_saved_together_and_off_the_gui_thread(
    song: Song, autosave: Autosave, saves: Saves, qtbot: QtBot
) -> None:
    num_before = len(saves.snapshots)

    with qtbot.waitSignal(autosave.saved, timeout=TIMEOUT_MS):
        for name in ("drums", "bass", "other"):
            mute(song, name)

    assert len(saves.snapshots) == num_before + 1
    assert open_project(song.folder).state == song.state
    assert threading.get_ident() not in saves.threads


def test_changes_that_never_end_are_saved_on_the_way(
    song: Song, autosave: Autosave, qtbot: QtBot
) -> None:
    saved: list[object] = []
    autosave.saved.connect(saved.append)

    def change_and_look() -> bool:
        song.change_lane("drums", LaneState(gain_db=song.state.lane("drums").gain_db - 1e-3), "")
        return len(saved) > 2

    started_at = time.monotonic()
    while not change_and_look():
        assert time.monotonic() - started_at < 12 * TIMEOUT_MS / 1000
        qtbot.wait(1)


def test_what_changes_while_it_is_written_is_saved_afterwards_and_never_at_once(
    song: Song, autosave: Autosave, saves: Saves, qtbot: QtBot
) -> None:
    saves.may_go_on.clear()
    num_before = len(saves.snapshots)
    mute(song, "drums")
    qtbot.waitUntil(lambda: len(saves.snapshots) == num_before + 1, timeout=TIMEOUT_MS)
    mute(song, "bass")
    song.set_status(SongStatus(phase=Phase.PAUSED))
    qtbot.wait(60)
    assert len(saves.snapshots) == num_before + 1

    saves.may_go_on.set()

    qtbot.waitUntil(lambda: autosave.is_idle, timeout=TIMEOUT_MS)
    assert read_project(song.folder) == snapshot_of(song)
    assert saves.most_at_once == 1


def test_progress_of_the_status_alone_writes_nothing(
    song: Song, autosave: Autosave, saves: Saves, qtbot: QtBot
) -> None:
    num_before = len(saves.snapshots)

    for number in range(5):
        song.set_status(SongStatus(phase=Phase.DONE, elapsed_seconds=float(number)))
        qtbot.wait(15)

    assert len(saves.snapshots) == num_before
    assert autosave.is_idle


def test_what_is_as_it_was_saved_is_not_written_again(
    song: Song, autosave: Autosave, saves: Saves, qtbot: QtBot
) -> None:
    num_before = len(saves.snapshots)

    mute(song)
    mute(song)

    qtbot.waitUntil(lambda: autosave.is_idle, timeout=TIMEOUT_MS)
    assert len(saves.snapshots) == num_before


def test_a_new_phase_does_not_wait(
    song: Song, autosave: Autosave, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autosave, "_rest_ms", 1_000_000)

    with qtbot.waitSignal(autosave.saved, timeout=TIMEOUT_MS):
        mute(song)
        song.set_status(SongStatus(phase=Phase.WAITING))

    assert read_project(song.folder).phase is Phase.WAITING


def test_audio_that_arrives_is_saved(
    session: Session, autosave: Autosave, tmp_path: Path, qtbot: QtBot
) -> None:
    song = separated_song(tmp_path, done=1000)
    with qtbot.waitSignal(autosave.saved, timeout=TIMEOUT_MS):
        session.add(song)

    with qtbot.waitSignal(autosave.saved, timeout=TIMEOUT_MS):
        for stem in song.stems:
            stem.mark_done(FrameRange(1000, 2000))
            song.report_audio(stem.name, FrameRange(1000, 2000))

    assert read_project(song.folder).lanes[1].done.num_frames == 2000


def test_a_disk_that_is_full_is_told_once_and_tried_again(
    song: Song, autosave: Autosave, saves: Saves, qtbot: QtBot
) -> None:
    errors: list[object] = []
    autosave.save_failed.connect(errors.append)
    saves.fails = True
    for _ in range(3):
        mute(song)
        qtbot.waitUntil(lambda: autosave.is_idle, timeout=TIMEOUT_MS)
    assert [str(error) for error in errors] == ["The disk is full."]
    saves.fails = False

    with qtbot.waitSignal(autosave.saved, timeout=TIMEOUT_MS):
        mute(song, "bass")

    assert read_project(song.folder) == snapshot_of(song)


def test_a_slow_disk_is_left_in_peace_most_of_the_time(
    song: Song, autosave: Autosave, saves: Saves, qtbot: QtBot
) -> None:
    saves.may_go_on.clear()
    mute(song)
    qtbot.waitUntil(lambda: saves.num_at_once == 1, timeout=TIMEOUT_MS)
    qtbot.wait(100)
    saves.may_go_on.set()
    qtbot.waitUntil(lambda: autosave.is_idle, timeout=TIMEOUT_MS)

    assert autosave._rest_ms >= 900  # timers are some per cent early


def test_a_song_that_leaves_is_saved_as_it_was_then(
    song: Song, session: Session, autosave: Autosave, qtbot: QtBot
) -> None:
    folder = song.folder
    mute(song)
    expected = snapshot_of(song)

    session.remove(song)

    qtbot.waitUntil(lambda: autosave.is_idle, timeout=TIMEOUT_MS)
    assert read_project(folder) == expected


def test_a_song_whose_folder_the_user_has_removed_is_not_brought_back(
    song: Song, session: Session, autosave: Autosave, qtbot: QtBot
) -> None:
    errors: list[object] = []
    autosave.save_failed.connect(errors.append)
    shutil.rmtree(song.folder)
    mute(song)

    qtbot.waitUntil(lambda: autosave.is_idle, timeout=TIMEOUT_MS)
    assert not song.folder.exists()
    assert errors == []


def test_closing_saves_what_is_not_saved_yet(
    song: Song, autosave: Autosave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(autosave, "_rest_ms", 1_000_000)
    mute(song)
    song.view = SongView(position=123)

    autosave.stop()

    assert read_project(song.folder) == snapshot_of(song)
    assert read_project(song.folder).view.position == 123


def test_closing_waits_for_what_is_being_written(
    song: Song, autosave: Autosave, saves: Saves, qtbot: QtBot
) -> None:
    saves.may_go_on.clear()
    num_before = len(saves.snapshots)
    mute(song)
    qtbot.waitUntil(lambda: len(saves.snapshots) == num_before + 1, timeout=TIMEOUT_MS)
    mute(song, "bass")
    threading.Timer(0.05, saves.may_go_on.set).start()

    autosave.stop()

    assert saves.most_at_once == 1
    assert read_project(song.folder) == snapshot_of(song)
    assert not (song.folder / f".{PROJECT_FILE}.part").exists()


def test_closing_waits_for_many_projects_as_long_as_they_are_written(
    session: Session,
    autosave: Autosave,
    saves: Saves,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(autosave_module, "PATIENCE_SECONDS", 0.5)
    monkeypatch.setattr(autosave_module, "save_project", _slowly(saves, 0.15))
    songs = [separated_song(tmp_path / str(number)) for number in range(6)]
    for song in songs:
        session.add(song)

    assert autosave.stop()

    assert [read_project(song.folder) for song in songs] == [snapshot_of(song) for song in songs]


def test_closing_does_not_wait_for_a_drive_that_has_gone(
    song: Song,
    autosave: Autosave,
    saves: Saves,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(autosave_module, "PATIENCE_SECONDS", 0.05)
    before = read_project(song.folder)
    saves.may_go_on.clear()
    mute(song)

    assert not autosave.stop()
    assert not autosave.stop()  # and is not asked again

    assert read_project(song.folder) == before
    (record,) = [record for record in caplog.records if record.name == autosave_module.__name__]
    assert str(song.folder) in record.getMessage()
    assert "opened again at the next start" in record.getMessage()
    caplog.clear()
    saves.may_go_on.set()  # the drive comes back: the thread ends
    assert autosave._writer is not None
    thread = autosave._writer._thread
    qtbot.waitUntil(lambda: not thread.is_alive(), timeout=TIMEOUT_MS)


def _slowly(saves: Saves, seconds: float) -> Callable[[ProjectSnapshot], None]:
    def save(snapshot: ProjectSnapshot) -> None:
        threading.Event().wait(seconds)
        saves.save(snapshot)

    return save
