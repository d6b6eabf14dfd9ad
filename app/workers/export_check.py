"""What is known of an export beforehand, found outside of the GUI thread."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.workers.engine_job import EngineJob
from engine.errors import EngineError
from engine.track_export import ExportPlan, GainFound, find_common_gain, names_in_the_way


@dataclass(frozen=True, slots=True, kw_only=True)
class NamesChecked:
    """Which files of an export are there already.

    Attributes:
        folder: That was looked into: a song's, or the one that holds those of several songs.
        taken: Names in it that the export would use.
    """

    folder: Path
    taken: tuple[str, ...]


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


def check_names(plans: Sequence[ExportPlan]) -> Generator[NamesChecked, None, None]:
    """Look for files that are in the way of any of the plans, for a job."""
    taken = [f"{plan.folder_name}/{name}" for plan in plans for name in names_in_the_way(plan)]
    yield NamesChecked(folder=plans[0].parent, taken=tuple(taken))
