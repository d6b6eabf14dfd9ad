"""All that is done for a song as one job: reading, a draft, a better model."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

READING_SHARE = 0.02  # of the job


class StopWatch:
    """Seconds that have passed while it ran."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._started_at: float | None = None

    @property
    def seconds(self) -> float:
        """Time so far."""
        running = time.monotonic() - self._started_at if self._started_at is not None else 0.0
        return self._seconds + running

    def run(self, is_running: bool) -> None:
        """Go on, or hold."""
        if is_running == (self._started_at is not None):
            return
        self._seconds = self.seconds
        self._started_at = time.monotonic() if is_running else None


@dataclass(frozen=True, slots=True, kw_only=True)
class PassShare:
    """How far one pass over the song is.

    Attributes:
        weight: How long it takes beside the others.
        done: Share of the song, 0 to 1.
    """

    weight: float
    done: float


@dataclass(slots=True, kw_only=True, eq=False)
class WholeJob:
    """What the user waits for.

    Attributes:
        reads: Whether the song has to be read.
        watch: Time that was worked for it.
        num_finished: Passes that have ended.
    """

    reads: bool = True
    watch: StopWatch = field(default_factory=StopWatch)
    num_finished: int = 0
    _finished_weight: float = 0.0
    _reached: float = 0.0

    def finish_pass(self, weight: float) -> None:
        """Count a pass that has ended."""
        self.num_finished += 1
        self._finished_weight += weight

    def fraction(self, *, read: float, left: Iterable[PassShare]) -> float:
        """Return the share of the job that is done; it never falls.

        A pass that gave way in the middle of a window does that window again.

        Args:
            read: Share of the song that was read.
            left: Passes that run or come.
        """
        passes = tuple(left)
        total = self._finished_weight + sum(each.weight for each in passes)
        parts = (PassShare(weight=self._finished_weight, done=1.0), *passes)
        separated = sum(part.weight / total * part.done for part in parts) if total else 0.0
        reading = READING_SHARE if self.reads else 0.0
        self._reached = max(self._reached, reading * read + (1.0 - reading) * separated)
        return self._reached
