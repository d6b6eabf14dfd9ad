"""A training set made of solo recordings: cut into pieces, split, decoded whatever they were.

Axes: T frame, C channel.
"""

import itertools
import shutil
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import soundfile

from engine.audio.audio_file import AudioReader, open_audio
from engine.errors import OutputError

PIECE_SECONDS = 20.0
VALIDATION_SHARE = 0.1
LEAST_VALIDATION_SECONDS = 8.0  # cut from the end of a file
ENOUGH_FILES = 8  # to hold out whole ones
LONGEST_HELD_OUT = 0.2  # of all material, that one file may be to be held out whole


@dataclass(frozen=True, slots=True, kw_only=True)
class SoloPart:
    """What becomes of a part of a recording.

    Attributes:
        path: The recording.
        start: Where the part starts, as a share of the recording.
        stop: Where it ends.
        split: What it is used for.
    """

    path: Path
    start: float
    stop: float
    split: Literal["train", "validation"]


def split_solos(paths: Sequence[Path], seconds: Sequence[float]) -> tuple[SoloPart, ...]:
    """Hold out about a tenth: whole recordings if there are many, else the ends of the long ones.

    Whole recordings say more about what was not heard in training; of a few, none can be spared.

    Args:
        paths: Recordings.
        seconds: Their lengths.
    """
    total = sum(seconds)
    held_out: set[int] = set()
    if len(paths) >= ENOUGH_FILES:
        missing = VALIDATION_SHARE * total
        for index in np.random.default_rng(0).permutation(len(paths)):
            if missing > 0.0 and seconds[index] <= LONGEST_HELD_OUT * total:
                held_out.add(int(index))
                missing -= seconds[index]
    parts: list[SoloPart] = []
    longest = max(seconds, default=0.0)
    for index, (path, length) in enumerate(zip(paths, seconds, strict=True)):
        cut = 0.0
        if index in held_out:
            cut = 1.0
        elif not held_out:
            share = LEAST_VALIDATION_SECONDS / max(length, LEAST_VALIDATION_SECONDS)
            if share <= VALIDATION_SHARE:
                cut = VALIDATION_SHARE
            elif length == longest:
                cut = min(0.5, share)
        if cut < 1.0:
            parts.append(SoloPart(path=path, start=0.0, stop=1.0 - cut, split="train"))
        if cut > 0.0:
            parts.append(SoloPart(path=path, start=1.0 - cut, stop=1.0, split="validation"))
    return tuple(parts)


def write_solo_dataset(
    parts: Sequence[SoloPart], stem_name: str, folder: Path
) -> Generator[float, None, None]:
    """Write ``folder/split/piece/stem.flac``; the folder appears when it is complete.

    A piece is short, so that every part of a long recording is drawn as often as of a short one,
    and memory does not grow with the length of a recording.

    Yields:
        The share of the parts that is done. Closing the generator cancels.

    Raises:
        AudioFileError: A recording can no longer be read.
        OutputError: The folder cannot be written.
    """
    partial = folder.with_name(f"{folder.name}.part")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        number = 0
        for done, part in enumerate(parts, start=1):
            with open_audio(part.path) as audio:
                for start, stop in _pieces(part, audio):
                    number += 1
                    track = partial / part.split / f"{number:05d}"
                    track.mkdir(parents=True)
                    _copy(audio, start, stop, track / f"{stem_name}.flac")
                    yield (done - 1) / len(parts)
            yield done / len(parts)
        partial.replace(folder)
    except (OSError, soundfile.SoundFileError) as error:
        raise OutputError(
            "The recordings could not be copied to “{folder}”.",
            remedy="Free some space or choose another folder with --out.",
            folder=str(folder.parent),
        ) from error


def _pieces(part: SoloPart, audio: AudioReader) -> list[tuple[int, int]]:
    first, last = (round(share * audio.num_frames) for share in (part.start, part.stop))
    number = max(1, round((last - first) / (PIECE_SECONDS * audio.sample_rate)))
    bounds = np.linspace(first, last, number + 1).round().astype(int).tolist()
    return [(start, stop) for start, stop in itertools.pairwise(bounds) if stop > start]


def _copy(audio: AudioReader, start: int, stop: int, path: Path) -> None:
    samples_CT: npt.NDArray[np.float32] = audio.read(start, stop - start)
    if len(samples_CT) > 2:  # surround: the training knows sides, not rooms
        samples_CT = samples_CT.mean(axis=0, keepdims=True)
    # Training levels every piece anew, so one above full scale may be turned down.
    peak = float(np.abs(samples_CT).max(initial=0.0))
    soundfile.write(path, samples_CT.T / max(1.0, peak), audio.sample_rate, subtype="PCM_24")
