"""What becomes of files that the user opens: new songs, or projects that there are already."""

from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from app.model.earlier_project import find_earlier_project
from app.model.shown_text import shown_error
from app.model.song import Song
from app.model.song_folder import new_song_folder
from app.model.source_file import SourceStamp, stamp_of
from app.workers.song_jobs import ModelChoice, default_models
from engine.audio.file_names import cleaned_name
from engine.audio.stated_length import stated_seconds
from engine.commands.mix_files import find_files
from engine.errors import EngineError, OutputError
from engine.events import NoticeRaised

translate = QCoreApplication.translate

NOWHERE = " (0)"  # no song's folder ends so
MANY = 50  # files below folders that are taken without a question
NAMED_FILES = 3  # of those that are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class SongFound:
    """A file that becomes a song.

    Attributes:
        source: The file.
        stamp: Of the file; None if it cannot be looked at.
        folder: Made for it; nowhere if ``error`` is there.
        models: What it shall be separated with, one after the other.
        error: Why nothing can be done with it.
        is_afresh: Whether other songs of the same file do not count.
        seconds: Its length as its header says; None if that is unknown.
    """

    source: Path
    stamp: SourceStamp | None
    folder: Path
    models: tuple[ModelChoice, ...]
    error: EngineError | None = None
    is_afresh: bool = False
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFound:
    """A file of which there is a project already, on disk or in the session.

    Attributes:
        source: The file.
        folder: Of the project.
    """

    source: Path
    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ManyFound:
    """So many files below folders that a wrong folder may be meant; nothing is begun with them.

    Attributes:
        sources: All files.
    """

    sources: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSong:
    """A song of the session as another thread may see it.

    Attributes:
        source: The file that it was made of, as a full path.
        stamp: Of that file; None while the song is not open.
        folder: Of its project.
    """

    source: Path
    stamp: SourceStamp | None
    folder: Path

    def is_of(self, source: Path, stamp: SourceStamp | None) -> bool:
        """Whether opening this file would make the same song once more."""
        return self.source == source and (self.stamp is None or self.stamp == stamp)


def known_song(song: Song) -> KnownSong:
    """Take down a song; GUI thread only."""
    stamp = song.facts.stamp if song.facts is not None else None
    return KnownSong(source=song.source.absolute(), stamp=stamp, folder=song.folder)


def twin_of(found: SongFound, songs: Iterable[Song]) -> ProjectFound | None:
    """Return the same song if it has come into the session while another thread looked."""
    for song in map(known_song, songs):
        if song.is_of(found.source, found.stamp):
            return ProjectFound(source=found.source, folder=song.folder)
    return None


def find_songs(
    paths: Sequence[Path], root: Path, model_name: str, known: Collection[KnownSong] | None
) -> Generator[SongFound | ProjectFound | ManyFound | NoticeRaised, None, None]:
    """Expand folders, and make a song's folder for every file that has no project yet.

    Args:
        paths: Files and folders.
        root: Where songs' folders are made.
        model_name: The user's choice; empty for the best one.
        known: Songs of the session; None makes a new song of every file, whatever there is.
    """
    models = default_models(model_name)
    if model_name and model_name not in [model.name for model in models]:
        yield NoticeRaised(
            message=translate(
                "SongQueue", "The model “{0}” is not there any more; “{1}” takes its place."
            ).format(model_name, models[-1].name)
        )
    sources: list[Path] = []
    left_out: list[Path] = []
    for path in paths:
        try:
            found = find_files(path.absolute(), out=root)
        except EngineError as error:
            yield NoticeRaised(message=shown_error(error))
        else:
            sources += found.mixes
            left_out += found.left_out
    if left_out:
        yield NoticeRaised(message=_left_out_text(left_out))
    if len(sources) > max(MANY, len(paths)):
        yield ManyFound(sources=tuple(sources))
        return
    for source in sources:
        stamp = stamp_of(source)
        folder = None if known is None else _project_of(source, stamp, root, known)
        if folder is not None:
            yield ProjectFound(source=source, folder=folder)
        elif known is None and stamp is None:
            yield NoticeRaised(
                message=translate(
                    "SongQueue", "“{0}” is not there any more, so nothing can be begun with it."
                ).format(source)
            )
        else:
            yield _new_song(source, stamp, root, models, is_afresh=known is None)


def _left_out_text(files: Sequence[Path]) -> str:
    names = [file.name for file in files[:NAMED_FILES]]
    if len(files) > NAMED_FILES:
        names.append("…")
    text = translate("SongQueue", "%n files left out (no audio): {0}", None, len(files))
    return text.format(", ".join(names))


def _project_of(
    source: Path, stamp: SourceStamp | None, root: Path, known: Collection[KnownSong]
) -> Path | None:
    for song in known:
        if song.is_of(source, stamp):
            return song.folder
    return None if stamp is None else find_earlier_project(root, source, stamp)


def _new_song(
    source: Path,
    stamp: SourceStamp | None,
    root: Path,
    models: tuple[ModelChoice, ...],
    *,
    is_afresh: bool,
) -> SongFound:
    error: EngineError | None = None
    try:
        folder = new_song_folder(root, source.stem)
    except OutputError as failure:
        folder, error = root / cleaned_name(source.stem, suffix=NOWHERE), failure
    return SongFound(
        source=source,
        stamp=stamp,
        folder=folder,
        models=models,
        error=error,
        is_afresh=is_afresh,
        seconds=stated_seconds(source),
    )
