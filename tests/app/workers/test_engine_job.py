import inspect
import threading
import time
from collections.abc import Generator

import pytest
from PySide6.QtCore import QObject, QThread
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.workers import engine_job
from app.workers.engine_job import PROGRESS_INTERVAL_SECONDS, EngineJob
from engine.errors import CheckpointError
from engine.events import NoticeRaised, ProgressChanged

TIMEOUT_MS = 5_000

Events = Generator[object, None, None]


def endless_progress() -> Events:
    while True:
        yield ProgressChanged(fraction=0.5)


def log_of(job: EngineJob) -> list[object]:
    log: list[object] = []
    job.event_arrived.connect(log.append)
    job.succeeded.connect(lambda: log.append("succeeded"))
    job.cancelled.connect(lambda: log.append("cancelled"))
    job.failed.connect(lambda error: log.append(error))
    return log


def test_events_arrive_in_order_and_all_before_success(qtbot: QtBot) -> None:
    job = EngineJob(lambda: (NoticeRaised(message=str(n)) for n in range(100)))
    log = log_of(job)
    with qtbot.waitSignal(job.succeeded, timeout=TIMEOUT_MS):
        job.start()
    assert log == [*(NoticeRaised(message=str(n)) for n in range(100)), "succeeded"]


def test_everything_is_reported_in_the_gui_thread_and_the_work_is_not_done_there(
    qtbot: QtBot,
) -> None:
    threads: list[QThread] = []

    def open_events() -> Events:
        threads.append(QThread.currentThread())
        yield NoticeRaised(message="")

    job = EngineJob(open_events)
    reported: list[QThread] = []
    job.event_arrived.connect(lambda _: reported.append(QThread.currentThread()))
    job.succeeded.connect(lambda: reported.append(QThread.currentThread()))
    with qtbot.waitSignal(job.succeeded, timeout=TIMEOUT_MS):
        job.start()
    here = QThread.currentThread()
    assert all(thread is here or thread == here for thread in reported)
    assert threads[0] != here


def test_cancel_closes_the_generator(qtbot: QtBot) -> None:
    events = endless_progress()  # held here, so that only an explicit close can end it
    job = EngineJob(lambda: events)
    log = log_of(job)
    with qtbot.waitSignal(job.event_arrived, timeout=TIMEOUT_MS):
        job.start()
    with qtbot.waitSignal(job.cancelled, timeout=TIMEOUT_MS):
        job.cancel()
    assert inspect.getgeneratorstate(events) == inspect.GEN_CLOSED
    assert log[-1] == "cancelled"
    assert not job.is_running


def test_cancelling_before_the_start_counts(qtbot: QtBot) -> None:
    events = endless_progress()
    job = EngineJob(lambda: events)
    job.cancel()
    with qtbot.waitSignal(job.cancelled, timeout=TIMEOUT_MS):
        job.start()
    assert inspect.getgeneratorstate(events) == inspect.GEN_CLOSED


def test_a_generator_that_waits_can_be_cancelled_and_its_waiting_is_not_reported(
    qtbot: QtBot,
) -> None:
    def waiting() -> Events:
        yield NoticeRaised(message="here we go")
        while True:
            time.sleep(0.005)
            yield None

    job = EngineJob(waiting)
    log = log_of(job)
    with qtbot.waitSignal(job.event_arrived, timeout=TIMEOUT_MS):
        job.start()
    with qtbot.waitSignal(job.cancelled, timeout=TIMEOUT_MS):
        job.cancel()
    assert log == [NoticeRaised(message="here we go"), "cancelled"]


def test_stop_returns_when_the_thread_has_ended(qtbot: QtBot) -> None:
    job = EngineJob(endless_progress)
    job.start()
    assert job.is_running
    with qtbot.waitSignal(job.cancelled, timeout=TIMEOUT_MS):
        job.stop()
        assert not job.is_running


def test_a_parent_that_goes_after_stop_takes_the_job_along(qtbot: QtBot) -> None:
    parent = QObject()
    job = EngineJob(endless_progress, parent)
    log = log_of(job)
    with qtbot.waitSignal(job.event_arrived, timeout=TIMEOUT_MS):
        job.start()
    job.stop()
    parent.deleteLater()
    with qtbot.waitSignal(parent.destroyed, timeout=TIMEOUT_MS):
        pass
    assert all(isinstance(event, ProgressChanged) for event in log if event != "cancelled")


def test_progress_is_thinned_to_what_a_bar_can_show(qtbot: QtBot) -> None:
    job = EngineJob(endless_progress)
    arrived: list[object] = []
    job.event_arrived.connect(arrived.append)
    started_at = time.monotonic()
    job.start()
    qtbot.wait(200)
    job.stop()
    elapsed = time.monotonic() - started_at
    assert 1 <= len(arrived) <= elapsed / PROGRESS_INTERVAL_SECONDS + 1


class PaintedWidget(QWidget):
    def __init__(self, log: list[str]) -> None:
        super().__init__()
        self._log = log

    def paintEvent(self, event: QPaintEvent) -> None:
        self._log.append("painted")


def test_the_work_rests_until_what_came_of_an_event_is_painted(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_job, "PATIENCE_SECONDS", 60.0)
    log: list[str] = []
    widget = PaintedWidget(log)
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitUntil(lambda: bool(log))
    log.clear()

    def open_events() -> Events:
        log.append("worked")
        yield NoticeRaised(message="")
        log.append("worked")

    job = EngineJob(open_events)
    job.event_arrived.connect(lambda _: widget.update())
    with qtbot.waitSignal(job.succeeded, timeout=TIMEOUT_MS):
        job.start()
        widget.update()
    assert log == ["painted", "worked", "painted", "worked"]


def test_work_that_rests_can_be_stopped_by_who_takes_its_event(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_job, "PATIENCE_SECONDS", 60.0)
    job = EngineJob(endless_progress)
    job.event_arrived.connect(lambda _: job.stop())
    with qtbot.waitSignal(job.cancelled, timeout=TIMEOUT_MS):
        job.start()


def test_work_goes_on_beside_a_window_that_is_busy(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_job, "PATIENCE_SECONDS", 0.01)
    has_gone_on = threading.Event()

    def open_events() -> Events:
        yield NoticeRaised(message="")
        has_gone_on.set()

    job = EngineJob(open_events)
    with qtbot.waitSignal(job.succeeded, timeout=TIMEOUT_MS):
        job.start()
        assert has_gone_on.wait(TIMEOUT_MS / 1000)  # nobody takes events meanwhile


def test_an_error_reaches_the_gui_with_its_remedy(qtbot: QtBot) -> None:
    def open_events() -> Events:
        yield ProgressChanged(fraction=0.0)
        raise CheckpointError("The model is damaged.", remedy="Download it again.")

    job = EngineJob(open_events)
    with qtbot.waitSignal(job.failed, timeout=TIMEOUT_MS) as blocker:
        job.start()
    assert blocker.args is not None
    assert blocker.args[0].remedy == "Download it again."


@pytest.mark.parametrize("fails_at_once", [True, False])
def test_a_bug_is_logged_and_shown_without_a_traceback(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture, fails_at_once: bool
) -> None:
    def open_events() -> Events:
        if fails_at_once:
            raise ZeroDivisionError
        return events()

    def events() -> Events:
        yield ProgressChanged(fraction=0.0)
        raise ZeroDivisionError

    job = EngineJob(open_events)
    with qtbot.waitSignal(job.failed, timeout=TIMEOUT_MS) as blocker:
        job.start()
    assert blocker.args is not None
    assert "ZeroDivisionError" not in str(blocker.args[0])
    assert "ZeroDivisionError" in caplog.text
