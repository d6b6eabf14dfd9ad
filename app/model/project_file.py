"""Projects on disk: saving a song's ``project.json`` and opening a song again.

What the file claims is true: sound that it calls done was on the disk before the file was. That
holds after a kill of the program and, on Linux and macOS, after a loss of power. (On Windows
another process's mapped pages may still be on their way when the power goes.)
"""

import logging
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app.model.atomic_file import sync_file, write_atomically
from app.model.json_fields import InvalidFieldError
from app.model.lane_sums import mending_sum, taking_lane
from app.model.project_error import ProjectError
from app.model.project_json import parse_project, project_json
from app.model.project_migration import NewerVersionError
from app.model.project_snapshot import ProjectSnapshot, snapshot_of
from app.model.song import Song
from app.model.song_folder import (
    PROJECT_FILE,
    audio_path,
    make_inner_folders,
    opening_track,
    peaks_path,
)
from app.model.track import Track
from engine.audio.stated_length import stated_seconds
from engine.errors import AudioFileError, OutputError
from engine.events import ProgressChanged

logger = logging.getLogger(__name__)

MAX_PROJECT_BYTES = 1 << 25  # a project of a hundred thousand ranges has a tenth of that


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProjectLoaded:
    """A project is read, with its lanes mapped; the last event of ``load_project``.

    Attributes:
        snapshot: What its file says.
        tracks: Its lanes with their peaks, in the order of the snapshot's lanes.
        stated_seconds: Length of a song that was never open, as its file's header says.
    """

    snapshot: ProjectSnapshot
    tracks: tuple[Track, ...]
    stated_seconds: float | None = None

    def make_song(self) -> Song:
        """Build the song; GUI thread only."""
        snapshot = self.snapshot
        song = Song(snapshot.folder, snapshot.source)
        song.view = snapshot.view
        song.stated_seconds = self.stated_seconds
        if snapshot.facts is not None:
            song.open(snapshot.facts, self.tracks[0])
            song.set_stems(
                self.tracks[1:],
                model_name=snapshot.model_name,
                quality=snapshot.quality,
                residual=snapshot.residual,
                separated=snapshot.separated,
            )
        song.wanted_models = snapshot.wanted_models
        song.restore(snapshot.state)
        song.set_status(snapshot.resting_status())
        return song


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectNotLoaded:
    """One of several projects cannot be opened.

    Attributes:
        folder: Of the project.
        error: Why.
    """

    folder: Path
    error: ProjectError


def save_project(song: Song | ProjectSnapshot) -> None:
    """Write a song's ``project.json``; in the GUI thread only when the window closes.

    It waits for the disk. Saving on the way is the work of ``Autosave``.

    Raises:
        ProjectError: The file cannot be written; the old one is as it was.
    """
    snapshot = song if isinstance(song, ProjectSnapshot) else snapshot_of(song)
    content = project_json(snapshot)
    try:
        for lane in snapshot.lanes:
            if lane.done.ranges:
                sync_file(audio_path(snapshot.folder, lane.name))
        write_atomically(snapshot.folder / PROJECT_FILE, content)
    except OSError as error:
        raise ProjectError.unwritable(snapshot.folder, error) from error


def read_project(folder: Path) -> ProjectSnapshot:
    """Read what a project's file says, without its sound.

    Raises:
        ProjectError: There is no project, or it is damaged or of a newer version.
    """
    path = folder / PROJECT_FILE
    try:
        # A device or a pipe would never end.
        if not path.is_file() or path.stat().st_size > MAX_PROJECT_BYTES:
            raise ProjectError.no_project(folder)
        return parse_project(path.read_bytes(), folder)
    except NewerVersionError as error:
        raise ProjectError.newer(folder) from error
    except InvalidFieldError as error:
        logger.warning("%s is damaged: %s", path, error)
        raise ProjectError.damaged(folder) from error
    except OSError as error:
        raise ProjectError.unreadable(folder, error) from error


def load_project(folder: Path) -> Generator[ProgressChanged | ProjectLoaded, None, None]:
    """Read a project with its sound; a generator for a worker's job.

    Yields:
        Progress if anything takes time, and ``ProjectLoaded`` at the end. Nothing on disk is
        changed, except that lanes which a kill left not adding up are mended.

    Raises:
        ProjectError: The project cannot be opened; it is as it was.
    """
    snapshot = read_project(folder)
    facts, tracks = snapshot.facts, list[Track]()
    num_parts = len(snapshot.lanes) + 1
    try:
        if facts is not None:
            make_inner_folders(folder)
            taker = taking_lane(snapshot)
            if taker and not peaks_path(folder, taker).exists():  # its audio did not rest
                for share in mending_sum(snapshot):
                    yield ProgressChanged(fraction=share / num_parts)
            for number, lane in enumerate(snapshot.lanes, start=1):
                opening = opening_track(folder, lane.name, facts, lane.done)
                while True:
                    try:
                        share = next(opening)
                    except StopIteration as opened:
                        tracks.append(opened.value)
                        break
                    yield ProgressChanged(fraction=(number + share) / num_parts)
    except (AudioFileError, OutputError) as error:
        raise ProjectError.without_audio(folder, error) from error
    except OSError as error:
        raise ProjectError.unreadable(folder, error) from error
    stated = stated_seconds(snapshot.source) if facts is None else None
    yield ProjectLoaded(snapshot=snapshot, tracks=tuple(tracks), stated_seconds=stated)


def load_projects(
    folders: Iterable[Path],
) -> Generator[ProgressChanged | ProjectLoaded | ProjectNotLoaded, None, None]:
    """Read projects one after the other; one that cannot be opened does not stop the others."""
    for folder in folders:
        try:
            yield from load_project(folder)
        except ProjectError as error:
            yield ProjectNotLoaded(folder=folder, error=error)


def open_project(folder: Path) -> Song:
    """Open a song again, all in one go; ``load_project`` is the same in a worker's job.

    Raises:
        ProjectError: The project cannot be opened; it is as it was.
    """
    with closing(load_project(folder)) as events:
        for event in events:
            if isinstance(event, ProjectLoaded):
                return event.make_song()
    raise AssertionError("a project that is read ends with its lanes")
