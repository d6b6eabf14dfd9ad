"""What a song says while the engine is not there yet."""

import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.model.song_status import Phase, Preparation
from app.workers import song_jobs
from app.workers.engine_process import SongEvent
from app.workers.whole_job import READING_SHARE
from engine.serving_messages import SeparateMix
from tests.app.workers.fake_engine import WAIT_SECONDS, FakeEngine
from tests.app.workers.queue_desk import TIMEOUT_MS, Desk, entry, wait_for


class SleepyEngine(FakeEngine):
    """Is asked for something before it has started up."""

    def __init__(self) -> None:
        super().__init__()
        self.has_started = False
        self.has_model = False

    @property
    def is_ready(self) -> bool:
        return self.has_started

    def separate_song(self, task: SeparateMix) -> Generator[SongEvent | None, None, None]:
        while not self.has_model:
            time.sleep(WAIT_SECONDS)
            yield None
        yield from super().separate_song(task)


@pytest.fixture
def engine() -> SleepyEngine:
    return SleepyEngine()


@pytest.fixture
def desk(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: SleepyEngine
) -> Iterator[Desk]:
    monkeypatch.setattr(song_jobs, "list_models", lambda: (entry("draft", song_jobs.DRAFT_METHOD),))
    desk = Desk(tmp_path, engine)
    yield desk
    desk.queue.stop()
    qtbot.wait(1)


def test_a_song_says_that_the_engine_starts_and_then_that_the_model_is_loaded(
    qtbot: QtBot, desk: Desk, engine: SleepyEngine
) -> None:
    desk.queue.open_files([desk.write("One.wav")])
    wait_for(qtbot, desk, One=Phase.SEPARATING)

    def waits_for(preparation: Preparation | None) -> None:
        qtbot.waitUntil(
            lambda: desk.song("One").status.preparation is preparation, timeout=TIMEOUT_MS
        )

    waits_for(Preparation.ENGINE)
    # Reading is hardly anything of all that is to do, and no separation has begun.
    assert desk.song("One").status.fraction == pytest.approx(READING_SHARE)
    assert desk.song("One").status.step is None
    assert desk.song("One").status.remaining_seconds is None
    engine.has_started = True
    waits_for(Preparation.MODEL)
    engine.let_go_on(2)
    engine.has_model = True
    waits_for(None)
    assert desk.song("One").status.phase is Phase.SEPARATING
    engine.let_go_on(None)
    wait_for(qtbot, desk, One=Phase.DONE)
    assert desk.song("One").status.preparation is None


def test_a_pause_before_the_engine_is_there_is_only_a_pause(
    qtbot: QtBot, desk: Desk, engine: SleepyEngine
) -> None:
    desk.queue.open_files([desk.write("One.wav")])
    wait_for(qtbot, desk, One=Phase.SEPARATING)

    desk.queue.pause(desk.song("One"))

    assert desk.song("One").status.phase is Phase.PAUSED
    assert desk.song("One").status.preparation is None
