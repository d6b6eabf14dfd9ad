"""Does a file hold as much audio as its header promises?

libsndfile reads what is there without a word, so a download that stopped half-way would give
half a song. The containers below say the size of their audio; the others are checked elsewhere
(``ogg_pages``, ``mpeg_frames``) or by their decoder (FLAC).
"""

from pathlib import Path
from typing import BinaryIO

_MAX_CHUNKS = 100_000  # a hostile file may consist of empty chunks
_UNKNOWN_32 = 0xFFFFFFFF  # written by programs that stream into a pipe
_UNKNOWN_64 = 0xFFFFFFFFFFFFFFFF
_W64_RIFF = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"


def missing_bytes(path: Path) -> int:
    """Return how many bytes of audio the header promises beyond the end of the file.

    Zero for a whole file, for one whose header leaves the size open, and for other formats.
    """
    with path.open("rb") as file:
        promise = _promised_end(file)
        return max(0, promise - file.seek(0, 2))


def _promised_end(file: BinaryIO) -> int:
    magic = file.read(16)
    if magic[:4] in {b"RIFF", b"RIFX", b"RF64", b"BW64"}:
        return _end_of_riff_data(file, "big" if magic[:4] == b"RIFX" else "little")
    if magic[:4] == b"FORM":
        return _end_of_chunk(file, b"SSND", start=12, id_bytes=4, size_bytes=4)
    if magic[:4] == b"caff":
        return _end_of_chunk(file, b"data", start=8, id_bytes=4, size_bytes=8)
    if magic == _W64_RIFF:
        return _end_of_w64_data(file)
    if magic[:4] == b".snd":
        size = int.from_bytes(magic[8:12], "big")
        return 0 if size == _UNKNOWN_32 else int.from_bytes(magic[4:8], "big") + size
    return 0


def _end_of_riff_data(file: BinaryIO, order: str) -> int:
    position = 12
    data_size_64 = 0
    for _ in range(_MAX_CHUNKS):
        file.seek(position)
        header = file.read(8)
        if len(header) < 8:
            break
        size = int.from_bytes(header[4:], "big" if order == "big" else "little")
        if header[:4] == b"ds64":
            data_size_64 = int.from_bytes(file.read(16)[8:], "little")
        if header[:4] == b"data":
            if size == _UNKNOWN_32:
                size = data_size_64
            return position + 8 + size
        position += 8 + size + size % 2
    return 0


def _end_of_chunk(
    file: BinaryIO, name: bytes, *, start: int, id_bytes: int, size_bytes: int
) -> int:
    unknown = _UNKNOWN_32 if size_bytes == 4 else _UNKNOWN_64
    padding = 2 if size_bytes == 4 else 1  # CAF does not pad
    position = start
    for _ in range(_MAX_CHUNKS):
        file.seek(position)
        header = file.read(id_bytes + size_bytes)
        size = int.from_bytes(header[id_bytes:], "big")
        if len(header) < id_bytes + size_bytes or size > 1 << 62:
            break
        if header[:id_bytes] == name:
            return 0 if size == unknown else position + len(header) + size
        position += len(header) + size + size % padding
    return 0


def _end_of_w64_data(file: BinaryIO) -> int:
    position = 40
    for _ in range(_MAX_CHUNKS):
        file.seek(position)
        header = file.read(24)
        size = int.from_bytes(header[16:], "little")  # includes the header
        if len(header) < 24 or not 24 <= size <= 1 << 62:
            break
        if header[:4] == b"data":
            return position + size
        position += size + -size % 8
    return 0
