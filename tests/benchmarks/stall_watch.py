"""Finds out when a GUI thread was kept from its events, for how long, and by what.

A gap is the time between two ticks of a timer. Linux tells how much of it the thread has computed
and how much it has stood in line for a core; what is left, it has waited for a lock or a disk.
Time in line says how busy the machine is, not how good the program. A virtual machine may be kept
from its processor as a whole, which looks like computing; it tells in steps of 10 ms.
"""

import faulthandler
import gc
import os
import re
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer

INTERVAL_MS = 10
LIMIT_MS = 50.0
DUMP_AFTER_MS = 40.0
_SCHEDULE = Path("/proc/self/schedstat")  # of the first thread, which is the GUI's
_PROCESSORS = Path("/proc/stat")
_THREAD = re.compile(r"^(?:Current thread|Thread) ", re.MULTILINE)
STACK_LINES = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Time between two ticks, in milliseconds.

    Attributes:
        phase: What happened then.
        ended_at: On the clock that all processes of the machine share.
        length_ms: In all.
        computed_ms: Of these, the thread has computed.
        queued_ms: Of these, the thread has stood in line for a core.
        stolen_ms: In this time, the host has kept the machine's processors for others.
        faults: How often the thread had to wait for the system to map a page into memory.
        collected_ms: Of these, Python has looked for garbage, in whichever thread.
        stacks: What all threads did, if the gap was long and that was asked for.
    """

    phase: str
    ended_at: float
    length_ms: float
    computed_ms: float
    queued_ms: float
    stolen_ms: float
    faults: int
    collected_ms: float
    stacks: str = ""

    @property
    def own_ms(self) -> float:
        """Length without the time for which the machine, or its host, had no core for us."""
        return self.length_ms - self.queued_ms - min(self.stolen_ms, self.computed_ms)


class StallWatch(QObject):
    """Ticks in the GUI thread.

    Attributes:
        gaps: All of them, in their order.
    """

    def __init__(self, parent: QObject | None = None, *, dumps_stacks: bool = False) -> None:
        super().__init__(parent)
        self.gaps: list[Gap] = []
        self._phase = ""
        self._dumps = TemporaryFile() if dumps_stacks else None  # noqa: SIM115
        self._collected = 0.0
        self._faults = 0
        self._collecting_since = 0.0
        gc.callbacks.append(self._watch_garbage)
        self._last = _clocks()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._tick)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Collect the gaps of a block under a name."""
        self._phase = name
        self._last = _clocks()
        self._timer.start()
        try:
            yield
            self._tick()
        finally:
            self._timer.stop()
            if self._dumps is not None:
                faulthandler.cancel_dump_traceback_later()

    def report(self, name: str) -> str:
        """Describe the gaps of a phase in one line."""
        gaps = [gap for gap in self.gaps if gap.phase == name]
        longest = max(gaps, key=lambda gap: gap.length_ms)
        own = max(gaps, key=lambda gap: gap.own_ms)
        p99 = float(np.percentile([gap.length_ms for gap in gaps], 99))
        num_long = sum(gap.length_ms > LIMIT_MS for gap in gaps)
        num_own = sum(gap.own_ms > LIMIT_MS for gap in gaps)
        return (
            f"{name:34}{len(gaps):7} ticks  p99 {p99:5.1f}  longest {longest.length_ms:6.1f} ms "
            f"(computed {longest.computed_ms:5.1f}, in line {longest.queued_ms:5.1f}, "
            f"stolen {longest.stolen_ms:3.0f}, "
            f"garbage {longest.collected_ms:4.1f}, {longest.faults} page faults)  "
            f"longest without line {own.own_ms:6.1f}  "
            f"over {LIMIT_MS:.0f}: {num_long}, without line {num_own}"
        )

    def _tick(self) -> None:
        now, last = _clocks(), self._last
        length, computed, queued, stolen = (1e3 * (a - b) for a, b in zip(now, last, strict=True))
        stacks = self._taken_stacks() if self._dumps is not None else ""
        self.gaps.append(
            Gap(
                phase=self._phase,
                ended_at=now[0],
                length_ms=length,
                computed_ms=computed,
                queued_ms=queued,
                stolen_ms=stolen,
                faults=resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - self._faults,
                collected_ms=1e3 * self._collected,
                stacks=stacks,
            )
        )
        self._collected = 0.0
        self._faults = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
        self._last = _clocks()
        if self._dumps is not None:
            # A thread of C writes them, which needs nothing of Python's.
            faulthandler.dump_traceback_later(DUMP_AFTER_MS / 1e3, repeat=True, file=self._dumps)

    def _watch_garbage(self, moment: str, _facts: dict[str, int]) -> None:
        if moment == "start":
            self._collecting_since = time.perf_counter()
        else:
            self._collected += time.perf_counter() - self._collecting_since

    def _taken_stacks(self) -> str:
        assert self._dumps is not None
        faulthandler.cancel_dump_traceback_later()
        if self._dumps.seek(0, 2) == 0:
            return ""
        self._dumps.seek(0)
        text = self._dumps.read().decode(errors="replace")
        self._dumps.seek(0)
        self._dumps.truncate()
        threads = [part.strip().splitlines() for part in _THREAD.split(text)[1:]]
        return "\n".join("\n".join(lines[:STACK_LINES]) for lines in reversed(threads))


def _clocks() -> tuple[float, float, float, float]:
    """Return seconds: the time, the thread's on a core and in line for one, the host's for others.

    The last one is shared out among the cores.
    """
    queued = stolen = 0.0
    if _SCHEDULE.exists():
        queued = int(_SCHEDULE.read_text().split()[1]) / 1e9
        with _PROCESSORS.open() as file:
            ticks = int(file.readline().split()[8])
        stolen = ticks / os.sysconf("SC_CLK_TCK") / (os.cpu_count() or 1)
    return time.perf_counter(), time.thread_time(), queued, stolen
