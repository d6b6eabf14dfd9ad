"""Which files a command line means by its files and folders."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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

# Systems put these into folders by themselves.
_NOBODYS_FILES = frozenset(["desktop.ini", "thumbs.db"])


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFiles:
    """What there is in folders and among files.

    Attributes:
        mixes: Audio files, and whatever was named itself.
        left_out: Other files below folders.
    """

    mixes: tuple[Path, ...]
    left_out: tuple[Path, ...]


def find_mixes(named: Iterable[Path], *, out: Path) -> list[Path]:
    """Expand folders to the audio files below them, sorted by path; keep files as they are.

    Hidden files and folders are left out, and so is ``out`` if it lies inside the folder: it may
    hold the stems of an earlier run.

    Raises:
        AudioFileError: A folder holds no audio file.
    """
    return [mix for path in named for mix in find_files(path, out=out).mixes]


def find_files(path: Path, *, out: Path) -> FoundFiles:
    """Expand one path as ``find_mixes`` does, and tell what was left out.

    Raises:
        AudioFileError: It is a folder that holds no audio file.
    """
    if not path.is_dir():
        return FoundFiles(mixes=(path,), left_out=())
    files = sorted(_files(path, out.resolve()))
    mixes = tuple(file for file in files if file.suffix.lower() in AUDIO_SUFFIXES)
    if not mixes:
        raise AudioFileError(
            "The folder “{folder}” holds no audio file.",
            remedy="Name audio files, or a folder that holds some.",
            folder=str(path),
        )
    others = (file for file in files if file.suffix.lower() not in AUDIO_SUFFIXES)
    left_out = tuple(file for file in others if file.name.lower() not in _NOBODYS_FILES)
    return FoundFiles(mixes=mixes, left_out=left_out)


def _files(folder: Path, out: Path) -> Iterator[Path]:
    holds_stems = folder.resolve() in out.parents
    for path in folder.rglob("*"):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if is_hidden or not path.is_file():
            continue
        if not (holds_stems and out in path.resolve().parents):
            yield path
