"""The dialog that writes several songs to files, one after the other, into a folder each."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QWidget,
)

from app.model.export_choice import ExportChoice, ExportKind
from app.model.export_planning import export_plan
from app.model.settings import Settings
from app.model.song import Song
from app.model.songs_export import (
    WORKING_PHASES,
    SongsSorted,
    choice_for,
    in_folders_of_their_own,
    sort_songs,
)
from app.widgets.existing_question import ExistingQuestion
from app.widgets.export_content_box import ExportContentBox
from app.widgets.export_format_box import ExportFormatBox
from app.widgets.export_layout import lay_out_export
from app.widgets.export_place_box import ExportPlaceBox
from app.widgets.export_report import ExportReport
from app.widgets.export_texts import songs_remarks_text, songs_summary_text, songs_written_text
from app.widgets.lane_style import lane_colour
from app.widgets.reveal import reveal
from app.workers.engine_job import EngineJob
from app.workers.export_check import NamesChecked, check_names
from app.workers.export_job import ExportEnded, ExportJob
from engine.errors import EngineError
from engine.stem_export import ExistingPolicy
from engine.track_export import ExportPlan


class SongsExportDialog(QDialog):
    """Asks once what to write of several songs, and writes it in the background."""

    def __init__(
        self, songs: Sequence[Song], settings: Settings, parent: QWidget | None = None
    ) -> None:
        """Make the dialog; it shows the choices of the last export.

        Args:
            songs: Those that are marked in the queue; some may not be ready, or have failed.
            settings: Where the choices are remembered.
            parent: The window.
        """
        super().__init__(parent)
        self.setWindowTitle(self.tr("Export %n Song(s)", "", len(songs)))
        self.setSizeGripEnabled(True)
        self._songs = tuple(songs)
        self._settings = settings
        self._is_waiting = False
        self._job: ExportJob | None = None
        self._look: EngineJob | None = None
        self._plans: tuple[ExportPlan, ...] = ()
        choice = settings.export_choice
        open_songs = [song for song in songs if song.stems] or [*songs]
        self._content = ExportContentBox(open_songs[0], choice, self, others=open_songs[1:])
        self._format = ExportFormatBox(choice, self)
        self._place = ExportPlaceBox(choice, self)
        self._boxes = (self._content, self._format, self._place)
        self._report = ExportReport(self)
        self._buttons = self._make_buttons()
        lay_out_export(self, self._boxes, self._report, self._buttons)
        for box in self._boxes:
            box.changed.connect(self._refresh)
        for song in songs:
            song.status_changed.connect(self._follow_songs)
            song.lanes_changed.connect(self._follow_songs)
        application = QCoreApplication.instance()
        if application is not None:  # a window that goes must not leave a thread behind
            application.aboutToQuit.connect(self.stop)
        self._refresh()

    @property
    def choice(self) -> ExportChoice:
        """What is chosen now, for all songs."""
        return self._place.choice(self._format.choice(self._content.remembered_choice()))

    @Slot()
    def export(self) -> None:
        """Write the songs that are ready, after asking about files that are there already."""
        self._is_waiting = False
        existing = self.choice.existing
        self._settings.export_choice = self.choice
        if existing != "ask":
            self._write(existing)
            return
        plans = self._planned("rename")
        self._set_busy()
        self._look = EngineJob(lambda: check_names(plans), self)
        self._look.event_arrived.connect(self._take_names)
        self._look.failed.connect(self._fail)
        self._look.start()

    @Slot()
    def export_when_ready(self) -> None:
        """Write the songs as soon as none of them is at work any more."""
        self._is_waiting = True
        self._set_busy()
        self._follow_songs()

    @Slot()
    def reject(self) -> None:
        """Cancel what is running; otherwise close."""
        if self._job is not None:
            self._report.say(self.tr("Cancelling…"))
            self._job.cancel()
        elif self._is_waiting or self._look is not None:
            self._refresh()
        else:
            super().reject()

    def done(self, result: int) -> None:
        """Remember the choices and close."""
        self._settings.export_choice = self.choice
        self.stop()
        super().done(result)

    @Slot()
    def stop(self) -> None:
        """Cancel everything, and wait until the threads have ended."""
        for job in (self._look, self._job):
            if job is not None:
                job.stop()

    def _make_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        role = QDialogButtonBox.ButtonRole
        self._export_button = QPushButton(self.tr("&Export"))
        self._export_button.setDefault(True)
        self._export_button.clicked.connect(self.export)
        self._wait_button = QPushButton(self.tr("Wait, Then E&xport"))
        self._wait_button.setToolTip(
            self.tr("Write the files as soon as the separations have finished")
        )
        self._wait_button.clicked.connect(self.export_when_ready)
        self._close_button = QPushButton()
        self._close_button.clicked.connect(self.reject)
        buttons.addButton(self._export_button, role.ApplyRole)
        buttons.addButton(self._wait_button, role.ApplyRole)
        buttons.addButton(self._close_button, role.RejectRole)
        for button in (self._wait_button, self._close_button):
            button.setAutoDefault(False)
        return buttons

    # What is on screen

    @Slot()
    def _refresh(self) -> None:
        """Show what the choices mean."""
        self._is_waiting = False
        self._forget_look()
        self._content.refresh()
        choice = self.choice
        self._content.expect_project(choice.with_project)
        self._report.hide_progress()
        self._report.say_gain("")
        for box in self._boxes:
            box.setEnabled(True)
        self._close_button.setText(self.tr("Close"))
        sorted_songs = sort_songs(self._songs, choice)
        is_nothing_ticked = choice.kind is ExportKind.WITHOUT and not choice.removed_stems
        self._plans = self._shown_plans(sorted_songs, is_nothing_ticked=is_nothing_ticked)
        num_ready = len(self._plans)
        self._export_button.setText(
            self.tr("&Export %n Song(s)", "", num_ready) if num_ready else self.tr("&Export")
        )
        self._export_button.setToolTip(self.tr("Write the files (Enter)"))
        self._export_button.setEnabled(num_ready > 0)
        self._wait_button.setVisible(bool(sorted_songs.working) and not is_nothing_ticked)
        self._wait_button.setEnabled(True)
        self._place.show_folders(
            [
                (
                    plan.folder_name,
                    [part.name for part in plan.parts] + [text.name for text in plan.texts],
                )
                for plan in self._plans
            ]
        )

    def _shown_plans(
        self, sorted_songs: SongsSorted, *, is_nothing_ticked: bool
    ) -> tuple[ExportPlan, ...]:
        """Return what an export would write now, and say what that is."""
        if is_nothing_ticked:
            self._report.say(self.tr("Tick what the mix should go without."))
            return ()
        try:
            plans = self._planned("rename")
        except EngineError as error:
            self._report.say_error(error)
            return ()
        left_out = bool(sorted_songs.working or sorted_songs.hopeless)
        self._report.say(songs_summary_text(plans, sorted_songs), "warning" if left_out else "info")
        return plans

    def _set_busy(self) -> None:
        for box in self._boxes:
            box.setEnabled(False)
        self._export_button.setEnabled(False)
        self._wait_button.setEnabled(False)
        self._close_button.setText(self.tr("Cancel"))

    def _planned(self, existing: ExistingPolicy) -> tuple[ExportPlan, ...]:
        choice = self.choice
        return in_folders_of_their_own(
            [
                export_plan(
                    song,
                    choice_for(song, choice, wants_silence=self._content.wants_silence),
                    folder=self._place.folder,
                    existing=existing,
                    colours={
                        track.name: lane_colour(song, track.name).name() for track in song.tracks
                    },
                )
                for song in sort_songs(self._songs, choice).ready
            ]
        )

    @Slot()
    def _follow_songs(self) -> None:
        if self._job is not None or self._look is not None:
            return
        working = [song for song in self._songs if song.status.phase in WORKING_PHASES]
        if not self._is_waiting:
            self._refresh()
        elif working:
            done = [song.status.fraction for song in working]
            num_ended = len(self._songs) - len(working)
            self._report.show_progress((num_ended + sum(done)) / len(self._songs))
            self._report.say(self.tr("Waiting for the separation; the export starts by itself."))
        elif sort_songs(self._songs, self.choice).ready:
            self.export()
        else:
            self._refresh()

    # Writing

    @Slot(object)
    def _take_names(self, checked: NamesChecked) -> None:
        self._forget_look()
        if not checked.taken:
            self._write("rename")
            return
        question = ExistingQuestion(checked, self)
        question.answered.connect(self._take_answer)
        question.open()

    @Slot(object)
    def _take_answer(self, policy: ExistingPolicy | None) -> None:
        if policy is None:
            self._refresh()
        else:
            self._write(policy)

    def _write(self, existing: ExistingPolicy) -> None:
        try:
            plans = self._planned(existing)
        except EngineError as error:
            self._fail(error)
            return
        self._set_busy()
        self._plans = plans
        self._report.show_progress(0.0)
        self._job = ExportJob(plans, self)
        self._job.song_began.connect(self._name_song)
        self._job.progress_changed.connect(self._report.show_progress)
        self._job.notice_raised.connect(self._report.say_gain)
        self._job.ended.connect(self._finish)
        self._job.start()

    @Slot(int)
    def _name_song(self, number: int) -> None:
        self._report.say(
            self.tr("Writing song {0} of {1}: “{2}”…").format(
                number + 1, len(self._plans), self._plans[number].title
            )
        )

    @Slot(object)
    def _finish(self, ended: ExportEnded) -> None:
        if self._job is not None:
            self._job.deleteLater()
            self._job = None
        self._refresh()
        self._report.say_gain(songs_remarks_text(ended))
        text = songs_written_text(ended, self._place.folder)
        if ended.written and self.choice.shows_folder and not reveal(self._place.folder):
            hint = self.tr("No program was found that shows folders.")
            text = f"{text} {hint}"
        self._report.say(text, "warning" if ended.failed or ended.is_cancelled else "done")
        self._close_button.setFocus()

    @Slot(object)
    def _fail(self, error: EngineError) -> None:
        self._refresh()
        self._report.say_error(error)

    def _forget_look(self) -> None:
        if self._look is not None:
            self._look.stop()
            self._look.deleteLater()
            self._look = None
