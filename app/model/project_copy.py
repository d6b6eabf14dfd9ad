"""Copies of projects: a folder of the user's choice with everything but what was dragged out."""

import contextlib
import os
import shutil
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

from app.model.project_error import ProjectError
from app.model.project_file import save_project
from app.model.project_snapshot import ProjectSnapshot
from app.model.song_folder import audio_path, make_inner_folders, peaks_path
from app.model.song_status import Phase
from engine.audio.mapped_wave import check_room
from engine.errors import OutputError
from engine.events import ProgressChanged
from engine.staged_folder import StagedFolder

_PIECE_BYTES = 1 << 24
_COPY_NUMBER = 1  # staged folders of exports beside it have other numbers

BUSY_PHASES = frozenset({Phase.DECODING, Phase.SEPARATING})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCopied:
    """The copy is complete; the last event of ``copy_project``.

    Attributes:
        folder: Where it is.
    """

    folder: Path


def copy_project(
    snapshot: ProjectSnapshot, destination: Path
) -> Generator[ProgressChanged | ProjectCopied, None, None]:
    """Copy a project; the song goes on in its own folder.

    The audio stays 32-bit float WAV: FLAC would have to cut or scale stems that go over full
    scale, and then they would not add up to the original any more.

    Args:
        snapshot: The song as it is now, at rest.
        destination: A folder that does not exist yet, or is empty.

    Yields:
        Progress, and ``ProjectCopied`` at the end. Closing the generator leaves nothing behind.

    Raises:
        ProjectError: The song is being worked on, the place is taken, or there is no room.
    """
    if snapshot.phase in BUSY_PHASES:  # audio that changes while it is copied fits together nowhere
        raise ProjectError.busy(snapshot.folder)
    if _is_inside(destination, snapshot.folder) or _is_taken(destination):
        raise ProjectError.taken(destination)
    audio = [audio_path(snapshot.folder, lane.name) for lane in snapshot.lanes]
    peaks = [peaks_path(snapshot.folder, lane.name) for lane in snapshot.lanes]
    files = [*audio, *(path for path in peaks if path.is_file())]
    try:
        with StagedFolder(destination.parent, number=_COPY_NUMBER) as staged:
            num_bytes = sum(path.stat().st_size for path in files)
            check_room(staged.path, num_bytes)
            make_inner_folders(staged.path)
            num_copied = 0
            for path in files:
                for num_more in _copying(path, staged.path / path.relative_to(snapshot.folder)):
                    num_copied += num_more
                    yield ProgressChanged(fraction=min(1.0, num_copied / max(1, num_bytes)))
            save_project(replace(snapshot, folder=staged.path))
            with contextlib.suppress(OSError):
                destination.rmdir()  # an empty folder that a dialog has made
            staged.publish(destination)
    except FileExistsError as error:
        raise ProjectError.taken(destination) from error
    except OutputError as error:
        raise ProjectError(error.message, remedy=error.remedy) from error
    except OSError as error:
        raise ProjectError.unwritable(destination, error) from error
    yield ProjectCopied(folder=destination)


def _copying(source: Path, target: Path) -> Generator[int, None, None]:
    with source.open("rb") as reader, target.open("xb") as writer:
        num_left = source.stat().st_size
        while num_left > 0:
            num_copied = _copy_piece(reader.fileno(), writer.fileno(), num_left)
            if num_copied == 0:
                break
            num_left -= num_copied
            yield num_copied
    shutil.copystat(source, target)


def _copy_piece(reader: int, writer: int, num_left: int) -> int:
    num_bytes = min(_PIECE_BYTES, num_left)
    if hasattr(os, "copy_file_range"):
        # Some file systems share the blocks instead of copying them.
        with contextlib.suppress(OSError):
            return os.copy_file_range(reader, writer, num_bytes)
    return os.write(writer, os.read(reader, num_bytes))


def _is_taken(destination: Path) -> bool:
    try:
        return os.path.lexists(destination) and any(destination.iterdir())
    except OSError:  # a file, or a folder that we may not look into
        return True


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())
