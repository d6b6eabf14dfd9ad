"""The kinds of file that are written, and what each of them can hold."""

from dataclasses import dataclass
from typing import Literal

from engine.errors import OutputError

Container = Literal["wav", "flac", "ogg", "mp3"]
BitDepth = Literal["16", "24", "float"]

MAX_WAV_BYTES = (1 << 32) - (1 << 20)  # sizes are 32-bit numbers; a mebibyte stays for the tags
_MP3_RATES = frozenset([8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000])
_MP3_CHANNELS = 2
_BYTES_PER_SAMPLE = {"16": 2, "24": 3, "float": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFormat:
    """A container and, for WAV and FLAC, how its samples are stored.

    Attributes:
        container: Also the extension of the file.
        bit_depth: Of the samples; Ogg and MP3 have none and take ``float``.
    """

    container: Container = "wav"
    bit_depth: BitDepth = "float"

    @classmethod
    def default_for(cls, container: Container, bit_depth: BitDepth | None = None) -> "OutputFormat":
        """Choose the best depth that the container has, unless one is asked for."""
        best: BitDepth = "24" if container == "flac" else "float"
        return cls(container=container, bit_depth=bit_depth or best)

    @property
    def suffix(self) -> str:
        """Extension of a file name, with its dot."""
        return f".{self.container}"

    @property
    def clips(self) -> bool:
        """Whether samples beyond ±1 are lost, so that one common gain has to hold them."""
        return self.bit_depth != "float" or self.container == "mp3"

    @property
    def is_sample_exact(self) -> bool:
        """Whether reading the file back gives the samples, but for rounding to their depth."""
        return self.container in {"wav", "flac"}

    def num_bytes(self, *, num_channels: int, num_frames: int) -> int:
        """Size of the samples without compression."""
        return num_frames * num_channels * _BYTES_PER_SAMPLE[self.bit_depth]

    def check(self, *, sample_rate: int, num_channels: int, num_frames: int) -> None:
        """Find out before hours of work whether the file can hold the result.

        Raises:
            OutputError: The container cannot hold this rate, these channels, or no frames.
        """
        if self.container == "flac" and self.bit_depth == "float":
            raise OutputError(
                "FLAC cannot store floating-point samples.",
                remedy="Choose 24 bits, or WAV for floating point.",
            )
        if self.container in {"ogg", "mp3"} and self.bit_depth != "float":
            raise OutputError(
                f"{self.container.upper()} has no bit depth to choose.",
                remedy="Leave the bit depth out, or choose WAV or FLAC.",
            )
        if self.container in {"flac", "mp3"} and num_frames == 0:
            raise OutputError(
                f"{self.container.upper()} cannot store a song without any samples.",
                remedy="Choose WAV.",
            )
        if self.container != "mp3":
            return
        if num_channels > _MP3_CHANNELS:
            raise OutputError(
                f"MP3 holds at most {_MP3_CHANNELS} channels and the song has {num_channels}.",
                remedy="Choose WAV, FLAC or Ogg.",
            )
        if sample_rate not in _MP3_RATES:
            raise OutputError(
                f"MP3 cannot store a sample rate of {sample_rate} Hz.",
                remedy="Choose WAV, FLAC or Ogg, which keep every rate.",
            )
