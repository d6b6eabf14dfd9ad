"""Band songs written by mma (Musical MIDI Accompaniment) from a groove and a chord progression."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import DatasetError, MissingToolError
from engine.rendering.required_programs import find_program
from engine.rendering.score import Score, read_score
from engine.rendering.unusable_notes import UnusableNotesError

LIBRARY_FOLDER = Path("/usr/share/mma/lib")
BAND_LIBRARIES = ("stdlib", "yamaha", "pflib", "casio", "kara")
"""Libraries whose grooves are whole bands; zoom, for one, is drums only."""

_TIMEOUT_SECONDS = 60.0
_BARS_PER_PHRASE = 8
_KEYS = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_MAJOR_PROGRESSIONS = (
    "1 5 6m 4", "1 6m 4 5", "1 4 5 4", "1 4 1 5", "6m 4 1 5", "1 b7 4 1", "1 3m 4 5",
    "2m7 57 1M7 1M7", "1M7 6m7 2m7 57", "17 17 47 17", "47 47 17 57", "4 5 3m 6m",
    "1 5 4 4", "1 1 4 5", "4M7 3m7 2m7 1M7", "1 2m 4 5", "1 37 4 4m", "17 b77 47 17",
)  # fmt: skip
_MINOR_PROGRESSIONS = (
    "1m b7 b6 b7", "1m 4m 5 1m", "1m b6 b3 b7", "1m b3 b7 4", "1m7 4m7 1m7 57",
    "1m b7 b6 57", "1m 1m 4m 5m", "1m b6 4m 57", "2m7b5 57 1m 1m", "1m 2 b6 b7",
)  # fmt: skip
_DEGREE = re.compile(r"(b?)([1-7])(.*)")
_SEMITONES = {1: 0, 2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 11}


@dataclass(frozen=True, slots=True, kw_only=True)
class GrooveFile:
    """A file of the library.

    Attributes:
        name: Library and file, such as ``stdlib/8beat``.
        grooves: Names of its grooves.
        beats_per_bar: Beats of a bar.
    """

    name: str
    grooves: tuple[str, ...]
    beats_per_bar: int


def find_groove_files(folder: Path = LIBRARY_FOLDER) -> tuple[GrooveFile, ...]:
    """Return the files of the installed library that hold whole bands, by name.

    Raises:
        MissingToolError: If mma is not installed.
    """
    find_program("mma")
    files = []
    for library in BAND_LIBRARIES:
        for path in sorted((folder / library).glob("*.mma")):
            text = path.read_text(encoding="latin-1")
            grooves = tuple(dict.fromkeys(re.findall(r"(?im)^[ \t]*DefGroove[ \t]+(\S+)", text)))
            beats = re.search(r"(?im)^[ \t]*Time[ \t]+(\d+)", text)
            if grooves:
                files.append(
                    GrooveFile(
                        name=f"{library}/{path.stem}",
                        grooves=grooves,
                        beats_per_bar=int(beats.group(1)) if beats else 4,
                    )
                )
    if not files:
        raise MissingToolError(
            "The groove library of mma is not installed.", remedy="apt-get install mma"
        )
    return tuple(files)


def write_song(
    groove_file: GrooveFile, *, tempo: int, seconds: float, random: np.random.Generator
) -> str:
    """Write the source of a song that lasts at least ``seconds``.

    Phrases of eight bars in the form A A B A ..., each part with its own groove and chords.
    """
    seed = int(random.integers(1, 1_000_000))
    tonic = int(random.integers(12))
    is_minor = bool(random.random() < 0.4)
    progressions = _MINOR_PROGRESSIONS if is_minor else _MAJOR_PROGRESSIONS
    whole_grooves = [
        groove
        for groove in groove_file.grooves
        if not re.search(r"(?i)(intro|fill|end|break)\d*$", groove)
    ] or list(groove_file.grooves)
    variants = [
        (
            whole_grooves[int(random.integers(len(whole_grooves)))],
            [str(random.choice(progressions)) for _ in range(2)],
        )
        for _ in range(3)
    ]
    num_bars = int(np.ceil(seconds * tempo / 60 / groove_file.beats_per_bar)) + 1
    lines = [
        f"RndSeed {seed}",
        f"Tempo {tempo}",
        f"Use {LIBRARY_FOLDER / groove_file.name}.mma",
    ]
    form = (0, 0, 1, 0, 2, 1)
    bar = 1
    for phrase in range(-(-num_bars // _BARS_PER_PHRASE)):
        groove, phrases = variants[form[phrase % len(form)]]
        lines.append(f"Groove {groove}")
        for progression in phrases:
            for degree in progression.split():
                lines.append(f"{bar} {_chord(degree, tonic)}")
                bar += 1
    return "\n".join(lines) + "\n"


def play_song(source: str, *, scratch: Path) -> Score:
    """Let mma write the notes of a song.

    Raises:
        MissingToolError: If mma is not installed.
        UnusableNotesError: If mma refuses the song.
        DatasetError: If mma hangs.
    """
    text, midi = scratch / "song.mma", scratch / "song.mid"
    text.write_text(source, encoding="latin-1")
    arguments = [find_program("mma"), "-w", "-f", str(midi), str(text)]
    try:
        subprocess.run(
            arguments,
            capture_output=True,
            check=True,
            timeout=_TIMEOUT_SECONDS,
            cwd=scratch,
            start_new_session=True,
            env={**os.environ, "PYTHONHASHSEED": "0"},
        )
    except subprocess.CalledProcessError as error:
        raise UnusableNotesError(f"mma refuses a song: {error.stdout[-200:]!r}.") from error
    except subprocess.TimeoutExpired as error:
        raise DatasetError(
            "mma took longer than a minute for a song.", remedy="Try again with fewer workers."
        ) from error
    return read_score(midi)


def _chord(degree: str, tonic: int) -> str:
    match = _DEGREE.fullmatch(degree)
    assert match is not None, degree
    flat, number, quality = match.groups()
    root = (tonic + _SEMITONES[int(number)] - bool(flat)) % 12
    return _KEYS[root] + quality
