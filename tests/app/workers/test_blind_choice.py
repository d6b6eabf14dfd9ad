"""A song that is taken apart into sources without names, before or after another model."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRanges
from app.model.mix_state import LaneState
from app.model.project_file import open_project, save_project
from app.model.song import Song
from app.model.song_status import Phase
from app.widgets.status_text import status_text
from app.workers import song_jobs
from engine.model_library import ModelEntry
from tests.app.workers.fake_engine import BLOCK_FRAMES, DRAFT_STEMS
from tests.app.workers.queue_desk import (
    NUM_FRAMES,
    TIMEOUT_MS,
    Desk,
    assert_adds_up,
    blocks_done,
    entry,
    open_desk,
    wait_for,
)

SOURCES = ("source 1", "source 2")
LANES = (*SOURCES, "residual")


def blind_entry() -> ModelEntry:
    plain = entry("duet", "blockwise_vae", SOURCES)
    return replace(plain, card=replace(plain.card, stem_order="free"))


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    opening = open_desk(tmp_path, monkeypatch)
    desk = next(opening)
    draft = entry("draft", song_jobs.DRAFT_METHOD)
    entries = (entry("better", "blockwise_vae"), draft, blind_entry())
    monkeypatch.setattr(song_jobs, "list_models", lambda: entries)
    desk.engine.stems["duet"] = LANES
    yield desk
    next(opening, None)
    qtbot.wait(1)


def opened_song(qtbot: QtBot, desk: Desk) -> Song:
    desk.queue.open_files([desk.write("One.wav")])
    qtbot.waitUntil(lambda: bool(desk.session.songs), timeout=TIMEOUT_MS)
    return desk.song("One")


def separated_song(qtbot: QtBot, desk: Desk) -> Song:
    song = opened_song(qtbot, desk)
    wait_for(qtbot, desk, One=Phase.DONE)
    return song


def stem_names(song: Song) -> tuple[str, ...]:
    return tuple(stem.name for stem in song.stems)


def test_no_draft_of_named_stems_comes_before_sources_without_names(
    qtbot: QtBot, desk: Desk
) -> None:
    desk.settings.model_name = "duet"
    song = separated_song(qtbot, desk)
    assert [task.model for task in desk.engine.tasks] == ["duet"]
    assert stem_names(song) == LANES
    assert_adds_up(song)


def test_there_and_back_lanes_change_and_what_was_set_for_them_stays(
    qtbot: QtBot, desk: Desk
) -> None:
    song = separated_song(qtbot, desk)
    kit, lead = LaneState(gain_db=-6.0, soloed=True), LaneState(title="Lead", muted=True)
    song.change_lane("drums", kit, "Solo")

    desk.queue.separate(song, "duet")
    qtbot.waitUntil(lambda: song.model_name == "duet", timeout=TIMEOUT_MS)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert stem_names(song) == LANES
    assert_adds_up(song)
    song.change_lane("source 1", lead, "Mute")

    desk.queue.separate(song, "better")
    qtbot.waitUntil(lambda: song.model_name == "better", timeout=TIMEOUT_MS)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert stem_names(song) == DRAFT_STEMS
    assert song.state.lane("drums") == kit
    assert_adds_up(song)

    assert song.undo_text == "Mute"  # the choice of a model is none of the mix
    song.undo()
    assert song.state.lane("source 1") == LaneState()
    song.redo()
    desk.queue.separate(song, "duet")
    qtbot.waitUntil(lambda: song.model_name == "duet", timeout=TIMEOUT_MS)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert song.state.lane("source 1") == lead


def in_the_middle_of_the_sources(qtbot: QtBot, desk: Desk) -> Song:
    """Open a song whose named stems gave way to two blocks of sources, and cancel there."""
    song = separated_song(qtbot, desk)
    desk.engine.let_go_on(2)
    desk.queue.separate(song, "duet")
    qtbot.waitUntil(
        lambda: song.model_name == "duet" and blocks_done(song) == 2, timeout=TIMEOUT_MS
    )
    desk.queue.cancel(song)
    qtbot.waitUntil(lambda: desk.engine.num_closed == 1, timeout=TIMEOUT_MS)
    desk.engine.let_go_on(None)
    return song


def test_every_lane_of_other_stems_begins_anew_the_residual_too(qtbot: QtBot, desk: Desk) -> None:
    song = in_the_middle_of_the_sources(qtbot, desk)
    assert stem_names(song) == LANES
    assert {stem.done for stem in song.stems} == {song.separated}
    assert song.separated.num_frames == 2 * BLOCK_FRAMES
    # Elsewhere nothing is heard of the stems before, so nobody may say that these are replaced.
    assert status_text(song.status).startswith("Cancelled at ")


def test_cancelled_sources_go_on_where_they_were(qtbot: QtBot, desk: Desk) -> None:
    song = in_the_middle_of_the_sources(qtbot, desk)
    lanes = song.stems
    desk.queue.retry(song)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert song.stems == lanes
    assert desk.engine.tasks[-1].gaps == ((2 * BLOCK_FRAMES, NUM_FRAMES),)
    assert not desk.engine.tasks[-1].replaces
    assert_adds_up(song)


def test_cancelled_sources_give_way_to_named_stems(qtbot: QtBot, desk: Desk) -> None:
    song = in_the_middle_of_the_sources(qtbot, desk)
    desk.queue.separate(song, "better")
    wait_for(qtbot, desk, One=Phase.DONE)
    assert (song.model_name, stem_names(song)) == ("better", DRAFT_STEMS)
    assert song.separated == FrameRanges(song.separated.ranges[:1])
    assert_adds_up(song)


def test_a_project_of_half_the_sources_goes_on_with_the_rest(qtbot: QtBot, desk: Desk) -> None:
    song = in_the_middle_of_the_sources(qtbot, desk)
    song.change_lane("source 2", LaneState(title="Second voice", colour="#123456"), "Rename")
    save_project(song)
    desk.session.remove(song)

    again = open_project(song.folder)
    desk.session.add(again)
    assert stem_names(again) == LANES
    assert again.state.lane("source 2").title == "Second voice"
    desk.queue.retry(again)
    qtbot.waitUntil(lambda: again.status.phase is Phase.DONE, timeout=TIMEOUT_MS)
    assert again.model_name == "duet"
    assert desk.engine.tasks[-1].gaps == ((2 * BLOCK_FRAMES, NUM_FRAMES),)
    assert_adds_up(again)
