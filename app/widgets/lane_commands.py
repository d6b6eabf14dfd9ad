"""What the Edit and Stems menus do with the song on screen and its selected lane."""

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QColorDialog, QWidget

from app.model.frame_range import FrameRange
from app.model.mix_state import LaneState
from app.model.session import Session
from app.model.song import Song
from app.widgets import mix_changes
from app.widgets.actions import Actions, describe, plain_text
from app.widgets.lane_style import lane_colour, lane_title
from app.widgets.timeline_view import TimelineView

GAIN_STEP_DB = 1.0


class LaneCommands(QObject):
    """Connects the actions that change a mix."""

    def __init__(
        self, session: Session, timeline: TimelineView, actions: Actions, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._timeline = timeline
        self._actions = actions
        self._window = window
        self._song: Song | None = None
        self._connect()
        timeline.selected_lane_changed.connect(self._refresh)
        session.current_changed.connect(self._follow_current)
        self._follow_current()

    def _connect(self) -> None:
        a = self._actions
        a.undo.triggered.connect(self._undo)
        a.redo.triggered.connect(self._redo)
        a.select_all.triggered.connect(self._select_all)
        a.clear_selection.triggered.connect(self._clear_selection)
        a.mute.triggered.connect(lambda: self._with_stem(mix_changes.toggle_mute))
        a.solo.triggered.connect(lambda: self._with_stem(mix_changes.toggle_solo))
        a.solo_only.triggered.connect(lambda: self._with_stem(mix_changes.toggle_only_solo))
        timeline = self._timeline
        a.previous_lane.triggered.connect(lambda: timeline.select_previous_lane())
        a.next_lane.triggered.connect(lambda: timeline.select_next_lane())
        a.to_lanes.triggered.connect(lambda: timeline.focus_lanes())
        a.lane_louder.triggered.connect(lambda: timeline.change_gain(GAIN_STEP_DB))
        a.lane_quieter.triggered.connect(lambda: timeline.change_gain(-GAIN_STEP_DB))
        a.rename_lane.triggered.connect(self._rename)
        a.colour_lane.triggered.connect(self._recolour)
        a.reset_mix.triggered.connect(self._reset_mix)
        for index, action in enumerate(a.solo_numbers):
            action.triggered.connect(lambda _=False, n=index: self._solo_number(n))
        for index, action in enumerate(a.mute_numbers):
            action.triggered.connect(lambda _=False, n=index: self._mute_number(n))

    def _follow_current(self) -> None:
        if self._song is not None:
            self._song.state_changed.disconnect(self._refresh)
            self._song.lanes_changed.disconnect(self._refresh)
        self._song = self._session.current
        if self._song is not None:
            self._song.state_changed.connect(self._refresh)
            self._song.lanes_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        """Take over what can be done now."""
        song, a = self._song, self._actions
        _show_step(a.undo, self.tr("&Undo"), song.undo_text if song else "")
        _show_step(a.redo, self.tr("&Redo"), song.redo_text if song else "")
        has_stems = song is not None and bool(song.stems)
        is_open = song is not None and song.facts is not None
        a.select_all.setEnabled(is_open)
        a.clear_selection.setEnabled(song is not None and song.state.selection is not None)
        a.reset_mix.setEnabled(has_stems)
        name = self._stem_name()
        for action in (a.mute, a.solo, a.solo_only, a.lane_louder, a.lane_quieter):
            action.setEnabled(name is not None)
        for action in (a.rename_lane, a.colour_lane):  # of the original, too
            action.setEnabled(self._lane_name() is not None)
        lane = song.state.lane(name) if song is not None and name is not None else None
        a.mute.setChecked(lane is not None and lane.muted)
        a.solo.setChecked(lane is not None and lane.soloed)
        for action in (a.previous_lane, a.next_lane):
            action.setEnabled(is_open)
        stems = song.stems if song is not None else ()
        for index, (solo, mute) in enumerate(zip(a.solo_numbers, a.mute_numbers, strict=True)):
            for action in (solo, mute):
                action.setVisible(index < len(stems))
                action.setEnabled(index < len(stems))
            if song is not None and index < len(stems):
                title = lane_title(song, stems[index].name)
                solo.setText(self.tr("Solo {lane}").format(lane=title))
                mute.setText(self.tr("Mute {lane}").format(lane=title))

    def _undo(self) -> None:
        if self._song is not None:
            self._song.undo()

    def _redo(self) -> None:
        if self._song is not None:
            self._song.redo()

    def _select_all(self) -> None:
        if self._song is not None and self._song.facts is not None:
            mix_changes.select(self._song, FrameRange(0, self._song.facts.num_frames))

    def _clear_selection(self) -> None:
        if self._song is not None:
            mix_changes.clear_selection(self._song)

    def _stem_name(self) -> str | None:
        """Return the selected lane, unless it is the original's or gone."""
        name = self._timeline.selected_lane
        if self._song is None or name is None:
            return None
        return name if name in [stem.name for stem in self._song.stems] else None

    def _lane_name(self) -> str | None:
        """Return the selected lane, which may be the original's, unless it is gone."""
        name = self._timeline.selected_lane
        if self._song is None or name is None:
            return None
        return name if name in [track.name for track in self._song.tracks] else None

    def _with_stem(self, change: Callable[[Song, str], None]) -> None:
        name = self._stem_name()
        if self._song is not None and name is not None:
            change(self._song, name)
        self._refresh()  # a checkable action has changed its mark by itself

    def _solo_number(self, index: int) -> None:
        if self._song is not None and index < len(self._song.stems):
            mix_changes.toggle_solo(self._song, self._song.stems[index].name)

    def _mute_number(self, index: int) -> None:
        if self._song is not None and index < len(self._song.stems):
            mix_changes.toggle_mute(self._song, self._song.stems[index].name)

    def _reset_mix(self) -> None:
        song = self._song
        if song is None:
            return
        state = replace(song.state, lanes=MappingProxyType({}))
        for name, lane in song.state.lanes.items():
            kept = LaneState(title=lane.title, colour=lane.colour)
            state = state.with_lane(name, kept)
        song.change(state, self.tr("Reset the mix"))

    def _rename(self) -> None:
        name = self._lane_name()
        if name is not None:
            stack = self._timeline.stack
            stack.show_selected(name)  # or one would type what is out of view
            stack.row(name).header.edit_title()

    def _recolour(self) -> None:
        song, name = self._song, self._lane_name()
        if song is None or name is None:
            return
        dialog = QColorDialog(lane_colour(song, name), self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Colour of “{0}”").format(lane_title(song, name)))
        dialog.colorSelected.connect(
            lambda colour: mix_changes.recolour_lane(song, name, colour.name())
        )
        dialog.open()


def _show_step(action: QAction, verb: str, text: str) -> None:
    action.setText(f"{verb}: {text}" if text else verb)
    action.setEnabled(bool(text))
    describe(action, plain_text(action.text()))
