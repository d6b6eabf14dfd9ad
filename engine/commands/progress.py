"""How a command shows how far it is: a bar, JSON lines, or nothing."""

import shutil
import sys
import time
from collections.abc import Callable
from typing import Literal, Protocol

from engine.commands.console import report_event, write

ProgressStyle = Literal["bar", "json", "none"]

MIN_SECONDS_BETWEEN_UPDATES = 0.1
BAR_CELLS = 24
# Before this share is done the remaining time would be a guess.
MIN_FRACTION_FOR_ESTIMATE = 0.02
TERMINAL_WIDTH = 80


class ProgressDisplay(Protocol):
    """Shows the progress of one piece of work after the other."""

    def start(self, label: str) -> None:
        """Begin a new piece of work."""
        ...

    def update(self, fraction: float) -> None:
        """Show that this share of the present piece is done."""
        ...

    def finish(self) -> None:
        """End the present piece, done or not; the cursor is at the start of a line."""
        ...


def progress_style(wanted: ProgressStyle | None) -> ProgressStyle:
    """Choose the style: a bar only where a person can see it, unless asked for."""
    if wanted is not None:
        return wanted
    return "bar" if sys.stderr.isatty() else "none"


def progress_display(
    style: ProgressStyle, clock: Callable[[], float] = time.monotonic
) -> ProgressDisplay:
    """Build the display for a style."""
    if style == "bar":
        return ProgressBar(clock)
    if style == "json":
        return ProgressLines(clock)
    return NoProgress()


class _Stopwatch:
    """Elapsed and remaining time of one piece of work, and whether it is time for an update."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.restart()

    def restart(self) -> None:
        self._started = self._clock()
        self._updated = -float("inf")

    def is_due(self, fraction: float) -> bool:
        now = self._clock()
        if fraction < 1.0 and now - self._updated < MIN_SECONDS_BETWEEN_UPDATES:
            return False
        self._updated = now
        return True

    def elapsed_seconds(self) -> float:
        return self._clock() - self._started

    def remaining_seconds(self, fraction: float) -> float | None:
        if fraction < MIN_FRACTION_FOR_ESTIMATE:
            return None
        return self.elapsed_seconds() * (1.0 - fraction) / fraction


class ProgressBar:
    """A line on a terminal that is written over: name, bar, per cent, elapsed, remaining."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._stopwatch = _Stopwatch(clock)
        self._label = ""
        self._is_shown = False

    def start(self, label: str) -> None:
        """Begin a new line."""
        self._label = label
        self._stopwatch.restart()

    def update(self, fraction: float) -> None:
        """Draw the line anew, at most ten times a second."""
        if not self._stopwatch.is_due(fraction):
            return
        filled = round(fraction * BAR_CELLS)
        bar = "#" * filled + "-" * (BAR_CELLS - filled)
        remaining = self._stopwatch.remaining_seconds(fraction)
        times = clock_time(self._stopwatch.elapsed_seconds())
        times += f", {clock_time(remaining)} left" if remaining is not None else ""
        tail = f" [{bar}] {fraction:4.0%}  {times}"
        width = shutil.get_terminal_size((TERMINAL_WIDTH, 24)).columns - 1
        label = self._label[: max(0, width - len(tail))]
        write(f"\r\x1b[K{label}{tail}"[: width + 4], sys.stderr)
        self._is_shown = True

    def finish(self) -> None:
        """Leave the last state of the line standing."""
        if self._is_shown:
            write("\n", sys.stderr)
        self._is_shown = False


class ProgressLines:
    """One JSON object a line, for programs."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._stopwatch = _Stopwatch(clock)
        self._label = ""

    def start(self, label: str) -> None:
        """Name what the following lines are about."""
        self._label = label
        self._stopwatch.restart()

    def update(self, fraction: float) -> None:
        """Write a line, at most ten times a second."""
        if not self._stopwatch.is_due(fraction):
            return
        remaining = self._stopwatch.remaining_seconds(fraction)
        report_event(
            "progress",
            {
                "fraction": round(fraction, 4),
                "name": self._label,
                "elapsed_seconds": round(self._stopwatch.elapsed_seconds(), 2),
                "remaining_seconds": None if remaining is None else round(remaining, 2),
            },
        )

    def finish(self) -> None:
        """Write nothing: the command says how the work ended."""


class NoProgress:
    """Shows nothing."""

    def start(self, label: str) -> None:
        """Show nothing."""

    def update(self, fraction: float) -> None:
        """Show nothing."""

    def finish(self) -> None:
        """Show nothing."""


def clock_time(seconds: float) -> str:
    """Format a duration as ``m:ss``, or ``h:mm:ss`` from an hour on."""
    whole = round(seconds)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
