"""Does a file hold as much audio as its header promises?

libsndfile reads what is there without a word, so a download that stopped half-way would give
half a song. The containers below say the size of their audio; the others are checked elsewhere
(``ogg_pages``, ``mpeg_frames``) or by their decoder (FLAC).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

_MAX_CHUNKS = 100_000  # a hostile file may consist of empty chunks
_MAX_POSITION = 1 << 62  # seeking behind it is an error
_UNKNOWN_32 = 0xFFFFFFFF  # written by programs that stream into a pipe
_W64_MAGIC = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"


def missing_bytes(path: Path) -> int:
    """Return how many bytes of audio the header promises beyond the end of the file.

    Zero for a whole file, for one whose header leaves the size open, and for other formats. A
    file that ends before its audio begins misses at least the header of that part.
    """
    with path.open("rb") as file:
        promise = _promised_end(file)
        return max(0, promise - file.seek(0, 2))


def _promised_end(file: BinaryIO) -> int:
    magic = file.read(16)
    if magic[:4] in {b"RIFF", b"RF64", b"BW64"} and magic[8:12] == b"WAVE":
        return _RIFF.end_of_audio(file)
    if magic[:4] == b"RIFX" and magic[8:12] == b"WAVE":
        return _RIFX.end_of_audio(file)
    if magic[:4] == b"FORM" and magic[8:12] in {b"AIFF", b"AIFC"}:
        return _AIFF.end_of_audio(file)
    if magic[:4] == b"caff":
        return _CAF.end_of_audio(file)
    if magic == _W64_MAGIC:
        return _W64.end_of_audio(file)
    if magic[:4] == b".snd":
        size = int.from_bytes(magic[8:12], "big")
        return 0 if size == _UNKNOWN_32 else int.from_bytes(magic[4:8], "big") + size
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _ChunkLayout:
    """How a container strings its chunks together: an id, a size, that many bytes, padding."""

    first: int
    order: Literal["little", "big"]
    id_bytes: int = 4
    size_bytes: int = 4
    alignment: int = 2
    audio_id: bytes = b"data"
    needs_audio: bool = True
    counts_header: bool = False  # in the size

    def end_of_audio(self, file: BinaryIO) -> int:
        """Walk to the chunk of audio; zero if there is none or its size is left open."""
        header_bytes = self.id_bytes + self.size_bytes
        unknown = (1 << 8 * self.size_bytes) - 1
        position = self.first
        long_size = 0
        for _ in range(_MAX_CHUNKS):
            if position > _MAX_POSITION:
                break
            file.seek(position)
            header = file.read(header_bytes)
            if len(header) < header_bytes:
                return position + header_bytes if self.needs_audio else 0
            size = int.from_bytes(header[self.id_bytes :], self.order)
            if header[:4] == b"ds64":  # of RF64: sizes of 64 bits, first of the file, then of data
                long_size = int.from_bytes(file.read(16)[8:], self.order)
            if header[:4] == self.audio_id:
                if size == unknown:
                    return position + header_bytes + long_size if long_size else 0
                return position + size + (0 if self.counts_header else header_bytes)
            position += size + (0 if self.counts_header else header_bytes)
            position += -position % self.alignment
            if self.counts_header and size < header_bytes:
                break
        return 0


_RIFF = _ChunkLayout(first=12, order="little")
_RIFX = _ChunkLayout(first=12, order="big")
_AIFF = _ChunkLayout(first=12, order="big", audio_id=b"SSND", needs_audio=False)
_CAF = _ChunkLayout(first=8, order="big", size_bytes=8, alignment=1)
_W64 = _ChunkLayout(
    first=40, order="little", id_bytes=16, size_bytes=8, alignment=8, counts_header=True
)
