"""Audio files that are damaged, cut, mislabelled, empty or made to do harm, from a seed."""

import shutil
import struct
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import soundfile

SAMPLE_RATE = 44_100

_LIBSNDFILE_KINDS = {
    "wav": ("WAV", "PCM_16"),
    "float.wav": ("WAV", "FLOAT"),
    "rf64": ("RF64", "PCM_24"),
    "w64": ("W64", "PCM_16"),
    "aiff": ("AIFF", "PCM_24"),
    "caf": ("CAF", "FLOAT"),
    "flac": ("FLAC", "PCM_16"),
    "ogg": ("OGG", "VORBIS"),
    "opus": ("OGG", "OPUS"),
    "mp3": ("MP3", "MPEG_LAYER_III"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileFile:
    """A file and what is wrong with it."""

    path: Path
    damage: str


def write_hostile_file(seed: int, folder: Path) -> HostileFile:
    """Write the hostile file number ``seed`` into a folder; the same number, the same bytes."""
    rng = np.random.default_rng(seed)
    kinds = [*_LIBSNDFILE_KINDS] + (["m4a"] if shutil.which("ffmpeg") else [])
    kind = kinds[seed % len(kinds)]
    damage = _DAMAGES[seed // len(kinds) % len(_DAMAGES)]
    content = damage(intact_file(kind), rng)
    extension = kind
    if damage is _mislabelled:
        extension = kinds[(seed + 1 + int(rng.integers(len(kinds) - 1))) % len(kinds)]
    name = damage.__name__.strip("_")
    path = folder / f"{seed:03d} {name} {kind.split('.')[0]}.{extension.split('.')[-1]}"
    path.write_bytes(content)
    return HostileFile(path=path, damage=name)


@cache
def intact_file(kind: str) -> bytes:
    """Return the content of a short file of this kind, with sound that no codec finds easy."""
    rng = np.random.default_rng(1)
    time_T = np.arange(SAMPLE_RATE * 3 // 2) / SAMPLE_RATE
    tone_T = 0.3 * np.sin(2 * np.pi * (200 + 400 * time_T) * time_T)
    sound_TC = tone_T[:, None] + 0.05 * rng.standard_normal((len(time_T), 2))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"sound.{kind}"
        if kind != "m4a":
            container, subtype = _LIBSNDFILE_KINDS[kind]
            rate = 48_000 if subtype == "OPUS" else SAMPLE_RATE
            soundfile.write(path, sound_TC, rate, format=container, subtype=subtype)
            return path.read_bytes()
        wave = Path(folder) / "sound.wav"
        soundfile.write(wave, sound_TC, SAMPLE_RATE)
        command = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(wave), str(path)]
        subprocess.run(command, check=True, capture_output=True)
        return path.read_bytes()


def wave_header(
    *, num_channels: int, rate: int, data_bytes: int, bits: int = 16, code: int = 1
) -> bytes:
    """Return the head of a WAV file with any numbers in it."""
    frame_bytes = num_channels * bits // 8
    form = struct.pack(
        "<HHIIHH",
        code,
        num_channels,
        rate,
        rate * frame_bytes & 0xFFFFFFFF,
        frame_bytes & 0xFFFF,
        bits,
    )
    chunks = b"WAVEfmt " + struct.pack("<I", len(form)) + form
    chunks += b"data" + struct.pack("<I", data_bytes)
    return b"RIFF" + struct.pack("<I", len(chunks) + data_bytes & 0xFFFFFFFF) + chunks


def _cut(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: int(rng.integers(1, len(content)))]


def _cut_in_the_header(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: int(rng.integers(1, 100))]


def _bytes_overwritten(content: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(content)
    start = int(rng.integers(len(content)))
    noise = rng.bytes(int(rng.integers(1, 3000)))
    changed[start : start + len(noise)] = noise
    return bytes(changed)


def _header_overwritten(content: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(content)
    for _ in range(int(rng.integers(1, 8))):
        changed[int(rng.integers(4, 80))] = int(rng.integers(256))
    return bytes(changed)


def _single_bytes_flipped(content: bytes, rng: np.random.Generator) -> bytes:
    changed = bytearray(content)
    for position in rng.integers(len(content), size=int(rng.integers(1, 50))):
        changed[int(position)] ^= 1 << int(rng.integers(8))
    return bytes(changed)


def _part_missing(content: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(len(content)))
    return content[:start] + content[start + int(rng.integers(1, 20_000)) :]


def _noise_inserted(content: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(len(content)))
    return content[:start] + rng.bytes(int(rng.integers(1, 20_000))) + content[start:]


def _part_zeroed(content: bytes, rng: np.random.Generator) -> bytes:
    start = int(rng.integers(len(content)))
    length = min(len(content) - start, int(rng.integers(1, 30_000)))
    return content[:start] + bytes(length) + content[start + length :]


def _mislabelled(content: bytes, rng: np.random.Generator) -> bytes:
    return content


def _empty(content: bytes, rng: np.random.Generator) -> bytes:
    return b""


def _noise(content: bytes, rng: np.random.Generator) -> bytes:
    return rng.bytes(int(rng.integers(1, 50_000)))


def _magic_and_noise(content: bytes, rng: np.random.Generator) -> bytes:
    return content[:16] + rng.bytes(int(rng.integers(1, 50_000)))


def _two_files_in_one(content: bytes, rng: np.random.Generator) -> bytes:
    return content + intact_file(str(rng.choice([*_LIBSNDFILE_KINDS])))


def _text(content: bytes, rng: np.random.Generator) -> bytes:
    texts = [
        b"This is not a song.\n" * 50,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
        b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'></MPD>",
        b"\x01#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n",
    ]
    return texts[int(rng.integers(len(texts)))]


def _absurd_numbers(content: bytes, rng: np.random.Generator) -> bytes:
    channels = int(rng.choice([0, 1, 2, 9, 255, 1024, 65_535]))
    rate = int(rng.choice([0, 1, 7_999, 192_001, 2**31 - 1, 2**32 - 1]))
    bits = int(rng.choice([0, 1, 8, 16, 33, 64, 65_535]))
    data = int(rng.choice([0, 1, 1000, 2**31, 2**32 - 1]))
    header = wave_header(num_channels=channels, rate=rate, data_bytes=data, bits=bits)
    return header + rng.bytes(1000)


def _endless_promise(content: bytes, rng: np.random.Generator) -> bytes:
    promises = [
        wave_header(num_channels=2, rate=44_100, data_bytes=2**32 - 6),
        # FLAC: STREAMINFO with 2^36 - 1 frames, then nothing.
        b"fLaC\x80\x00\x00\x22\x10\x00\x10\x00" + bytes(6) + b"\x0a\xc4\x42\xff\xff\xff\xff\xff"
        + bytes(16),
        b"caff\x00\x01\x00\x00desc" + struct.pack(">Qd", 32, 44_100.0) + b"lpcm"
        + struct.pack(">IIIII", 0, 4, 1, 2, 16) + b"data" + struct.pack(">QI", 2**62, 0),
        b"RF64\xff\xff\xff\xffWAVEds64" + struct.pack("<IQQQI", 28, 2**62, 2**62, 2**60, 0)
        + wave_header(num_channels=2, rate=44_100, data_bytes=2**32 - 1)[12:],
    ]  # fmt: skip
    return promises[int(rng.integers(len(promises)))] + bytes(int(rng.integers(100)))


def _values_that_are_no_sound(content: bytes, rng: np.random.Generator) -> bytes:
    samples = rng.standard_normal(20_000).astype(np.float32)
    samples[int(rng.integers(20_000))] = rng.choice([np.nan, np.inf, -np.inf, 1e38])
    header = wave_header(num_channels=2, rate=44_100, data_bytes=samples.nbytes, bits=32, code=3)
    return header + samples.tobytes()


_DAMAGES: tuple[Callable[[bytes, np.random.Generator], bytes], ...] = (
    _cut,
    _bytes_overwritten,
    _header_overwritten,
    _part_missing,
    _noise_inserted,
    _cut_in_the_header,
    _mislabelled,
    _part_zeroed,
    _single_bytes_flipped,
    _magic_and_noise,
    _two_files_in_one,
    _text,
    _absurd_numbers,
    _endless_promise,
    _values_that_are_no_sound,
    _noise,
    _empty,
)
