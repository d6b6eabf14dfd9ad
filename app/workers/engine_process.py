"""The engine's own process, in which everything that needs torch happens.

It is started when it is first needed, kept with its model in memory, and started again if it has
died. What it says arrives as generators of frozen events.
"""

import itertools
import logging
import signal
import sys
import threading
from collections.abc import Generator, Sequence

from PySide6.QtCore import QCoreApplication

from app.workers.engine_connection import DEVICES_INBOX, Died, EngineConnection
from engine.errors import EngineError
from engine.events import NoticeRaised, ProgressChanged
from engine.quality import DEFAULT_QUALITY, Quality
from engine.serving_messages import (
    CancelJob,
    Command,
    DeviceFound,
    DevicesListed,
    JobCancelled,
    JobFailed,
    JobFinished,
    JobNotice,
    JobProgress,
    JobStarted,
    ListDevices,
    LoadModel,
    MixDecoded,
    PauseJob,
    PreferFrame,
    RegionDone,
    Reply,
    ResumeJob,
    SeparateMix,
)

translate = QCoreApplication.translate
logger = logging.getLogger(__name__)

CANCEL_SECONDS = 0.8  # for a job to end by itself; then its process ends. Together below a second

SongEvent = JobStarted | RegionDone | ProgressChanged | NoticeRaised


def engine_command() -> list[str]:
    """Return the command line of the engine's process, of this same program."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "serve"]
    return [sys.executable, "-m", "engine", "serve"]


class EngineProcess:
    """The process and what is asked of it; every method may be called from any thread."""

    def __init__(self, command: Sequence[str] | None = None) -> None:
        """Prepare, without starting anything.

        Args:
            command: Command line of the process; the engine of this program unless given.
        """
        self._command = list(command) if command is not None else engine_command()
        self._lock = threading.Lock()
        self._running: EngineConnection | None = None
        self._numbers = itertools.count(1)
        self._is_stopped = False

    @property
    def process_id(self) -> int | None:
        """Number of the process, if it runs."""
        running = self._running
        return running.process_id if running is not None and running.is_alive else None

    @property
    def is_ready(self) -> bool:
        """Whether the process has started up; a model may still have to be loaded."""
        running = self._running
        return running is not None and running.is_ready

    def new_job(self) -> int:
        """Return a number for a job; ``SeparateMix`` takes it."""
        return next(self._numbers)

    def warm_up(self, model: str, device: str, quality: Quality = DEFAULT_QUALITY) -> None:
        """Start the process and have it load a model, and return at once."""
        command = LoadModel(model=model, device=device, quality=quality)
        threading.Thread(target=self._warm_up, args=(command,), daemon=True).start()

    def separate_song(self, task: SeparateMix) -> Generator[SongEvent | None, None, None]:
        """Separate a decoded mix into files, in the engine's process.

        Closing the generator cancels; if the process does not obey, it ends.

        Args:
            task: What to do; its job is a ``new_job``.

        Yields:
            Started, then regions, progress and notices; None while there is nothing to say.

        Raises:
            EngineError: The separation failed, or the process has died.
        """
        running = self._ensure_running()
        inbox = running.open_inbox(task.job)
        is_over = has_started = False
        try:
            running.send(task)
            while True:
                reply = inbox.next()
                has_started = has_started or isinstance(reply, JobStarted)
                if isinstance(reply, JobFinished | JobCancelled):
                    is_over = True
                    return
                if isinstance(reply, JobFailed):
                    is_over = True
                    raise EngineError(reply.text, remedy=reply.remedy)
                if isinstance(reply, Died):
                    is_over = True
                    raise _died_error(reply)
                yield _event_of(reply)
        finally:
            if not is_over:
                running.send(CancelJob(job=task.job))
                # One that has not begun writes nothing any more, whenever the model is loaded.
                if has_started and not inbox.wait_for_end(CANCEL_SECONDS):
                    logger.warning("the engine did not end a job in time and is ended itself")
                    running.kill()
            running.close_inbox(task.job)

    def list_devices(self) -> Generator[DeviceFound | None, None, None]:
        """Ask on what a model could run.

        Yields:
            Every device; None while there is nothing to say.

        Raises:
            EngineError: The process has died.
        """
        running = self._ensure_running()
        inbox = running.open_inbox(DEVICES_INBOX)
        try:
            running.send(ListDevices())
            while not isinstance(reply := inbox.next(), DevicesListed):
                if isinstance(reply, Died):
                    raise _died_error(reply)
                yield reply if isinstance(reply, DeviceFound) else None
        finally:
            running.close_inbox(DEVICES_INBOX)

    def report_decoded(self, job: int, frames: int) -> None:
        """Tell a job that more of its mix is there."""
        self._tell(MixDecoded(job=job, frames=frames))

    def prefer(self, job: int, frame: int) -> None:
        """Tell a job where the playhead is."""
        self._tell(PreferFrame(job=job, frame=frame))

    def pause(self, job: int) -> None:
        """Have a job wait."""
        self._tell(PauseJob(job=job))

    def resume(self, job: int) -> None:
        """Have a job go on."""
        self._tell(ResumeJob(job=job))

    def stop(self) -> None:
        """End the process and wait for that; it is not started again."""
        with self._lock:
            self._is_stopped = True
            running, self._running = self._running, None
        if running is not None:
            running.stop()

    def _warm_up(self, command: LoadModel) -> None:
        try:
            self._ensure_running().send(command)
        except EngineError as error:
            logger.warning("the engine could not be started: %s", error)

    def _tell(self, command: Command) -> None:
        running = self._running
        if running is not None:
            running.send(command)

    def _ensure_running(self) -> EngineConnection:
        with self._lock:
            if self._is_stopped:
                raise EngineError(translate("EngineProcess", "Strata is being closed."))
            if self._running is None or not self._running.is_alive:
                if self._running is not None:
                    self._running.stop()
                self._running = EngineConnection(self._command)
            return self._running


def _event_of(reply: Reply | None) -> SongEvent | None:
    if isinstance(reply, JobProgress):
        return ProgressChanged(fraction=reply.fraction)
    if isinstance(reply, JobNotice):
        return NoticeRaised(message=reply.text)
    return reply if isinstance(reply, JobStarted | RegionDone) else None


def _died_error(died: Died) -> EngineError:
    killed = -int(getattr(signal, "SIGKILL", 9))
    remedy = (
        translate("EngineProcess", "Perhaps memory ran out: close other programs and try again.")
        if died.status == killed
        else translate("EngineProcess", "Try again; the log file has the details.")
    )
    return EngineError(translate("EngineProcess", "The engine ended unexpectedly."), remedy=remedy)
