"""The lanes of a song over one axis of time: what people see, touch and drag."""

from PySide6.QtCore import QEvent, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QNativeGestureEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from app.model.frame_range import FrameRange
from app.model.mix_state import MIX_LANE
from app.model.song import Song
from app.playback.transport import Transport
from app.widgets import mix_changes
from app.widgets.axis_control import KEY_ZOOM_STEP, AxisControl
from app.widgets.experimental_marks import ExperimentalMarks
from app.widgets.lane_meters import LaneMeters
from app.widgets.lane_row import LaneRow
from app.widgets.lane_spectrograms import LaneSpectrograms
from app.widgets.lane_stack import LaneStack
from app.widgets.level_zoom import LevelZoom
from app.widgets.message_room import MessageRoom
from app.widgets.playhead import Playhead
from app.widgets.range_marking import RangeMarking
from app.widgets.taken_range import taken_text
from app.widgets.time_axis import TimeAxis
from app.widgets.time_ruler import TimeRuler
from app.widgets.timeline_corner import TimelineCorner
from app.widgets.timeline_wheel import TimelineWheel
from app.widgets.view_keeper import ViewKeeper


class TimelineView(QWidget):
    """Ruler, lanes with their controls, playhead and scroll bars.

    Signals:
        seek_requested: The user went to a frame; the transport is there already.
        drag_out_requested: Names of lanes, and ``FrameRange`` or None for all of the song.
        lane_menu_requested: Name of a lane, and where on the screen.
        selected_lane_changed: Name of the lane that the keys act on; empty if there is none.
    """

    seek_requested = Signal(int)
    drag_out_requested = Signal(object, object)
    lane_menu_requested = Signal(str, QPoint)
    selected_lane_changed = Signal(str)

    def __init__(self, transport: Transport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._transport = transport
        self._song: Song | None = None
        self._control = AxisControl(self)
        self._position = 0
        self._selected: str | None = None
        self._follows = True
        self.ruler = TimeRuler(self)
        self.corner = TimelineCorner(self)
        self.stack = LaneStack(self)
        self.room = MessageRoom(self.stack, self)
        self.playhead = Playhead(self)
        self.level_zoom = LevelZoom(self.stack, self.corner, self)
        self.experimental = ExperimentalMarks(self.stack, self)
        self._spectrograms = LaneSpectrograms(self.stack, self)
        self._meters = LaneMeters(transport, self.stack, self)
        self._keeper = ViewKeeper(transport, self._control, self)
        self._marking = RangeMarking(self.ruler, self.stack, self._control, self)
        self.snap = self._marking.snap
        self._wheel = TimelineWheel(
            self._control, self.stack, self.level_zoom, self.ruler, parent=self
        )
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self.corner, 0, 0)
        grid.addWidget(self.ruler, 0, 1)
        grid.addWidget(self.stack, 1, 0, 1, 2)
        grid.addWidget(self.stack.scroll_bar, 1, 2)
        grid.addWidget(self.room, 2, 0, 1, 3)
        grid.addWidget(self._control.scroll_bar, 3, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(1, 1)
        self.setAccessibleName(self.tr("Timeline"))

    def _connect(self) -> None:
        self._transport.position_changed.connect(self._show_position)
        self._transport.playing_changed.connect(self._show_playing)
        self._transport.monitor_changed.connect(self._show_monitor)
        self.selected_lane_changed.connect(self._keeper.keep_lane)
        self.ruler.clicked.connect(self._seek)
        self.corner.drag_started.connect(self._drag_all)
        self._control.axis_changed.connect(self._show_axis)
        self.stack.resized.connect(self._fit_axis)

    # The song

    def set_song(self, song: Song | None) -> None:
        """Show another song, or none, as it was when it was last on screen."""
        self._keeper.let_go()
        if self._song is not None:
            self._song.opened.disconnect(self._show_song)
            self._song.lanes_changed.disconnect(self._show_lanes)
            self._song.audio_arrived.disconnect(self._show_audio)
            self._song.state_changed.disconnect(self._show_state)
        self._song = song
        self._selected = None
        self._marking.set_song(song)
        self._spectrograms.set_song(song)
        self.experimental.set_song(song)
        if song is not None:
            song.opened.connect(self._show_song)
            song.lanes_changed.connect(self._show_lanes)
            song.audio_arrived.connect(self._show_audio)
            song.state_changed.connect(self._show_state)
        self._show_song()
        self._show_lanes()
        self.select_lane(song.view.lane if song is not None else "")
        self._keeper.restore(song)

    @Slot()
    def _show_song(self) -> None:
        facts = self._song.facts if self._song is not None else None
        self.ruler.show_song(facts.sample_rate if facts is not None else 0)
        self._control.show_length(facts.num_frames if facts is not None else 0)
        self._position = self._transport.position

    @Slot()
    def _show_lanes(self) -> None:
        tracks = self._song.tracks if self._song is not None and self._song.facts else ()
        focused = self.window().focusWidget()
        going = [row for row in self.stack.rows if all(row.track is not each for each in tracks)]
        loses_focus = focused is not None and (
            focused == self or any(row.isAncestorOf(focused) for row in going)
        )
        if loses_focus:
            self.setFocus()  # or Qt would hand it from row to row, each of which selects itself
        self.stack.show_lanes(self._song, tracks)
        for row in self.stack.rows:
            self._connect_row(row)
        self.corner.show_stems(len(tracks) > 1)
        self._spectrograms.show_lanes()
        self.experimental.show_lanes()
        self.level_zoom.show_lanes()
        if self._selected not in self.stack.names:
            self._selected = None
            if self.stack.names:
                self.select_lane(self.stack.names[0])
        elif self._selected is not None:
            self.stack.show_selected(self._selected)
        if loses_focus:
            self.focus_lanes()
        self._show_monitor(self._transport.monitor)
        self._show_state()
        self._fit_axis()

    def _connect_row(self, row: LaneRow) -> None:
        name = row.name
        row.selected.connect(lambda: self.select_lane(name))
        row.drag_started.connect(lambda: self._drag((name,)))
        row.menu_requested.connect(lambda where: self.lane_menu_requested.emit(name, where))
        row.waveform.clicked.connect(self._seek)
        self._marking.connect_row(row)
        row.header.listening_chosen.connect(self._listen_to_original)

    @Slot(str, object)
    def _show_audio(self, name: str, arrived: object) -> None:
        assert isinstance(arrived, FrameRange)
        self._spectrograms.show_audio(name, arrived)
        if name in self.stack.names:
            self.stack.row(name).waveform.show_audio(arrived)

    @Slot()
    def _show_state(self) -> None:
        for row in self.stack.rows:
            row.show_state()
        self._marking.show()
        if self._song is not None:
            self.corner.show_taken(taken_text(self._song, self._song.state.selection))

    # Selected lane

    @property
    def selected_lane(self) -> str | None:
        """Name of the lane that the keys act on."""
        return self._selected

    def select_lane(self, name: str) -> None:
        """Let the keys act on a lane."""
        if name == self._selected or name not in self.stack.names:
            return
        self._selected = name
        self.stack.show_selected(name)
        self.selected_lane_changed.emit(name)

    def select_next_lane(self) -> None:
        """Go one lane down, with the keyboard's focus."""
        self._step_lane(1)

    def select_previous_lane(self) -> None:
        """Go one lane up, with the keyboard's focus."""
        self._step_lane(-1)

    def _step_lane(self, step: int) -> None:
        names = self.stack.names
        if not names:
            return
        place = names.index(self._selected) + step if self._selected in names else 0
        name = names[min(max(0, place), len(names) - 1)]
        self.select_lane(name)
        self.focus_lanes()

    def focus_lanes(self) -> None:
        """Give the keyboard to the selected lane."""
        lane = self.stack.row(self._selected).waveform if self._selected is not None else self
        lane.setFocus(Qt.FocusReason.OtherFocusReason)

    def change_gain(self, step_db: float) -> None:
        """Move the fader of the selected lane."""
        if self._song is not None and self._selected not in (None, MIX_LANE):
            gain_db = self._song.state.lane(self._selected or "").gain_db
            mix_changes.set_gain(self._song, self._selected or "", gain_db + step_db)

    # Zoom and scroll

    @property
    def axis(self) -> TimeAxis:
        """What part of the song is seen."""
        return self._control.axis

    def zoom_in(self) -> None:
        """Show less of the song, around the playhead if it is in view."""
        self._control.zoom_at_frame(KEY_ZOOM_STEP, self._position)

    def zoom_out(self) -> None:
        """Show more of the song, around the playhead if it is in view."""
        self._control.zoom_at_frame(1.0 / KEY_ZOOM_STEP, self._position)

    def zoom_to_fit(self) -> None:
        """Show the whole song."""
        self._control.fit()

    def zoom_to_selection(self) -> None:
        """Fill the view with what is marked."""
        if self._song is not None and self._song.state.selection is not None:
            self._control.show_range(self._song.state.selection)

    @Slot()
    def _fit_axis(self) -> None:
        self.corner.setFixedWidth(self.stack.header_width)
        self._control.resize(self.stack.waveform_width, self.devicePixelRatioF())

    @Slot(object)
    def _show_axis(self, axis: object) -> None:
        assert isinstance(axis, TimeAxis)
        self.ruler.show_axis(axis)
        for row in self.stack.rows:
            row.waveform.show_axis(axis)
        self._place_playhead()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the axis and the playhead to the new size."""
        super().resizeEvent(event)
        self._fit_axis()

    def event(self, event: QEvent) -> bool:
        """Zoom with two fingers; redraw when the window comes to another screen."""
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture
        ):
            self._wheel.zoom(1.0 + event.value(), event.globalPosition())
            return True
        if event.type() is QEvent.Type.DevicePixelRatioChange:
            self._fit_axis()
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom or scroll."""
        self._wheel.turn(event)

    # Playhead

    @property
    def follows_playhead(self) -> bool:
        """Whether the view turns the page when the playhead leaves it."""
        return self._follows

    @follows_playhead.setter
    def follows_playhead(self, follows: bool) -> None:
        self._follows = follows
        if follows:
            self.reveal_playhead()

    def reveal_playhead(self) -> None:
        """Scroll to the playhead if it is out of view."""
        self._control.turn_page_to(self._position)

    @Slot(int)
    def _show_position(self, frame: int) -> None:
        # Who has scrolled away from a moving playhead wants to stay there.
        was_in_view = self.axis.shows(self._position)
        self._position = frame
        for row in self.stack.rows:
            row.waveform.playhead_frame = frame
        if (
            self._follows
            and not self._marking.is_dragged
            and (was_in_view or not self._transport.is_playing)
        ):
            self.reveal_playhead()
        self._place_playhead()

    def _place_playhead(self) -> None:
        self.ruler.show_playhead(self._position)
        x = self.axis.x_of(self._position)
        width = self.axis.num_columns / self.axis.pixel_ratio
        is_seen = bool(self.stack.rows) and 0.0 <= x <= width
        if is_seen:
            self.playhead.place(
                self.stack.header_width + x,
                0,
                self.ruler.height(),
                self.stack.geometry().bottom() + 1,
            )
        if is_seen != self.playhead.isVisibleTo(self):
            self.playhead.setVisible(is_seen)
            self.playhead.raise_()

    @Slot(bool)
    def _show_playing(self, is_playing: bool) -> None:
        if is_playing and self._follows:
            self.reveal_playhead()

    @Slot(str)
    def _show_monitor(self, monitor: str) -> None:
        for row in self.stack.rows:
            row.header.show_listening(row.name == MIX_LANE and monitor == "original")

    def _listen_to_original(self, is_heard: bool) -> None:
        self._transport.set_monitor("original" if is_heard else "stems")

    @Slot(int)
    def _seek(self, frame: int) -> None:
        self._transport.seek(frame)
        self.seek_requested.emit(frame)

    # Out of the window

    def _drag(self, lanes: tuple[str, ...]) -> None:
        if self._song is not None:
            self.drag_out_requested.emit(lanes, self._song.state.selection)

    @Slot()
    def _drag_all(self) -> None:
        if self._song is not None:
            self._drag(tuple(track.name for track in self._song.sounding_stems))

    # Spectrograms

    def set_spectrogram_visible(self, lane: str, visible: bool) -> None:
        """Show a lane's spectrogram, or its waveform again."""
        self._spectrograms.set_visible(lane, visible)

    def is_spectrogram_visible(self, lane: str) -> bool:
        """Whether a lane shows its spectrogram."""
        return self._spectrograms.is_visible(lane)

    def stop(self) -> None:
        """End the work in other threads; for closing the window."""
        self.stack.stop()
        self._spectrograms.stop()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Change lanes while one has the keyboard."""
        match event.key():
            case Qt.Key.Key_Up:
                self.select_previous_lane()
            case Qt.Key.Key_Down:
                self.select_next_lane()
            case _:
                super().keyPressEvent(event)
