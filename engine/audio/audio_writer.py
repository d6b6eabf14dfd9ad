"""Audio that is written in pieces, under a temporary name until it is complete."""

import contextlib
import errno
import os
import secrets
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import soundfile

from engine.audio import id3, ogg_pages
from engine.audio.audio_format import MAX_WAV_BYTES, AudioFormat
from engine.audio.file_names import shown_name
from engine.audio.tags import AudioTags
from engine.errors import OutputError
from engine.events import FloatArray
from engine.wording import Wording

IntArray = npt.NDArray[np.int16] | npt.NDArray[np.int32]

_SUBTYPES = {"16": "PCM_16", "24": "PCM_24", "float": "FLOAT"}
_OGG_COMPRESSION = 0.2  # Vorbis quality 8
_MP3_COMPRESSION = 0.0  # LAME's best variable bit rate
# What an encoder holds back until it is closed is below this; at that point libsndfile does not
# report a full disk any more, so the room is tried out just before.
_HEADROOM_BYTES = 1 << 18
_SFC_SET_ADD_PEAK_CHUNK = 0x1050  # of sndfile.h
_OGG_SERIAL = 1
_BLOCK_FRAMES = 4096  # of every call of an encoder but the last


class AudioWriter:
    """A file that appears under its name only when ``commit`` has succeeded.

    Use it as a context manager: leaving the block without ``commit`` removes what was written.
    The same samples, format, tags and seed give the same bytes, however ``write`` cuts them:
    libvorbis decides by what a call hands it, so encoders always get blocks of one length.
    """

    def __init__(
        self,
        path: Path,
        *,
        format: AudioFormat,
        sample_rate: int,
        num_channels: int,
        num_frames: int,
        tags: AudioTags,
        seed: int = 0,
    ) -> None:
        """Create the temporary file.

        Args:
            path: Final name in an existing folder; an existing file is replaced by ``commit``.
            format: Container and depth.
            sample_rate: Frames per second.
            num_channels: Channels of every frame.
            num_frames: Frames that will be written in all.
            tags: Written where the container takes them.
            seed: Of the dither of 16-bit files.

        Raises:
            OutputError: The format cannot hold this, or the folder cannot be written to.
        """
        format.check(sample_rate, num_channels, num_frames)
        self.path = path
        self._format = format
        self._num_channels = num_channels
        self._num_frames = num_frames
        self._num_written = 0
        self._tags = tags
        self._dither = np.random.default_rng(seed)
        self._pending: FloatArray | IntArray | None = None  # the beginning of the next block
        self._part = path.with_name(f".{secrets.token_hex(4)}.part")
        self._file: soundfile.SoundFile | None = None
        try:
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, "is a folder")
            with contextlib.suppress(FileNotFoundError):
                path.stat()  # tells now whether the name is too long
            self._part.open("xb").close()
        except (OSError, ValueError) as error:
            raise self._error(error) from error
        try:
            self._file = self._open(sample_rate)
        except soundfile.SoundFileError as error:
            failure = self._error(self._find_cause())
            self.close()
            raise failure from error
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def write(self, samples_CT: FloatArray) -> None:
        """Append frames (C, t), float32; full scale is 1.

        Raises:
            OutputError: The disk is full, or the file cannot be written for another reason. The
                temporary file is removed.
        """
        if self._file is None:
            raise ValueError("the file is closed")
        if samples_CT.shape[0] != self._num_channels:
            raise ValueError(f"need {self._num_channels} channels, got {samples_CT.shape}")
        self._num_written += samples_CT.shape[1]
        if self._num_written > self._num_frames:
            raise ValueError(f"more than the {self._num_frames} frames that were announced")
        stored_TC = self._stored_samples(np.ascontiguousarray(samples_CT.T))
        if self._pending is not None:
            missing = _BLOCK_FRAMES - len(self._pending)
            block_TC = np.concatenate([self._pending, stored_TC[:missing]])
            stored_TC = stored_TC[missing:]
            if len(block_TC) < _BLOCK_FRAMES:
                self._pending = block_TC
                return
            self._encode(block_TC)
        num_whole = len(stored_TC) - len(stored_TC) % _BLOCK_FRAMES
        for start in range(0, num_whole, _BLOCK_FRAMES):
            self._encode(stored_TC[start : start + _BLOCK_FRAMES])
        self._pending = stored_TC[num_whole:].copy()

    def commit(self) -> None:
        """Complete the file and give it its name.

        Raises:
            OutputError: The file could not be completed; nothing is left of it.
        """
        if self._file is None:
            raise ValueError("the file is closed")
        if self._num_written != self._num_frames:
            raise ValueError(f"{self._num_written} of {self._num_frames} frames were written")
        if self._pending is not None and len(self._pending):
            self._encode(self._pending)
        try:
            self._reserve_headroom()
            self._file.close()
            self._file = None
            self._finish_container()
            self._part.replace(self.path)
        except (OSError, soundfile.SoundFileError) as error:
            cause = error if isinstance(error, OSError) else self._find_cause()
            raise self._error(cause) from error
        finally:
            self.close()  # after a success there is nothing to remove

    def close(self) -> None:
        """Close and remove the temporary file; may be called at any time."""
        if self._file is not None:
            with contextlib.suppress(soundfile.SoundFileError):
                self._file.close()
            self._file = None
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _encode(self, block_TC: FloatArray | IntArray) -> None:
        assert self._file is not None, "the file is open while there are frames to write"
        try:
            self._file.write(block_TC)
        except (soundfile.SoundFileError, AssertionError) as error:
            # soundfile asserts that every frame was written.
            failure = self._error(self._find_cause())
            self.close()
            raise failure from error

    def _open(self, sample_rate: int) -> soundfile.SoundFile:
        container, bit_depth = self._format.container, self._format.bit_depth
        options: dict[str, object] = {"format": container.upper()}
        if container == "wav":
            size = self._format.num_bytes(
                num_channels=self._num_channels, num_frames=self._num_frames
            )
            # Plain WAV has no word for what more than two channels are; WAVEX has.
            small = "WAV" if self._num_channels <= 2 else "WAVEX"
            options["format"] = small if size <= MAX_WAV_BYTES else "RF64"
        if container in {"wav", "flac"}:
            options["subtype"] = _SUBTYPES[bit_depth or "float"]
        if container == "ogg":
            options |= {"subtype": "VORBIS", "compression_level": _OGG_COMPRESSION}
        if container == "mp3":
            options |= {
                "subtype": "MPEG_LAYER_III",
                "compression_level": _MP3_COMPRESSION,
                "bitrate_mode": "VARIABLE",
            }
        file = soundfile.SoundFile(
            _native_name(self._part),
            mode="w",
            samplerate=sample_rate,
            channels=self._num_channels,
            **options,
        )
        # WORKAROUND: the chunk of peaks holds the time of day, so that equal sound would give
        # unequal files. soundfile has no name for this command.
        # http://www.mega-nerd.com/libsndfile/command.html#SFC_SET_ADD_PEAK_CHUNK
        soundfile._snd.sf_command(file._file, _SFC_SET_ADD_PEAK_CHUNK, soundfile._ffi.NULL, 0)
        if container != "mp3":
            for tag, text in self._tags.strings().items():
                setattr(file, tag, text)
        return file

    def _stored_samples(self, frames_TC: FloatArray) -> FloatArray | IntArray:
        """Quantise to the depth of the file; libsndfile would truncate without dither."""
        if self._format.bit_depth == "16":
            # Triangular dither of ±1 step makes the error's mean and power independent of the
            # signal (Lipshitz, Wannamaker, Vanderkooy 1992). Digital silence stays silent.
            draws_TC2 = self._dither.random((*frames_TC.shape, 2), np.float32)
            steps = frames_TC * np.float32(1 << 15)
            steps += (draws_TC2[..., 0] - draws_TC2[..., 1]) * (frames_TC != 0.0)
            rounded_TC = np.clip(np.rint(steps), -(1 << 15), (1 << 15) - 1)
            narrow_TC: npt.NDArray[np.int16] = rounded_TC.astype(np.int16)
            return narrow_TC
        if self._format.bit_depth == "24":
            wide = np.rint(frames_TC.astype(np.float64) * (1 << 23))
            clipped_TC: IntArray = np.clip(wide, -(1 << 23), (1 << 23) - 1).astype(np.int32) * 256
            return clipped_TC  # libsndfile takes the upper 24 bits
        return frames_TC

    def _finish_container(self) -> None:
        if self._format.container == "ogg":
            ogg_pages.replace_serial(self._part, _OGG_SERIAL)
        if self._format.container == "mp3":
            self._prepend(id3.tag_bytes(self._tags))
        with soundfile.SoundFile(_native_name(self._part)) as file:
            if file.frames != self._num_frames:
                raise OSError(errno.EIO, f"{file.frames} frames instead of {self._num_frames}")

    def _prepend(self, beginning: bytes) -> None:
        tagged = self._part.with_suffix(".tagged.part")
        try:
            with self._part.open("rb") as source, tagged.open("xb") as target:
                target.write(beginning)
                shutil.copyfileobj(source, target, 1 << 20)
            tagged.replace(self._part)
        finally:
            tagged.unlink(missing_ok=True)

    def _reserve_headroom(self) -> None:
        with self._part.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            try:
                file.write(bytes(_HEADROOM_BYTES))
                file.flush()
            finally:
                file.truncate(end)

    def _find_cause(self) -> OSError:
        """Ask the operating system itself; libsndfile says no more than “system error”."""
        try:
            self._reserve_headroom()
        except OSError as error:
            return error
        return OSError(errno.EIO, "the file could not be written")

    def _error(self, error: OSError | ValueError) -> OutputError:
        number = error.errno if isinstance(error, OSError) else None
        space, folder = Wording("Free some space and try again."), Wording("Choose another folder.")
        disk, name = Wording("Choose another disk."), Wording("Choose a shorter name.")
        reasons = {
            errno.ENOSPC: (Wording("the disk is full"), space),
            errno.EDQUOT: (Wording("your share of the disk is used up"), space),
            errno.EFBIG: (Wording("the file would be too large for the disk"), disk),
            errno.EROFS: (Wording("the disk is read-only"), folder),
            errno.EACCES: (Wording("the folder does not permit it"), folder),
            errno.EPERM: (Wording("the folder does not permit it"), folder),
            errno.ENOENT: (Wording("the folder does not exist any more"), folder),
            errno.ENOTDIR: (Wording("the folder does not exist"), folder),
            errno.EISDIR: (Wording("a folder has this name"), Wording("Choose another name.")),
            errno.ENAMETOOLONG: (Wording("its name is too long"), name),
        }
        detail = error.strerror if isinstance(error, OSError) else Wording("the name is not valid")
        unknown = Wording("the disk reports “{reason}”", reason=detail or "")
        reason, remedy = reasons.get(
            number or 0, (unknown, Wording("Choose another folder or disk."))
        )
        return OutputError(
            "“{name}” could not be written: {reason}.",
            remedy=remedy,
            name=shown_name(self.path),
            reason=reason,
        )


def _native_name(path: Path) -> str | bytes:
    # Elsewhere a folder's name may hold bytes that are no text in the user's encoding.
    return str(path) if os.name == "nt" else os.fsencode(path)
