"""Puts the studio together: model, engine, sound and window, and the order of their end."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.model.autosave import Autosave
from app.model.recovery import SessionRecord
from app.model.session import Session
from app.model.settings import Settings
from app.model.shown_text import shown_error
from app.playback.audio_output import AudioOutput
from app.playback.transport import Transport
from app.widgets.closed_songs import ClosedSongs
from app.widgets.diagnostics import Facts
from app.widgets.engine_choices import EngineChoices
from app.widgets.failure_watch import FailureWatch
from app.widgets.file_commands import FileCommands
from app.widgets.help_commands import HelpCommands
from app.widgets.lane_commands import LaneCommands
from app.widgets.main_window import MainWindow
from app.widgets.many_question import ManyQuestion
from app.widgets.new_song_watch import NewSongWatch
from app.widgets.project_commands import ProjectCommands
from app.widgets.queue_commands import QueueCommands
from app.widgets.reopening import Reopening
from app.widgets.separation_panel import device_text
from app.widgets.settings_commands import SettingsCommands
from app.widgets.taking_commands import TakingCommands
from app.widgets.tempo_commands import TempoCommands
from app.widgets.theme import Theme
from app.widgets.transport_commands import TransportCommands
from app.widgets.view_commands import ViewCommands
from app.workers.engine_process import EngineProcess
from app.workers.song_queue import SongQueue
from engine.errors import EngineError

FIRST_PAINT_MS = 30  # the window is seen before anything else is loaded


class Studio(QObject):
    """Everything of one window, for as long as it is open.

    Signals:
        begun: The window was seen, and everything that waited for that has started.
    """

    begun = Signal()

    def __init__(
        self,
        settings: Settings,
        theme: Theme,
        *,
        engine: EngineProcess | None = None,
        output: AudioOutput | None = None,
    ) -> None:
        """Build it; nothing is shown or started yet.

        Args:
            settings: The user's choices.
            theme: The program's palette.
            engine: What separates; the engine of this program unless given.
            output: Where the sound goes; the system's sound cards unless given.
        """
        super().__init__()
        self.settings = settings
        self.session = Session(self)
        self._record = SessionRecord(self.session, parent=self)
        self._autosave = Autosave(self.session, self)
        self.engine = engine if engine is not None else EngineProcess()
        self.queue = SongQueue(self.session, self.engine, settings, self)
        self.transport = Transport(output if output is not None else AudioOutput(self), self)
        self.window = window = MainWindow(self.session, settings, self.transport)
        actions = window.actions_
        self._choices = EngineChoices(self.session, settings, self.engine, self.queue, window)
        self._files = FileCommands(self.session, settings, window)
        self._new_songs = NewSongWatch(self.session, self.transport, self)
        self._projects = ProjectCommands(self.session, settings, self._record, window)
        self._settings = SettingsCommands(
            self.session, settings, theme, self.transport, self._choices, self._record, window
        )
        self._closed = ClosedSongs(self.session, self.queue, self._projects, self._autosave, window)
        ManyQuestion(self.queue, window)
        Reopening(self.session, self.queue, self._projects, window)
        self._taking = TakingCommands(self.session, window)
        self._failures = FailureWatch(self.session, window.banner, self.queue.retry, self)
        QueueCommands(self.session, self.queue, window.separation, actions, window)
        TransportCommands(self.session, self.transport, actions, window.keys, window)
        TempoCommands(self.session, settings, self.transport, window)
        LaneCommands(self.session, window.timeline, actions, window)
        ViewCommands(self.session, settings, window.timeline, window.queue_panel, actions, window)
        HelpCommands(self.transport, self._engine_facts, actions, window)
        self._is_stopped = False
        self._connect()

    def start(self, paths: Sequence[Path]) -> None:
        """Show the window; everything that takes time begins afterwards."""
        self.window.show()
        QTimer.singleShot(FIRST_PAINT_MS, self, lambda: self._begin(tuple(paths)))

    def welcome(self, paths: Sequence[Path]) -> None:
        """Come to the front with these files too; what a second start of the program wants."""
        window = self.window
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
        if paths:
            self._files.open_paths(paths)

    def stop(self) -> None:
        """End everything that runs, save, and wait; a second call does nothing."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self._settings.store_volume()
        self.transport.pause()
        self._taking.stop()
        self.window.timeline.stop()
        self._choices.stop()
        self.queue.stop()
        self._projects.stop()
        if self._autosave.stop():
            self._record.close()  # else the next start finds the songs as after a crash
        self.transport.shut_down()
        self.engine.stop()

    def _begin(self, paths: Sequence[Path]) -> None:
        if self._is_stopped:  # closed before it had begun
            return
        self._choices.start()
        # Finds the sound cards now: loading their driver would slow the first song down.
        self.transport.output.list_devices()
        self._projects.recover()
        if paths:
            self._files.open_paths(paths)
        self.begun.emit()

    def _connect(self) -> None:
        window = self.window
        self._files.songs_chosen.connect(self._new_songs.expect)
        self._files.songs_chosen.connect(self.queue.open_files)
        self._files.project_chosen.connect(self._projects.open_project)
        self._projects.songs_wanted.connect(self.queue.open_files)
        self._autosave.save_failed.connect(window.banner.show_error)
        # One drop may give rise to several, of which none makes up for another.
        self.queue.notice_raised.connect(lambda text: window.show_notice(text, topic=text))
        self._failures.notice_raised.connect(window.show_notice)
        self.queue.time_estimated.connect(window.queue_panel.show_estimate)
        self.session.current_changed.connect(self._show_current)
        self.transport.device_failed.connect(self._report_silence)
        window.timeline.seek_requested.connect(self._prefer)
        window.closing.connect(self.stop)

    def _show_current(self) -> None:
        self.transport.set_song(self.session.current)
        self.window.timeline.set_song(self.session.current)

    def _prefer(self, frame: int) -> None:
        if self.session.current is not None:
            self.queue.prefer(self.session.current, frame)

    def _report_silence(self, error: EngineError) -> None:
        self.window.show_notice(shown_error(error))

    def _engine_facts(self) -> Facts:
        process_id = self.engine.process_id
        state = self.tr("process {0}").format(process_id) if process_id else self.tr("not running")
        found = self._choices.devices
        devices = "; ".join(device_text(device) for device in found) or self.tr("unknown")
        chosen = [device_text(device) for device in found if device.name == self.settings.device]
        return (
            (self.tr("Engine"), state),
            (self.tr("Model"), self.window.separation.model_name),
            (self.tr("Device"), chosen[0] if chosen else self.tr("chosen by Strata")),
            (self.tr("Devices"), devices),
            (self.tr("Songs"), str(self.settings.songs_folder)),
        )
