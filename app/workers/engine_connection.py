"""One life of the engine's process, and the threads that read what it says."""

import logging
import os
import queue
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from PySide6.QtCore import QCoreApplication

import engine
from app.model.shown_text import shown_text
from engine.errors import EngineError
from engine.serving_messages import (
    Command,
    DeviceFound,
    DevicesListed,
    EngineReady,
    JobCancelled,
    JobFailed,
    JobFinished,
    ModelLoaded,
    Quit,
    Reply,
    line_of,
    parse_reply,
)
from engine.wording import system_reason

translate = QCoreApplication.translate
logger = logging.getLogger(__name__)

QUIT_SECONDS = 1.0
WAIT_SECONDS = 0.05  # between two looks whether a job has been cancelled
DEVICES_INBOX = -1  # where the list of devices arrives; jobs have positive numbers


class Died:
    """Put into every inbox when the process has ended.

    Attributes:
        status: As ``subprocess`` gives it.
    """

    def __init__(self, status: int) -> None:
        self.status = status


class Inbox:
    """Replies about one job on their way from the thread that reads to the job's own."""

    def __init__(self) -> None:
        self._replies: queue.SimpleQueue[Reply | Died] = queue.SimpleQueue()

    def put(self, reply: "Reply | Died") -> None:
        """Add a reply; any thread."""
        self._replies.put(reply)

    def next(self, seconds: float = WAIT_SECONDS) -> "Reply | Died | None":
        """Return the next reply, or None after a while without one."""
        try:
            return self._replies.get(timeout=max(0.0, seconds))
        except queue.Empty:
            return None

    def wait_for_end(self, seconds: float) -> bool:
        """Whether the job ends in time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0.0:
            if isinstance(self.next(left), JobFinished | JobCancelled | JobFailed | Died):
                return True
        return False


class EngineConnection:
    """One life of the process, with the threads that read what it says.

    Attributes:
        process_id: Number of the process.
        is_ready: The process has loaded what every task needs.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._inboxes: dict[int, Inbox] = {}
        self._inbox_lock = threading.Lock()
        self._outbox: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._is_ending = False
        self.is_ready = False
        self._status: int | None = None
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="backslashreplace",
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise EngineError(
                translate("EngineProcess", "The engine could not be started: {0}.").format(
                    shown_text(system_reason(error))
                ),
                remedy=translate("EngineProcess", "Install Strata again."),
            ) from error
        self.process_id = self._process.pid
        self._threads = [
            threading.Thread(target=self._write_commands, name="engine commands", daemon=True),
            threading.Thread(target=self._read_replies, name="engine replies", daemon=True),
            threading.Thread(target=self._read_log, name="engine log", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether the process runs, and is not about to end."""
        return not self._is_ending and self._process.poll() is None

    def open_inbox(self, job: int) -> Inbox:
        """Collect the replies about a job from now on."""
        inbox = Inbox()
        with self._inbox_lock:
            self._inboxes[job] = inbox
            if self._status is not None:
                inbox.put(Died(self._status))
        return inbox

    def close_inbox(self, job: int) -> None:
        """Drop what will be said about a job."""
        with self._inbox_lock:
            self._inboxes.pop(job, None)

    def send(self, command: Command) -> None:
        """Send a command and return at once; that the process has died is told by its inboxes."""
        self._outbox.put(line_of(command))

    def kill(self) -> None:
        """End the process at once; its inboxes hear of it."""
        self._is_ending = True
        self._process.kill()

    def stop(self) -> None:
        """Ask for the end, insist on it, and wait for it."""
        self._is_ending = True
        self.send(Quit())
        self._outbox.put(None)
        try:
            self._process.wait(QUIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.wait()
        for thread in self._threads:
            thread.join()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError):  # what was still on its way to a dead process
                _pipe(pipe).close()

    def _write_commands(self) -> None:
        # In a thread of its own: the pipe to a process that is stuck fills up, and then blocks.
        pipe = _pipe(self._process.stdin)
        try:
            for line in iter(self._outbox.get, None):
                pipe.write(line)
                pipe.flush()
        except OSError as error:  # nobody reads any more
            logger.info("the engine cannot be told anything any more: %s", error)

    def _read_replies(self) -> None:
        for line in _pipe(self._process.stdout):
            try:
                self._deliver(parse_reply(line))
            except ValueError:
                logger.exception("the engine said something that cannot be read")
        status = self._process.wait()
        if not self._is_ending:
            logger.error("the engine ended unexpectedly with status %s", status)
        with self._inbox_lock:
            self._status = status
            for inbox in self._inboxes.values():
                inbox.put(Died(status))

    def _deliver(self, reply: Reply) -> None:
        self.is_ready = self.is_ready or isinstance(reply, EngineReady)
        if isinstance(reply, EngineReady | ModelLoaded):
            logger.info("engine: %s", reply)
            return
        job = DEVICES_INBOX if isinstance(reply, DeviceFound | DevicesListed) else reply.job
        with self._inbox_lock:
            inbox = self._inboxes.get(job)
        if inbox is not None:
            inbox.put(reply)
        elif isinstance(reply, JobFailed):
            logger.warning("engine: %s %s", reply.text, reply.remedy)

    def _read_log(self) -> None:
        for line in _pipe(self._process.stderr):
            logger.info("engine: %s", line.rstrip())


def _environment() -> dict[str, str]:
    """Return the environment, with the engine found where this program has found it."""
    here = str(Path(engine.__path__[0]).parent)
    others = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([here, others] if others else [here]),
        "PYTHONUNBUFFERED": "1",
    }


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None, "all three pipes are asked for"
    return pipe
