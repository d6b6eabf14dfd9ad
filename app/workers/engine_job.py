"""The only place where a thread of ours meets Qt."""

import logging
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing

from PySide6.QtCore import QCoreApplication, QObject, QThread, QTimer, Signal, Slot

from engine.errors import EngineError
from engine.events import ProgressChanged

logger = logging.getLogger(__name__)

PROGRESS_INTERVAL_SECONDS = 0.05  # a progress bar redraws no faster than this is worth
PATIENCE_SECONDS = 0.25  # that the work waits for the window to show what it was told

EventSource = Callable[[], Generator[object, None, None]]


class EngineJob(QObject):
    """A generator of events that runs in its own thread and reports in the GUI thread.

    Every signal is emitted in the GUI thread, so anything may be connected to it. Exactly one of
    ``succeeded``, ``cancelled`` and ``failed`` is emitted, after the thread has ended. A generator
    that has to wait for something yields None now and then, or it could not be cancelled; nobody
    hears of that.

    The work rests from each event until the window has taken it in and drawn what came of it. So
    events never pile up into one long stall, and nobody competes for Python's lock meanwhile.

    Signals:
        event_arrived: A frozen event, passed by reference and never copied.
        succeeded: The generator ran to its end.
        cancelled: ``cancel`` took effect and the generator has been closed.
        failed: An ``EngineError`` that is fit to be shown.
    """

    event_arrived = Signal(object)
    succeeded = Signal()
    cancelled = Signal()
    failed = Signal(object)

    def __init__(self, open_events: EventSource, parent: QObject | None = None) -> None:
        """Prepare a job.

        Args:
            open_events: Called in the new thread, so it may take its time.
            parent: Owner; it calls ``stop`` before it goes.
        """
        super().__init__(parent)
        self._thread = _EngineThread(open_events)
        self._thread.event_arrived.connect(self._forward)
        self._thread.ended.connect(self._report_end)
        # A timer that is due at once comes after all that is posted, layouts and painting too.
        self._turn_timer = QTimer(self, singleShot=True, interval=0)
        self._turn_timer.timeout.connect(self._thread.go_on)

    @property
    def is_running(self) -> bool:
        """Whether the thread has begun and not ended; false when the ending is reported."""
        return self._thread.isRunning()

    def start(self) -> None:
        """Begin, once the window has drawn what is going on."""
        self._thread.start()
        self._turn_timer.start()

    def cancel(self) -> None:
        """Ask for an end at the next event, and return at once; before ``start`` it counts too."""
        self._thread.cancel()

    def stop(self) -> None:
        """Cancel and wait until the thread has ended; for closing the window."""
        self.cancel()
        self._thread.wait()

    @Slot(object)
    def _forward(self, event: object) -> None:
        self._turn_timer.start()
        self.event_arrived.emit(event)

    @Slot(object)
    def _report_end(self, outcome: object) -> None:
        self._thread.wait()
        if isinstance(outcome, EngineError):
            self.failed.emit(outcome)
        elif outcome is _CANCELLED:
            self.cancelled.emit()
        else:
            self.succeeded.emit()


_CANCELLED = object()


class _EngineThread(QThread):
    """Pulls events out of a generator; connected to nothing but slots of ``EngineJob``."""

    event_arrived = Signal(object)
    ended = Signal(object)

    def __init__(self, open_events: EventSource) -> None:
        super().__init__()
        self._open_events = open_events
        self._is_cancelled = False  # Qt forgets a request that comes before the start
        self._turn = threading.Event()

    def cancel(self) -> None:
        """End at the next event, and do not wait for the window any more; any thread."""
        self._is_cancelled = True
        self._turn.set()

    @Slot()
    def go_on(self) -> None:
        """Work, since the window has nothing to do; any thread."""
        self._turn.set()

    def run(self) -> None:
        """Drive the generator; runs in the new thread."""
        self._turn.wait(PATIENCE_SECONDS)
        outcome: object = None
        try:
            outcome = self._drain()
        except EngineError as error:
            outcome = error
        except Exception:
            logger.exception("a job failed unexpectedly")
            outcome = EngineError(
                QCoreApplication.translate(
                    "EngineJob", "The work stopped because of a mistake in Strata."
                ),
                remedy=QCoreApplication.translate("EngineJob", "The log file has the details."),
            )
        self.ended.emit(outcome)

    def _drain(self) -> object:
        last_progress_at = float("-inf")
        with closing(self._open_events()) as events:
            while not self._is_cancelled:
                try:
                    event = next(events)
                except StopIteration:
                    return None
                if event is None:
                    continue
                if isinstance(event, ProgressChanged):
                    if time.monotonic() - last_progress_at < PROGRESS_INTERVAL_SECONDS:
                        continue
                    last_progress_at = time.monotonic()
                self._turn.clear()
                if not self._is_cancelled:  # asked after the clearing, or a cancel would be missed
                    self.event_arrived.emit(event)
                    self._turn.wait(PATIENCE_SECONDS)
        return _CANCELLED
