"""Takes lanes out of the window, and opens the menu of a lane that offers it."""

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from app.model.frame_range import FrameRange
from app.model.mix_state import MIX_LANE
from app.model.session import Session
from app.model.song_folder import audio_path
from app.widgets.actions import Actions
from app.widgets.drag_out import DragOut
from app.widgets.lane_style import lane_title
from app.widgets.main_window import MainWindow
from app.widgets.menus import SEPARATOR, Entries, fill_menu
from app.widgets.reveal import reveal


class TakingCommands(QObject):
    """Connects dragging and copying of lanes, and their menu."""

    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._drag = DragOut(window)
        self._drag.notice_raised.connect(window.show_notice)
        self._drag.failed.connect(window.banner.show_error)
        window.timeline.drag_out_requested.connect(self._drag_out)
        window.timeline.lane_menu_requested.connect(self._open_menu)
        window.timeline.selected_lane_changed.connect(self._refresh)
        session.current_changed.connect(self._refresh)
        a = window.actions_
        a.copy_lane.triggered.connect(self._copy_lane)
        a.copy_all.triggered.connect(self._copy_all)
        a.show_lane_file.triggered.connect(self._show_file)
        self._refresh()

    def stop(self) -> None:
        """End what is being written, and wait for it."""
        self._drag.stop()

    def _refresh(self) -> None:
        a = self._window.actions_
        for action in (a.copy_lane, a.copy_all, a.show_lane_file):
            action.setEnabled(self._session.current is not None)

    def _drag_out(self, lanes: tuple[str, ...], frames: FrameRange | None) -> None:
        song = self._session.current
        if song is not None:
            self._drag.drag(song, lanes, frames)

    def _copy_lane(self) -> None:
        song, lane = self._session.current, self._window.timeline.selected_lane
        if song is not None and lane is not None:
            self._drag.copy(song, (lane,), song.state.selection)

    def _copy_all(self) -> None:
        song = self._session.current
        if song is not None:
            names = tuple(track.name for track in song.sounding_stems)
            self._drag.copy(song, names, song.state.selection)

    def _show_file(self) -> None:
        song, lane = self._session.current, self._window.timeline.selected_lane
        if song is not None and lane is not None:
            reveal(audio_path(song.folder, lane))

    def _open_menu(self, lane: str, where: QPoint) -> None:
        song = self._session.current
        if song is None:
            return
        menu = QMenu(lane_title(song, lane), self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill_menu(menu, lane_menu(self._window.actions_, lane))
        menu.popup(where)


def lane_menu(actions: Actions, lane: str) -> Entries:
    """Return what can be done with a lane; the original has no fader."""
    a = actions
    taking: Entries = (a.copy_lane, a.export, a.show_lane_file, SEPARATOR, a.spectrogram)
    if lane == MIX_LANE:
        return (a.compare, SEPARATOR, a.rename_lane, a.colour_lane, SEPARATOR, *taking)
    return (
        a.mute, a.solo, a.solo_only, SEPARATOR,
        a.rename_lane, a.colour_lane, SEPARATOR, *taking, SEPARATOR, a.separate,
    )  # fmt: skip
