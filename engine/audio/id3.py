"""ID3v2.4 tags for MP3 files.

libsndfile hands its strings to LAME as Latin-1, which garbles every letter outside of it. The
layout follows the informal standards “ID3 tag version 2.4.0 - Main Structure” and “Native Frames”.
"""

from engine.audio.tags import AudioTags

_FRAME_OF_TAG = {
    "title": b"TIT2",
    "artist": b"TPE1",
    "album": b"TALB",
    "date": b"TDRC",
    "tracknumber": b"TRCK",
    "genre": b"TCON",
    "copyright": b"TCOP",
}
_UTF_8 = b"\x03"


def tag_bytes(tags: AudioTags) -> bytes:
    """Return the tag that goes in front of the first frame; empty if nothing is to be said."""
    frames = b""
    for name, text in tags.strings().items():
        if name == "comment":
            frames += _frame(b"COMM", _UTF_8 + b"eng" + b"\0" + text.encode())
        elif name in _FRAME_OF_TAG:
            frames += _frame(_FRAME_OF_TAG[name], _UTF_8 + text.encode())
        else:
            frames += _frame(b"TXXX", _UTF_8 + name.encode() + b"\0" + text.encode())
    return b"ID3\x04\x00\x00" + _syncsafe(len(frames)) + frames if frames else b""


def _frame(name: bytes, content: bytes) -> bytes:
    return name + _syncsafe(len(content)) + b"\x00\x00" + content


def _syncsafe(number: int) -> bytes:
    # Seven bits a byte, so that no size looks like the beginning of a frame of sound.
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))
