"""Decodes a song into a WAV file of floats that others read while it grows.

Axes: C channel, T frame.
"""

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from engine.audio.audio_file import opening_audio
from engine.audio.file_checks import unreadable
from engine.audio.mapped_wave import MappedWave, create_mapped_wave, open_mapped_wave
from engine.audio.mix_source import MixSource
from engine.audio.tags import AudioTags
from engine.errors import AudioFileError

# The first pieces are short, so that something can be seen at once, and separated after two (a
# window of the draft has 6 s); the later ones are longer, since each is news for the program.
FIRST_PIECE_SECONDS = 2.0
MAX_PIECE_SAMPLES = 1 << 21  # of all channels together: 24 s of stereo at 44.1 kHz


@dataclass(frozen=True, slots=True, kw_only=True)
class MixDecodingStarted:
    """The file could be opened, and ``target`` has its full length, still silent.

    Attributes:
        target: The WAV file that is being filled.
        title: Name for people.
        sample_rate: Frames per second.
        num_channels: Channels of every frame.
        num_frames: Length, at least one.
        tags: What the file says in words.
    """

    target: Path
    title: str
    sample_rate: int
    num_channels: int
    num_frames: int
    tags: AudioTags


@dataclass(frozen=True, slots=True, kw_only=True)
class FramesDecoded:
    """The frames [start, stop) are in the file; they follow the ones before them."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MixDecodingFinished:
    """The file is complete."""


MixDecodingEvent = MixDecodingStarted | FramesDecoded | MixDecodingFinished


@dataclass(frozen=True, slots=True, kw_only=True)
class MixShape:
    """What a source was when it was opened first."""

    sample_rate: int
    num_channels: int
    num_frames: int


def decode_mix(
    source: Path, target: Path, *, expected: MixShape | None = None
) -> Generator[MixDecodingEvent | None, None, None]:
    """Decode a file in pieces, in order.

    A target that is left from an attempt before is filled again in place, with the same sound.

    Args:
        source: Any audio file, or a video.
        target: The WAV file to make; its folder exists.
        expected: If the source is not of this shape any more, the target is left as it is.

    Yields:
        Started, then one event per piece, then finished; None while ffmpeg is at work before
        that. The caller cancels by closing the generator; the target stays as far as it came.

    Raises:
        AudioFileError: The source cannot be read, is damaged, holds no sound, or is not what is
            expected.
        MissingToolError: ffmpeg would be needed and is not installed.
        OutputError: There is no room for the target.
    """
    with (yield from opening_audio(source)) as reader:
        if reader.num_frames == 0:
            raise unreadable(source, "it holds no sound", remedy="Choose another file.")
        if expected is not None and _shape_of(reader) != expected:
            raise unreadable(
                source,
                "it is not the file any more that was opened first",
                remedy="Open it once more, as a song of its own.",
            )
        with _open_target(target, reader) as wave:
            yield MixDecodingStarted(
                target=target,
                title=source.stem,
                sample_rate=reader.sample_rate,
                num_channels=reader.num_channels,
                num_frames=reader.num_frames,
                tags=reader.tags,
            )
            start, most = 0, max(1, MAX_PIECE_SAMPLES // reader.num_channels)
            wanted = round(FIRST_PIECE_SECONDS * reader.sample_rate)
            while start < reader.num_frames:
                stop = min(start + min(wanted, most), reader.num_frames)
                wave.write(start, reader.read(start, stop - start).T)
                yield FramesDecoded(start=start, stop=stop)
                start, wanted = stop, 2 * wanted
    yield MixDecodingFinished()


def _open_target(target: Path, mix: MixSource) -> MappedWave:
    try:
        wave = open_mapped_wave(target, writable=True)
    except AudioFileError:
        pass  # not there, or of no use
    else:
        if _shape_of(wave) == _shape_of(mix):
            return wave
        wave.close()
    return create_mapped_wave(
        target,
        sample_rate=mix.sample_rate,
        num_channels=mix.num_channels,
        num_frames=mix.num_frames,
    )


def _shape_of(mix: MixSource) -> MixShape:
    return MixShape(
        sample_rate=mix.sample_rate, num_channels=mix.num_channels, num_frames=mix.num_frames
    )
