"""Exports in the background, one song after the other; one that fails does not stop the others."""

from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal, Slot

from app.model.shown_text import shown_text
from app.workers.engine_job import EngineJob
from engine.errors import EngineError
from engine.events import NoticeRaised, ProgressChanged
from engine.track_export import ExportPlan, FilesWritten, export_tracks


@dataclass(frozen=True, slots=True, kw_only=True)
class SongWritten:
    """The files of one song are in place.

    Attributes:
        title: Of the song.
        files: What was written.
        notices: Sentences that the user should know, such as about the gain.
    """

    title: str
    files: FilesWritten
    notices: tuple[str, ...]


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
class ExportEnded:
    """How it ended.

    Attributes:
        written: Every song that is in place.
        failed: The others that were tried.
        is_cancelled: Whether the user ended it; what is in place stays nevertheless.
    """

    written: tuple[SongWritten, ...]
    failed: tuple[SongNotWritten, ...]
    is_cancelled: bool


class ExportJob(QObject):
    """Writes the files of one or several songs in a thread of its own.

    Signals:
        song_began: Number of the song, from 0.
        progress_changed: Share of all songs that is done.
        notice_raised: A sentence for the user about the song at work; the export goes on.
        ended: ``ExportEnded``; nothing follows.
    """

    song_began = Signal(int)
    progress_changed = Signal(float)
    notice_raised = Signal(str)
    ended = Signal(object)

    def __init__(self, plans: Sequence[ExportPlan], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plans = tuple(plans)
        self._number = 0
        self._written: list[SongWritten] = []
        self._failed: list[SongNotWritten] = []
        self._job = EngineJob(self._write_all, self)
        self._job.event_arrived.connect(self._take)
        self._job.succeeded.connect(self._report_end)
        self._job.cancelled.connect(self._report_cancelled)
        self._job.failed.connect(self._report_mistake)

    def start(self) -> None:
        """Begin."""
        self._job.start()

    def cancel(self) -> None:
        """Ask for an end; songs that are in place stay, of the others nothing is left."""
        self._job.cancel()

    def stop(self) -> None:
        """Cancel, and wait until the thread has ended."""
        self._job.stop()

    @Slot(object)
    def _take(self, event: object) -> None:
        if isinstance(event, ProgressChanged):
            self.progress_changed.emit(event.fraction)
        elif isinstance(event, NoticeRaised):
            self.notice_raised.emit(shown_text(event.message))
        elif isinstance(event, int):
            self.song_began.emit(event)

    def _write_all(self) -> Generator[object, None, None]:
        """Keep what was written, in the worker's thread: a cancelled job passes nothing on."""
        sizes = [plan.num_frames * len(plan.parts) for plan in self._plans]
        total, before = max(1, sum(sizes)), 0
        for number, (plan, size) in enumerate(zip(self._plans, sizes, strict=True)):
            self._number = number
            yield number
            try:
                for event in self._write(plan):
                    if isinstance(event, ProgressChanged):
                        yield ProgressChanged(fraction=(before + size * event.fraction) / total)
                    else:
                        yield event
            except EngineError as error:
                self._failed.append(SongNotWritten(title=plan.title, error=error))
            before += size

    def _write(self, plan: ExportPlan) -> Generator[ProgressChanged | NoticeRaised, None, None]:
        notices: list[str] = []
        with closing(export_tracks(plan)) as events:
            for event in events:
                if isinstance(event, FilesWritten):
                    written = SongWritten(title=plan.title, files=event, notices=tuple(notices))
                    self._written.append(written)
                    continue
                if isinstance(event, NoticeRaised):
                    notices.append(shown_text(event.message))
                yield event

    @Slot()
    def _report_end(self) -> None:
        self._end(is_cancelled=False)

    @Slot()
    def _report_cancelled(self) -> None:
        self._end(is_cancelled=True)

    @Slot(object)
    def _report_mistake(self, error: EngineError) -> None:
        """Count what no error of the engine explains to the song that was at work."""
        title = self._plans[self._number].title
        self._failed.append(SongNotWritten(title=title, error=error))
        self._end(is_cancelled=False)

    def _end(self, *, is_cancelled: bool) -> None:
        self.ended.emit(
            ExportEnded(
                written=tuple(self._written),
                failed=tuple(self._failed),
                is_cancelled=is_cancelled,
            )
        )
