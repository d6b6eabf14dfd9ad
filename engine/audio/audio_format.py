"""The kinds of file that are written, and what each of them can hold."""

from dataclasses import dataclass
from math import inf
from typing import Literal, get_args

from engine.errors import OutputError

Container = Literal["wav", "flac", "ogg", "mp3"]
BitDepth = Literal["16", "24", "float"]

MAX_WAV_BYTES = (1 << 32) - (1 << 20)  # sizes are 32-bit numbers; a mebibyte stays for the tags
_MP3_RATES = frozenset([8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000])
_MP3_CHANNELS = 2
_BYTES_PER_SAMPLE = {"16": 2, "24": 3, "float": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFormat:
    """A container and how its samples are stored. Made by ``audio_format``.

    Attributes:
        container: Also the extension of the file.
        bit_depth: Of the samples; None for Ogg and MP3, which have none.
    """

    container: Container = "wav"
    bit_depth: BitDepth | None = "float"

    @property
    def suffix(self) -> str:
        """Extension of a file name, with its dot."""
        return f".{self.container}"

    @property
    def is_float(self) -> bool:
        """Whether a file holds any sample as it is, however large."""
        return self.bit_depth == "float"

    @property
    def ceiling(self) -> float:
        """Largest magnitude of a sample that does not clip, dither included."""
        if self.bit_depth == "16":
            return 1.0 - 2.0 / (1 << 15)
        if self.bit_depth == "24":
            return 1.0 - 1.0 / (1 << 23)
        return inf if self.is_float else 1.0

    def num_bytes(self, *, num_channels: int, num_frames: int) -> int:
        """Size of the samples of a WAV file."""
        return num_frames * num_channels * _BYTES_PER_SAMPLE[self.bit_depth or "float"]

    def check(self, sample_rate: int, num_channels: int, num_frames: int | None = None) -> None:
        """Find out before hours of work whether a file can hold the result.

        Raises:
            OutputError: The container cannot hold this rate, these channels, or no frames.
        """
        if self.container in {"flac", "mp3"} and num_frames == 0:
            raise OutputError(
                "{format} cannot store a song without any samples.",
                remedy="Choose WAV.",
                format=self.container.upper(),
            )
        if self.container != "mp3":
            return
        if num_channels > _MP3_CHANNELS:
            raise OutputError(
                "MP3 holds at most {limit} channels and the song has {num_channels}.",
                remedy="Choose WAV, FLAC or Ogg.",
                limit=_MP3_CHANNELS,
                num_channels=num_channels,
            )
        if sample_rate not in _MP3_RATES:
            raise OutputError(
                "MP3 cannot store a sample rate of {sample_rate} Hz.",
                remedy="Choose WAV, FLAC or Ogg, which keep every rate.",
                sample_rate=sample_rate,
            )


def audio_format(container: Container, bit_depth: BitDepth | None = None) -> AudioFormat:
    """Return a format, with the best depth that its container has unless one is asked for.

    Raises:
        OutputError: The container does not have that depth.
    """
    if container not in get_args(Container) or bit_depth not in (None, *get_args(BitDepth)):
        raise ValueError(f"unknown container {container!r} or bit depth {bit_depth!r}")
    if container in {"ogg", "mp3"}:
        if bit_depth is not None:
            raise OutputError(
                "{format} has no bit depth to choose.",
                remedy="Leave the bit depth out, or choose WAV or FLAC.",
                format=container.upper(),
            )
        return AudioFormat(container=container, bit_depth=None)
    if container == "flac" and bit_depth == "float":
        raise OutputError(
            "FLAC cannot store floating-point samples.",
            remedy="Choose 24 bits, or WAV for floating point.",
        )
    return AudioFormat(
        container=container, bit_depth=bit_depth or ("24" if container == "flac" else "float")
    )
