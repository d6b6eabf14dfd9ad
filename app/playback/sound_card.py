"""Sound cards through PortAudio: the only place that imports sounddevice.

PortAudio is not made for several threads, and on some systems it takes a noticeable part of a
second to begin. So all of this is called by one thread that is not the GUI's: ``DeviceThread``.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication

from app.playback.lane_bank import NUM_OUTPUTS
from app.playback.resampled_source import ResampledSource
from engine.errors import EngineError

logger = logging.getLogger(__name__)

FloatArray = npt.NDArray[np.float32]
Fill = Callable[[FloatArray], None]  # writes the next frames, left and right, shape (T, 2)

# 2048 frames at 44.1 kHz: Python's callback may be late by 30 ms while the processor is busy.
MAX_BLOCK_SECONDS = 0.0465

# Three blocks. What drivers call a high latency is often two, so that one late block is a gap.
MIN_LATENCY_SECONDS = 0.13

# A pause that was ordered just before is a short fade, which takes a block or two to come.
CLOSE_SECONDS = 2.0 * MAX_BLOCK_SECONDS


class PlaybackError(EngineError):
    """There is no sound: no sound card, no PortAudio, or a device that does not open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputDevice:
    """A sound card, or a way to one.

    Attributes:
        name: As the system calls it.
        is_default: Whether the system would choose it.
    """

    name: str
    is_default: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamRequest:
    """What should be played.

    Attributes:
        fill: Called by PortAudio's thread for each block.
        report_underrun: Called there when the card has run out of sound.
        report_end: Called there when the stream has ended, by itself or not.
        sample_rate: Of what ``fill`` writes.
        device_name: Empty for the system's default.
        min_latency_seconds: How much sound to keep ready, unless the device asks for more.
        is_fresh: Whether to look first which devices there are now, which ends all streams.
    """

    fill: Fill
    report_underrun: Callable[[], None]
    report_end: Callable[[], None]
    sample_rate: int
    device_name: str
    min_latency_seconds: float = MIN_LATENCY_SECONDS
    is_fresh: bool = False


class OutputStream(Protocol):
    """A running stream.

    Attributes:
        device_name: Where it plays.
        device_rate: Frames per second of the device.
        latency_seconds: From ``fill`` to the ear, as far as is known.
    """

    device_name: str
    device_rate: int
    latency_seconds: float

    def close(self) -> None:
        """Let what has just been ordered be heard, and end."""


class SoundCard(Protocol):
    """What ``DeviceThread`` calls; tests have their own."""

    def list_devices(self, *, is_fresh: bool) -> tuple[OutputDevice, ...]:
        """Return the outputs; ``PlaybackError`` if there can be none."""

    def open_stream(self, request: StreamRequest) -> OutputStream:
        """Start to play; ``PlaybackError`` if that cannot be."""


def block_frames(sample_rate: int) -> int:
    """Return the largest power of two of frames that is not longer than a block may be."""
    return 1 << (max(1, int(sample_rate * MAX_BLOCK_SECONDS)).bit_length() - 1)


class PortAudioCard:
    """The sound cards of this machine."""

    def list_devices(self, *, is_fresh: bool) -> tuple[OutputDevice, ...]:
        """Return the outputs of the system's usual driver."""
        library = _load(is_fresh=is_fresh)
        default = _default_device(library)
        return tuple(
            OutputDevice(name=device.name, is_default=device.index == default.index)
            for device in _outputs(library, default.driver)
        )

    def open_stream(self, request: StreamRequest) -> OutputStream:
        """Start to play on the device of that name, or on the default if it is gone."""
        library = _load(is_fresh=request.is_fresh)
        default = _default_device(library)
        named = [
            device
            for device in _outputs(library, default.driver)
            if device.name == request.device_name
        ]
        return _PortAudioStream(library, (named or [default])[0], request)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Device:
    index: int
    name: str
    driver: int
    num_channels: int
    sample_rate: int
    high_latency_seconds: float


def _load(*, is_fresh: bool) -> ModuleType:
    try:
        library = import_module("sounddevice")
    except OSError as error:
        raise PlaybackError(
            QCoreApplication.translate(
                "SoundCard", "There is no sound, because the PortAudio library is missing."
            ),
            remedy=QCoreApplication.translate(
                "SoundCard",
                "Install it (on Debian and Ubuntu: sudo apt install libportaudio2) and start "
                "Strata again.",
            ),
        ) from error
    if is_fresh:
        # PortAudio looks for devices only when it begins. Both calls are sounddevice's own, and
        # its author names them for this purpose.
        try:
            library._terminate()
            library._initialize()
        except library.PortAudioError as error:
            raise _no_output() from error
    return library


def _no_output() -> PlaybackError:
    return PlaybackError(
        QCoreApplication.translate("SoundCard", "There is no sound, because no output was found."),
        remedy=QCoreApplication.translate(
            "SoundCard", "Connect headphones or speakers, then press play again."
        ),
    )


def _device(facts: dict[str, str | int | float]) -> _Device:
    return _Device(
        index=int(facts["index"]),
        name=str(facts["name"]),
        driver=int(facts["hostapi"]),
        num_channels=int(facts["max_output_channels"]),
        sample_rate=int(facts["default_samplerate"]),
        high_latency_seconds=float(facts["default_high_output_latency"]),
    )


def _default_device(library: ModuleType) -> _Device:
    try:
        return _device(library.query_devices(kind="output"))
    except (library.PortAudioError, ValueError) as error:
        raise _no_output() from error


def _outputs(library: ModuleType, driver: int) -> list[_Device]:
    """Return the outputs of one driver: others name the same cards again."""
    devices = [_device(facts) for facts in library.query_devices()]
    return [device for device in devices if device.driver == driver and device.num_channels > 0]


class _PortAudioStream:
    def __init__(self, library: ModuleType, device: _Device, request: StreamRequest) -> None:
        self.device_name = device.name
        self._fill = request.fill
        self._report_underrun = request.report_underrun
        self._report_end = request.report_end
        self._min_latency_seconds = request.min_latency_seconds
        self._num_channels = min(NUM_OUTPUTS, device.num_channels)
        self._library = library
        rate = request.sample_rate
        try:
            self._stream = self._open(device, rate)
        except library.PortAudioError as error:
            if device.sample_rate == rate:
                raise _not_opened(device) from error
            logger.info("%s refused %d Hz (%s)", device.name, rate, error)
            source = ResampledSource(request.fill, rate, device.sample_rate)
            self._fill = source.fill
            rate = device.sample_rate
            try:
                self._stream = self._open(device, rate)
            except library.PortAudioError as second:
                raise _not_opened(device) from second
        self.device_rate = rate
        self._stereo_TO = np.empty((block_frames(rate), NUM_OUTPUTS), np.float32)
        try:
            self._stream.start()
        except library.PortAudioError as error:
            self._stream.close(ignore_errors=True)
            raise _not_opened(device) from error
        self.latency_seconds = float(self._stream.latency)

    def _open(self, device: _Device, sample_rate: int) -> "_RawStream":
        stream: _RawStream = self._library.OutputStream(
            samplerate=sample_rate,
            blocksize=block_frames(sample_rate),
            device=device.index,
            channels=self._num_channels,
            dtype="float32",
            latency=max(self._min_latency_seconds, device.high_latency_seconds),
            callback=self._write,
            finished_callback=self._report_end,
        )
        return stream

    def _write(self, out_TC: FloatArray, _num_frames: int, _time: object, status: object) -> None:
        if getattr(status, "output_underflow", False):
            self._report_underrun()
        if out_TC.shape[1] == NUM_OUTPUTS:
            self._fill(out_TC)
            return
        stereo_TO = self._stereo_TO[: len(out_TC)]
        self._fill(stereo_TO)
        np.add(stereo_TO[:, :1], stereo_TO[:, 1:], out=out_TC)
        np.multiply(out_TC, 0.5, out=out_TC)

    def close(self) -> None:
        time.sleep(CLOSE_SECONDS)
        self._stream.stop(ignore_errors=True)
        self._stream.close(ignore_errors=True)


class _RawStream(Protocol):
    latency: float

    def start(self) -> None: ...
    def stop(self, ignore_errors: bool = True) -> None: ...
    def close(self, ignore_errors: bool = True) -> None: ...


def _not_opened(device: _Device) -> PlaybackError:
    return PlaybackError(
        QCoreApplication.translate(
            "SoundCard", "There is no sound, because “{name}” could not be opened."
        ).format(name=device.name),
        remedy=QCoreApplication.translate(
            "SoundCard",
            "Close other programs that may use it, or choose another output in the settings.",
        ),
    )
