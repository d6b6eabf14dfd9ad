"""Work for every core and for the GUI thread, as while a song is separated."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from PySide6.QtCore import QPointF, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

ROOT = Path(__file__).parents[2]
SAMPLE_RATE = 44_100
SONG_SECONDS = 1_200
NUM_LANES = 6
PAINT_INTERVAL_MS = 16
ENGINE_NICENESS = 5  # as the studio starts its engine


class BusyWindow(QWidget):
    """Draws lanes of fresh lines as often as a screen could show them.

    Attributes:
        num_paints: How often it has painted.
        longest_gap_ms: Longest time between two ticks of the event loop.
    """

    def __init__(self) -> None:
        super().__init__()
        self.resize(1600, 900)
        self.num_paints = 0
        self.longest_gap_ms = 0.0
        self._last_at = time.perf_counter()
        self._rng = np.random.default_rng(0)
        self._timer = QTimer(self)
        self._timer.setInterval(PAINT_INTERVAL_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest_gap_ms = max(self.longest_gap_ms, 1000.0 * (now - self._last_at))
        self._last_at = now
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        self.num_paints += 1
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("black"))
        painter.setPen(QColor("orange"))
        height = self.height() / NUM_LANES
        for lane in range(NUM_LANES):
            highs = self._rng.uniform(-0.5, 0.5, self.width())
            painter.drawPolyline(
                [QPointF(x, (lane + 0.5 + high) * height) for x, high in enumerate(highs)]
            )
        painter.end()


class EndlessSeparation:
    """The real command on a long song, started again whenever it is done."""

    def __init__(self, folder: Path) -> None:
        self._song = folder / "long.wav"
        self._out = folder / "out"
        rng = np.random.default_rng(0)
        with soundfile.SoundFile(self._song, "w", SAMPLE_RATE, 2, "PCM_16") as file:
            for second in range(SONG_SECONDS):
                times_T = (second * SAMPLE_RATE + np.arange(SAMPLE_RATE)) / SAMPLE_RATE
                tone_T = 0.2 * np.sin(2.0 * np.pi * (110.0 + second % 12 * 20.0) * times_T)
                file.write(tone_T[:, None] + rng.normal(0.0, 0.05, (SAMPLE_RATE, 2)))
        self._process = self._start()
        self._timer = QTimer()
        self._timer.setInterval(200)
        self._timer.timeout.connect(self._go_on)
        self._timer.start()

    def _start(self) -> subprocess.Popen[bytes]:
        threads = {"OMP_NUM_THREADS": str(os.cpu_count() or 1)}
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "app", "separate", str(self._song)),
                *("--out", str(self._out), "--existing", "overwrite", "--progress", "none"),
            ],
            cwd=ROOT,
            env=os.environ | threads,
        )
        os.setpriority(os.PRIO_PROCESS, process.pid, ENGINE_NICENESS)
        return process

    def _go_on(self) -> None:
        status = self._process.poll()
        if status is not None:
            if status != 0:
                raise RuntimeError(f"the separation ended with status {status}")
            self._process = self._start()

    def stop(self) -> None:
        self._timer.stop()
        self._process.terminate()
        self._process.wait()

    def cpu_seconds(self) -> float:
        """Return the processor time of the running separation and all that are done."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        running = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        done = os.times()
        return running + done.children_user + done.children_system


@contextmanager
def endless_separation(folder: Path) -> Iterator[EndlessSeparation]:
    """Separate until the block ends."""
    separation = EndlessSeparation(folder)
    try:
        yield separation
    finally:
        separation.stop()
