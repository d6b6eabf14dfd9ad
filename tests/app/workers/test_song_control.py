"""What the user does with songs of the queue: pause, cancel, another model, close, reopen."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.model.mix_state import MIX_LANE
from app.model.song_folder import audio_path
from app.model.song_status import Phase, SongStatus
from engine.errors import EngineError
from tests.app.separated_song import separated_song
from tests.app.workers.fake_engine import BLOCK_FRAMES, DRAFT_STEMS
from tests.app.workers.queue_desk import (
    NUM_FRAMES,
    RATE,
    TIMEOUT_MS,
    Desk,
    assert_adds_up,
    blocks_done,
    open_desk,
    wait_for,
    wait_for_the_engine,
)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield from open_desk(tmp_path, monkeypatch)
    qtbot.wait(1)


def test_a_pause_holds_a_song_and_it_goes_on_where_it_was(qtbot: QtBot, desk: Desk) -> None:
    desk.engine.let_go_on(2)
    desk.queue.open_files([desk.write("One.wav")])
    qtbot.waitUntil(lambda: bool(desk.session.songs), timeout=TIMEOUT_MS)
    song = desk.song("One")
    qtbot.waitUntil(lambda: blocks_done(song) == 2, timeout=TIMEOUT_MS)
    desk.queue.pause(song)
    desk.engine.let_go_on(None)
    assert desk.phases() == {"One": Phase.PAUSED}
    elapsed = song.status.elapsed_seconds
    qtbot.wait(50)
    assert blocks_done(song) == 2
    desk.queue.resume(song)
    assert desk.phases() == {"One": Phase.SEPARATING}
    assert song.status.elapsed_seconds - elapsed < 0.04
    wait_for(qtbot, desk, One=Phase.DONE)
    assert len(desk.engine.tasks) == 1


def test_a_paused_song_lets_the_next_one_go_and_does_nothing_twice(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.engine.let_go_on(2)
    desk.queue.open_files([desk.write("One.wav"), desk.write("Two.wav")])
    qtbot.waitUntil(lambda: len(desk.session.songs) == 2, timeout=TIMEOUT_MS)
    song = desk.song("One")
    qtbot.waitUntil(lambda: blocks_done(song) == 2, timeout=TIMEOUT_MS)
    desk.queue.pause(song)
    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.PAUSED, Two=Phase.DONE)
    desk.queue.resume(song)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert desk.engine.tasks[-1].gaps == ((2 * BLOCK_FRAMES, NUM_FRAMES),)
    assert not desk.engine.tasks[-1].replaces
    assert_adds_up(song)


def test_a_song_that_is_paused_while_it_waits_is_passed_over(qtbot: QtBot, desk: Desk) -> None:
    desk.engine.let_go_on(0)
    desk.queue.open_files([desk.write("One.wav"), desk.write("Two.wav"), desk.write("Three.wav")])
    wait_for(qtbot, desk, One=Phase.SEPARATING, Two=Phase.WAITING)
    desk.queue.pause(desk.song("Two"))
    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.DONE, Two=Phase.PAUSED, Three=Phase.DONE)


def test_cancelling_keeps_what_is_there_and_retry_does_the_rest(qtbot: QtBot, desk: Desk) -> None:
    desk.engine.let_go_on(3)
    desk.queue.open_files([desk.write("One.wav")])
    qtbot.waitUntil(lambda: bool(desk.session.songs), timeout=TIMEOUT_MS)
    song = desk.song("One")
    qtbot.waitUntil(lambda: blocks_done(song) == 3, timeout=TIMEOUT_MS)
    desk.queue.cancel(song)
    assert song.status.phase is Phase.CANCELLED
    qtbot.waitUntil(lambda: desk.engine.num_closed == 1, timeout=TIMEOUT_MS)
    desk.engine.let_go_on(None)
    qtbot.wait(20)
    assert blocks_done(song) == 3
    desk.queue.retry(song)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert desk.engine.tasks[-1].gaps == ((3 * BLOCK_FRAMES, NUM_FRAMES),)
    assert_adds_up(song)


def test_retry_at_once_after_cancel_waits_for_the_end_of_the_first_attempt(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.engine.let_go_on(3)
    desk.queue.open_files([desk.write("One.wav")])
    qtbot.waitUntil(lambda: bool(desk.session.songs), timeout=TIMEOUT_MS)
    song = desk.song("One")
    qtbot.waitUntil(lambda: blocks_done(song) == 3, timeout=TIMEOUT_MS)
    desk.queue.cancel(song)
    desk.queue.retry(song)
    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert desk.engine.most_running == 1
    assert_adds_up(song)


def test_the_engine_failing_is_the_songs_error_and_retry_does_the_rest(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.engine.errors["draft"] = EngineError("The engine ended.", remedy="Try again.")
    desk.queue.open_files([desk.write("One.wav"), desk.write("Two.wav")])
    wait_for(qtbot, desk, One=Phase.FAILED, Two=Phase.DONE)
    song = desk.song("One")
    assert song.status.error is not None
    assert song.status.error.remedy == "Try again."
    desk.queue.retry(song)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert desk.engine.tasks[-1].gaps == ((BLOCK_FRAMES, NUM_FRAMES),)


def test_another_model_with_the_same_stems_replaces_them_in_place(qtbot: QtBot, desk: Desk) -> None:
    desk.queue.open_files([desk.write("One.wav")])
    wait_for(qtbot, desk, One=Phase.DONE)
    song = desk.song("One")
    lanes = song.tracks
    changes: list[None] = []
    song.lanes_changed.connect(lambda: changes.append(None))
    desk.queue.separate(song, "better")
    assert song.status.phase is Phase.SEPARATING
    wait_for(qtbot, desk, One=Phase.DONE)
    assert song.tracks == lanes
    assert not changes
    assert song.model_name == "better"
    task = desk.engine.tasks[-1]
    assert (task.model, task.replaces, task.gaps) == ("better", True, ((0, NUM_FRAMES),))


def test_a_model_with_other_stems_changes_the_lanes_when_its_first_audio_is_there(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.engine.stems["other"] = ("piano", "residual")
    desk.queue.open_files([desk.write("One.wav")])
    wait_for(qtbot, desk, One=Phase.DONE)
    song = desk.song("One")
    desk.engine.let_go_on(0)
    desk.queue.separate(song, "other")
    qtbot.waitUntil(lambda: "other begins" in desk.notices, timeout=TIMEOUT_MS)
    assert tuple(stem.name for stem in song.stems) == DRAFT_STEMS
    desk.engine.let_go_on(1)
    qtbot.waitUntil(lambda: song.model_name == "other", timeout=TIMEOUT_MS)
    assert tuple(stem.name for stem in song.stems) == ("piano", "residual")
    assert blocks_done(song) == 1
    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert_adds_up(song)


def test_a_draft_that_runs_is_let_finish_before_the_better_model(qtbot: QtBot, desk: Desk) -> None:
    desk.engine.let_go_on(1)
    desk.queue.open_files([desk.write("One.wav")])
    wait_for_the_engine(qtbot, desk)
    desk.queue.separate(desk.song("One"), "better")
    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert [task.model for task in desk.engine.tasks] == ["draft", "better"]
    assert desk.engine.num_closed == 0
    assert desk.song("One").model_name == "better"


def test_a_slow_model_that_runs_makes_room_for_the_next_choice(qtbot: QtBot, desk: Desk) -> None:
    desk.queue.open_files([desk.write("One.wav")])
    wait_for(qtbot, desk, One=Phase.DONE)
    song = desk.song("One")
    desk.engine.let_go_on(2)
    desk.queue.separate(song, "slow")
    qtbot.waitUntil(lambda: song.model_name == "slow", timeout=TIMEOUT_MS)
    desk.queue.separate(song, "better")
    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert [task.model for task in desk.engine.tasks] == ["draft", "slow", "better"]
    assert desk.engine.num_closed == 1
    assert song.model_name == "better"
    assert desk.engine.tasks[-1].gaps == ((0, NUM_FRAMES),)


def test_the_engine_is_told_where_the_playhead_is_whenever_it_begins(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.engine.let_go_on(0)
    desk.queue.open_files([desk.write("One.wav")])
    qtbot.waitUntil(lambda: bool(desk.session.songs), timeout=TIMEOUT_MS)
    song = desk.song("One")
    desk.queue.prefer(song, 1_234)
    wait_for_the_engine(qtbot, desk)
    (told,) = desk.engine.told.values()
    assert told.preferred[-1] == 1_234
    desk.queue.prefer(song, 4_321)
    assert told.preferred[-1] == 4_321


def test_a_song_may_be_removed_while_it_is_worked_on(qtbot: QtBot, desk: Desk) -> None:
    desk.engine.let_go_on(1)
    desk.queue.open_files([desk.write("One.wav"), desk.write("Two.wav")])
    wait_for_the_engine(qtbot, desk)
    song = desk.song("One")
    with qtbot.waitSignal(song.destroyed, timeout=TIMEOUT_MS):
        desk.queue.remove(song)
    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, Two=Phase.DONE)
    assert [song.title for song in desk.session.songs] == ["Two"]
    assert desk.engine.num_closed == 1


def test_a_song_may_be_removed_while_it_is_decoded(qtbot: QtBot, desk: Desk) -> None:
    desk.queue.open_files([desk.write("One.wav"), desk.write("Two.wav", num_frames=60 * RATE)])
    qtbot.waitUntil(lambda: bool(desk.session.songs), timeout=TIMEOUT_MS)
    desk.queue.remove(desk.song("One"))
    wait_for(qtbot, desk, Two=Phase.DONE)


def test_closing_while_everything_runs_ends_within_a_second(qtbot: QtBot, desk: Desk) -> None:
    desk.engine.let_go_on(1)
    desk.queue.open_files([desk.write("One.wav"), desk.write("Two.wav")])
    wait_for_the_engine(qtbot, desk)
    statuses: list[SongStatus] = []
    song = desk.song("One")
    song.status_changed.connect(lambda: statuses.append(song.status))
    began_at = time.monotonic()
    desk.queue.stop()
    assert time.monotonic() - began_at < 1.0
    assert desk.engine.num_running == 0
    qtbot.wait(20)
    assert not statuses
    assert song.status.phase is Phase.SEPARATING  # so that the project says it was interrupted


def test_a_project_that_was_half_done_waits_and_goes_on_with_the_rest(
    qtbot: QtBot, desk: Desk
) -> None:
    song = separated_song(desk.folder, done=2_000, num_frames=NUM_FRAMES)
    song.set_status(SongStatus(phase=Phase.PAUSED, fraction=0.4))
    desk.session.add(song)
    qtbot.wait(20)
    assert song.status.phase is Phase.PAUSED
    assert song.status.fraction == 0.4
    desk.engine.stems["draft"] = tuple(stem.name for stem in song.stems)
    desk.queue.resume(song)
    qtbot.waitUntil(lambda: song.status.phase is Phase.DONE, timeout=TIMEOUT_MS)
    assert desk.engine.tasks[0].gaps == ((2_000, NUM_FRAMES),)
    assert desk.engine.tasks[0].decoded_frames == NUM_FRAMES


def test_a_project_that_is_done_is_left_alone(qtbot: QtBot, desk: Desk) -> None:
    song = separated_song(desk.folder)
    song.set_status(SongStatus(phase=Phase.DONE, fraction=1.0))
    desk.session.add(song)
    qtbot.wait(20)
    assert song.status.phase is Phase.DONE
    assert not desk.engine.tasks
    desk.queue.separate(song, "better")
    qtbot.waitUntil(lambda: song.model_name == "better", timeout=TIMEOUT_MS)


def test_a_source_that_became_another_song_is_not_mixed_up_with_the_first(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.engine.let_go_on(0)
    path = desk.write("One.wav")
    desk.queue.open_files([path])
    wait_for_the_engine(qtbot, desk)
    song = desk.song("One")
    desk.queue.cancel(song)
    qtbot.waitUntil(lambda: desk.engine.num_closed == 1, timeout=TIMEOUT_MS)
    work = desk.queue._works[song]
    work.decoded_frames = 10  # as after a kill in the middle of decoding
    mix = audio_path(song.folder, MIX_LANE)
    before = mix.read_bytes()
    desk.write("One.wav", num_frames=NUM_FRAMES + 5)
    desk.queue.retry(song)
    wait_for(qtbot, desk, One=Phase.FAILED)
    assert song.status.error is not None
    assert "not the file any more" in song.status.error.message
    assert mix.read_bytes() == before


def test_a_model_that_is_gone_is_replaced_with_a_notice(qtbot: QtBot, desk: Desk) -> None:
    desk.settings.model_name = "deleted"
    desk.queue.open_files([desk.write("One.wav")])
    wait_for(qtbot, desk, One=Phase.DONE)
    assert "“deleted” is not there" in desk.notices[0]
    assert desk.engine.tasks[0].model == "draft"
