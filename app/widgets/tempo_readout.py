"""Beside the time: the bar that is heard, and the tempo, which can be clicked."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.model.session import Session
from app.model.song import Song
from app.model.tempo import BeatGrid
from app.playback.transport import Transport
from app.widgets.action_button import ActionButton
from app.widgets.actions import Actions, plain_text
from app.widgets.place_text import bar_text, bpm_text, grid_of
from app.widgets.time_readout import TimeReadout

WIDEST_BAR = "888.8"


class TempoReadout(QWidget):
    """Shows the bar as long as there is a tempo; its button opens the panel of the tempo.

    Signals:
        resized: There is more or less to show, which needs another width.
    """

    resized = Signal()

    def __init__(self, session: Session, transport: Transport, actions: Actions) -> None:
        super().__init__()
        self._session = session
        self._transport = transport
        self._song: Song | None = None
        self._grid: BeatGrid | None = None
        self.bar = TimeReadout()
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(self.font().pointSizeF())
        self.bar.setFont(font)
        widest = self._bar_text(WIDEST_BAR)
        self.bar.setMinimumWidth(self.bar.fontMetrics().horizontalAdvance(widest))
        self.bar.setAccessibleName(self.tr("Bar and beat"))
        self.bar.setToolTip(self.tr("Bar and beat. {0}").format(actions.go_to.toolTip()))
        self.bar.clicked.connect(actions.go_to.trigger)
        self.bar.hide()
        self.button = TempoButton(actions)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.bar)
        row.addWidget(self.button)
        transport.position_changed.connect(self._show_place)
        session.current_changed.connect(self._follow_current)
        self._follow_current()

    @property
    def text_width(self) -> int:
        """What it is narrower without the text of the tempo; 0 if that is hidden."""
        return self.button.text_width

    def show_text(self, is_shown: bool) -> None:
        """Show the tempo in words, or its icon alone."""
        self.button.allow_text(is_shown)
        self.updateGeometry()  # else who lays it out would hear of it only later

    def _follow_current(self) -> None:
        if self._song is not None:
            self._song.state_changed.disconnect(self._show_tempo)
            self._song.opened.disconnect(self._show_tempo)
        self._song = self._session.current
        if self._song is not None:
            self._song.state_changed.connect(self._show_tempo)
            self._song.opened.connect(self._show_tempo)
        self._show_tempo()

    def _show_tempo(self) -> None:
        grid = grid_of(self._song)
        if grid != self._grid:
            self._grid = grid
            self.bar.setVisible(grid is not None)
            self.button.show_tempo("" if grid is None else bpm_text(grid.tempo))
            self.resized.emit()
        self._show_place()

    def _show_place(self) -> None:
        if self._grid is not None:
            self.bar.setText(
                self._bar_text(bar_text(self._grid.place_at(self._transport.position)))
            )

    def _bar_text(self, place: str) -> str:
        return self.tr("bar {0}").format(place)


class TempoButton(ActionButton):
    """Says the tempo, if there is one."""

    def __init__(self, actions: Actions) -> None:
        self._tempo = ""
        self._may_have_text = True
        super().__init__(actions.tempo)

    def show_tempo(self, text: str) -> None:
        """Say a tempo; an empty one leaves the icon alone."""
        self._tempo = text
        self.show_text(bool(text) and self._may_have_text)
        self._follow_action()
        self.updateGeometry()

    def allow_text(self, is_allowed: bool) -> None:
        """Say the tempo only where there is room."""
        self._may_have_text = is_allowed
        self.show_tempo(self._tempo)

    def _follow_action(self) -> None:
        super()._follow_action()
        action = self.defaultAction()
        if action is not None and self._tempo:
            self.setText(self._tempo)  # the action has written its own
            self.setAccessibleName(f"{plain_text(action.text())}: {self._tempo}")
