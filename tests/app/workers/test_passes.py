"""A draft and then a better model: one job for the user, and drafts of all songs come first."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.model.project_file import open_project, save_project
from app.model.song import Song
from app.model.song_status import Phase, Preparation, SongStatus, Step
from app.workers import song_jobs, song_work
from app.workers.paces import Paces
from app.workers.queue_estimate import QueueEstimate
from app.workers.song_work import adopted_work
from app.workers.whole_job import PassShare, WholeJob
from tests.app.workers.fake_engine import BLOCK_FRAMES
from tests.app.workers.queue_desk import (
    NUM_BLOCKS,
    NUM_FRAMES,
    TIMEOUT_MS,
    Desk,
    assert_adds_up,
    blocks_done,
    entry,
    open_desk,
    wait_for,
)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    opening = open_desk(tmp_path, monkeypatch)
    desk = next(opening)
    entries = (entry("better", "blockwise_vae"), entry("draft", song_jobs.DRAFT_METHOD))
    monkeypatch.setattr(song_jobs, "list_models", lambda: entries)
    yield desk
    next(opening, None)
    qtbot.wait(1)


def open_songs(qtbot: QtBot, desk: Desk, *names: str) -> list[Song]:
    number = len(desk.session.songs) + len(names)
    desk.queue.open_files([desk.write(f"{name}.wav") for name in names])
    qtbot.waitUntil(lambda: len(desk.session.songs) == number, timeout=TIMEOUT_MS)
    return [desk.song(name) for name in names]


def in_the_middle_of_the_better_model(qtbot: QtBot, desk: Desk) -> Song:
    """Open a song that has its draft and two blocks of the better model."""
    desk.engine.let_go_on(NUM_BLOCKS + 2)
    (song,) = open_songs(qtbot, desk, "One")
    qtbot.waitUntil(
        lambda: (song.model_name, song.separated.num_frames) == ("better", 2 * BLOCK_FRAMES),
        timeout=TIMEOUT_MS,
    )
    return song


def done_by(desk: Desk) -> list[tuple[str, str]]:
    """Return song and model of all tasks in their order."""
    return [(Path(task.stems_folder).parent.name, task.model) for task in desk.engine.tasks]


@given(
    shares=st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)), min_size=2, max_size=20),
    weight=st.floats(0.1, 100.0),
)
def test_progress_never_falls_from_pass_to_pass(
    shares: list[tuple[float, float]], weight: float
) -> None:
    job, told = WholeJob(), [0.0]
    for read, done in shares:
        left = [PassShare(weight=1.0, done=done), PassShare(weight=weight, done=0.0)]
        told.append(job.fraction(read=read, left=left))
    job.finish_pass(1.0)
    for read, done in shares:
        told.append(job.fraction(read=read, left=[PassShare(weight=weight, done=done)]))
    assert told == sorted(told)
    assert told[len(shares)] <= 0.02 + 1.0 / (1.0 + weight)
    assert job.fraction(read=1.0, left=[PassShare(weight=weight, done=1.0)]) == pytest.approx(1.0)


def test_draft_and_better_model_are_one_job(qtbot: QtBot, desk: Desk) -> None:
    told: list[SongStatus] = []
    desk.engine.let_go_on(0)
    (song,) = open_songs(qtbot, desk, "One")
    song.status_changed.connect(lambda: told.append(song.status))
    for _ in range(2 * NUM_BLOCKS):
        desk.engine.let_go_on(1)
        qtbot.waitUntil(lambda: desk.engine.blocks == 0, timeout=TIMEOUT_MS)
    wait_for(qtbot, desk, One=Phase.DONE)
    fractions = [status.fraction for status in told]
    assert fractions == sorted(fractions)
    elapsed = [status.elapsed_seconds for status in told]
    assert elapsed == sorted(elapsed)
    steps = list(dict.fromkeys(status.step for status in told if status.step is not None))
    assert steps == [
        Step(model_name="draft", number=1, count=2),
        Step(model_name="better", number=2, count=2),
    ]
    assert all(status.fraction < 0.3 for status in told if status.step == steps[0])


def test_the_queue_never_contradicts_its_only_song(
    qtbot: QtBot, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(song_work, "ALMOST_DONE", 0.0)  # less than a second is told, too
    told: list[QueueEstimate] = []
    desk.queue.time_estimated.connect(told.append)
    song = in_the_middle_of_the_better_model(qtbot, desk)
    desk.queue._timer.stop()
    before = song.status.remaining_seconds
    desk.engine.let_go_on(1)
    qtbot.waitUntil(lambda: song.status.remaining_seconds != before, timeout=TIMEOUT_MS)
    qtbot.waitUntil(lambda: song.separated.num_frames == 3 * BLOCK_FRAMES, timeout=TIMEOUT_MS)
    assert told[-1].seconds == song.status.remaining_seconds


def test_one_model_alone_is_all_of_the_job(qtbot: QtBot, desk: Desk) -> None:
    desk.settings.model_name = "draft"
    desk.engine.let_go_on(NUM_BLOCKS - 1)
    (song,) = open_songs(qtbot, desk, "One")
    qtbot.waitUntil(lambda: blocks_done(song) == NUM_BLOCKS - 1, timeout=TIMEOUT_MS)
    assert song.status.step == Step(model_name="draft", number=1, count=1)
    assert song.status.fraction == pytest.approx((NUM_BLOCKS - 1) / NUM_BLOCKS, abs=0.02)
    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.DONE)


def test_a_better_model_gives_way_to_the_draft_of_the_next_song_and_goes_on_where_it_was(
    qtbot: QtBot, desk: Desk
) -> None:
    one = in_the_middle_of_the_better_model(qtbot, desk)
    reached, elapsed = one.status.fraction, one.status.elapsed_seconds

    (two,) = open_songs(qtbot, desk, "Two")
    qtbot.waitUntil(lambda: two.facts is not None, timeout=TIMEOUT_MS)
    assert one.status.phase is Phase.SEPARATING  # the window that runs is not thrown away
    desk.engine.let_go_on(1)
    wait_for(qtbot, desk, One=Phase.WAITING, Two=Phase.SEPARATING)
    assert one.separated.num_frames == 3 * BLOCK_FRAMES
    assert one.status.fraction >= reached
    assert one.status.elapsed_seconds >= elapsed
    assert one.status.step == Step(model_name="better", number=2, count=2)

    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.DONE, Two=Phase.DONE)
    assert done_by(desk) == [
        ("One", "draft"),
        ("One", "better"),
        ("Two", "draft"),
        ("One", "better"),
        ("Two", "better"),
    ]
    assert desk.engine.tasks[3].gaps == ((3 * BLOCK_FRAMES, NUM_FRAMES),)
    assert desk.engine.most_running == 1
    assert_adds_up(one)


def test_every_song_gets_its_draft_before_any_gets_its_better_model(
    qtbot: QtBot, desk: Desk
) -> None:
    names = ("One", "Two", "Three")
    desk.engine.let_go_on(NUM_BLOCKS)
    songs = open_songs(qtbot, desk, *names)
    qtbot.waitUntil(lambda: all(song.facts for song in songs), timeout=TIMEOUT_MS)
    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.DONE, Two=Phase.DONE, Three=Phase.DONE)
    drafts, betters = ([(name, model) for name in names] for model in ("draft", "better"))
    assert done_by(desk) == drafts + betters


@pytest.mark.parametrize("num_blocks", [0, 2])
def test_a_draft_is_still_a_draft_for_the_next_start_of_the_program(
    qtbot: QtBot, desk: Desk, num_blocks: int
) -> None:
    desk.engine.let_go_on(num_blocks)
    (song,) = open_songs(qtbot, desk, "One")
    qtbot.waitUntil(lambda: blocks_done(song) == num_blocks, timeout=TIMEOUT_MS)
    save_project(song)

    work = adopted_work(open_project(song.folder), "", Paces())

    assert tuple(each.choice for each in work.planned) == song_jobs.default_models("better")


def test_a_draft_that_is_asked_for_by_name_is_as_fast_as_any_draft(
    qtbot: QtBot, desk: Desk
) -> None:
    song = in_the_middle_of_the_better_model(qtbot, desk)
    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.DONE)

    desk.engine.let_go_on(0)
    desk.queue.separate(song, "draft")

    draft, _ = song_jobs.default_models("better")
    assert [each.choice for each in desk.queue._works[song].planned] == [draft]


def test_a_better_model_that_waits_for_the_engine_gives_way_at_once(
    qtbot: QtBot, desk: Desk
) -> None:
    one = in_the_middle_of_the_better_model(qtbot, desk)
    work = desk.queue._works[one]
    assert work.can_give_way(has_ended_window=True)
    assert not work.can_give_way(has_ended_window=False)
    work.planned[0].preparation = Preparation.MODEL
    assert work.can_give_way(has_ended_window=False)


def test_of_songs_without_stems_the_one_on_screen_comes_first(qtbot: QtBot, desk: Desk) -> None:
    in_the_middle_of_the_better_model(qtbot, desk)
    _, three = open_songs(qtbot, desk, "Two", "Three")
    desk.session.set_current(three)
    qtbot.waitUntil(lambda: three.facts is not None, timeout=TIMEOUT_MS)

    desk.engine.let_go_on(1)

    wait_for(qtbot, desk, One=Phase.WAITING, Two=Phase.WAITING, Three=Phase.SEPARATING)


def test_a_song_that_is_moved_up_gets_its_better_model_first(qtbot: QtBot, desk: Desk) -> None:
    in_the_middle_of_the_better_model(qtbot, desk)
    (two,) = open_songs(qtbot, desk, "Two")
    qtbot.waitUntil(lambda: two.facts is not None, timeout=TIMEOUT_MS)
    desk.engine.let_go_on(1)
    wait_for(qtbot, desk, One=Phase.WAITING)
    desk.engine.let_go_on(NUM_BLOCKS)
    wait_for(qtbot, desk, One=Phase.SEPARATING, Two=Phase.WAITING)
    assert blocks_done(two) == NUM_BLOCKS

    desk.session.move(two, 0)

    desk.engine.let_go_on(2)
    wait_for(qtbot, desk, One=Phase.WAITING, Two=Phase.SEPARATING)
    desk.engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.DONE, Two=Phase.DONE)
    assert done_by(desk)[-2:] == [("Two", "better"), ("One", "better")]


def test_a_pause_of_a_better_model_keeps_the_share_of_all(qtbot: QtBot, desk: Desk) -> None:
    song = in_the_middle_of_the_better_model(qtbot, desk)
    reached = song.status.fraction

    desk.queue.pause(song)

    assert song.status.phase is Phase.PAUSED
    assert song.status.fraction == pytest.approx(reached)
    assert song.status.replacement is not None
    assert song.status.replacement.fraction == pytest.approx(2 / NUM_BLOCKS)
    desk.engine.let_go_on(None)
    desk.queue.resume(song)
    wait_for(qtbot, desk, One=Phase.DONE)
