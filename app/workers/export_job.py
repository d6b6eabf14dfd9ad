"""Exports, and what is known of them beforehand, outside of the GUI thread."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.model.shown_text import shown_text
from app.workers.engine_job import EngineJob
from engine.errors import EngineError
from engine.events import NoticeRaised, ProgressChanged
from engine.track_export import (
    ExportPlan,
    FilesWritten,
    GainFound,
    export_tracks,
    find_common_gain,
    names_in_the_way,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesChecked:
    """Which files of a plan are there already.

    Attributes:
        folder: The song's folder that was looked into.
        taken: Names in it that the plan would use.
    """

    folder: Path
    taken: tuple[str, ...]


class ExportJob(QObject):
    """One export that runs in its own thread.

    Signals:
        progress_changed: Share that is done.
        notice_raised: A sentence for the user; the export goes on.
        written: ``FilesWritten``; nothing follows.
        cancelled: Nothing is left of the files; nothing follows.
        failed: ``EngineError``; nothing follows.
    """

    progress_changed = Signal(float)
    notice_raised = Signal(str)
    written = Signal(object)
    cancelled = Signal()
    failed = Signal(object)

    def __init__(self, plan: ExportPlan, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._written: FilesWritten | None = None
        self._job = EngineJob(lambda: self._watched(plan), self)
        self._job.event_arrived.connect(self._take)
        self._job.succeeded.connect(self._report)
        self._job.cancelled.connect(self._end_early)
        self._job.failed.connect(self._report_failure)

    def start(self) -> None:
        """Begin."""
        self._job.start()

    def cancel(self) -> None:
        """Ask for an end; ``written`` comes nevertheless if the files are in place already."""
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

    def _watched(self, plan: ExportPlan) -> Generator[object, None, None]:
        """Keep the last event, in the worker's thread: a cancelled job passes it on to nobody."""
        with closing(export_tracks(plan)) as events:
            for event in events:
                if isinstance(event, FilesWritten):
                    self._written = event
                yield event

    @Slot()
    def _report(self) -> None:
        assert self._written is not None, "an export ends with FilesWritten"
        self.written.emit(self._written)

    @Slot()
    def _end_early(self) -> None:
        if self._written is not None:
            self.written.emit(self._written)
        else:
            self.cancelled.emit()

    @Slot(object)
    def _report_failure(self, error: EngineError) -> None:
        self.failed.emit(error)


class ExportCheck(QObject):
    """Looks at one plan after the other: only the latest matters.

    Signals:
        names_checked: ``NamesChecked`` of the latest plan.
        gain_found: ``GainFound`` of the latest plan.
        failed: ``EngineError``: the latest plan cannot be carried out.
    """

    names_checked = Signal(object)
    gain_found = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: EngineJob | None = None
        self._next: ExportPlan | None = None
        self._is_stale = False

    def check(self, plan: ExportPlan) -> None:
        """Look at a plan; what is known of an earlier one is not reported any more."""
        self._next = plan
        if self._job is None:
            self._start_next()
        else:
            self.forget()
            self._next = plan

    def forget(self) -> None:
        """Report nothing of any plan so far."""
        self._next = None
        self._is_stale = True
        if self._job is not None:
            self._job.cancel()

    def stop(self) -> None:
        """Forget everything, and wait until the thread has ended."""
        self.forget()
        if self._job is not None:
            self._job.stop()

    def _start_next(self) -> None:
        plan, self._next = self._next, None
        if plan is None:
            return
        self._is_stale = False
        self._job = EngineJob(lambda: _checks(plan), self)
        self._job.event_arrived.connect(self._take)
        self._job.succeeded.connect(self._go_on)
        self._job.cancelled.connect(self._go_on)
        self._job.failed.connect(self._report_failure)
        self._job.start()

    @Slot(object)
    def _take(self, event: object) -> None:
        if self._is_stale:
            return
        if isinstance(event, NamesChecked):
            self.names_checked.emit(event)
        elif isinstance(event, GainFound):
            self.gain_found.emit(event)

    @Slot()
    def _go_on(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self._start_next()

    @Slot(object)
    def _report_failure(self, error: EngineError) -> None:
        if not self._is_stale:
            self.failed.emit(error)
        self._go_on()


def _checks(plan: ExportPlan) -> Generator[object, None, None]:
    for part in plan.parts[:1]:
        plan.format.check(plan.sample_rate, len(part.lanes[0].gains), plan.num_frames)
    yield NamesChecked(folder=plan.parent / plan.folder_name, taken=names_in_the_way(plan))
    yield from find_common_gain(plan)
