"""WAV files of 32-bit floats at their full length, mapped into memory.

Several processes share such a file: one writes its sound in pieces while others look at it. It
is a complete file from the first moment on, with silence where nothing has been written.

Axes: T frame, C channel.
"""

import errno
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from engine.audio.file_checks import (
    MAX_CHANNELS,
    check_limits,
    check_regular_file,
    reason_of,
    unreadable,
)
from engine.audio.file_names import shown_name
from engine.audio.mapped_pages import (
    SYSTEM_CALL_BYTES,
    fetch_pages,
    never_read_ahead,
    release_pages,
)
from engine.audio.wave_header import (
    HEADER_BYTES,
    SAMPLE_BYTES,
    HeaderError,
    WaveLayout,
    parse_wave_header,
    wave_header,
)
from engine.errors import AudioFileError, OutputError
from engine.events import FloatArray
from engine.wording import Wording, system_reason

_MAX_HEADER_BYTES = 1 << 16  # programs put pictures and notes behind the sound, not before it


class MappedWave:
    """An open file; a context manager and a ``MixSource``.

    Attributes:
        path: The file.
        sample_rate: Frames per second.
        num_channels: Channels of every frame.
        num_frames: Length.
    """

    def __init__(self, path: Path, layout: WaveLayout, *, writable: bool) -> None:
        """Map a file whose header has been read; use ``open_mapped_wave``."""
        self.path = path
        self.sample_rate = layout.sample_rate
        self.num_channels = layout.num_channels
        self.num_frames = layout.num_frames
        self._data_offset = layout.data_offset
        self._samples_TC: FloatArray | None = np.memmap(
            path,
            dtype="<f4",
            mode="r+" if writable else "r",
            offset=layout.data_offset,
            shape=(layout.num_frames, layout.num_channels),
        )
        never_read_ahead(self._samples_TC)
        # Unbuffered: what is written is there for everybody at once, and a kill loses nothing.
        self._file = path.open("r+b", buffering=0) if writable else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def samples_TC(self) -> FloatArray:
        """All frames, float32, mapped; arrays made of them stay valid after ``close``.

        Call ``fetch_pages`` on a part before all of it is read.
        """
        if self._samples_TC is None:
            raise ValueError(f"{self.path} is closed")
        return self._samples_TC

    def read(self, start_frame: int, num_frames: int) -> FloatArray:
        """Return a copy of the frames [start, start + num), (C, num_frames) contiguous."""
        if start_frame < 0 or num_frames < 0 or start_frame + num_frames > self.num_frames:
            raise ValueError(f"frames [{start_frame}, +{num_frames}) lie outside of the file")
        piece_TC = self.samples_TC[start_frame : start_frame + num_frames]
        fetch_pages(piece_TC)
        samples_CT: FloatArray = np.array(piece_TC.T, dtype=np.float32, order="C")
        release_pages(piece_TC)  # a song that is read from end to end must not fill the memory
        return samples_CT

    def is_silent(self, start_frame: int, num_frames: int) -> bool:
        """Whether frames are nothing but zeros, as where nothing has been written yet.

        Where the file has no room on the disk at all, the system says so, and nothing is read.
        """
        if self._file is not None and hasattr(os, "SEEK_DATA"):
            frame_bytes = SAMPLE_BYTES * self.num_channels
            begin = self._data_offset + frame_bytes * start_frame
            try:
                written = os.lseek(self._file.fileno(), begin, os.SEEK_DATA)
            except OSError as error:
                if error.errno == errno.ENXIO:  # there is nothing from here to the end
                    return True
            else:
                if written >= begin + frame_bytes * num_frames:
                    return True
        return not self.read(start_frame, num_frames).any()

    def write(self, start_frame: int, samples_TC: FloatArray) -> None:
        """Replace frames from a place on.

        Unlike storing into ``samples_TC``, which ends the process when a sparse file finds no
        more room on the disk, this raises an error then. Other mappings see it at once.

        Raises:
            OutputError: The disk is full, or gone.
        """
        if self._file is None:
            raise ValueError(f"{self.path} is not open for writing")
        if samples_TC.shape[1:] != (self.num_channels,):
            raise ValueError(f"need {self.num_channels} channels, got {samples_TC.shape}")
        if start_frame < 0 or start_frame + len(samples_TC) > self.num_frames:
            raise ValueError(f"frames [{start_frame}, +{len(samples_TC)}) lie outside of the file")
        left = np.ascontiguousarray(samples_TC, dtype="<f4").reshape(-1).data.cast("B")
        try:
            self._file.seek(self._data_offset + SAMPLE_BYTES * self.num_channels * start_frame)
            while left:
                left = left[self._file.write(left[:SYSTEM_CALL_BYTES]) :]
        except OSError as error:
            raise _unwritable(self.path, error) from error

    def flush(self) -> None:
        """Have everything that was written stored on the disk."""
        if self._file is not None and isinstance(self._samples_TC, np.memmap):
            self._samples_TC.flush()

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        self._samples_TC = None
        if self._file is not None:
            self._file.close()
            self._file = None


def create_mapped_wave(
    path: Path, *, sample_rate: int, num_channels: int, num_frames: int
) -> MappedWave:
    """Make a silent file of full length, open for writing; a file of that name is replaced.

    The file takes room on the disk only as sound is written, where the disk allows that.

    Raises:
        OutputError: There is no room for the sound, or the file cannot be made.
    """
    if not 1 <= num_channels <= MAX_CHANNELS or sample_rate < 1 or num_frames < 0:
        raise ValueError(f"no file with {num_channels} channels, {sample_rate} Hz, {num_frames}")
    layout = WaveLayout(
        sample_rate=sample_rate,
        num_channels=num_channels,
        num_frames=num_frames,
        data_offset=HEADER_BYTES,
    )
    header = wave_header(sample_rate=sample_rate, num_channels=num_channels, num_frames=num_frames)
    try:
        # A new file instead of a truncated one: who still has the old one mapped would crash.
        path.unlink(missing_ok=True)
        check_room(path.parent, layout.num_bytes)
        with path.open("xb") as file:
            file.write(header)
            file.truncate(HEADER_BYTES + layout.num_bytes)
        return MappedWave(path, layout, writable=True)
    except OSError as error:
        raise _unwritable(path, error) from error


def open_mapped_wave(path: Path, *, writable: bool = False) -> MappedWave:
    """Map a file that ``create_mapped_wave`` made, or any WAV file of aligned 32-bit floats.

    Raises:
        AudioFileError: There is no such file, or it is damaged or of another kind.
    """
    check_regular_file(path)
    try:
        with path.open("rb") as file:
            beginning = file.read(_MAX_HEADER_BYTES)
        layout = parse_wave_header(beginning, file_bytes=path.stat().st_size)
        check_limits(path, layout.num_channels, layout.sample_rate)
        return MappedWave(path, layout, writable=writable)
    except HeaderError as error:
        raise unreadable(path, error.reason, remedy="Open the original song again.") from error
    except OSError as error:
        raise _refused(path, error, writable=writable) from error


def check_room(folder: Path, num_bytes: int) -> None:
    """Refuse what a disk has no room for.

    Raises:
        OutputError: The disk of a folder has less free space.
        OSError: There is no such folder.
    """
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < num_bytes:
        raise OutputError(
            "“{name}” has room for {free}, and {needed} are needed.",
            remedy="Make room on the disk or choose another folder.",
            name=shown_name(folder),
            free=_shown_size(free_bytes),
            needed=_shown_size(num_bytes),
        )


def _refused(path: Path, error: OSError, *, writable: bool) -> AudioFileError:
    if writable and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return unreadable(path, "changing it is not permitted", remedy="Check its permissions.")
    return unreadable(path, reason_of(error), remedy="Check its name and place.")


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        "“{name}” could not be written: {reason}.",
        remedy="Make room on the disk or choose another folder.",
        name=shown_name(path),
        reason=system_reason(error),
    )


def _shown_size(num_bytes: int) -> Wording:
    if num_bytes >= 1e8:
        return Wording("{number} GB", number=round(num_bytes / 1e9, 1))
    return Wording("{number} MB", number=round(num_bytes / 1e6, 1))
