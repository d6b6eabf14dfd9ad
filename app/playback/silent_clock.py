"""What drives the mixer when no sound card does."""

import time

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Slot

from app.playback.lane_bank import MAX_BLOCK_FRAMES, NUM_OUTPUTS
from app.playback.stem_mixer import StemMixer

TICK_MS = 20
MAX_CATCH_UP_SECONDS = 0.5  # after a machine has slept, the song goes on where it was


class SilentClock(QObject):
    """Lets a mixer run in real time and throws its sound away."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mixer: StemMixer | None = None
        self._last_at = 0.0
        self._owed_frames = 0.0
        self._block_TO = np.empty((MAX_BLOCK_FRAMES, NUM_OUTPUTS), np.float32)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def is_running(self) -> bool:
        """Whether a mixer is driven."""
        return self._mixer is not None

    def start(self, mixer: StemMixer) -> None:
        """Drive a mixer from now on."""
        self._mixer = mixer
        self._last_at = time.perf_counter()
        self._owed_frames = 0.0
        self._timer.start()

    def stop(self) -> None:
        """Drive nothing."""
        self._mixer = None
        self._timer.stop()

    @Slot()
    def _tick(self) -> None:
        if self._mixer is None:
            return
        now = time.perf_counter()
        elapsed = min(now - self._last_at, MAX_CATCH_UP_SECONDS)
        self._last_at = now
        self._owed_frames += elapsed * self._mixer.sample_rate
        while self._owed_frames >= 1.0:
            count = min(int(self._owed_frames), MAX_BLOCK_FRAMES)
            self._mixer.fill(self._block_TO[:count])
            self._owed_frames -= count
