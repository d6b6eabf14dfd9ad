"""The audio of one lane as a picture of time, which people see, click and drag."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from app.model.frame_range import FrameRange
from app.model.mix_state import MIX_LANE
from app.model.song import Song
from app.model.tempo import BeatGrid
from app.model.track import Track
from app.widgets import lane_overlays
from app.widgets.bar_ticks import BarTick, bar_ticks
from app.widgets.control_painting import draw_focus_ring, em
from app.widgets.grid_snap import GridSnap
from app.widgets.lane_description import LaneAudibility, describe_lane, lane_audibility
from app.widgets.lane_style import lane_colour
from app.widgets.near_samples import NearSamples
from app.widgets.place_text import grid_of
from app.widgets.range_gesture import RangeGesture, edge_at, wants_free
from app.widgets.range_tips import edge_tip
from app.widgets.spectrogram_tiles import SpectrogramView
from app.widgets.taken_range import taken_text
from app.widgets.time_axis import TimeAxis
from app.widgets.time_ticks import time_ticks
from app.widgets.timeline_colours import TimelineColours, WaveformLook
from app.widgets.waveform_columns import needed_samples
from app.widgets.waveform_painter import waveform_image


class LaneWaveform(QWidget):
    """One lane's waveform with the selection over it.

    The picture is kept until the view, the lane's audio or its colours change; the playhead and
    the selection pass over it and cost only the strips they touch. While the disk is slow to give
    the samples that a near view needs, it shows the peaks.

    Signals:
        pressed: The lane was touched, which selects it.
        clicked: Frame to seek.
        range_previewed: ``FrameRange`` or None, while the user drags.
        range_chosen: ``FrameRange`` or None, when the user lets go.
        scroll_wanted: By so many columns, while the user drags beyond an edge.
        drag_started: The selection of this lane is dragged, to somewhere outside.
        menu_requested: Where, on the screen.
        hovered: Where the mouse is (x), or None if it is elsewhere.
    """

    pressed = Signal()
    clicked = Signal(int)
    range_previewed = Signal(object)
    range_chosen = Signal(object)
    scroll_wanted = Signal(int)
    drag_started = Signal()
    menu_requested = Signal(QPoint)
    hovered = Signal(object)

    def __init__(
        self, song: Song, track: Track, near: NearSamples, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.track = track
        self._near = near
        near.arrived.connect(self._show_samples)
        self.playhead_frame = 0
        self._song = song
        self._axis = TimeAxis.fitting(track.peaks.num_frames, 1)
        self._selection: FrameRange | None = None
        self._grip = QRectF()  # of the selection, by which it is dragged out
        self._is_selected = False
        self._is_experimental = False
        self._level_zoom = 1.0
        self._picture: QImage | None = None
        self._is_coarse = False
        self._shown: tuple[LaneAudibility, WaveformLook, BeatGrid | None] | None = None
        self._drag_pressed_at: QPointF | None = None
        self._spectrogram: SpectrogramView | None = None
        self._gesture = RangeGesture(self)
        self._gesture.clicked.connect(self.clicked)
        self._gesture.previewed.connect(self.range_previewed)
        self._gesture.chosen.connect(self.range_chosen)
        self._gesture.scroll_wanted.connect(self.scroll_wanted)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.show_state()

    @property
    def is_pressed(self) -> bool:
        """Whether a range is being marked."""
        return self._gesture.is_pressed

    # What it shows

    def show_axis(self, axis: TimeAxis) -> None:
        """Show another part of the song."""
        if axis != self._axis:
            self._axis = axis
            self.redraw()
            self._gesture.show_axis(axis)

    def show_level_zoom(self, factor: float) -> None:
        """Draw the waveform so many times taller than it is."""
        if factor != self._level_zoom:
            self._level_zoom = factor
            self.redraw()

    def show_audio(self, arrived: FrameRange) -> None:
        """Show frames that are new or were replaced."""
        self._describe()
        if arrived.start < self._axis.last_frame and arrived.stop > self._axis.first_frame:
            self.redraw()

    def show_state(self) -> None:
        """Show the lane's colour, whether it is heard, and where the bars are."""
        self._describe()
        audibility = self._audibility()
        look = self._look(audibility, TimelineColours.of(self.palette()))
        shown = (audibility, look, grid_of(self._song))
        if shown != self._shown:
            self._shown = shown
            self.redraw()

    def show_experimental(self, is_experimental: bool) -> None:
        """Say whether the model is known to be weak at this stem."""
        self._is_experimental = is_experimental
        self._describe()

    def show_selection(self, selection: FrameRange | None) -> None:
        """Show what is marked."""
        if selection != self._selection:
            self._selection = selection
            self.update()

    def snap_with(self, snap: GridSnap) -> None:
        """Draw ranges that are marked here to the grid."""
        self._gesture.snap = snap

    def set_selected(self, is_selected: bool) -> None:
        """Show that the keys act on this lane."""
        self._is_selected = is_selected
        self.update()

    def set_spectrogram(self, spectrogram: SpectrogramView | None) -> None:
        """Show a spectrogram instead of the waveform; None brings the waveform back."""
        self._spectrogram = spectrogram
        self._describe()
        self.redraw()

    @Slot(str)
    def _show_samples(self, lane: str) -> None:
        if lane == self.track.name and self._is_coarse:
            self.redraw()

    def redraw(self) -> None:
        """Draw the picture anew."""
        self._picture = None
        self.update()

    def sizeHint(self) -> QSize:
        """Be as high as there is room."""
        return QSize(round(em(self) * 30), round(em(self) * 6))

    def minimumSizeHint(self) -> QSize:
        """Stay high enough to see a shape."""
        return QSize(round(em(self) * 6), round(em(self) * 1.5))

    def _describe(self) -> None:
        text = describe_lane(self._song, self.track, is_experimental=self._is_experimental)
        name = (
            self.tr("Waveform: {lane}")
            if self._spectrogram is None
            else self.tr("Spectrogram: {lane}")
        )
        if name.format(lane=text) != self.accessibleName():
            self.setAccessibleName(name.format(lane=text))
            self.setAccessibleDescription(text)

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what has to be drawn anew."""
        painter = QPainter(self)
        colours = TimelineColours.of(self.palette())
        audibility = self._audibility()
        look = self._look(audibility, colours)
        visible = self._visible()
        gaps = self.track.done.gaps(visible) if visible is not None else ()
        if self._picture is None:
            self._picture = self._drawn_picture(look, gaps)
        painter.drawImage(QPointF(0, 0), self._picture)
        area = QRectF(0, 0, self.width(), self.height() - 1)
        if self._spectrogram is not None:
            lane_overlays.draw_frequencies(
                painter, area, self._spectrogram.frequency_marks(), colours
            )
        done = self.track.done
        lane_overlays.draw_growing_edges(painter, area, self._axis, gaps, done, look.body)
        lane_overlays.draw_gap_text(painter, area, self._axis, gaps, self._gap_text(), colours)
        self._draw_selection(painter, area, colours)
        if audibility is LaneAudibility.MUTED:
            lane_overlays.draw_tag(painter, area, self._silence_text(), colours)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), colours.line)
        if self.hasFocus():
            draw_focus_ring(painter, area, self.palette(), 0)

    def _draw_selection(self, painter: QPainter, area: QRectF, colours: TimelineColours) -> None:
        self._grip = QRectF()
        if self._selection is None:
            return
        marked = lane_overlays.draw_selection(painter, area, self._axis, self._selection, colours)
        if not marked.isEmpty() and (self._is_selected or self.underMouse()):
            ink = self.palette().highlightedText().color()
            text = self.tr("Drag out")
            self._grip = lane_overlays.draw_grip(painter, area, marked, text, colours, ink)

    def _gap_text(self) -> str:
        if self.track.name == MIX_LANE:
            return self.tr("Not read yet")
        return self.tr("Not separated yet")

    def _silence_text(self) -> str:
        match self._audibility():
            case LaneAudibility.MUTED:
                return self.tr("Muted")
            case LaneAudibility.NOT_SOLOED:
                return self.tr("Silent: another stem is soloed")
            case LaneAudibility.HEARD:
                return ""

    def _audibility(self) -> LaneAudibility:
        return lane_audibility(self._song.state, self.track.name, self._song.stems)

    def _look(self, audibility: LaneAudibility, colours: TimelineColours) -> WaveformLook:
        return WaveformLook.of(
            lane_colour(self._song, self.track.name),
            colours,
            is_dimmed=audibility is not LaneAudibility.HEARD,
        )

    def _drawn_picture(self, look: WaveformLook, gaps: Sequence[FrameRange]) -> QImage:
        ratio = self._axis.pixel_ratio
        height = max(1, round((self.height() - 1) * ratio))
        self._is_coarse = False
        if self._spectrogram is not None:
            return self._spectrogram.draw(self._axis, height)
        needed = needed_samples(self.track.peaks, self._axis)
        self._is_coarse = needed is not None and not self._near.are_near(self.track, needed)
        return waveform_image(
            self.track,
            self._axis,
            height,
            look,
            level_zoom=self._level_zoom,
            grid_columns=[round(x * ratio) for x in self._grid()],
            bar_columns=[round(self._axis.x_of(tick.frame) * ratio) for tick in self._bars()],
            gaps=gaps,
            is_coarse=self._is_coarse,
        )

    def _bars(self) -> list[BarTick]:
        return [tick for tick in self._bar_ticks() if tick.is_strong]

    def _bar_ticks(self) -> tuple[BarTick, ...]:
        grid = grid_of(self._song)
        return () if grid is None else bar_ticks(self._axis, grid, spacing=em(self))

    def _grid(self) -> list[float]:
        """Return where beats are, or round times in a song without a tempo."""
        facts = self._song.facts
        if facts is None:
            return []
        if self._song.state.tempo is not None:
            return [self._axis.x_of(beat.frame) for beat in self._bar_ticks() if not beat.is_strong]
        ticks = time_ticks(self._axis, facts.sample_rate, em(self) * 6)
        return [self._axis.x_of(tick.frame) for tick in ticks if tick.text]

    def _visible(self) -> FrameRange | None:
        start = max(0, int(self._axis.first_frame))
        stop = min(self.track.peaks.num_frames, int(self._axis.last_frame) + 1)
        return FrameRange(start, stop) if start < stop else None

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw at the new size."""
        self.redraw()

    def changeEvent(self, event: QEvent) -> None:
        """Draw in the new theme's colours."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            self.redraw()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show the selection's tag."""
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the selection's tag."""
        self.hovered.emit(None)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Select the lane that has the keyboard."""
        super().focusInEvent(event)
        self.pressed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click, a range, or a drag of the selection to somewhere outside."""
        self.pressed.emit()
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._is_drag_out(event):
            self._drag_pressed_at = event.position()
            return
        extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._gesture.press(
            event.position().x(),
            self._axis,
            self._selection,
            extend_from=self.playhead_frame if extends else None,
            is_free=wants_free(event.modifiers()),
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on, or show what a press would do."""
        self.hovered.emit(event.position().x())
        if self._drag_pressed_at is not None:
            moved = (event.position() - self._drag_pressed_at).manhattanLength()
            if moved >= QApplication.startDragDistance():
                self._drag_pressed_at = None
                self.drag_started.emit()
            return
        is_free = wants_free(event.modifiers())
        self._gesture.move(event.position().x(), self._axis, is_free=is_free)
        if not event.buttons():
            self._show_cursor(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End."""
        self._drag_pressed_at = None
        is_free = wants_free(event.modifiers())
        self._gesture.release(event.position().x(), self._axis, is_free=is_free)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the lane's menu; with the key, in the middle of the lane."""
        self.pressed.emit()
        if event.reason() is QContextMenuEvent.Reason.Mouse:
            self.menu_requested.emit(event.globalPos())
        else:
            self.menu_requested.emit(self.mapToGlobal(self.rect().center()))

    def _is_drag_out(self, event: QMouseEvent) -> bool:
        if self._selection is None:
            return False
        if self._grip.contains(event.position()):
            return True
        is_inside = self._axis.frame_at(event.position().x()) in self._selection
        return is_inside and bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)

    def _show_cursor(self, event: QMouseEvent) -> None:
        x = event.position().x()
        is_on_tag = self._grip.contains(event.position())
        edge = edge_at(x, self._axis, self._selection) if self._selection else None
        self.setToolTip(self._dragging_text() if is_on_tag else self._silence_text())
        if self._is_drag_out(event):
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._selection is not None and edge is not None:
            self.setToolTip(edge_tip(self._selection, edge, snaps=self._gesture.snap.is_felt))
            self.setCursor(Qt.CursorShape.SplitHCursor)
        else:
            self.setCursor(Qt.CursorShape.ArrowCursor)

    def _dragging_text(self) -> str:
        return self.tr(
            "Hold the mouse button and drag: {part} lands as a file in your DAW or a folder. With "
            "Alt, drag it anywhere."
        ).format(part=taken_text(self._song, self._selection))
