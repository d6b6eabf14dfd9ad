"""Frames of an MP3 (or MP1, MP2) file: how many are there, and does the file say so?

An MP3 has no header of its own. A first frame without music (“Xing” or “Info”) may hold the
number of frames; without it a decoder guesses the length from the bit rate of the first frames,
wrong by half for a variable bit rate (measured: 393 057 instead of 883 584). The layout follows
ISO 11172-3 and 13818-3, the table of the Xing frame the description in LAME's documentation.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.wording import Wording

_KILOBITS = {  # (version 1, layer): bit rate by index
    (True, 1): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (True, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (True, 3): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (False, 1): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (False, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (False, 3): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_END_TAGS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI")
_SEARCH_BYTES = 1 << 16  # for the first frame, behind tags and padding
_PIECE_BYTES = 1 << 18  # read at once
_LAYER_3 = 1  # as two bits of the header
_HAS_COUNT = 1  # flag of the Xing table
_INFO_BITRATE_INDEX = 9  # 80 or 128 kbit/s: room for the table at every sample rate


@dataclass(frozen=True, slots=True)
class _Header:
    version: int
    layer: int
    num_bytes: int
    is_mono: bool

    @property
    def frame_length(self) -> int:
        if self.layer == 1:
            return 384
        return 576 if self.layer == 3 and self.version != 3 else 1152

    @property
    def table_offset(self) -> int:
        """Where a Xing table begins in a frame: behind the side information."""
        if self.version == 3:
            return 4 + (17 if self.is_mono else 32)
        return 4 + (9 if self.is_mono else 17)


@dataclass(frozen=True, slots=True, kw_only=True)
class MpegScan:
    """What a walk over all frames found.

    Attributes:
        num_frames: Complete frames with music.
        promised_frames: What the Xing table says; None without one.
        count_offset: Byte position of that number in the file; None without a table.
        first_offset: Byte position of the first frame.
        first_header: The four bytes at that position.
        frame_length: Sample frames in each frame.
        damage: What is wrong with the file; empty if nothing is.
    """

    num_frames: int
    promised_frames: int | None
    count_offset: int | None
    first_offset: int
    first_header: bytes
    frame_length: int
    damage: str = ""

    @property
    def states_its_length(self) -> bool:
        """Whether a decoder learns the true length from the file."""
        return self.promised_frames == self.num_frames

    @property
    def may_hold_table(self) -> bool:
        """Whether decoders look for a Xing table in this kind of MPEG audio."""
        return self.first_header[1] >> 1 & 3 == _LAYER_3


def scan_frames(path: Path) -> MpegScan | None:
    """Walk over every frame; None if the file does not begin with MPEG audio."""
    with path.open("rb", buffering=1 << 18) as file:
        size = file.seek(0, 2)
        first = _find_first_frame(file)
        if first is None:
            return None
        file.seek(first)
        first_bytes = file.read(200)
        header = _parse(first_bytes[:4])
        assert header is not None
        count_offset, promised = _read_table(first_bytes, header)
        num_frames, position, is_whole = _walk(file, first, size, header)
        damage = "" if is_whole else _describe_rest(file, position, size)
        if count_offset is not None:
            num_frames -= 1  # the frame of the table holds no music
        if not damage and promised is not None and num_frames < promised - 1:
            damage = Wording("it ends early, as after an interrupted download")
        return MpegScan(
            num_frames=num_frames,
            promised_frames=promised,
            count_offset=None if count_offset is None else first + count_offset,
            first_offset=first,
            first_header=first_bytes[:4],
            frame_length=header.frame_length,
            damage=damage,
        )


def copy_with_length(path: Path, scan: MpegScan, copy: Path) -> None:
    """Copy a Layer III file so that it states its number of frames; the music stays as it is.

    A decoder that meets a table drops its own delay of 529 samples at the start.
    """
    count = scan.num_frames.to_bytes(4, "big")
    with path.open("rb") as source, copy.open("wb") as target:
        if scan.count_offset is None:
            target.write(_info_frame(scan.first_header, count))
            source.seek(scan.first_offset)
        shutil.copyfileobj(source, target, 1 << 20)
        if scan.count_offset is not None:
            target.seek(scan.count_offset)
            target.write(count)


def _walk(file: BinaryIO, first: int, size: int, header: _Header) -> tuple[int, int, bool]:
    """Return how many frames follow each other, where that ends, and whether the file does, too.

    A file has few different headers, so they are parsed once.
    """
    lengths: dict[bytes, int] = {}
    num_frames = 0
    start, data = first, b""
    position = 0  # in the data
    while True:
        if position + 4 > len(data):
            start += position
            file.seek(start)
            position, data = 0, file.read(_PIECE_BYTES)
            if not data:
                return num_frames, start, True
        head = data[position : position + 4]
        length = lengths.get(head)
        if length is None:
            parsed = _parse(head)
            if parsed is None or (parsed.version, parsed.layer) != (header.version, header.layer):
                return num_frames, start + position, False
            length = lengths[head] = parsed.num_bytes
        if start + position + length > size:
            # A last frame that is cut off is normal for recorded streams.
            return num_frames, start + position, True
        position += length
        num_frames += 1


def _info_frame(first_header: bytes, count: bytes) -> bytes:
    head = bytearray(first_header)
    head[1] |= 1  # no checksum
    head[2] = head[2] & 0x0C | _INFO_BITRATE_INDEX << 4
    parsed = _parse(bytes(head))
    assert parsed is not None
    frame = bytearray(parsed.num_bytes)
    frame[:4] = head
    table = b"Info" + _HAS_COUNT.to_bytes(4, "big") + count
    frame[parsed.table_offset : parsed.table_offset + len(table)] = table
    return bytes(frame)


def _find_first_frame(file: BinaryIO) -> int | None:
    start = 0
    while True:
        file.seek(start)
        tag = file.read(10)
        if len(tag) < 10 or not tag.startswith(b"ID3"):
            break
        size = tag[6] << 21 | tag[7] << 14 | tag[8] << 7 | tag[9]
        start += 10 + size + (10 if tag[5] & 0x10 else 0)
    file.seek(start)
    data = file.read(_SEARCH_BYTES)
    offset = data.find(0xFF)
    while offset >= 0:
        header = _parse(data[offset : offset + 4])
        if header is not None:
            file.seek(start + offset + header.num_bytes)
            following = file.read(4)
            # Two headers in a row are no accident; a single frame may be the whole file.
            if _parse(following) is not None or not following:
                return start + offset
        offset = data.find(0xFF, offset + 1)
    return None


def _parse(head: bytes) -> _Header | None:
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    version = head[1] >> 3 & 3
    layer = 4 - (head[1] >> 1 & 3)
    bitrate_index = head[2] >> 4
    rate_index = head[2] >> 2 & 3
    if version == 1 or layer == 4 or bitrate_index in (0, 15) or rate_index == 3:
        return None
    bits_per_second = 1000 * _KILOBITS[version == 3, layer][bitrate_index]
    rate = _RATES[version][rate_index]
    padding = head[2] >> 1 & 1
    if layer == 1:
        num_bytes = (12 * bits_per_second // rate + padding) * 4
    else:
        halved = layer == 3 and version != 3
        num_bytes = (72 if halved else 144) * bits_per_second // rate + padding
    return _Header(version, layer, num_bytes, is_mono=head[3] >> 6 == 3)


def _read_table(frame: bytes, header: _Header) -> tuple[int | None, int | None]:
    """Return the position of the count in the frame, and the count."""
    table = frame[header.table_offset : header.table_offset + 12]
    if header.layer != 3 or table[:4] not in {b"Xing", b"Info"} or not table[7] & _HAS_COUNT:
        return None, None
    return header.table_offset + 8, int.from_bytes(table[8:], "big")


def _describe_rest(file: BinaryIO, position: int, size: int) -> str:
    file.seek(position)
    rest = file.read(1 << 16)
    if rest.startswith(_END_TAGS) or not rest.strip(b"\0"):
        return ""
    if size - position < 4:
        return ""  # padding
    return Wording("the data are damaged at byte {position}", position=position)
