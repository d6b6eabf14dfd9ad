import time
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.model.frame_range import FrameRange, FrameRanges
from app.model.song_status import Phase, Step
from app.workers.engine_job import EngineJob
from app.workers.planned_separation import PlannedSeparation
from app.workers.song_jobs import ModelChoice
from app.workers.song_work import SongWork, decoded_frames, frames_of_all_stems
from app.workers.whole_job import StopWatch
from engine.errors import EngineError
from tests.app.separated_song import separated_song

SECONDS = 3000 / 44_100  # of the song


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "monotonic", clock)
    return clock


def test_a_watch_counts_only_while_it_runs(clock: Clock) -> None:
    watch = StopWatch()
    clock.now += 5.0
    assert watch.seconds == 0.0
    watch.run(True)
    clock.now += 2.0
    watch.run(True)
    assert watch.seconds == 2.0
    watch.run(False)
    clock.now += 7.0
    watch.run(False)
    assert watch.seconds == 2.0
    watch.run(True)
    clock.now += 1.0
    assert watch.seconds == 3.0


def begun_work(folder: Path, *, fraction: float = 0.0) -> SongWork:
    song = separated_song(folder)
    work = SongWork(song=song, decoded_frames=3000)
    job = EngineJob(lambda: (None for _ in range(1)))  # never started
    work.planned = [PlannedSeparation(choice=ModelChoice(name="m"), job=job, has_lanes=True)]
    work.begin_run(fraction)
    work.refresh_status()
    return work


def test_the_time_that_remains_follows_from_the_pace_and_leaves_pauses_out(
    qtbot: QtBot, tmp_path: Path, clock: Clock
) -> None:
    work = begun_work(tmp_path)
    assert work.song.status.phase is Phase.SEPARATING
    assert work.song.status.remaining_seconds is None
    clock.now += 10.0
    work.fraction = 0.25
    work.refresh_status()
    assert work.song.status.elapsed_seconds == pytest.approx(10.0)
    assert work.song.status.remaining_seconds == pytest.approx(30.0)
    work.is_paused = True
    work.refresh_status()
    clock.now += 1000.0
    assert work.song.status.remaining_seconds is None
    work.is_paused = False
    work.refresh_status()
    clock.now += 10.0
    work.fraction = 0.5
    work.refresh_status()
    assert work.song.status.elapsed_seconds == pytest.approx(20.0)
    assert work.song.status.remaining_seconds == pytest.approx(20.0)


def test_what_an_earlier_run_has_done_does_not_make_the_pace_look_faster(
    qtbot: QtBot, tmp_path: Path, clock: Clock
) -> None:
    work = begun_work(tmp_path, fraction=0.5)
    clock.now += 10.0
    work.fraction = 0.75
    work.refresh_status()
    assert work.song.status.remaining_seconds == pytest.approx(10.0)


def test_the_slow_first_progress_of_a_run_does_not_count_for_its_pace(
    qtbot: QtBot, tmp_path: Path, clock: Clock
) -> None:
    work = begun_work(tmp_path)
    clock.now += 30.0
    work.note_progress(0.1)
    work.refresh_status()
    assert work.song.status.remaining_seconds is None
    clock.now += 2.0
    work.note_progress(0.3)
    work.refresh_status()
    assert work.song.status.remaining_seconds == pytest.approx(7.0)
    work.end_run(work.planned[0], is_whole=True)
    assert work.paces.of(ModelChoice(name="m")) == pytest.approx(32.0 / (0.3 * SECONDS))


def test_a_separation_that_ends_before_it_hears_that_it_was_dropped_is_no_step_of_the_next(
    qapp: object, tmp_path: Path
) -> None:
    work = begun_work(tmp_path)
    dropped = work.planned[0]
    dropped.is_dropped = True
    work.planned.append(PlannedSeparation(choice=ModelChoice(name="new")))
    work.begin_job()

    work.end_run(dropped, is_whole=True)

    work.planned[0].job = EngineJob(lambda: (None for _ in range(1)))  # never started
    work.begin_run(0.0)
    work.refresh_status()
    assert work.song.status.step == Step(model_name="new", number=1, count=1)
    assert work.song.status.fraction == 0.0


def test_an_error_comes_before_everything_and_a_pause_before_the_work(
    qtbot: QtBot, tmp_path: Path
) -> None:
    work = begun_work(tmp_path)
    seen: list[Phase] = []
    for change in ("nothing", "is_paused", "is_cancelled", "error"):
        if change == "error":
            work.error = EngineError("No.")
        elif change != "nothing":
            setattr(work, change, True)
        work.refresh_status()
        seen.append(work.song.status.phase)
    assert seen == [Phase.SEPARATING, Phase.PAUSED, Phase.CANCELLED, Phase.FAILED]
    assert work.song.status.error is work.error


def test_a_status_that_stays_the_same_is_not_told_again(qtbot: QtBot, tmp_path: Path) -> None:
    work = SongWork(song=separated_song(tmp_path), decoded_frames=3000)
    work.refresh_status()
    told: list[None] = []
    work.song.status_changed.connect(lambda: told.append(None))
    work.refresh_status()
    assert work.song.status.phase is Phase.DONE
    assert not told


def test_a_frame_is_done_when_every_stem_has_it(qtbot: QtBot, tmp_path: Path) -> None:
    song = separated_song(tmp_path, done=2000)
    song.stems[0].done = FrameRanges.of([FrameRange(0, 500), FrameRange(1000, 2500)])
    assert frames_of_all_stems(song) == FrameRanges.of([FrameRange(0, 500), FrameRange(1000, 2000)])
    assert decoded_frames(song) == 3000
    song.tracks[0].done = FrameRanges.of([FrameRange(10, 20)])
    assert decoded_frames(song) == 0
