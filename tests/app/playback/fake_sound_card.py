"""A sound card made of memory."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from app.playback.sound_card import OutputDevice, OutputStream, PlaybackError, StreamRequest

FloatArray = npt.NDArray[np.float32]

DEFAULT_NAME = "Speakers"


@dataclass
class FakeStream:
    """Plays only when the test says so.

    Attributes:
        first_block: Asked for while it opened, as a real card fills its buffer.
        is_closed: Whether somebody closed it.
    """

    request: StreamRequest
    device_name: str
    device_rate: int
    latency_seconds: float = 0.0
    is_closed: bool = False
    first_block: FloatArray = field(init=False)

    def __post_init__(self) -> None:
        self.first_block = self.play(100)

    def play(self, num_frames: int) -> FloatArray:
        """Ask for one block, as PortAudio's thread would."""
        out_TO = np.full((num_frames, 2), np.nan, np.float32)
        self.request.fill(out_TO)
        return out_TO

    def close(self) -> None:
        self.is_closed = True


@dataclass
class FakeSoundCard:
    """Devices that tests plug in and out.

    Attributes:
        device_names: The first one is the default.
        streams: All that were opened.
        requests: All that were asked for, with those that failed.
    """

    device_names: list[str] = field(default_factory=lambda: [DEFAULT_NAME])
    streams: list[FakeStream] = field(default_factory=list)
    requests: list[StreamRequest] = field(default_factory=list)

    def list_devices(self, *, is_fresh: bool) -> tuple[OutputDevice, ...]:
        return tuple(
            OutputDevice(name=name, is_default=number == 0)
            for number, name in enumerate(self.device_names)
        )

    def open_stream(self, request: StreamRequest) -> OutputStream:
        self.requests.append(request)
        if not self.device_names:
            raise PlaybackError("No output was found.", remedy="Connect one.")
        is_there = request.device_name in self.device_names
        name = request.device_name if is_there else self.device_names[0]
        stream = FakeStream(request, name, request.sample_rate)
        self.streams.append(stream)
        return stream
