"""Commands as they come in while a job runs; two threads share it."""

import logging
import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from engine.audio.window_order import SeparationWishes
from engine.serving_messages import (
    CancelJob,
    Command,
    ListDevices,
    LoadModel,
    MixDecoded,
    PauseJob,
    PreferFrame,
    Quit,
    ResumeJob,
    SeparateMix,
    parse_command,
)

logger = logging.getLogger(__name__)

Task = LoadModel | SeparateMix | ListDevices


@dataclass(slots=True, kw_only=True)
class JobControl:
    """What has been said about one job.

    Attributes:
        wishes: Where to go on, and how much of the mix is there.
        is_paused: Whether it waits.
        is_cancelled: Whether it shall end.
    """

    wishes: SeparationWishes
    is_paused: bool = False
    is_cancelled: bool = False


class JobInbox:
    """Holds tasks in their order; what is said about a job takes effect at once."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._tasks: deque[Task] = deque()
        self._controls: dict[int, JobControl] = {}
        self._is_over = False
        self.num_received = 0

    # In the thread that reads

    def receive(self, lines: Iterable[str]) -> None:
        """Take in commands until they end; then every job ends, too."""
        for line in lines:
            try:
                command = parse_command(line)
            except ValueError:
                logger.exception("a command could not be read")
                continue
            if isinstance(command, Quit):
                break
            with self._changed:
                self._take_in(command)
                self.num_received += 1
                self._changed.notify_all()
        with self._changed:
            self._is_over = True
            self.num_received += 1
            self._changed.notify_all()

    def _take_in(self, command: Command) -> None:
        if isinstance(command, SeparateMix):
            self._controls[command.job] = JobControl(
                wishes=SeparationWishes(
                    preferred_frame=command.preferred_frame,
                    decoded_frames=command.decoded_frames,
                )
            )
        if isinstance(command, Task):
            self._tasks.append(command)
        elif not isinstance(command, Quit) and command.job in self._controls:
            self._obey(command, self._controls[command.job])

    def _obey(
        self,
        command: MixDecoded | PreferFrame | PauseJob | ResumeJob | CancelJob,
        control: JobControl,
    ) -> None:
        if isinstance(command, MixDecoded):
            control.wishes.decoded_frames = command.frames
        elif isinstance(command, PreferFrame):
            control.wishes.preferred_frame = command.frame
        elif isinstance(command, CancelJob):
            control.is_cancelled = True
        else:
            control.is_paused = isinstance(command, PauseJob)

    # In the thread that works

    @property
    def has_tasks(self) -> bool:
        """Whether somebody waits."""
        return bool(self._tasks) or self._is_over

    def take(self) -> Task | None:
        """Wait for the next task; None if there will be no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._tasks or self._is_over)
            return None if self._is_over else self._tasks.popleft()

    def control(self, job: int) -> JobControl:
        """Return what has been said about a job that was taken."""
        return self._controls[job]

    def forget(self, job: int) -> None:
        """Drop a job that has ended."""
        with self._changed:
            self._controls.pop(job, None)

    def wait_for_more(self, seen: int) -> None:
        """Wait until more than ``seen`` commands have come in."""
        with self._changed:
            self._changed.wait_for(lambda: self.num_received != seen)

    def wait_while_paused(self, control: JobControl) -> bool:
        """Wait for the end of a pause and return whether the job shall end."""
        with self._changed:
            self._changed.wait_for(
                lambda: not control.is_paused or control.is_cancelled or self._is_over
            )
            return control.is_cancelled or self._is_over
