"""The one thread that opens and closes sound cards."""

import logging
from dataclasses import dataclass
from queue import SimpleQueue

from PySide6.QtCore import QCoreApplication, QObject, QThread, Signal

from app.playback.sound_card import (
    OutputDevice,
    OutputStream,
    PlaybackError,
    SoundCard,
    StreamRequest,
)
from engine.errors import EngineError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOpened:
    """A request is being played."""

    request: StreamRequest
    device_name: str
    device_rate: int
    latency_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFailed:
    """A request cannot be played."""

    request: StreamRequest
    error: EngineError


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesFound:
    """Which outputs there are."""

    devices: tuple[OutputDevice, ...]


@dataclass(frozen=True, slots=True)
class _List:
    is_fresh: bool


class _Close:
    pass


class _Quit:
    pass


class DeviceThread(QThread):
    """Obeys one command after the other, so that the GUI never waits for a driver.

    Signals:
        reported: A ``StreamOpened``, ``StreamFailed`` or ``DevicesFound``; to be connected to
            slots of a QObject only.
    """

    reported = Signal(object)

    def __init__(self, card: SoundCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sound card")
        self._card = card
        self._commands: SimpleQueue[StreamRequest | _List | _Close | _Quit] = SimpleQueue()
        self._stream: OutputStream | None = None

    def open_stream(self, request: StreamRequest) -> None:
        """Play this instead of what plays now."""
        self._commands.put(request)

    def close_stream(self) -> None:
        """Play nothing."""
        self._commands.put(_Close())

    def list_devices(self, *, is_fresh: bool) -> None:
        """Find out which outputs there are; a fresh look ends what plays now."""
        self._commands.put(_List(is_fresh))

    def quit_and_wait(self) -> None:
        """Play nothing and end."""
        if self.isRunning():
            self._commands.put(_Quit())
            self.wait()

    def run(self) -> None:
        """Obey until told to quit; runs in the new thread."""
        while True:
            command = self._commands.get()
            if isinstance(command, StreamRequest):
                self._close()
                self._open(command)
                if command.is_fresh:
                    self._list(is_fresh=False)
            elif isinstance(command, _List):
                self._list(is_fresh=command.is_fresh)
            else:
                self._close()
                if isinstance(command, _Quit):
                    return

    def _open(self, request: StreamRequest) -> None:
        try:
            self._stream = self._card.open_stream(request)
        except EngineError as error:
            self.reported.emit(StreamFailed(request=request, error=error))
            return
        except Exception:
            logger.exception("opening a sound card failed unexpectedly")
            self.reported.emit(StreamFailed(request=request, error=_bug()))
            return
        self.reported.emit(
            StreamOpened(
                request=request,
                device_name=self._stream.device_name,
                device_rate=self._stream.device_rate,
                latency_seconds=self._stream.latency_seconds,
            )
        )

    def _close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _list(self, *, is_fresh: bool) -> None:
        if is_fresh:
            self._close()
        try:
            devices = self._card.list_devices(is_fresh=is_fresh)
        except EngineError as error:
            logger.info("no outputs: %s", error.message)
            devices = ()
        self.reported.emit(DevicesFound(devices=devices))


def _bug() -> PlaybackError:
    return PlaybackError(
        QCoreApplication.translate("SoundCard", "There is no sound, because of a bug in Strata."),
        remedy=QCoreApplication.translate("SoundCard", "The log file has the details."),
    )
