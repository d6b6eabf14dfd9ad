"""Has the samples of a lane read from the disk by another thread before the window draws them.

T: frames, C: channels.
"""

import threading
import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, QRunnable, QThreadPool, QTimer, Signal, Slot

from app.model.frame_range import FrameRange
from app.model.track import Track
from app.widgets.waveform_columns import FloatArray
from engine.audio.mapped_pages import fetch_pages, is_mapped

Read = Callable[[FloatArray], None]

# All lanes together, in one turn of the event loop: a frame of the screen has 16 ms. Samples that
# the system has in memory are there after a fraction of one.
WAIT_SECONDS = 0.008
# The system may drop what nobody has looked at; sooner than that happens, it is looked at again.
FRESH_SECONDS = 5.0
# What is read begins and ends at multiples of this.
BLOCK_FRAMES = 1 << 16
# Touches each page of any system, and makes the sums so long that numpy lets Python go on.
TOUCH_STRIDE = 64


def touch(samples_TC: FloatArray) -> None:
    """Have the system map all pages of an array."""
    fetch_pages(samples_TC)
    # As integers, in which nothing is invalid.
    np.add.reduce(samples_TC.reshape(-1)[::TOUCH_STRIDE].view(np.uint32))


class NearSamples(QObject):
    """Knows of which frames the samples are in memory, and has others read.

    Drawing from a mapped file stops the window for as long as the disk takes. So whoever draws
    asks here first, which takes a few milliseconds at most; if the disk is slower than that, the
    lane is drawn from its peaks, and again once the samples are there.

    Signals:
        arrived: Name of a lane whose samples are there after all.
    """

    arrived = Signal(str)

    def __init__(self, parent: QObject | None = None, *, read: Read = touch) -> None:
        """Know nothing yet.

        Args:
            parent: Owner.
            read: Waits until samples are in memory; runs in a thread of the program's pool.
        """
        super().__init__(parent)
        self._read = read
        self._readings: dict[str, _Reading] = {}
        self._running: set[_Reading] = set()  # keeps those alive that nobody wants any more
        self._relay = _Relay()
        self._relay.ended.connect(self._take)
        self._left_seconds = WAIT_SECONDS
        self._next_turn = QTimer(self, singleShot=True, interval=0)
        self._next_turn.timeout.connect(self._renew)

    def are_near(self, track: Track, wanted: FrameRange) -> bool:
        """Whether these frames can be drawn at once; else they are being read from now on."""
        if not is_mapped(track.samples_TC):
            return True
        reading = self._readings.get(track.name)
        if reading is None or not reading.serves(track, wanted):
            if reading is not None:
                reading.give_up()
            reading = _Reading(track, wanted, self._read, self._relay)
            self._readings[track.name] = reading
            self._running.add(reading)
            QThreadPool.globalInstance().start(reading)
        return reading.is_over or self._wait_for(reading)

    def stop(self) -> None:
        """Read nothing more, and wait for what is being read."""
        for reading in self._running:
            reading.give_up()
        self._readings.clear()
        QThreadPool.globalInstance().waitForDone()

    def _wait_for(self, reading: "_Reading") -> bool:
        started = time.perf_counter()
        is_near = reading.wait(max(0.0, self._left_seconds))
        self._left_seconds -= time.perf_counter() - started
        self._next_turn.start()
        return is_near

    @Slot()
    def _renew(self) -> None:
        self._left_seconds = WAIT_SECONDS

    @Slot(object)
    def _take(self, reading: object) -> None:
        assert isinstance(reading, _Reading)
        self._running.discard(reading)
        if self._readings.get(reading.lane) is reading:
            self.arrived.emit(reading.lane)


class _Relay(QObject):
    """Carries news into the GUI thread; outlives whoever asked for them."""

    ended = Signal(object)


class _Reading(QRunnable):
    """Reads some blocks of one lane."""

    def __init__(self, track: Track, wanted: FrameRange, read: Read, relay: _Relay) -> None:
        super().__init__()
        self.setAutoDelete(False)  # Python's own, and it is asked for its result later
        self.lane = track.name
        self._samples_TC = track.samples_TC
        beside = wanted.num_frames // 2 + 1  # for scrolling
        self._range = FrameRange(
            max(0, wanted.start - beside) // BLOCK_FRAMES * BLOCK_FRAMES,
            min(-(-(wanted.stop + beside) // BLOCK_FRAMES) * BLOCK_FRAMES, len(track.samples_TC)),
        )
        self._read = read
        self._relay = relay
        self._began_at = time.monotonic()
        self._is_wanted = True
        self._over = threading.Event()

    @property
    def is_over(self) -> bool:
        """Whether all of it is in memory."""
        return self._over.is_set()

    def serves(self, track: Track, wanted: FrameRange) -> bool:
        """Whether these frames are among those that are, or will be, in memory."""
        is_fresh = not self.is_over or time.monotonic() - self._began_at < FRESH_SECONDS
        return (
            track.samples_TC is self._samples_TC
            and self._range.start <= wanted.start
            and wanted.stop <= self._range.stop
            and is_fresh
        )

    def give_up(self) -> None:
        """Read no more than what is being read."""
        self._is_wanted = False

    def wait(self, seconds: float) -> bool:
        """Wait for the end, but no longer than this; returns whether it has come."""
        return self._over.wait(seconds)

    def run(self) -> None:
        """Read; in a thread of the pool."""
        try:
            for start in range(self._range.start, self._range.stop, BLOCK_FRAMES):
                if not self._is_wanted:
                    break
                self._read(self._samples_TC[start : min(start + BLOCK_FRAMES, self._range.stop)])
        finally:  # nobody must wait for ever
            self._over.set()
            self._relay.ended.emit(self)
