"""Pages of an Ogg file: are they whole, and may their random serial number be replaced?

The format is RFC 3533: ``OggS``, version, flags, granule position, serial, sequence, CRC, number
of segments, segment table, body.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.wording import Wording

_HEADER_BYTES = 27
_SERIAL = slice(14, 18)
_CHECKSUM = slice(22, 26)
_BIT_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_ALL_ONES = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    offset: int
    content: bytes  # header and body

    @property
    def is_intact(self) -> bool:
        stored = int.from_bytes(self.content[_CHECKSUM], "little")
        return stored == _checksum(self.content)

    @property
    def granule_position(self) -> int:
        return int.from_bytes(self.content[6:14], "little", signed=True)

    @property
    def serial(self) -> bytes:
        return self.content[_SERIAL]

    @property
    def sequence(self) -> int:
        return int.from_bytes(self.content[18:22], "little")


@dataclass(frozen=True, slots=True, kw_only=True)
class OggScan:
    """What a walk over all pages found.

    Attributes:
        last_page_start: Granule position (a frame number, for Opus at 48 kHz) at which the last
            page begins. libsndfile 1.2.2 misplaces seeks into that page (measured: other frames,
            or fewer), since its final position counts the cut at the end of the sound.
        damage: The first page that is damaged, cut off or missing; empty if all are whole. The
            decoder would skip it silently, which would shift everything behind it.
    """

    last_page_start: int
    damage: str = ""


def scan_pages(path: Path) -> OggScan:
    """Walk over every page and check its checksum and its place in the sequence."""
    next_sequence: dict[bytes, int] = {}
    position = last_page_start = end = 0
    with path.open("rb") as file:
        for page in _pages(file):
            damage = ""
            if not page.is_intact:
                damage = Wording("the data are damaged at byte {position}", position=page.offset)
            elif page.sequence != next_sequence.get(page.serial, page.sequence):
                damage = Wording(
                    "a part of the data is missing at byte {position}", position=page.offset
                )
            if damage:
                return OggScan(last_page_start=last_page_start, damage=damage)
            next_sequence[page.serial] = page.sequence + 1
            end = page.offset + len(page.content)
            if page.granule_position >= 0:  # a packet ends in this page
                last_page_start, position = position, page.granule_position
        file.seek(end)
        rest = file.read(1 << 16)
    damage = ""
    if rest.startswith(b"OggS"):
        damage = Wording("it ends in the middle of a page, as after an interrupted download")
    elif rest.strip(b"\0"):
        damage = Wording("the data are damaged at byte {position}", position=end)
    return OggScan(last_page_start=last_page_start, damage=damage)


def replace_serial(path: Path, serial: int) -> None:
    """Give every page of a file with one stream this serial number.

    libsndfile draws the number from the clock, so equal music would give unequal files.
    """
    with path.open("r+b") as file:
        for page in _pages(file):
            content = bytearray(page.content)
            content[_SERIAL] = serial.to_bytes(4, "little")
            content[_CHECKSUM] = _checksum(bytes(content)).to_bytes(4, "little")
            file.seek(page.offset)
            file.write(content)


def _pages(file: BinaryIO) -> Iterator[_Page]:
    """Yield complete pages until something else, or a page that is cut off, begins."""
    offset = 0
    while True:
        file.seek(offset)
        header = file.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES or not header.startswith(b"OggS"):
            return
        lengths = file.read(header[26])
        body = file.read(sum(lengths))
        if len(lengths) < header[26] or len(body) < sum(lengths):
            return
        page = _Page(offset=offset, content=header + lengths + body)
        yield page
        offset += len(page.content)


def _checksum(content: bytes) -> int:
    # Ogg's CRC has zlib's polynomial 0x04C11DB7 but runs from the highest bit, starts at 0 and is
    # not inverted. Reversing the bits of each byte and of the result turns one into the other, at
    # the speed of C.
    zeroed = content[:22] + bytes(4) + content[26:]
    reflected = zlib.crc32(zeroed.translate(_BIT_REVERSED), _ALL_ONES) ^ _ALL_ONES
    return int(f"{reflected:032b}"[::-1], 2)
