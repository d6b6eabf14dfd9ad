"""Several songs are exported one after the other; one that fails does not stop the others."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from app.workers.engine_job import EngineJob
from app.workers.export_job import NamesChecked
from engine.errors import EngineError
from engine.events import ProgressChanged
from engine.track_export import ExportPlan, FilesWritten, export_tracks, names_in_the_way


@dataclass(frozen=True, slots=True, kw_only=True)
class SongNotWritten:
    """One of the songs could not be written; nothing is left of its files.

    Attributes:
        title: Of the song.
        error: Why.
    """

    title: str
    error: EngineError


@dataclass(frozen=True, slots=True, kw_only=True)
class SongsWritten:
    """How it ended.

    Attributes:
        written: Of every song that is in place.
        failed: The others that were tried.
        is_cancelled: Whether the user ended it before the last song.
    """

    written: tuple[FilesWritten, ...]
    failed: tuple[SongNotWritten, ...]
    is_cancelled: bool


class SongsExportJob(QObject):
    """Writes the files of several songs in a thread of its own.

    Signals:
        song_began: Number of the song, from 0.
        progress_changed: Share of all songs that is done.
        ended: ``SongsWritten``; nothing follows.
    """

    song_began = Signal(int)
    progress_changed = Signal(float)
    ended = Signal(object)

    def __init__(self, plans: Sequence[ExportPlan], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._written: list[FilesWritten] = []
        self._failed: list[SongNotWritten] = []
        self._job = EngineJob(lambda: self._write_all(tuple(plans)), self)
        self._job.event_arrived.connect(self._take)
        self._job.succeeded.connect(lambda: self._end(is_cancelled=False))
        self._job.cancelled.connect(lambda: self._end(is_cancelled=True))

    def start(self) -> None:
        """Begin."""
        self._job.start()

    def cancel(self) -> None:
        """Ask for an end; songs that are in place stay."""
        self._job.cancel()

    def stop(self) -> None:
        """Cancel, and wait until the thread has ended."""
        self._job.stop()

    @Slot(object)
    def _take(self, event: object) -> None:
        if isinstance(event, ProgressChanged):
            self.progress_changed.emit(event.fraction)
        elif isinstance(event, int):
            self.song_began.emit(event)

    def _write_all(self, plans: tuple[ExportPlan, ...]) -> Generator[object, None, None]:
        """Keep what was written, in the worker's thread: a cancelled job passes nothing on."""
        sizes = [plan.num_frames * len(plan.parts) for plan in plans]
        total, before = sum(sizes), 0
        for number, (plan, size) in enumerate(zip(plans, sizes, strict=True)):
            yield number
            try:
                with closing(export_tracks(plan)) as events:
                    for event in events:
                        if isinstance(event, FilesWritten):
                            self._written.append(event)
                        elif isinstance(event, ProgressChanged):
                            fraction = (before + size * event.fraction) / total
                            yield ProgressChanged(fraction=fraction)
            except EngineError as error:
                self._failed.append(SongNotWritten(title=plan.title, error=error))
            before += size

    def _end(self, *, is_cancelled: bool) -> None:
        self.ended.emit(
            SongsWritten(
                written=tuple(self._written),
                failed=tuple(self._failed),
                is_cancelled=is_cancelled,
            )
        )


def check_names(plans: Sequence[ExportPlan]) -> Generator[NamesChecked, None, None]:
    """Look for files that are in the way of any of the plans, for a job."""
    taken = [f"{plan.folder_name}/{name}" for plan in plans for name in names_in_the_way(plan)]
    yield NamesChecked(folder=plans[0].parent, taken=tuple(taken))
