"""What the songs on disk take, and how they go: into the system's bin, not for ever."""

import logging
from collections.abc import Collection, Generator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QFile

from app.model.song_folder import PROJECT_FILE
from app.model.worthless_folder import discard_worthless
from engine.errors import OutputError

translate = QCoreApplication.translate
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageMeasured:
    """The songs' folder in numbers.

    Attributes:
        num_bytes: Of all songs.
        closed_folders: Songs that are not open in the window.
        closed_bytes: What those take.
    """

    num_bytes: int
    closed_folders: tuple[Path, ...]
    closed_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SongsRemoved:
    """Songs are in the bin.

    Attributes:
        num_songs: How many.
    """

    num_songs: int


def measure_songs(
    root: Path, open_folders: Collection[Path]
) -> Generator[StorageMeasured, None, None]:
    """Add up what the songs take; a generator for a job, since disks can be slow."""
    total = closed_total = 0
    closed: list[Path] = []
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if not (folder / PROJECT_FILE).is_file():
            continue
        num_bytes = _size(folder)
        total += num_bytes
        if folder not in open_folders:
            closed.append(folder)
            closed_total += num_bytes
    yield StorageMeasured(num_bytes=total, closed_folders=tuple(closed), closed_bytes=closed_total)


def remove_songs(folders: Collection[Path]) -> Generator[SongsRemoved, None, None]:
    """Move songs into the bin.

    Raises:
        OutputError: One of them could not be moved; those before it are in the bin.
    """
    for folder in folders:
        if (folder / PROJECT_FILE).is_file() and not QFile.moveToTrash(str(folder)):
            raise OutputError(
                translate("SongStorage", "“{0}” could not be moved to the bin.").format(
                    folder.name
                ),
                remedy=translate("SongStorage", "Remove the folder yourself: {0}").format(folder),
            )
    yield SongsRemoved(num_songs=len(folders))


def discard_folder(folder: Path) -> Generator[None, None, None]:
    """Take away the folder of a song that came to nothing."""
    discard_worthless(folder)
    yield


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            facts = path.lstat()
        except OSError as error:  # it went while we looked
            logger.info("%s cannot be measured: %s", path, error)
            continue
        # Files of stems that are not separated yet are mostly holes.
        total += getattr(facts, "st_blocks", 0) * 512 or facts.st_size
    return total
