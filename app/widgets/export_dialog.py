"""The dialog that writes a song's lanes to files. Open it with ``open()``; it never blocks."""

from dataclasses import replace
from enum import Enum

from PySide6.QtCore import QCoreApplication, QTimer, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QWidget,
)

from app.model.export_choice import ExistingChoice, ExportChoice, ExportKind
from app.model.export_planning import export_plan, unfinished_lanes
from app.model.settings import Settings
from app.model.song import Song
from app.model.song_status import Phase
from app.widgets.existing_question import ExistingQuestion
from app.widgets.export_content_box import ExportContentBox
from app.widgets.export_format_box import ExportFormatBox
from app.widgets.export_layout import lay_out_export
from app.widgets.export_place_box import ExportPlaceBox
from app.widgets.export_report import ExportReport
from app.widgets.export_texts import gain_text, summary_text, unfinished_text, written_text
from app.widgets.lane_style import lane_colour
from app.widgets.reveal import reveal
from app.workers.export_check import ExportCheck, NamesChecked
from app.workers.export_job import ExportEnded, ExportJob
from engine.errors import EngineError
from engine.stem_export import ExistingPolicy
from engine.track_export import ExportPlan, FilesWritten, GainFound

CHECK_DELAY_MS = 150  # after a choice, while the user may still be typing

_WORKING = frozenset({Phase.WAITING, Phase.DECODING, Phase.SEPARATING, Phase.PAUSED})


class _Step(Enum):
    """What the dialog is doing."""

    CHOOSING = "choosing"
    ASKING = "asking"  # looks for files that are in the way, or asks about them
    WAITING = "waiting"  # for stems that are not complete
    WRITING = "writing"


class ExportDialog(QDialog):
    """Asks what to write, shows what that means, and writes it in the background."""

    def __init__(
        self,
        song: Song,
        settings: Settings,
        parent: QWidget | None = None,
        *,
        only_selection: bool = False,
    ) -> None:
        """Make the dialog; it shows the choices of the last export.

        Args:
            song: What to export.
            settings: Where the choices are remembered.
            parent: The window.
            only_selection: Begin with the marked range instead of the whole song.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export “{0}”").format(song.title))
        self.setSizeGripEnabled(True)
        self._song = song
        self._settings = settings
        self._step = _Step.CHOOSING
        self._job: ExportJob | None = None
        self._written: FilesWritten | None = None
        self._closes_after_job = False
        choice = replace(settings.export_choice, only_selection=only_selection)
        self._content = ExportContentBox(song, choice, self)
        self._format = ExportFormatBox(choice, self)
        self._place = ExportPlaceBox(choice, self)
        self._place.show_tempo(song.state.tempo)
        self._boxes = (self._content, self._format, self._place)
        self._report = ExportReport(self)
        self._check = ExportCheck(self)
        self._check.names_checked.connect(self._take_names)
        self._check.gain_found.connect(self._show_gain)
        self._check.failed.connect(self._report.say_error)
        self._check_timer = QTimer(self, singleShot=True, interval=CHECK_DELAY_MS)
        self._check_timer.timeout.connect(self._start_check)
        self._buttons = self._make_buttons()
        lay_out_export(self, self._boxes, self._report, self._buttons)
        for box in self._boxes:
            box.changed.connect(self._refresh)
        song.audio_arrived.connect(self._follow_song)
        song.status_changed.connect(self._follow_song)
        song.lanes_changed.connect(self._follow_song)
        song.state_changed.connect(self._follow_song)
        application = QCoreApplication.instance()
        if application is not None:  # a window that goes must not leave a thread behind
            application.aboutToQuit.connect(self.stop)
        self._refresh()

    @property
    def choice(self) -> ExportChoice:
        """What is chosen now."""
        return self._place.choice(self._format.choice(self._content.choice(ExportChoice())))

    @Slot()
    def export(self) -> None:
        """Write the files now, after asking about those that are there already."""
        self._begin(self.choice.existing)

    @Slot()
    def export_when_ready(self) -> None:
        """Write the files as soon as the separation has delivered what they need."""
        self._set_step(_Step.WAITING)
        self._go_on_waiting()

    @Slot()
    def reject(self) -> None:
        """Cancel what is running; otherwise close."""
        if self._step is _Step.WRITING and self._job is not None:
            self._report.say(self.tr("Cancelling…"))
            self._job.cancel()
        elif self._step is not _Step.CHOOSING:
            self._set_step(_Step.CHOOSING)
            self._refresh()
        else:
            super().reject()

    def done(self, result: int) -> None:
        """Remember the choices and close."""
        self._settings.export_choice = self._content.remembered(self.choice)
        self.stop()
        super().done(result)

    @Slot()
    def stop(self) -> None:
        """Cancel everything, and wait until the threads have ended."""
        self._check_timer.stop()
        self._check.stop()
        if self._job is not None:
            self._job.stop()

    # What is on screen

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        role = QDialogButtonBox.ButtonRole
        self._export_button = QPushButton(self.tr("&Export"))
        self._export_button.setToolTip(self.tr("Write the files (Enter)"))
        self._export_button.setDefault(True)
        self._export_button.clicked.connect(self.export)
        self._wait_button = QPushButton(self.tr("Wait, Then E&xport"))
        self._wait_button.setToolTip(
            self.tr("Write the files as soon as the separation has finished")
        )
        self._wait_button.clicked.connect(self.export_when_ready)
        self._show_button = QPushButton(self.tr("Show the Files"))
        self._show_button.clicked.connect(self._show_files)
        self._close_button = QPushButton()
        self._close_button.clicked.connect(self.reject)
        buttons.addButton(self._export_button, role.ApplyRole)
        buttons.addButton(self._wait_button, role.ApplyRole)
        buttons.addButton(self._show_button, role.ActionRole)
        buttons.addButton(self._close_button, role.RejectRole)
        for button in (self._wait_button, self._show_button, self._close_button):
            button.setAutoDefault(False)
        return buttons

    def _set_step(self, step: _Step) -> None:
        self._step = step
        is_choosing = step is _Step.CHOOSING
        for box in self._boxes:
            box.setEnabled(is_choosing)
        self._close_button.setText(self.tr("Close") if is_choosing else self.tr("Cancel"))
        self._show_button.setVisible(is_choosing and self._written is not None)
        if not is_choosing:
            self._export_button.setEnabled(False)
            self._wait_button.setEnabled(False)
        if step in (_Step.CHOOSING, _Step.ASKING):
            self._report.hide_progress()

    @Slot()
    def _refresh(self) -> None:
        """Show what the choices mean; the result of an earlier export gives way to that."""
        self._written = None
        self._set_step(_Step.CHOOSING)
        self._check.forget()
        self._check_timer.stop()
        self._report.say_gain("")
        choice = self.choice
        self._content.expect_project(choice.with_project)
        if choice.kind is ExportKind.WITHOUT and not choice.removed_stems:
            self._place.show_names("", (), ())
            self._report.say(self.tr("Tick what the mix should go without."))
            self._export_button.setEnabled(False)
            self._wait_button.setVisible(False)
            return
        try:
            plan = self._plan("rename")
            unfinished = unfinished_lanes(self._song, self.choice)
        except EngineError as error:
            self._place.show_names("", (), ())
            self._report.say_error(error)
            self._export_button.setEnabled(False)
            self._wait_button.setVisible(False)
            return
        self._show_names(plan, ())
        is_working = self._song.status.phase in _WORKING
        self._export_button.setEnabled(not unfinished)
        self._wait_button.setVisible(is_working)
        self._wait_button.setEnabled(is_working)
        if unfinished:
            self._report.say(
                unfinished_text(self._song, unfinished, can_wait=is_working), "warning"
            )
        elif is_working:
            self._report.say(
                self.tr(
                    "A better result is on its way ({0} %). An export now takes what is there."
                ).format(int(100 * self._song.status.fraction)),
                "warning",
            )
        else:
            self._report.say(summary_text(plan))
        if not unfinished:
            self._check_timer.start()

    def _show_names(self, plan: ExportPlan, taken: tuple[str, ...]) -> None:
        names = [part.name for part in plan.parts] + [text.name for text in plan.texts]
        self._place.show_names(plan.folder_name, names, taken)

    # Looking ahead

    def _plan(self, existing: ExistingPolicy) -> ExportPlan:
        colours = {
            track.name: lane_colour(self._song, track.name).name() for track in self._song.tracks
        }
        return export_plan(
            self._song,
            self.choice,
            folder=self._place.folder,
            existing=existing,
            colours=colours,
        )

    @Slot()
    def _start_check(self) -> None:
        plan = self._plan("rename")
        if not plan.format.is_float:
            self._report.say_gain(self.tr("Looking for the loudest sample…"))
        self._check.check(plan)

    @Slot(object)
    def _take_names(self, checked: NamesChecked) -> None:
        self._show_names(self._plan("rename"), checked.taken)
        if self._step is _Step.ASKING:
            self._check.forget()
            if checked.taken:
                question = ExistingQuestion(checked, self)
                question.answered.connect(self._take_answer)
                question.open()
            else:
                self._write("rename")

    @Slot(object)
    def _show_gain(self, found: GainFound) -> None:
        self._report.say_gain(gain_text(found, self._plan("rename")))

    # Writing

    def _begin(self, existing: ExistingChoice) -> None:
        if existing != "ask":
            self._write(existing)
            return
        self._set_step(_Step.ASKING)
        self._check_timer.stop()
        self._check.check(self._plan("rename"))

    @Slot(object)
    def _take_answer(self, policy: ExistingPolicy | None) -> None:
        if policy is None or self._step is not _Step.ASKING:
            self._refresh()
        else:
            self._write(policy)

    def _write(self, existing: ExistingPolicy) -> None:
        try:
            plan = self._plan(existing)
        except EngineError as error:
            self._fail(error)
            return
        self._settings.export_choice = self._content.remembered(self.choice)
        self._check.forget()
        self._set_step(_Step.WRITING)
        self._report.say(self.tr("Writing…"))
        self._report.say_gain("")  # it said what would be; notices say what is
        self._report.show_progress(0.0)
        self._job = ExportJob([plan], self)
        self._job.progress_changed.connect(self._report.show_progress)
        self._job.notice_raised.connect(self._report.say_gain)
        self._job.ended.connect(self._end)
        self._job.start()

    @Slot()
    def _follow_song(self) -> None:
        if self._step is _Step.CHOOSING and self._written is None:
            self._content.refresh()
            self._refresh()
        elif self._step is _Step.WAITING:
            self._content.refresh()
            self._go_on_waiting()

    def _go_on_waiting(self) -> None:
        """Start the export if the song is ready, or say why that cannot be any more."""
        try:
            unfinished = unfinished_lanes(self._song, self.choice)
        except EngineError as error:
            self._fail(error)
            return
        if self._song.status.phase in _WORKING:
            shares = [share for _, share in unfinished] or [self._song.status.fraction]
            self._report.show_progress(min(shares))
            self._report.say(self.tr("Waiting for the separation; the export starts by itself."))
        elif unfinished:
            self._refresh()
        else:
            self._begin(self.choice.existing)

    @Slot(object)
    def _end(self, ended: ExportEnded) -> None:
        if ended.written:
            self._finish(ended.written[0].files)
        elif ended.failed:
            self._fail(ended.failed[0].error)
        else:
            self._end_cancelled()

    def _finish(self, written: FilesWritten) -> None:
        self._forget_job()
        self._written = written
        self._set_step(_Step.CHOOSING)
        self._export_button.setEnabled(True)
        self._report.say(written_text(written), "done")
        self._close_button.setFocus()
        if self.choice.shows_folder:
            self._show_files()

    def _end_cancelled(self) -> None:
        self._forget_job()
        self._refresh()
        self._report.say(self.tr("Cancelled; no file was written."))

    def _fail(self, error: EngineError) -> None:
        self._forget_job()
        self._refresh()
        self._report.say_error(error)

    def _forget_job(self) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None

    @Slot()
    def _show_files(self) -> None:
        written = self._written
        if written is not None and not reveal((*written.files, written.folder)[0]):
            hint = self.tr("No program was found that shows folders.")
            self._report.say(f"{written_text(written)} {hint}", "done")
            self._show_button.hide()  # it could not do more
            self._close_button.setFocus()
