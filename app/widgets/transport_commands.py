"""What the Transport menu does."""

from PySide6.QtCore import QObject, QSignalBlocker, Qt
from PySide6.QtWidgets import QWidget

from app.model.frame_range import FrameRange
from app.model.mix_state import MAX_GAIN_DB, MIN_GAIN_DB
from app.model.session import Session
from app.model.song import Song
from app.playback.transport import Transport
from app.widgets import mix_changes
from app.widgets.actions import Actions
from app.widgets.go_to_time import GoToTimeDialog
from app.widgets.key_guard import KeyGuard
from app.widgets.place_text import places_of

SMALL_STEP_SECONDS = 1.0
LARGE_STEP_SECONDS = 5.0
FINE_STEP_SECONDS = 0.01
VOLUME_STEP_DB = 1.0
RESIDUAL_LANE = "residual"


class TransportCommands(QObject):
    """Connects the actions of the transport with the transport and the song on screen."""

    def __init__(
        self,
        session: Session,
        transport: Transport,
        actions: Actions,
        keys: KeyGuard,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._transport = transport
        self._actions = actions
        self._keys = keys
        self._song: Song | None = None
        self._connect()
        session.current_changed.connect(self._follow_current)
        transport.monitor_changed.connect(self._show_monitor)
        self._follow_current()

    def _connect(self) -> None:
        a, transport = self._actions, self._transport
        a.play.triggered.connect(lambda: transport.toggle())
        a.play_from_start.triggered.connect(lambda: transport.play_from_start())
        a.return_to_start.triggered.connect(lambda: transport.seek(0))
        a.go_to_end.triggered.connect(self._go_to_end)
        a.back.triggered.connect(lambda: transport.skip(-SMALL_STEP_SECONDS))
        a.forward.triggered.connect(lambda: transport.skip(SMALL_STEP_SECONDS))
        a.back_far.triggered.connect(lambda: transport.skip(-LARGE_STEP_SECONDS))
        a.forward_far.triggered.connect(lambda: transport.skip(LARGE_STEP_SECONDS))
        a.back_little.triggered.connect(lambda: transport.skip(-FINE_STEP_SECONDS))
        a.forward_little.triggered.connect(lambda: transport.skip(FINE_STEP_SECONDS))
        a.go_to.triggered.connect(self._ask_for_time)
        a.loop.triggered.connect(self._toggle_loop)
        a.loop_in.triggered.connect(self._set_loop_in)
        a.loop_out.triggered.connect(self._set_loop_out)
        a.compare.triggered.connect(self._compare)
        a.hear_residual.triggered.connect(self._hear_residual)
        a.louder.triggered.connect(lambda: self._turn_volume(VOLUME_STEP_DB))
        a.quieter.triggered.connect(lambda: self._turn_volume(-VOLUME_STEP_DB))

    def _follow_current(self) -> None:
        if self._song is not None:
            self._song.state_changed.disconnect(self._show_state)
            self._song.lanes_changed.disconnect(self._show_state)
        self._song = self._session.current
        if self._song is not None:
            self._song.state_changed.connect(self._show_state)
            self._song.lanes_changed.connect(self._show_state)
        self._actions.hear_residual.setChecked(False)
        self._show_state()

    def _show_state(self) -> None:
        song, a = self._song, self._actions
        is_open = song is not None and song.facts is not None
        for action in (
            a.play, a.play_from_start, a.return_to_start, a.go_to_end, a.back, a.forward,
            a.back_far, a.forward_far, a.back_little, a.forward_little, a.go_to,
            a.loop, a.loop_in, a.loop_out,
        ):  # fmt: skip
            action.setEnabled(is_open)
        names = [track.name for track in song.stems] if song is not None else []
        a.compare.setEnabled(bool(names))
        a.hear_residual.setEnabled(RESIDUAL_LANE in names)
        a.loop.setChecked(song is not None and song.state.is_looping)

    def _show_monitor(self, monitor: str) -> None:
        with QSignalBlocker(self._actions.compare):
            self._actions.compare.setChecked(monitor == "original")
        self._actions.compare.changed.emit()

    def _go_to_end(self) -> None:
        if self._song is not None and self._song.facts is not None:
            self._transport.seek(self._song.facts.num_frames)

    def _ask_for_time(self) -> None:
        window = self.parent()
        places = places_of(self._song) if self._song is not None else None
        if places is None:
            return
        dialog = GoToTimeDialog(
            self._transport.position, places, window if isinstance(window, QWidget) else None
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.frame_chosen.connect(lambda frame: self._transport.seek(frame))
        dialog.open()

    def _toggle_loop(self) -> None:
        song = self._song
        if song is None or song.facts is None:
            return
        if song.state.selection is None and not song.state.is_looping:
            mix_changes.select(song, FrameRange(0, song.facts.num_frames), loops=True)
        else:
            mix_changes.toggle_looping(song)
        self._show_state()

    def _set_loop_in(self) -> None:
        self._set_loop_edge(is_start=True)

    def _set_loop_out(self) -> None:
        self._set_loop_edge(is_start=False)

    def _set_loop_edge(self, *, is_start: bool) -> None:
        song = self._song
        if song is None or song.facts is None:
            return
        here = min(self._transport.position, song.facts.num_frames)
        selection = song.state.selection or FrameRange(0, song.facts.num_frames)
        start, stop = (here, selection.stop) if is_start else (selection.start, here)
        if start >= stop:  # the other edge gives way, as far as it goes
            start, stop = (here, song.facts.num_frames) if is_start else (0, here)
        if start < stop:
            mix_changes.select(song, FrameRange(start, stop), loops=True)

    def _compare(self, is_original: bool) -> None:
        self._transport.set_monitor("original" if is_original else "stems")
        self._keys.undo_after_hold(Qt.Key.Key_B, self._actions.compare.trigger)

    def _hear_residual(self, is_alone: bool) -> None:
        self._transport.solo_lane_momentarily(RESIDUAL_LANE if is_alone else None)
        self._keys.undo_after_hold(Qt.Key.Key_R, self._actions.hear_residual.trigger)

    def _turn_volume(self, step_db: float) -> None:
        gain_db = self._transport.monitor_gain_db + step_db
        self._transport.monitor_gain_db = min(max(MIN_GAIN_DB, gain_db), MAX_GAIN_DB)
