"""Where the files of a song lie: its folder is its project.

::

    project.json        what is known of the song and what the user has set (see project_file)
    mix.wav             the decoded original
    stems/drums.wav     one file per stem, the residual among them
    peaks/mix.npy       what the waveforms are drawn from; made again where it is missing
    exports/            what was dragged out of the window

All WAV files are 32-bit float, of one length, and mapped into memory by whoever needs them.
"""

import logging
from collections.abc import Generator
from pathlib import Path

import numpy as np
import platformdirs

from app.model.frame_range import FrameRange, FrameRanges
from app.model.mix_state import MIX_LANE
from app.model.peak_pyramid import PeakPyramid
from app.model.song import SongFacts
from app.model.track import Track
from engine.audio.file_names import cleaned_name
from engine.audio.mapped_wave import MappedWave, create_mapped_wave, open_mapped_wave
from engine.errors import AudioFileError, OutputError
from engine.wording import Wording, system_reason

logger = logging.getLogger(__name__)

PROJECT_FILE = "project.json"
STEMS_FOLDER = "stems"
PEAKS_FOLDER = "peaks"
EXPORTS_FOLDER = "exports"

# Leaves room for the files inside and for the user's own folders in the 260 characters that some
# programs on Windows take.
MAX_FOLDER_NAME_BYTES = 100
# Frames whose peaks are found in one go: half a minute, long enough to be fast.
_PIECE_FRAMES = 1 << 20

MAX_LANE_NAME_LENGTH = 64


def songs_root() -> Path:
    """Where songs lie that the user has not saved elsewhere; kept, but nobody's documents."""
    return platformdirs.user_data_path("Strata", appauthor=False) / "songs"


def music_root() -> Path:
    """Where the user's own music probably is: the system's folder for it, or the home folder."""
    music = platformdirs.user_music_path()
    return music if music.is_dir() else Path.home()


def projects_root() -> Path:
    """Where “Save project as” begins: a folder of ours beside the user's music."""
    return platformdirs.user_music_path() / "Strata"


def new_song_folder(root: Path, title: str) -> Path:
    """Make an empty folder that is named after a song; every call makes another one.

    Raises:
        OutputError: The folder cannot be made.
    """
    number = 1
    while True:
        suffix = "" if number == 1 else f" ({number})"
        folder = root / cleaned_name(title, suffix=suffix, max_bytes=MAX_FOLDER_NAME_BYTES)
        try:
            root.mkdir(parents=True, exist_ok=True)
            folder.mkdir()
            make_inner_folders(folder)
        except FileExistsError as error:
            if not root.is_dir():
                raise _not_made(folder, error) from error
            number += 1
        except OSError as error:
            raise _not_made(folder, error) from error
        else:
            return folder


def make_inner_folders(folder: Path) -> None:
    """Make the folders that a song's folder has inside, as far as they are missing."""
    for name in (STEMS_FOLDER, PEAKS_FOLDER, EXPORTS_FOLDER):
        (folder / name).mkdir(exist_ok=True)


def is_lane_name(name: str) -> bool:
    """Whether a lane may have this name; it becomes the name of a file."""
    if name.casefold() == MIX_LANE:
        return name == MIX_LANE  # some file systems see no difference
    return len(name) <= MAX_LANE_NAME_LENGTH and cleaned_name(name) == name


def audio_path(folder: Path, name: str) -> Path:
    """Return the file of a lane's sound; for a stem, the finished file that is dragged out."""
    _check_lane_name(name)
    return folder / "mix.wav" if name == MIX_LANE else folder / STEMS_FOLDER / f"{name}.wav"


def peaks_path(folder: Path, name: str) -> Path:
    """Return the file of a lane's peaks."""
    _check_lane_name(name)
    return folder / PEAKS_FOLDER / f"{name}.npy"


def exports_folder(folder: Path) -> Path:
    """Return the folder of what was dragged out; other programs may refer to its files."""
    return folder / EXPORTS_FOLDER


def create_track(folder: Path, name: str, facts: SongFacts) -> Track:
    """Make a lane that is silent at full length; its audio arrives later.

    An older file of the lane is replaced, never written over: who still plays it can go on.

    Raises:
        OutputError: There is no room, or the file cannot be made.
    """
    path = audio_path(folder, name)
    try:
        path.parent.mkdir(exist_ok=True)
        forget_peaks(folder, name)
    except OSError as error:
        raise _not_made(path, error) from error
    with create_mapped_wave(
        path,
        sample_rate=facts.sample_rate,
        num_channels=facts.num_channels,
        num_frames=facts.num_frames,
    ) as wave:
        return _track(name, wave, PeakPyramid(facts.num_frames), FrameRanges())


def open_track(folder: Path, name: str, facts: SongFacts, done: FrameRanges) -> Track:
    """Open a lane that is on disk, with its peaks; call it in a worker thread.

    Peaks that are not on disk are found in the audio: 0.1 seconds for five minutes.

    Args:
        folder: The song's folder.
        name: The lane.
        facts: What the file must agree with.
        done: Frames that are known to be written.

    Raises:
        AudioFileError: The file is missing, damaged, or does not belong to the song.
    """
    steps = opening_track(folder, name, facts, done)
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            track: Track = finished.value
            return track


def opening_track(
    folder: Path, name: str, facts: SongFacts, done: FrameRanges
) -> Generator[float, None, Track]:
    """Do what ``open_track`` does, and yield the share that is done in between."""
    with open_lane(folder, name, facts) as wave:
        stored = _stored_peaks(folder, name, facts.num_frames)
        track = _track(name, wave, stored or PeakPyramid(facts.num_frames), done)
    if stored is None:
        yield from _finding_peaks(track)
    return track


def open_lane(folder: Path, name: str, facts: SongFacts, *, writable: bool = False) -> MappedWave:
    """Map a lane's file.

    Raises:
        AudioFileError: The file is missing, damaged, or does not belong to the song.
    """
    path = audio_path(folder, name)
    if path.is_symlink():  # the engine will write into it
        raise _foreign(path, "it is a link to another place")
    wave = open_mapped_wave(path, writable=writable)
    found = (wave.sample_rate, wave.num_channels, wave.num_frames)
    if found != (facts.sample_rate, facts.num_channels, facts.num_frames):
        wave.close()
        raise _foreign(path, "its length, rate or channels are not those of the song")
    return wave


def store_peaks(folder: Path, track: Track) -> None:
    """Keep the peaks of a lane whose audio rests; the next opening is faster.

    Whoever changes the audio afterwards calls ``forget_peaks`` first: that the file is there means
    that it fits.

    Raises:
        OSError: The file cannot be written.
    """
    path = peaks_path(folder, track.name)
    path.parent.mkdir(exist_ok=True)
    track.peaks.save(path)


def forget_peaks(folder: Path, name: str) -> None:
    """Remove stored peaks, since the audio is about to change.

    Raises:
        OSError: The file cannot be removed.
    """
    peaks_path(folder, name).unlink(missing_ok=True)


def _stored_peaks(folder: Path, name: str, num_frames: int) -> PeakPyramid | None:
    path = peaks_path(folder, name)
    try:
        return PeakPyramid.load(path, num_frames)
    except FileNotFoundError:
        return None
    # A header may ask for any amount of memory, or be no Python at all.
    except (OSError, ValueError, MemoryError, SyntaxError, OverflowError) as error:
        logger.warning("the peaks in %s are made again: %s", path, error)
        return None


def _finding_peaks(track: Track) -> Generator[float, None, None]:
    num_found, num_all = 0, track.done.num_frames
    for part in track.done.ranges:
        for start in range(part.start, part.stop, _PIECE_FRAMES):
            piece = FrameRange(start, min(part.stop, start + _PIECE_FRAMES))
            track.peaks.refresh(track.samples_TC, piece.start, piece.stop)
            num_found += piece.num_frames
            yield num_found / num_all


def _track(name: str, wave: MappedWave, peaks: PeakPyramid, done: FrameRanges) -> Track:
    # A plain array is sliced several times faster than a memmap and keeps the mapping alive.
    return Track(name=name, samples_TC=wave.samples_TC.view(np.ndarray), peaks=peaks, done=done)


def _check_lane_name(name: str) -> None:
    if not is_lane_name(name):
        raise ValueError(f"{name!r} is no name for a lane")


def _foreign(path: Path, reason: str) -> AudioFileError:
    return AudioFileError(
        "“{name}” cannot be used: {reason}.",
        remedy="Open the original song again.",
        name=path.name,
        reason=Wording(reason),
    )


def _not_made(path: Path, error: OSError) -> OutputError:
    return OutputError(
        "“{path}” could not be made: {reason}.",
        remedy="Make room on the disk, or choose another folder for songs in the settings.",
        path=str(path),
        reason=system_reason(error),
    )
