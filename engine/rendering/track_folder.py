"""The folder of a track, which appears at once when all of its stems are written."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from engine.errors import OutputError
from engine.rendering.fluidsynth import SAMPLE_RATE
from engine.rendering.stem_levels import to_mono_if_equal

FloatArray = npt.NDArray[np.float32]

MANIFEST_NAME = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedTrack:
    """A finished folder.

    Attributes:
        name: Name of the folder.
        num_seconds: Length of every stem.
        stems: Names of its files without suffix.
    """

    name: str
    num_seconds: float
    stems: tuple[str, ...]


@contextmanager
def workshop_of(track: Path) -> Iterator[Path]:
    """Lend a folder for intermediate files, beside the folder of the track.

    It has a fixed hidden name, so what a killed process left there is removed by the next.

    Raises:
        OutputError: If the folder cannot be made.
    """
    workshop = track.parent / f".unfinished-{track.name}"
    try:
        shutil.rmtree(workshop, ignore_errors=True)
        workshop.mkdir(parents=True)
    except OSError as error:
        raise _unwritable(track) from error
    try:
        yield workshop
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def write_track(
    track: Path, workshop: Path, stems: Mapping[str, FloatArray], *, manifest: str
) -> RenderedTrack:
    """Write stems (C, T) as 16-bit FLAC, and their manifest, and only then name the folder.

    Args:
        track: Folder that shall appear.
        workshop: Folder on the same file system to write in.
        stems: Sounds by file name, all of one length.
        manifest: Text of ``manifest.json``.

    Raises:
        OutputError: If the disk is full or the folder cannot be written.
    """
    folder = workshop / "stems"
    try:
        folder.mkdir()
        for stem, sound_CT in stems.items():
            soundfile.write(
                folder / f"{stem}.flac",
                to_mono_if_equal(sound_CT).T,
                SAMPLE_RATE,
                subtype="PCM_16",
            )
        (folder / MANIFEST_NAME).write_text(manifest, encoding="utf-8")
        folder.rename(track)
    except (OSError, soundfile.SoundFileError) as error:
        raise _unwritable(track) from error
    num_frames = next(iter(stems.values())).shape[-1]
    return RenderedTrack(
        name=track.name, num_seconds=num_frames / SAMPLE_RATE, stems=tuple(sorted(stems))
    )


def _unwritable(track: Path) -> OutputError:
    return OutputError(
        f"The track “{track.name}” could not be written.",
        remedy="Make sure that the disk is not full and the folder can be written.",
    )
