"""Audio that is read in pieces: short ones from memory, songs of any length from a file."""

import errno
import os
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import numpy as np
import soundfile

from engine.audio import container_length, mpeg_frames, ogg_pages
from engine.audio.ffmpeg_decoding import decoding_to_wave
from engine.audio.file_checks import (
    check_limits,
    check_regular_file,
    is_text,
    reason_of,
    refuse,
    unreadable,
)
from engine.audio.file_names import shown_name
from engine.audio.tags import AudioTags
from engine.errors import AudioFileError, NotAudioError
from engine.events import FloatArray
from engine.wording import Wording

# Above 32-bit integers that were stored as floats without scaling; beyond it, squares of spectra
# leave the range of float32, and such values come from damaged files alone.
MAX_PEAK = 2.0**32

# libsndfile knows further formats, but tells some of them by the extension alone (raw data), by
# a magic number of two bytes, or not from sound at all (MAT4).
_FORMATS = frozenset(["AIFF", "AU", "CAF", "FLAC", "MP3", "OGG", "RF64", "W64", "WAV", "WAVEX"])
_TEMPORARY_NAME = "sound"
_MAX_FRAMES = 1 << 48  # libsndfile says 2^63 - 1 where a header leaves the length open
_MAX_FRAMES_PER_BYTE = 8192  # silence in FLAC: 65 535 frames in at least 10 bytes
_MAX_EMPTY_BYTES = 1 << 16  # of a file without sound; tags may take some room
# The first frames after a seek in Vorbis lack their overlap (up to 1024 were wrong, measured), so
# lossy codecs are decoded from a little earlier: two of Vorbis' longest blocks.
_PREROLL_FRAMES = {"OGG": 16_384, "MP3": 16_384}
_BIT_DEPTHS: dict[str, Literal["16", "24", "float"]] = {
    "PCM_S8": "16", "PCM_U8": "16", "PCM_16": "16", "ULAW": "16", "ALAW": "16", "ALAC_16": "16",
    "PCM_24": "24", "ALAC_20": "24", "ALAC_24": "24",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """A short mix that stands in memory; a ``MixSource``.

    Attributes:
        samples: (C, T) float32, read-only; full scale is 1.
        sample_rate: Frames per second.
    """

    samples: FloatArray
    sample_rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise ValueError(f"need (C, T) float32, got {self.samples.shape} {self.samples.dtype}")
        frozen = self.samples.view()
        frozen.flags.writeable = False
        object.__setattr__(self, "samples", frozen)

    @property
    def num_channels(self) -> int:
        """Channels of every frame."""
        return int(self.samples.shape[0])

    @property
    def num_frames(self) -> int:
        """Length in frames."""
        return int(self.samples.shape[1])

    def read(self, start_frame: int, num_frames: int) -> FloatArray:
        """Return the frames [start, start + num) as a read-only view (C, num_frames)."""
        _check_range(self.num_frames, start_frame, num_frames)
        return self.samples[:, start_frame : start_frame + num_frames]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioFacts:
    """What the container of an open file says.

    Attributes:
        format: Container as libsndfile names it, such as ``FLAC``; ``ffmpeg`` if that decoded.
        bit_depth: Smallest depth of this program's files that holds every sample.
        tags: Title, artist and so on.
    """

    format: str
    bit_depth: Literal["16", "24", "float"]
    tags: AudioTags


class AudioReader:
    """An open audio file; a ``MixSource`` and a context manager. Made by ``open_audio``.

    Reads that follow each other decode straight on. A jump costs a seek, and in Ogg and MP3 a
    third of a second of decoding before it, without which the first frames could be wrong; in the
    last page of an Ogg file some more. The frames are the same, bit for bit, in any order.

    Attributes:
        path: The file that the user named.
        sample_rate: Frames per second.
        num_channels: Channels of every frame.
        num_frames: Exact number of frames; a file that holds fewer raises while it is read.
        facts: What the container says.
    """

    def __init__(
        self,
        path: Path,
        file: soundfile.SoundFile,
        *,
        num_frames: int | None = None,
        last_seek: int | None = None,
        temporary_folder: tempfile.TemporaryDirectory[str] | None = None,
        is_converted: bool = False,
    ) -> None:
        """Take over an open file.

        Args:
            path: The file that the user named.
            file: It, or what was decoded from it; closed by ``close``.
            num_frames: True length, where it is not what libsndfile says.
            last_seek: Last frame that libsndfile finds exactly; the end unless given.
            temporary_folder: Removed by ``close``.
            is_converted: Whether ffmpeg has decoded it.
        """
        self.path = path
        self.sample_rate: int = file.samplerate
        self.num_channels: int = file.channels
        self.num_frames: int = file.frames if num_frames is None else num_frames
        self.facts = AudioFacts(
            format="ffmpeg" if is_converted else file.format,
            bit_depth=_BIT_DEPTHS.get(file.subtype, "float"),
            tags=AudioTags.from_strings(file.copy_metadata()),
        )
        self._file = file
        self._temporary_folder = temporary_folder
        self._last_seek = self.num_frames if last_seek is None else last_seek
        self._preroll = _PREROLL_FRAMES.get(file.format, 0)
        self._position = 0

    @property
    def tags(self) -> AudioTags:
        """Title, artist and so on."""
        return self.facts.tags

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and delete what was decoded for it; may be called twice."""
        try:
            self._file.close()
        finally:
            if self._temporary_folder is not None:
                self._temporary_folder.cleanup()

    def read(self, start_frame: int, num_frames: int) -> FloatArray:
        """Return exactly the frames [start, start + num), which must lie inside the mix.

        Returns:
            Float32 of shape (C, num_frames), C-contiguous, read-only and finite.

        Raises:
            AudioFileError: The file vanished, is damaged there, or holds NaN or infinity.
        """
        _check_range(self.num_frames, start_frame, num_frames)
        try:
            if num_frames and start_frame != self._position:
                self._seek(start_frame)
            frames_TC = self._decode(num_frames)
        except (soundfile.SoundFileError, OSError) as error:
            self._position = -1  # unknown: the next read seeks
            raise self._damaged(start_frame) from error
        self._position = start_frame + len(frames_TC)
        if len(frames_TC) < num_frames:
            raise self._damaged(self._position)
        self._check_values(frames_TC, start_frame)
        samples_CT = np.ascontiguousarray(frames_TC.T)
        samples_CT.flags.writeable = False
        return samples_CT

    def _seek(self, start_frame: int) -> None:
        begin = max(0, min(start_frame, self._last_seek) - self._preroll)
        if not begin <= self._position <= start_frame:
            if self._file.format == "OGG":
                # libsndfile 1.2.2 finds the right place in Vorbis only once: after reading to the
                # end and another seek, everything was shifted (measured).
                self._file.close()
                self._file = _reopened(self.path)
            if begin > 0 or self._file.format != "OGG":
                self._file.seek(begin)
            self._position = begin
        self._decode(start_frame - self._position)

    def _decode(self, num_frames: int) -> FloatArray:
        """Return up to this many further frames, (T, C)."""
        frames_TC = np.empty((num_frames, self.num_channels), np.float32)
        if num_frames == 0:
            return frames_TC
        decoded: FloatArray = self._file.read(dtype="float32", always_2d=True, out=frames_TC)
        return decoded

    def _check_values(self, frames_TC: FloatArray, start_frame: int) -> None:
        # NaN fails every comparison, so this finds NaN, infinity and absurd values at once.
        if frames_TC.size == 0 or (frames_TC.max() <= MAX_PEAK and frames_TC.min() >= -MAX_PEAK):
            return
        bad_T = ~(np.abs(frames_TC) <= MAX_PEAK).all(axis=1)
        place = _clock((start_frame + int(bad_T.argmax())) / self.sample_rate)
        raise AudioFileError(
            "“{name}” holds values at {place} that are not sound "
            "(infinite, not a number, or absurdly large).",
            remedy="Export the song again, or cut the damaged place out.",
            name=shown_name(self.path),
            place=place,
        )

    def _damaged(self, frame: int) -> AudioFileError:
        place = _clock(frame / self.sample_rate)
        return AudioFileError(
            "“{name}” is damaged or incomplete at {place}.",
            remedy="Copy or download the file again.",
            name=shown_name(self.path),
            place=place,
        )


def open_audio(path: Path) -> AudioReader:
    """Open an audio file, or the sound of a video, and check that it is whole.

    soundfile reads it if it can, whatever the name says: WAV, RF64, W64, AIFF, CAF, AU, FLAC,
    Ogg (Vorbis, Opus, FLAC), MP3. Anything else is decoded by ffmpeg into a temporary file.

    Raises:
        AudioFileError: It cannot be read, is damaged, or is no audio file.
        MissingToolError: ffmpeg would be needed and is not installed.
        OutputError: There is no room for the temporary file.
    """
    opening = opening_audio(path)
    while True:
        try:
            next(opening)
        except StopIteration as finished:
            reader: AudioReader = finished.value
            return reader


def opening_audio(path: Path) -> Generator[None, None, AudioReader]:
    """Do what ``open_audio`` does, and yield while ffmpeg decodes; closing ends it."""
    check_regular_file(path)
    try:
        scan = _scan_mpeg(path)
        _check_whole(path, scan)
        reader = _open_with_soundfile(path, scan)
        return reader if reader is not None else (yield from _opening_with_ffmpeg(path))
    except OSError as error:
        raise unreadable(path, reason_of(error)) from error


def _open_with_soundfile(path: Path, scan: mpeg_frames.MpegScan | None) -> AudioReader | None:
    """Return None if libsndfile cannot read the file or cannot tell how long it is."""
    file = _open_descriptor(path)
    if file is None:
        return None
    num_frames = file.frames
    if scan is not None and not scan.states_its_length:
        num_frames = scan.num_frames * scan.frame_length
        if num_frames > file.frames:
            file.close()
            return _open_with_length(path, scan) if scan.may_hold_table else None
    if file.format not in _FORMATS or not 0 <= num_frames < _MAX_FRAMES:
        file.close()
        return None
    try:
        check_limits(path, file.channels, file.samplerate)
        if num_frames > _MAX_FRAMES_PER_BYTE * path.stat().st_size:
            refuse(path, "it ends early, as after an interrupted download")
        if num_frames == 0 and path.stat().st_size > _MAX_EMPTY_BYTES:
            refuse(path, "its header says that it holds no sound, as after a crash")
        last_seek = None
        if file.format == "OGG":
            ogg_scan = ogg_pages.scan_pages(path)
            refuse(path, ogg_scan.damage)
            # Granules of Opus are always of 48 kHz, those of Vorbis of the file's rate.
            last_seek = int(min(1, file.samplerate / 48_000) * ogg_scan.last_page_start)
    except BaseException:
        file.close()
        raise
    return AudioReader(path, file, num_frames=num_frames, last_seek=last_seek)


def _open_descriptor(path: Path) -> soundfile.SoundFile | None:
    # A descriptor has no name: libsndfile can then neither guess a format from the extension nor
    # stumble over a name that its own code page cannot say. Windows has no shared descriptors.
    name = str(path) if os.name == "nt" else os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return soundfile.SoundFile(name)
    except (soundfile.SoundFileError, TypeError):  # TypeError: “.raw” on Windows
        return None  # libsndfile has closed the descriptor


def _open_with_length(path: Path, scan: mpeg_frames.MpegScan) -> AudioReader:
    folder = tempfile.TemporaryDirectory(prefix="strata-")
    try:
        mpeg_frames.copy_with_length(path, scan, Path(folder.name) / _TEMPORARY_NAME)
        return _open_temporary(path, folder, is_converted=False)
    except BaseException:
        folder.cleanup()
        raise


def _opening_with_ffmpeg(path: Path) -> Generator[None, None, AudioReader]:
    with path.open("rb") as file:
        if is_text(file.read(4096)):
            raise unreadable(
                path, "it is a text file", remedy="Name an audio file.", kind=NotAudioError
            )

    folder = tempfile.TemporaryDirectory(prefix="strata-")
    try:
        yield from decoding_to_wave(path, Path(folder.name) / _TEMPORARY_NAME)
        return _open_temporary(path, folder, is_converted=True)
    except BaseException:
        folder.cleanup()
        raise


def _reopened(path: Path) -> soundfile.SoundFile:
    file = _open_descriptor(path)
    if file is None:
        raise OSError(errno.EIO, "cannot be read any more")
    return file


def _open_temporary(
    path: Path, folder: tempfile.TemporaryDirectory[str], *, is_converted: bool
) -> AudioReader:
    """Open the readable version of a file, which is deleted with the reader."""
    file = _open_descriptor(Path(folder.name) / _TEMPORARY_NAME)
    refuse(path, "" if file else "its sound could not be decoded")
    assert file is not None
    refuse(path, "" if file.frames else "it holds no sound")
    check_limits(path, file.channels, file.samplerate)
    return AudioReader(path, file, temporary_folder=folder, is_converted=is_converted)


def _scan_mpeg(path: Path) -> mpeg_frames.MpegScan | None:
    with path.open("rb") as file:
        magic = file.read(4)
    begins_like_mpeg = magic[:3] == b"ID3" or (
        len(magic) == 4 and magic[0] == 0xFF and magic[1] & 0xE0 == 0xE0
    )
    return mpeg_frames.scan_frames(path) if begins_like_mpeg else None


def _check_whole(path: Path, scan: mpeg_frames.MpegScan | None) -> None:
    if scan is not None:
        refuse(path, scan.damage)
    if container_length.missing_bytes(path):
        refuse(path, "it ends early, as after an interrupted download")


def _check_range(length: int, start_frame: int, num_frames: int) -> None:
    if start_frame < 0 or num_frames < 0 or start_frame + num_frames > length:
        raise ValueError(f"frames [{start_frame}, +{num_frames}) lie outside of {length}")


def _clock(seconds: float) -> Wording:
    minutes, rest = divmod(round(seconds, 3), 60)
    return Wording("{minutes} min {seconds} s", minutes=int(minutes), seconds=round(rest, 3))
