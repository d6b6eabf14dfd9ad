"""Which files a command line means by its files and folders."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.errors import AudioFileError

# Looked for in folders only; a file that is named itself is always tried.
AUDIO_SUFFIXES = frozenset(
    [
        *(".aac", ".aif", ".aifc", ".aiff", ".ape", ".au", ".caf", ".flac", ".m4a", ".m4b"),
        *(".mka", ".mp2", ".mp3", ".oga", ".ogg", ".opus", ".rf64", ".snd", ".w64", ".wav"),
        *(".wave", ".wma", ".wv"),
    ]
)


def find_mixes(named: Iterable[Path], *, out: Path) -> list[Path]:
    """Expand folders to the audio files below them, sorted by path; keep files as they are.

    Hidden files and folders are left out, and so is ``out`` if it lies inside the folder: it may
    hold the stems of an earlier run.

    Raises:
        AudioFileError: A folder holds no audio file.
    """
    mixes: list[Path] = []
    for path in named:
        if not path.is_dir():
            mixes.append(path)
            continue
        found = sorted(_audio_files(path, out.resolve()))
        if not found:
            raise AudioFileError(
                "The folder “{folder}” holds no audio file.",
                remedy="Name audio files, or a folder that holds some.",
                folder=str(path),
            )
        mixes += found
    return mixes


def _audio_files(folder: Path, out: Path) -> Iterator[Path]:
    holds_stems = folder.resolve() in out.parents
    for path in folder.rglob("*"):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if is_hidden or path.suffix.lower() not in AUDIO_SUFFIXES or not path.is_file():
            continue
        if not (holds_stems and out in path.resolve().parents):
            yield path
