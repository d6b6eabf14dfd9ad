"""What the menu of the tempo does, and the panels in which a tempo or a loop is typed."""

from collections.abc import Callable
from time import monotonic

from PySide6.QtCore import QObject, QPoint, Slot

from app.model.frame_range import FrameRange
from app.model.session import Session
from app.model.settings import Settings
from app.model.song import Song
from app.model.tap_tempo import TapSeries
from app.model.tempo import MAX_BPM, MIN_BPM, BeatGrid, Tempo, bpm_of_loop
from app.playback.transport import Transport
from app.widgets import mix_changes, tempo_changes
from app.widgets.actions import LOOP_BARS, Actions
from app.widgets.loop_panel import LoopPanel
from app.widgets.main_window import MainWindow
from app.widgets.place_text import bpm_text, grid_of, places_of
from app.widgets.tempo_panel import TempoPanel

USUAL_BARS = 4
# While it plays, a key is pressed a little after the beat that it is meant to go back from.
BACK_SECONDS = 0.15


class TempoCommands(QObject):
    """Connects the actions of tempo, bars and loop fields with the song on screen."""

    def __init__(
        self,
        session: Session,
        settings: Settings,
        transport: Transport,
        window: MainWindow,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._transport = transport
        self._window = window
        self._actions: Actions = window.actions_
        self._clock = clock
        self._song: Song | None = None
        self._taps = TapSeries()
        self._tapped_at = 0  # frame that was heard at the first tap
        self._panel: TempoPanel | None = None
        self._said = ""
        self._said_of: Tempo | None = None
        self._connect()
        session.current_changed.connect(self._follow_current)
        self._follow_current()

    def _connect(self) -> None:
        a = self._actions
        a.tempo.triggered.connect(self._open_tempo_panel)
        a.tap_tempo.triggered.connect(self._tap)
        a.bar_one.triggered.connect(self._put_bar_one)
        a.clear_tempo.triggered.connect(self._clear)
        a.type_loop.triggered.connect(self._open_loop_panel)
        a.loop_bars_typed.triggered.connect(self._open_loop_panel_at_bars)
        for bars, action in zip(LOOP_BARS, a.loop_bars, strict=True):
            action.triggered.connect(lambda _=False, bars=bars: self._take_marked(bars))
        a.back_beat.triggered.connect(lambda: self._step(-1, in_bars=False))
        a.forward_beat.triggered.connect(lambda: self._step(1, in_bars=False))
        a.back_bar.triggered.connect(lambda: self._step(-1, in_bars=True))
        a.forward_bar.triggered.connect(lambda: self._step(1, in_bars=True))
        a.snap.setChecked(self._settings.snaps_to_grid)
        self._window.timeline.snap.is_on = self._settings.snaps_to_grid
        a.snap.toggled.connect(self._set_snap)
        self._window.timeline.ruler.typing_wanted.connect(self._open_loop_panel)

    def _follow_current(self) -> None:
        if self._song is not None:
            self._song.state_changed.disconnect(self._refresh)
            self._song.opened.disconnect(self._refresh)
        self._song = self._session.current
        self._taps = TapSeries()
        if self._song is not None:
            self._song.state_changed.connect(self._refresh)
            self._song.opened.connect(self._refresh)
        self._refresh()

    @Slot()
    def _refresh(self) -> None:
        song, a = self._song, self._actions
        if self._tempo() != self._said_of:  # undone, perhaps
            self._window.withdraw_notice(self._said)
        is_open = song is not None and song.facts is not None
        for action in (a.tempo, a.tap_tempo, a.type_loop, a.loop_bars_typed):
            action.setEnabled(is_open)
        has_tempo = self._grid() is not None
        steps = (a.back_beat, a.forward_beat, a.back_bar, a.forward_bar)
        for action in (a.bar_one, a.clear_tempo, *steps):
            action.setEnabled(has_tempo)
        is_marked = song is not None and is_open and song.state.selection is not None
        for action in a.loop_bars:
            action.setEnabled(is_marked)

    def _tempo(self) -> Tempo | None:
        return self._song.state.tempo if self._song is not None else None

    def _grid(self) -> BeatGrid | None:
        return grid_of(self._song)

    # The tempo

    @Slot()
    def _open_tempo_panel(self) -> None:
        if self._song is None or self._song.facts is None:
            return
        panel = TempoPanel(self._song.state.tempo, self._window)
        panel.tempo_chosen.connect(self._set_tempo)
        panel.tapped.connect(self._tap)
        panel.bar_one_wanted.connect(self._put_bar_one)
        panel.cleared.connect(self._clear)
        panel.destroyed.connect(self._forget_panel)
        self._panel = panel
        button = self._window.transport_bar.tempo
        panel.open_at(button.mapToGlobal(button.rect().topLeft()), is_above=True)

    @Slot()
    def _forget_panel(self) -> None:
        self._panel = None

    @Slot(float, int)
    def _set_tempo(self, bpm: float, beats: int) -> None:
        if self._song is not None:
            tempo_changes.set_tempo(self._song, bpm, beats)

    @Slot()
    def _tap(self) -> None:
        song = self._song
        if song is None or song.facts is None:
            return
        self._taps = self._taps.with_tap(self._clock())
        if len(self._taps.times) == 1:
            song.end_merging()
            is_playing = self._transport.is_playing
            self._tapped_at = self._transport.position if is_playing else 0
        if self._taps.num_more:
            self._say(self.tr("Tap on: %n more", "", self._taps.num_more))
            return
        bpm = self._taps.bpm
        if bpm is None:
            self._say(self._no_tempo_text())
            return
        tempo_changes.tap_tempo(song, bpm, bar_one=self._tapped_at)
        if self._panel is not None:
            self._panel.show_tempo(song.state.tempo)
        if song.state.tempo is not None:
            self._say(self.tr("Tapped: {0}").format(bpm_text(song.state.tempo)))

    @Slot()
    def _put_bar_one(self) -> None:
        if self._song is not None:
            tempo_changes.put_bar_one(self._song, self._transport.position)
            self._say(self.tr("Bar 1 begins at the playhead"))

    @Slot()
    def _clear(self) -> None:
        if self._song is not None:
            tempo_changes.clear_tempo(self._song)

    def _take_marked(self, bars: int) -> None:
        if self._song is not None and self._song.state.selection is not None:
            self._take_loop(self._song.state.selection, bars)

    @Slot(object, int)
    def _take_loop(self, loop: FrameRange, bars: int) -> None:
        song = self._song
        if song is None or song.facts is None:
            return
        if loop != song.state.selection:
            self._set_loop(loop)
        if tempo_changes.take_loop(song, loop, bars) and song.state.tempo is not None:
            self._say(
                self.tr("Tempo of the loop: {0}; bar 1 is at its start").format(
                    bpm_text(song.state.tempo)
                )
            )
            return
        beats = bars * tempo_changes.beats_per_bar(song)
        bpm = bpm_of_loop(loop.num_frames, beats=beats, sample_rate=song.facts.sample_rate)
        text = self.tr("That would be {0} BPM.").format(self._window.locale().toString(round(bpm)))
        self._say(f"{text} {self._no_tempo_text()}")

    def _no_tempo_text(self) -> str:
        text = self.tr("A tempo lies between {least} and {most} BPM.")
        return text.format(least=round(MIN_BPM), most=round(MAX_BPM))

    def _say(self, text: str) -> None:
        self._said, self._said_of = text, self._tempo()
        self._window.show_notice(text)
        if self._panel is not None:
            self._panel.show_note(text)

    # The loop

    @Slot()
    def _open_loop_panel(self) -> None:
        self._make_loop_panel()

    @Slot()
    def _open_loop_panel_at_bars(self) -> None:
        panel = self._make_loop_panel()
        if panel is not None:
            panel.bars.setFocus()
            panel.bars.selectAll()

    def _make_loop_panel(self) -> LoopPanel | None:
        song = self._song
        places = places_of(song) if song is not None else None
        if song is None or places is None:
            return None
        loop = song.state.selection or self._usual_loop(places.num_frames)
        loop = loop.intersection(FrameRange(0, places.num_frames)) or loop
        panel = LoopPanel(places, loop, self._window, bars=USUAL_BARS)
        panel.loop_chosen.connect(self._set_loop)
        panel.bars_chosen.connect(self._take_loop)
        ruler = self._window.timeline.ruler
        x = min(max(0, round(self._window.timeline.axis.x_of(loop.start))), ruler.width())
        panel.open_at(ruler.mapToGlobal(QPoint(x, ruler.height())))
        return panel

    def _usual_loop(self, num_frames: int) -> FrameRange:
        """Return four bars from the playhead's on, or the rest of the song."""
        start = min(self._transport.position, num_frames - 1)
        grid = self._grid()
        if grid is None:
            return FrameRange(start, num_frames)
        bar = grid.snapped(start, step=grid.tempo.beats_per_bar, num_frames=num_frames)
        stop = grid.stepped(bar, step=grid.tempo.beats_per_bar, lines=USUAL_BARS)
        return FrameRange(min(bar, num_frames - 1), min(stop, num_frames))

    @Slot(object)
    def _set_loop(self, loop: FrameRange) -> None:
        if self._song is not None:
            mix_changes.select(self._song, loop, loops=True)

    # The grid

    @Slot(bool)
    def _set_snap(self, snaps: bool) -> None:
        self._window.timeline.snap.is_on = snaps
        self._settings.snaps_to_grid = snaps

    def _step(self, lines: int, *, in_bars: bool) -> None:
        grid = self._grid()
        if grid is None:
            return
        position = self._transport.position
        if lines < 0 and self._transport.is_playing:
            position -= round(BACK_SECONDS * grid.sample_rate)
        step = grid.tempo.beats_per_bar if in_bars else 1
        self._transport.seek(grid.stepped(position, step=step, lines=lines))
