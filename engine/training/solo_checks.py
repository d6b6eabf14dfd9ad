"""What a folder of solo recordings is worth before a prior is trained on it.

Axes: T frame, C channel, N block of 50 ms.
"""

import hashlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from engine.audio.audio_file import open_audio
from engine.errors import AudioFileError, DatasetError
from engine.training.dataset_folder import MANIFEST_NAME, list_tracks

AUDIO_SUFFIXES = (".wav", ".flac", ".ogg", ".mp3", ".aiff", ".aif", ".m4a", ".opus")
LEAST_MINUTES = 5.0  # of sound; below it a prior repeats what it heard
GOOD_MINUTES = 20.0
BLOCKS_PER_SECOND = 20
READ_SECONDS = 10.0
GATE_DB = 50.0  # blocks this far below the loudest one are silent
SILENCE_RMS = 1e-4
FULL_SCALE = 0.999
CLIPPED_RUN = 3  # frames at full scale in a row that make a peak a clipped one
CLIPPED_SHARE = 1e-4  # of the frames, from which on a file counts as clipped
SAME_SHAPE = 0.999  # correlation of the levels of two files that are the same recording


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SoloFile:
    """One recording.

    Attributes:
        path: The file.
        seconds: Its length.
        sounding_seconds: Without its silences.
        clipped_share: Frames in clipped peaks.
        digest: Hash of its samples, whatever the container.
        levels_N: RMS of every block.
    """

    path: Path
    seconds: float
    sounding_seconds: float
    clipped_share: float
    digest: str
    levels_N: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class SoloReport:
    """What was found.

    Attributes:
        files: Recordings that can be used, each once.
        seconds: Their lengths.
        minutes: Sound in them, without silences.
        unreadable: Files that could not be read.
        silent: Files without sound.
        clipped: Files with clipped peaks; they are used all the same.
        duplicates: Files that are the same recording as another one, and that one.
    """

    files: tuple[Path, ...]
    seconds: tuple[float, ...]
    minutes: float
    unreadable: tuple[Path, ...]
    silent: tuple[Path, ...]
    clipped: tuple[Path, ...]
    duplicates: tuple[tuple[Path, Path], ...]

    def require_enough(self) -> None:
        """Refuse material that is too little to train on.

        Raises:
            DatasetError: Less than ``LEAST_MINUTES`` of sound.
        """
        if self.minutes < LEAST_MINUTES:
            raise DatasetError(
                "There are only {minutes} minutes of sound in these recordings.",
                remedy="Add solo recordings: at least {least} minutes, better {good}.",
                minutes=f"{self.minutes:.1f}",
                least=f"{LEAST_MINUTES:.0f}",
                good=f"{GOOD_MINUTES:.0f}",
            )


def find_solos(folder: Path, stem_name: str) -> tuple[Path, ...]:
    """List the recordings of a folder and its subfolders.

    Of a dataset, which also holds other stems and songs to test with, only those of this stem
    that are meant for training.

    Raises:
        DatasetError: The folder is missing or holds no audio file.
    """
    if (folder / MANIFEST_NAME).is_file():
        tracks = list_tracks(folder, "train", (stem_name,))
        return tuple(path for track in tracks for path in track.members[stem_name])
    paths = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in AUDIO_SUFFIXES
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not paths:
        raise DatasetError(
            "“{folder}” holds no recordings.",
            remedy="Give a folder of solo recordings, such as WAV or FLAC files.",
            folder=str(folder),
        )
    return tuple(paths)


def inspect_solos(paths: Sequence[Path]) -> Generator[float, None, SoloReport]:
    """Read recordings to their end, in constant memory.

    Yields:
        The share of the files that is done. Closing the generator cancels.
    """
    found: list[SoloFile] = []
    unreadable: list[Path] = []
    for done, path in enumerate(paths, start=1):
        try:
            found.append(_inspect(path))
        except AudioFileError:
            unreadable.append(path)
        yield done / len(paths)
    return _report(found, unreadable)


def _report(found: Sequence[SoloFile], unreadable: Sequence[Path]) -> SoloReport:
    used: list[SoloFile] = []
    duplicates: list[tuple[Path, Path]] = []
    for file in found:
        if file.sounding_seconds == 0.0:
            continue
        original = next((other for other in used if _is_same(file, other)), None)
        if original is None:
            used.append(file)
        else:
            duplicates.append((file.path, original.path))
    return SoloReport(
        files=tuple(file.path for file in used),
        seconds=tuple(file.seconds for file in used),
        minutes=sum(file.sounding_seconds for file in used) / 60.0,
        unreadable=tuple(unreadable),
        silent=tuple(file.path for file in found if file.sounding_seconds == 0.0),
        clipped=tuple(file.path for file in used if file.clipped_share > CLIPPED_SHARE),
        duplicates=tuple(duplicates),
    )


def _inspect(path: Path) -> SoloFile:
    levels: list[npt.NDArray[np.float32]] = []
    digest = hashlib.sha256()
    num_clipped = 0
    with open_audio(path) as audio:
        block = max(1, round(audio.sample_rate / BLOCKS_PER_SECOND))
        num_frames = audio.num_frames
        step = block * round(READ_SECONDS * BLOCKS_PER_SECOND)
        for start in range(0, num_frames, step):
            samples_CT = audio.read(start, min(step, num_frames - start))
            # Rounded to 16 bits: a copy in another container still counts as the same.
            digest.update(np.round(samples_CT.T * 32767.0).astype(np.int32).tobytes())
            num_clipped += _count_clipped(samples_CT)
            levels.append(_levels(samples_CT, block))
        sample_rate = audio.sample_rate
    levels_N = np.concatenate(levels) if levels else np.zeros(0, np.float32)
    loudest = float(levels_N.max(initial=0.0))
    threshold = max(SILENCE_RMS, loudest * 10.0 ** (-GATE_DB / 20.0))
    return SoloFile(
        path=path,
        seconds=num_frames / sample_rate,
        sounding_seconds=float((levels_N > threshold).sum()) / BLOCKS_PER_SECOND,
        clipped_share=num_clipped / max(1, num_frames),
        digest=digest.hexdigest(),
        levels_N=levels_N,
    )


def _levels(samples_CT: npt.NDArray[np.float32], block: int) -> npt.NDArray[np.float32]:
    missing = -samples_CT.shape[1] % block
    padded_CT = np.pad(samples_CT, ((0, 0), (0, missing)))
    blocks_CNT = padded_CT.reshape(len(samples_CT), -1, block)
    power_N = np.square(blocks_CNT, dtype=np.float64).mean(axis=(0, 2))
    levels_N: npt.NDArray[np.float32] = np.sqrt(power_N).astype(np.float32)
    return levels_N


def _count_clipped(samples_CT: npt.NDArray[np.float32]) -> int:
    """Count the frames that begin a run at full scale on any channel."""
    is_full_CT = np.abs(samples_CT) >= FULL_SCALE
    if not is_full_CT.any() or samples_CT.shape[1] < CLIPPED_RUN:
        return 0
    windows_CTT = np.lib.stride_tricks.sliding_window_view(is_full_CT, CLIPPED_RUN, axis=1)
    return int(windows_CTT.all(axis=-1).any(axis=0).sum())


def _is_same(first: SoloFile, second: SoloFile) -> bool:
    """Whether two files are one recording, at another gain or in another format perhaps."""
    if first.digest == second.digest:
        return True
    length = len(first.levels_N)
    if abs(length - len(second.levels_N)) > 1 or length < BLOCKS_PER_SECOND:
        return False
    length = min(length, len(second.levels_N))
    first_N = first.levels_N[:length] - first.levels_N[:length].mean()
    second_N = second.levels_N[:length] - second.levels_N[:length].mean()
    scale = float(np.sqrt(np.square(first_N).sum() * np.square(second_N).sum()))
    return scale > 0.0 and float((first_N * second_N).sum()) > SAME_SHAPE * scale
