"""What the View menu does."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMainWindow, QWidget

from app.model.session import Session
from app.model.settings import Settings
from app.widgets.actions import Actions
from app.widgets.timeline_view import TimelineView


class ViewCommands(QObject):
    """Connects the actions of the view with the timeline and the window."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        timeline: TimelineView,
        queue_panel: QWidget,
        actions: Actions,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._timeline = timeline
        self._actions = actions
        self._window = window
        self._spectrograms: set[tuple[int, str]] = set()
        self._connect(queue_panel)
        timeline.selected_lane_changed.connect(self._refresh)
        session.current_changed.connect(self._refresh)
        self._refresh()

    def _connect(self, queue_panel: QWidget) -> None:
        a, timeline = self._actions, self._timeline
        a.zoom_in.triggered.connect(lambda: timeline.zoom_in())
        a.zoom_out.triggered.connect(lambda: timeline.zoom_out())
        a.zoom_fit.triggered.connect(lambda: timeline.zoom_to_fit())
        a.zoom_selection.triggered.connect(lambda: timeline.zoom_to_selection())
        a.taller.triggered.connect(lambda: timeline.level_zoom.turn(1))
        a.flatter.triggered.connect(lambda: timeline.level_zoom.turn(-1))
        a.true_height.triggered.connect(lambda: timeline.level_zoom.reset())
        timeline.level_zoom.show_height(self._settings.waveform_height_db)
        timeline.level_zoom.changed.connect(self._set_height)
        a.follow.setChecked(self._settings.follows_playhead)
        timeline.follows_playhead = self._settings.follows_playhead
        a.follow.toggled.connect(self._set_follow)
        a.spectrogram.triggered.connect(self._show_spectrogram)
        a.show_queue.setChecked(True)
        a.show_queue.toggled.connect(queue_panel.setVisible)
        a.full_screen.toggled.connect(self._set_full_screen)

    def _refresh(self) -> None:
        a = self._actions
        has_song = self._session.current is not None
        heights = (a.taller, a.flatter, a.true_height)
        for action in (a.zoom_in, a.zoom_out, a.zoom_fit, a.zoom_selection, *heights):
            action.setEnabled(has_song)
        lane = self._timeline.selected_lane
        a.spectrogram.setEnabled(has_song and lane is not None)
        a.spectrogram.setChecked((id(self._session.current), lane or "") in self._spectrograms)

    def _set_follow(self, follows: bool) -> None:
        self._timeline.follows_playhead = follows
        self._settings.follows_playhead = follows

    def _set_height(self, decibels: float) -> None:
        self._settings.waveform_height_db = decibels

    def _show_spectrogram(self, is_visible: bool) -> None:
        lane = self._timeline.selected_lane
        if lane is None:
            return
        key = (id(self._session.current), lane)
        if is_visible:
            self._spectrograms.add(key)
        else:
            self._spectrograms.discard(key)
        self._timeline.set_spectrogram_visible(lane, is_visible)

    def _set_full_screen(self, is_full: bool) -> None:
        state, full = self._window.windowState(), Qt.WindowState.WindowFullScreen
        self._window.setWindowState(state | full if is_full else state & ~full)
