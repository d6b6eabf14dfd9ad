"""A better model over a draft, ended in between: the song goes on where the model was."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange, FrameRanges
from app.model.project_file import open_project, save_project
from app.model.song import Song
from app.model.song_status import Phase, Replacement
from app.workers import song_jobs
from tests.app.workers.fake_engine import BLOCK_FRAMES
from tests.app.workers.queue_desk import (
    NUM_FRAMES,
    TIMEOUT_MS,
    Desk,
    assert_adds_up,
    entry,
    open_desk,
    wait_for,
)


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield from open_desk(tmp_path, monkeypatch)
    qtbot.wait(1)


@pytest.fixture
def later_desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Give the desk of the next start of the program."""
    yield from open_desk(tmp_path, monkeypatch)
    qtbot.wait(1)


def opened_song(qtbot: QtBot, desk: Desk) -> Song:
    desk.queue.open_files([desk.write("One.wav")])
    qtbot.waitUntil(lambda: bool(desk.session.songs), timeout=TIMEOUT_MS)
    return desk.song("One")


def killed_and_reopened(qtbot: QtBot, desk: Desk, later_desk: Desk, song: Song) -> Song:
    """End the program without a word, and open what its last autosave has left."""
    save_project(song)
    desk.queue.stop()
    again = open_project(song.folder)
    later_desk.engine.blocks = None
    later_desk.session.add(again)
    assert again.status.phase is Phase.PAUSED
    return again


def blocks(*numbers: int) -> FrameRanges:
    return FrameRanges.of(
        FrameRange(number * BLOCK_FRAMES, (number + 1) * BLOCK_FRAMES) for number in numbers
    )


def with_draft_of_two_blocks_and_one_better_block(qtbot: QtBot, desk: Desk) -> Song:
    desk.engine.let_go_on(2)
    song = opened_song(qtbot, desk)
    qtbot.waitUntil(lambda: song.separated == blocks(0, 1), timeout=TIMEOUT_MS)
    desk.queue.cancel(song)
    qtbot.waitUntil(lambda: desk.engine.num_closed == 1, timeout=TIMEOUT_MS)
    desk.queue.separate(song, "better")
    desk.engine.let_go_on(1)
    qtbot.waitUntil(lambda: song.separated == blocks(0), timeout=TIMEOUT_MS)
    assert song.model_name == "better"
    assert all(stem.done == blocks(0, 1) for stem in song.stems)
    return song


def test_a_better_model_over_half_a_draft_goes_on_exactly_where_it_was(
    qtbot: QtBot, desk: Desk, later_desk: Desk
) -> None:
    song = with_draft_of_two_blocks_and_one_better_block(qtbot, desk)
    again = killed_and_reopened(qtbot, desk, later_desk, song)
    assert all(stem.done == blocks(0, 1) for stem in again.stems)  # what is audible stays so
    assert again.status.fraction == BLOCK_FRAMES / NUM_FRAMES

    later_desk.queue.resume(again)
    wait_for(qtbot, later_desk, One=Phase.DONE)
    (task,) = later_desk.engine.tasks
    assert (task.model, task.gaps) == ("better", ((BLOCK_FRAMES, NUM_FRAMES),))
    assert task.replaces
    assert again.separated == FrameRanges((FrameRange(0, NUM_FRAMES),))
    assert_adds_up(again)


def test_a_better_model_over_a_whole_draft_does_nothing_twice(
    qtbot: QtBot, desk: Desk, later_desk: Desk
) -> None:
    song = opened_song(qtbot, desk)
    wait_for(qtbot, desk, One=Phase.DONE)
    desk.engine.let_go_on(3)
    desk.queue.separate(song, "better")
    qtbot.waitUntil(lambda: song.separated == blocks(0, 1, 2), timeout=TIMEOUT_MS)
    again = killed_and_reopened(qtbot, desk, later_desk, song)

    later_desk.queue.resume(again)
    wait_for(qtbot, later_desk, One=Phase.DONE)
    (task,) = later_desk.engine.tasks
    assert task.gaps == ((3 * BLOCK_FRAMES, NUM_FRAMES),)
    assert task.replaces


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_an_interrupted_model_says_what_it_has_replaced(
    qtbot: QtBot, desk: Desk, later_desk: Desk, is_cancelled: bool
) -> None:
    song = opened_song(qtbot, desk)
    wait_for(qtbot, desk, One=Phase.DONE)
    desk.engine.let_go_on(2)
    desk.queue.separate(song, "better")
    qtbot.waitUntil(lambda: song.separated == blocks(0, 1), timeout=TIMEOUT_MS)

    (desk.queue.cancel if is_cancelled else desk.queue.pause)(song)

    fraction = 2 * BLOCK_FRAMES / NUM_FRAMES
    assert song.status.replacement == Replacement(model_name="better", fraction=fraction)
    assert song.status.fraction == fraction
    save_project(song)
    again = open_project(song.folder)
    later_desk.session.add(again)
    assert again.status.replacement == song.status.replacement
    assert again.status.phase is (Phase.CANCELLED if is_cancelled else Phase.PAUSED)


def test_a_model_that_is_held_before_it_begins_has_replaced_nothing(
    qtbot: QtBot, desk: Desk
) -> None:
    song = opened_song(qtbot, desk)
    wait_for(qtbot, desk, One=Phase.DONE)
    desk.engine.let_go_on(0)
    desk.queue.separate(song, "better")

    desk.queue.pause(song)

    assert song.status.replacement == Replacement(model_name="better", fraction=0.0)


def test_a_first_separation_that_is_held_replaces_nothing(qtbot: QtBot, desk: Desk) -> None:
    desk.engine.let_go_on(2)
    song = opened_song(qtbot, desk)
    qtbot.waitUntil(lambda: song.separated == blocks(0, 1), timeout=TIMEOUT_MS)

    desk.queue.pause(song)

    assert song.status.replacement is None


def test_a_first_separation_that_goes_on_has_nothing_to_replace(
    qtbot: QtBot, desk: Desk, later_desk: Desk
) -> None:
    desk.engine.let_go_on(2)
    song = opened_song(qtbot, desk)
    qtbot.waitUntil(lambda: song.separated == blocks(0, 1), timeout=TIMEOUT_MS)
    again = killed_and_reopened(qtbot, desk, later_desk, song)

    later_desk.queue.resume(again)
    wait_for(qtbot, later_desk, One=Phase.DONE)
    (task,) = later_desk.engine.tasks
    assert (task.model, task.gaps) == ("draft", ((2 * BLOCK_FRAMES, NUM_FRAMES),))
    assert not task.replaces


def test_the_better_model_that_was_to_follow_a_draft_still_follows(
    qtbot: QtBot, desk: Desk, later_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    better, draft = entry("better", "lq_vae"), entry("draft", song_jobs.DRAFT_METHOD)
    monkeypatch.setattr(song_jobs, "list_models", lambda: (better, draft))
    desk.engine.let_go_on(2)
    song = opened_song(qtbot, desk)
    qtbot.waitUntil(lambda: song.separated == blocks(0, 1), timeout=TIMEOUT_MS)
    assert (song.model_name, song.wanted_models) == ("draft", ("better",))
    again = killed_and_reopened(qtbot, desk, later_desk, song)

    later_desk.queue.resume(again)
    wait_for(qtbot, later_desk, One=Phase.DONE)
    tasks = later_desk.engine.tasks
    assert [task.model for task in tasks] == ["draft", "better"]
    assert [task.gaps for task in tasks] == [
        ((2 * BLOCK_FRAMES, NUM_FRAMES),),
        ((0, NUM_FRAMES),),
    ]
    assert (again.model_name, again.wanted_models) == ("better", ())


def test_a_model_that_had_not_begun_over_a_whole_draft_is_all_that_is_left(
    qtbot: QtBot, desk: Desk, later_desk: Desk
) -> None:
    song = opened_song(qtbot, desk)
    wait_for(qtbot, desk, One=Phase.DONE)
    desk.engine.let_go_on(0)
    desk.queue.separate(song, "better")
    qtbot.waitUntil(lambda: "better begins" in desk.notices, timeout=TIMEOUT_MS)
    again = killed_and_reopened(qtbot, desk, later_desk, song)

    later_desk.queue.resume(again)
    wait_for(qtbot, later_desk, One=Phase.DONE)
    assert [task.model for task in later_desk.engine.tasks] == ["better"]
    assert again.model_name == "better"


def test_what_becomes_of_leftovers_stays_as_it_began(
    qtbot: QtBot, desk: Desk, later_desk: Desk
) -> None:
    desk.settings.residual = "separate"
    desk.engine.let_go_on(2)
    song = opened_song(qtbot, desk)
    qtbot.waitUntil(lambda: song.separated == blocks(0, 1), timeout=TIMEOUT_MS)
    assert song.residual == "separate"
    again = killed_and_reopened(qtbot, desk, later_desk, song)

    later_desk.settings.residual = "fold"
    later_desk.queue.resume(again)
    wait_for(qtbot, later_desk, One=Phase.DONE)
    later_desk.queue.separate(again, "draft")
    qtbot.waitUntil(lambda: again.residual == "fold", timeout=TIMEOUT_MS)
    assert [task.residual for task in later_desk.engine.tasks] == ["separate", "fold"]


def test_the_rest_of_a_song_gets_model_and_quality_of_what_is_there(
    qtbot: QtBot, desk: Desk, later_desk: Desk
) -> None:
    desk.settings.quality = "best"
    desk.engine.let_go_on(2)
    song = opened_song(qtbot, desk)
    qtbot.waitUntil(lambda: song.separated == blocks(0, 1), timeout=TIMEOUT_MS)
    again = killed_and_reopened(qtbot, desk, later_desk, song)

    later_desk.settings.model_name, later_desk.settings.quality = "better", "draft"
    later_desk.queue.resume(again)
    wait_for(qtbot, later_desk, One=Phase.DONE)
    assert again.quality == "best"
    # Whoever wants the new quality for this song, too, separates it again.
    later_desk.queue.separate(again, "draft")
    qtbot.waitUntil(lambda: again.quality == "draft", timeout=TIMEOUT_MS)
    assert [(task.model, task.quality) for task in later_desk.engine.tasks] == [
        ("draft", "best"),
        ("draft", "draft"),
    ]


def test_the_outcome_is_what_the_last_plan_makes_of_the_song(qtbot: QtBot, desk: Desk) -> None:
    song = opened_song(qtbot, desk)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert desk.queue.outcome(song) == ("draft", "fold")
    desk.engine.let_go_on(0)
    desk.queue.separate(song, "better")
    desk.settings.residual = "separate"
    assert desk.queue.outcome(song) == ("better", "fold")  # it has begun with that
    desk.queue.cancel(song)
    assert desk.queue.outcome(song) == ("draft", "fold")
    desk.queue.separate(song, "best")
    assert desk.queue.outcome(song) == ("best", "separate")


def test_what_still_arrives_for_a_removed_song_changes_nothing(qtbot: QtBot, desk: Desk) -> None:
    """The engine's thread may be ahead of the window: its events come after the removal."""
    desk.engine.let_go_on(2)
    song = opened_song(qtbot, desk)
    qtbot.waitUntil(lambda: song.separated == blocks(0, 1), timeout=TIMEOUT_MS)
    work = desk.queue._works[song]
    (planned,) = work.planned
    seen: list[str] = []
    for name in ("audio_arrived", "lanes_changed", "remaking_began", "status_changed"):
        getattr(song, name).connect(lambda *_, name=name: seen.append(name))
    desk.queue.remove(song)
    seen.clear()
    separated = song.separated
    arrived = song_jobs.AudioArrived(names=("mix",), arrived=FrameRange(4_000, 5_000))
    desk.queue._take_separated(work, planned, 0.0, arrived)
    desk.queue._take_decoded(work, arrived)
    work.fraction = 0.9
    desk.queue._refresh_running()
    assert not seen
    assert song.separated == separated
