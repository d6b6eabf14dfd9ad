"""Where the mixer's sound goes: a sound card, or nowhere in real time."""

import logging
import sys
import time

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal, Slot

from app.playback.device_thread import DevicesFound, DeviceThread, StreamFailed, StreamOpened
from app.playback.silent_clock import SilentClock
from app.playback.sound_card import (
    MIN_LATENCY_SECONDS,
    OutputDevice,
    PortAudioCard,
    SoundCard,
    StreamRequest,
)
from app.playback.stem_mixer import StemMixer

logger = logging.getLogger(__name__)

FloatArray = npt.NDArray[np.float32]

WATCH_INTERVAL_MS = 500
# Servers such as PulseAudio let a new stream wait for a second or two if nothing hurries them.
LOST_SECONDS = 3.0
# A device that runs dry so often gets twice as much sound in advance, up to a limit. The price is
# that gestures are heard later.
MAX_UNDERRUNS = 2
MAX_LATENCY_SECONDS = 0.4
# On Linux “default” is no card but a way to the sound server, which moves what plays by itself.
# Elsewhere PortAudio knows only the cards, and the default, of the time when it looked last.
DEFAULT_IS_A_CARD = not sys.platform.startswith("linux")
# Looking takes a tenth of a second or more, so a look is good for a while.
LOOK_SECONDS = 10.0


class _Gate:
    """Lets one stream drive the mixer, until it is closed for good.

    A stream begins to call before the GUI thread knows of it, and one that was given up may call
    again later: both must not meet the silent clock inside the mixer.
    """

    def __init__(self, mixer: StemMixer) -> None:
        self.mixer = mixer
        self.is_open = False
        self.has_ended = False  # written by PortAudio's threads only
        self.num_underruns = 0  # written by PortAudio's callback only

    def fill(self, out_TO: FloatArray) -> None:
        if self.is_open:
            self.mixer.fill(out_TO)
        else:
            out_TO.fill(0.0)

    def count_underrun(self) -> None:
        self.num_underruns += 1

    def note_end(self) -> None:
        self.has_ended = True


class AudioOutput(QObject):
    """Plays a mixer on a sound card, and silently in real time when there is none.

    Opening takes place in a thread of its own; the signals tell how it went. A card that is gone
    is noticed, and the same device, or else the default, goes on at the same frame.

    Signals:
        opened: Sound comes from ``active_device_name``.
        failed: ``EngineError`` that says why there is no sound; playback goes on without. It is
            not repeated while the reason stays the same.
        devices_changed: ``list_devices`` has news.
    """

    opened = Signal()
    failed = Signal(object)
    devices_changed = Signal()

    def __init__(self, parent: QObject | None = None, *, card: SoundCard | None = None) -> None:
        """Make an output that plays nothing yet.

        Args:
            parent: Owner.
            card: What opens streams; PortAudio if None.
        """
        super().__init__(parent)
        self._thread = DeviceThread(card or PortAudioCard(), self)
        self._thread.reported.connect(self._take_report)
        self._silence = SilentClock(self)
        self._devices: tuple[OutputDevice, ...] = ()
        self._device_name = ""
        self._gate: _Gate | None = None
        self._request: StreamRequest | None = None
        self._opened: StreamOpened | None = None
        self._last_failure = ""
        self._min_latency_seconds = MIN_LATENCY_SECONDS
        self._num_past_underruns = 0
        self._watched_since = 0.0
        self._looked_at = float("-inf")
        self._watch = QTimer(self)
        self._watch.setInterval(WATCH_INTERVAL_MS)
        self._watch.timeout.connect(self._look_after_stream)
        application = QCoreApplication.instance()
        if application is not None:  # a thread that still runs would end the process badly
            application.aboutToQuit.connect(self.shut_down)

    # Devices

    def list_devices(self) -> tuple[OutputDevice, ...]:
        """Return the outputs that are known; the first call begins to look for them."""
        if not self._thread.isRunning():
            self.find_devices()
        return self._devices

    def find_devices(self, *, is_fresh: bool = False) -> None:
        """Look for outputs; a fresh look finds new ones too, but interrupts what plays."""
        self._start_thread()
        if is_fresh:
            self._looked_at = time.monotonic()
        self._thread.list_devices(is_fresh=is_fresh)
        if is_fresh and self._gate is not None:
            self._request_stream(self._gate.mixer, is_fresh=False)

    @property
    def device_name(self) -> str:
        """The device that should play; empty for the system's default."""
        return self._device_name

    def set_device(self, name: str) -> None:
        """Play there from now on; empty for the system's default."""
        if name != self._device_name:
            self._device_name = name
            self.reopen()

    @property
    def active_device_name(self) -> str:
        """The device that plays; empty if none does."""
        return self._opened.device_name if self._opened is not None else ""

    @property
    def device_rate(self) -> int:
        """Frames per second of the device that plays; 0 if none does."""
        return self._opened.device_rate if self._opened is not None else 0

    @property
    def latency_seconds(self) -> float:
        """From the mixer to the ear."""
        return self._opened.latency_seconds if self._opened is not None else 0.0

    @property
    def num_underruns(self) -> int:
        """How often a card has run out of sound since the start of the program."""
        return self._num_past_underruns + (self._gate.num_underruns if self._gate else 0)

    # Playing

    @property
    def is_running(self) -> bool:
        """Whether a mixer is driven, or will be in a moment."""
        return self._gate is not None

    @property
    def is_silent(self) -> bool:
        """Whether it is driven without a sound card."""
        return self._silence.is_running

    def open(self, mixer: StemMixer) -> None:
        """Drive this mixer; a card that failed before is tried again."""
        if self._gate is not None and self._gate.mixer is mixer and not self.is_silent:
            return
        is_fresh = self.is_silent or bool(self._last_failure) or self._may_know_too_little()
        if self._gate is None or self._gate.mixer is not mixer:
            self._silence.stop()
        self._request_stream(mixer, is_fresh=is_fresh)

    def reopen(self) -> None:
        """Look at the devices anew and go on at the same frame."""
        if self._gate is not None:
            self._request_stream(self._gate.mixer, is_fresh=True)

    def close(self) -> None:
        """Drive nothing; the device is free for others."""
        self._forget_stream()
        self._silence.stop()
        if self._thread.isRunning():
            self._thread.close_stream()

    @Slot()
    def shut_down(self) -> None:
        """Close and wait for the thread; for closing the window."""
        self.close()
        self._thread.quit_and_wait()

    def _may_know_too_little(self) -> bool:
        """Whether the device that should play may have come since the last look."""
        if self._gate is not None or time.monotonic() - self._looked_at < LOOK_SECONDS:
            return False
        if self._device_name:
            return all(device.name != self._device_name for device in self._devices)
        return DEFAULT_IS_A_CARD

    def _start_thread(self) -> None:
        if not self._thread.isRunning():
            self._looked_at = time.monotonic()
            self._thread.start()

    def _request_stream(self, mixer: StemMixer, *, is_fresh: bool) -> None:
        self._forget_stream()
        if is_fresh:
            self._looked_at = time.monotonic()
        self._gate = _Gate(mixer)
        self._watched_since = time.perf_counter()
        self._watch.start()
        self._request = StreamRequest(
            fill=self._gate.fill,
            report_underrun=self._gate.count_underrun,
            report_end=self._gate.note_end,
            sample_rate=mixer.sample_rate,
            device_name=self._device_name,
            min_latency_seconds=self._min_latency_seconds,
            is_fresh=is_fresh,
        )
        self._start_thread()
        self._thread.open_stream(self._request)

    def _forget_stream(self) -> None:
        if self._gate is not None:
            self._num_past_underruns += self._gate.num_underruns
        self._gate = self._request = self._opened = None
        self._watch.stop()

    @Slot(object)
    def _take_report(self, report: object) -> None:
        if isinstance(report, DevicesFound):
            self._devices = report.devices
            self.devices_changed.emit()
        elif isinstance(report, StreamOpened) and report.request is self._request:
            self._go_on_aloud(report)
        elif isinstance(report, StreamFailed) and report.request is self._request:
            self._go_on_silently(report)

    def _go_on_aloud(self, report: StreamOpened) -> None:
        assert self._gate is not None
        self._opened = report
        self._last_failure = ""
        self._silence.stop()
        self._gate.is_open = True
        self._watched_since = time.perf_counter()
        self.opened.emit()

    def _go_on_silently(self, report: StreamFailed) -> None:
        assert self._gate is not None
        if not self._silence.is_running:
            self._silence.start(self._gate.mixer)
        if report.error.message != self._last_failure:
            self._last_failure = report.error.message
            self.failed.emit(report.error)

    @Slot()
    def _look_after_stream(self) -> None:
        gate = self._gate
        if gate is None or self.is_silent:
            return
        heard_at = max(gate.mixer.clock.at, self._watched_since)
        is_stuck = time.perf_counter() - heard_at > LOST_SECONDS
        if not gate.is_open:
            if is_stuck:  # a driver that does not answer; should it yet, sound comes back
                self._silence.start(gate.mixer)
        elif gate.has_ended or is_stuck:
            logger.warning("%s stopped playing", self.active_device_name)
            gate.is_open = False
            self._request_stream(gate.mixer, is_fresh=True)
        elif (
            gate.num_underruns >= MAX_UNDERRUNS and self._min_latency_seconds < MAX_LATENCY_SECONDS
        ):
            now = max(self.latency_seconds, self._min_latency_seconds)
            self._min_latency_seconds = min(2.0 * now, MAX_LATENCY_SECONDS)
            logger.info("%d underruns: latency %g s", gate.num_underruns, self._min_latency_seconds)
            self._request_stream(gate.mixer, is_fresh=False)
