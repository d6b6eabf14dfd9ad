"""What the queue still needs follows from the songs' lengths and from the measured pace."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from app.model.project_file import open_project, save_project
from app.model.song import Song
from app.model.song_folder import new_song_folder
from app.model.song_status import Phase, SongStatus
from app.workers.engine_job import EngineJob
from app.workers.paces import BETTER_WEIGHT, Paces
from app.workers.planned_separation import PlannedSeparation
from app.workers.queue_estimate import QueueEstimate, estimate_queue
from app.workers.song_jobs import ModelChoice
from app.workers.song_work import SongWork
from engine.errors import EngineError
from tests.app.separated_song import separated_song
from tests.app.workers.queue_desk import TIMEOUT_MS, Desk, open_desk

DRAFT = ModelChoice(name="draft", is_draft=True)
BEST = ModelChoice(name="best")


def waiting(seconds: float | None, *choices: ModelChoice, paces: Paces | None = None) -> SongWork:
    song = Song(Path("song"), Path("song.wav"))
    song.stated_seconds = seconds
    planned = [PlannedSeparation(choice=choice) for choice in choices or (DRAFT,)]
    return SongWork(song=song, planned=planned, paces=paces or Paces())


def measured(seconds_per_second: float, choice: ModelChoice = DRAFT) -> Paces:
    paces = Paces()
    paces.note_end(choice, worked=100.0 * seconds_per_second, separated=100.0)
    return paces


@given(lengths=st.lists(st.floats(0.0, 1e4), min_size=1, max_size=20), pace=st.floats(0.01, 10.0))
def test_every_waiting_song_takes_what_its_own_length_needs(
    qapp: object, lengths: list[float], pace: float
) -> None:
    paces = measured(pace)
    estimate = estimate_queue([waiting(length, paces=paces) for length in lengths])

    assert estimate.num_unknown == 0
    assert estimate.seconds == pytest.approx(sum(max(1.0, length * pace) for length in lengths))


@given(draft=st.floats(0.01, 10.0), length=st.floats(10.0, 1e4))
def test_a_better_model_that_nobody_has_used_takes_so_many_times_the_draft(
    qapp: object, draft: float, length: float
) -> None:
    work = waiting(length, DRAFT, BEST, paces=measured(draft))

    expected = max(1.0, length * draft * (1.0 + BETTER_WEIGHT))
    assert estimate_queue([work]).seconds == pytest.approx(expected)
    work.paces.note_end(BEST, worked=7.0 * length, separated=length)
    assert estimate_queue([work]).seconds == pytest.approx(max(1.0, length * (draft + 7.0)))


def test_songs_of_unknown_length_are_left_out_and_counted(qapp: object) -> None:
    paces = measured(2.0)
    works = [waiting(length, paces=paces) for length in (10.0, None, None)]

    assert estimate_queue(works) == QueueEstimate(seconds=20.0, num_unknown=2)


def test_songs_that_failed_rest_or_are_done_need_nothing(qapp: object) -> None:
    works = [waiting(10.0, paces=measured(2.0)) for _ in range(5)]
    for work, phase in zip(
        works, (Phase.FAILED, Phase.PAUSED, Phase.DONE, Phase.CANCELLED), strict=False
    ):
        error = EngineError("It is too short.") if phase is Phase.FAILED else None
        work.song.set_status(SongStatus(phase=phase, error=error))

    assert estimate_queue(works) == QueueEstimate(seconds=20.0)


def test_nothing_is_said_before_the_pace_of_any_model_is_known(qapp: object) -> None:
    assert estimate_queue([waiting(10.0, DRAFT, BEST)]) == QueueEstimate(num_unknown=1)


def test_the_first_song_gives_a_pace_while_it_runs(
    qapp: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    song = separated_song(tmp_path, num_frames=44_100)
    job = EngineJob(lambda: (None for _ in range(1)))  # never started
    planned = PlannedSeparation(choice=DRAFT, job=job, has_lanes=True)
    paces = Paces()
    work = SongWork(song=song, planned=[planned], decoded_frames=44_100, paces=paces)
    work.begin_run(0.0)
    work.refresh_status()
    work.note_progress(0.1)
    now += 4.0
    work.note_progress(0.5)
    work.refresh_status()

    estimate = estimate_queue([work, waiting(3.0, paces=paces)])

    assert work.song.status.remaining_seconds == pytest.approx(5.0)
    assert estimate.seconds == pytest.approx(5.0 + 30.0)


def test_a_song_that_waits_knows_its_length_and_the_queue_tells_the_time(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening = open_desk(tmp_path, monkeypatch)
    desk = next(opening)
    told: list[QueueEstimate] = []
    desk.queue.time_estimated.connect(told.append)  # nothing is known at first
    desk.engine.let_go_on(0)
    desk.queue.open_files([desk.write("One.wav"), desk.write("Two.wav", num_frames=8_000)])
    qtbot.waitUntil(lambda: len(desk.session.songs) == 2, timeout=TIMEOUT_MS)
    assert desk.song("Two").length_seconds == pytest.approx(1.0)
    desk.engine.let_go_on(5)
    qtbot.waitUntil(lambda: desk.phases()["One"] is Phase.DONE, timeout=TIMEOUT_MS)
    assert told[-1].seconds is not None
    desk.engine.let_go_on(None)
    qtbot.waitUntil(lambda: desk.phases()["Two"] is Phase.DONE, timeout=TIMEOUT_MS)
    assert told[-1] == QueueEstimate()
    next(opening, None)


def test_a_song_that_was_never_open_knows_its_length_after_a_restart(
    qapp: object, tmp_path: Path
) -> None:
    source = Desk(tmp_path).write("One.wav")
    song = Song(new_song_folder(tmp_path / "songs", "One"), source)
    save_project(song)

    assert open_project(song.folder).length_seconds == pytest.approx(5_000 / 8_000)
