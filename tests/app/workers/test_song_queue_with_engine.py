"""The queue with the real engine process and a tiny model."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.model.song_status import Phase
from app.workers import song_jobs
from app.workers.engine_process import EngineProcess
from engine.checkpoint import save_checkpoint
from engine.methods.catalog import METHODS
from tests.app.workers.queue_desk import Desk, assert_adds_up, entry, wait_for

LONG_MS = 60_000
NUM_FRAMES = 8_000 * 20


@pytest.fixture
def desk(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    path = tmp_path / "tiny.safetensors"
    save_checkpoint(path, METHODS[0].tiny_checkpoint())
    monkeypatch.setattr(song_jobs, "list_models", lambda: (entry(str(path), "fake"),))
    desk = Desk(tmp_path, EngineProcess())
    yield desk
    desk.queue.stop()
    desk.process.stop()
    qtbot.wait(1)


def test_a_dropped_song_is_separated_and_a_killed_engine_fails_only_the_song_at_hand(
    qtbot: QtBot, desk: Desk
) -> None:
    first, second = (desk.write(f"{name}.wav", num_frames=NUM_FRAMES) for name in ("One", "Two"))
    desk.queue.open_files([first])
    qtbot.waitUntil(lambda: bool(desk.session.songs and desk.song("One").stems), timeout=LONG_MS)
    desk.queue.pause(desk.song("One"))
    os.kill(desk.process.process_id or 0, signal.SIGKILL)
    wait_for(qtbot, desk, One=Phase.FAILED)
    error = desk.song("One").status.error
    assert error is not None
    assert "ended unexpectedly" in error.message

    desk.queue.open_files([second])
    wait_for(qtbot, desk, timeout=LONG_MS, Two=Phase.DONE)
    assert_adds_up(desk.song("Two"))
    desk.queue.retry(desk.song("One"))
    wait_for(qtbot, desk, timeout=LONG_MS, One=Phase.DONE)
    assert_adds_up(desk.song("One"))
