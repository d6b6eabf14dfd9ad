"""The header of a WAVE file of 32-bit floats whose length is known before its sound.

Axes: none; everything here is bytes.
"""

import struct
from dataclasses import dataclass

from engine.wording import Wording

HEADER_BYTES = 128  # the sound begins here; a multiple of four keeps its floats aligned
SAMPLE_BYTES = 4
MAX_RIFF_BYTES = 0xFFFF_FFFF  # sizes of RIFF have 32 bits; above, the file is an RF64

_FORMAT_FLOAT = 3
_FORMAT_EXTENSIBLE = 0xFFFE
# KSDATAFORMAT_SUBTYPE_IEEE_FLOAT: the format's number, then what all such names end with.
_FLOAT_SUBFORMAT = struct.pack("<H", _FORMAT_FLOAT) + bytes.fromhex("000000001000800000aa00389b71")
_UNKNOWN_SIZE = 0xFFFF_FFFF
_DS64_BYTES = 28
# Speakers by number of channels as libsndfile and ffmpeg understand them: mono, stereo, 3.0,
# quadraphonic, 5.0, 5.1, 6.1, 7.1.
_SPEAKERS = (0x4, 0x3, 0x7, 0x33, 0x37, 0x3F, 0x70F, 0x63F)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveLayout:
    """Where the floats of a file are.

    Attributes:
        sample_rate: Frames per second.
        num_channels: Channels of every frame, interleaved.
        num_frames: Length.
        data_offset: Byte at which the first sample begins.
    """

    sample_rate: int
    num_channels: int
    num_frames: int
    data_offset: int

    @property
    def num_bytes(self) -> int:
        """Size of the sound."""
        return SAMPLE_BYTES * self.num_channels * self.num_frames


class HeaderError(Exception):
    """Why a file is none that can be mapped.

    Attributes:
        reason: In words that follow a colon.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = Wording(reason)


def wave_header(*, sample_rate: int, num_channels: int, num_frames: int) -> bytes:
    """Return the first ``HEADER_BYTES`` of a file; the sound follows.

    Up to two channels it is a plain file, above a WAVE_FORMAT_EXTENSIBLE, above 4 GiB an RF64.
    """
    frame_bytes = SAMPLE_BYTES * num_channels
    data_bytes = frame_bytes * num_frames
    riff_bytes = HEADER_BYTES - 8 + data_bytes
    is_large = riff_bytes > MAX_RIFF_BYTES
    if is_large:
        sizes = struct.pack("<QQQI", riff_bytes, data_bytes, num_frames, 0)
        begin = struct.pack("<4sI4s", b"RF64", _UNKNOWN_SIZE, b"WAVE") + _chunk(b"ds64", sizes)
    else:
        begin = struct.pack("<4sI4s", b"RIFF", riff_bytes, b"WAVE")
        begin += _chunk(b"JUNK", bytes(_DS64_BYTES))
    tag = _FORMAT_EXTENSIBLE if num_channels > 2 else _FORMAT_FLOAT
    rate = (sample_rate, sample_rate * frame_bytes)
    extension = b""
    if tag == _FORMAT_EXTENSIBLE:
        extension = struct.pack("<HI", 32, _SPEAKERS[num_channels - 1]) + _FLOAT_SUBFORMAT
    fields = struct.pack("<HHIIHHH", tag, num_channels, *rate, frame_bytes, 32, len(extension))
    stated_frames = _UNKNOWN_SIZE if is_large else num_frames
    header = begin + _chunk(b"fmt ", fields + extension)
    header += _chunk(b"fact", struct.pack("<I", stated_frames))
    header += _chunk(b"JUNK", bytes(HEADER_BYTES - len(header) - 16))
    return header + struct.pack("<4sI", b"data", _UNKNOWN_SIZE if is_large else data_bytes)


def parse_wave_header(beginning: bytes, *, file_bytes: int) -> WaveLayout:
    """Find the floats of a file, which another program may have written.

    Args:
        beginning: The first bytes of the file, at least up to the sound.
        file_bytes: Size of the whole file.

    Raises:
        HeaderError: It is no WAVE file of aligned 32-bit floats, or it ends early.
    """
    if beginning[:4] not in (b"RIFF", b"RF64") or beginning[8:12] != b"WAVE":
        raise HeaderError("it is not a WAV file")
    position = 12
    large_data_bytes: int | None = None
    layout: tuple[int, int] | None = None
    while position + 8 <= len(beginning):
        name, size = struct.unpack_from("<4sI", beginning, position)
        position += 8
        if name == b"data":
            if layout is None:
                raise HeaderError("its header is damaged")
            data_bytes = size if large_data_bytes is None else large_data_bytes
            return _layout(*layout, offset=position, data_bytes=data_bytes, file_bytes=file_bytes)
        content = beginning[position : position + size]
        if name == b"ds64" and beginning[:4] == b"RF64" and len(content) >= _DS64_BYTES:
            large_data_bytes = struct.unpack_from("<Q", content, 8)[0]
        elif name == b"fmt ":
            layout = _format(content)
        position += size + size % 2
    raise HeaderError("its header is damaged")


def _format(content: bytes) -> tuple[int, int]:
    """Return rate and number of channels."""
    if len(content) < 16:
        raise HeaderError("its header is damaged")
    tag, num_channels, sample_rate, _, frame_bytes, bits = struct.unpack_from("<HHIIHH", content)
    if tag == _FORMAT_EXTENSIBLE and content[24:40] == _FLOAT_SUBFORMAT:
        tag = _FORMAT_FLOAT
    if tag != _FORMAT_FLOAT or bits != 8 * SAMPLE_BYTES:
        raise HeaderError("it does not hold 32-bit floating-point sound")
    if num_channels < 1 or sample_rate < 1 or frame_bytes != SAMPLE_BYTES * num_channels:
        raise HeaderError("its header is damaged")
    return sample_rate, num_channels


def _layout(
    sample_rate: int, num_channels: int, *, offset: int, data_bytes: int, file_bytes: int
) -> WaveLayout:
    if offset + data_bytes > file_bytes:
        raise HeaderError("it ends early")
    if data_bytes % (SAMPLE_BYTES * num_channels):
        raise HeaderError("its header is damaged")
    if offset % SAMPLE_BYTES:
        raise HeaderError("its sound is not where it could be read in place")
    return WaveLayout(
        sample_rate=sample_rate,
        num_channels=num_channels,
        num_frames=data_bytes // (SAMPLE_BYTES * num_channels),
        data_offset=offset,
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", name, len(content)) + content
