"""The ruler above the lanes: times, the loop, and where the playhead is."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.model.frame_range import FrameRange
from app.model.tempo import BeatGrid
from app.widgets.control_painting import em
from app.widgets.duration_text import length_text
from app.widgets.grid_snap import GridSnap
from app.widgets.lane_style import blended, text_on
from app.widgets.place_text import bar_text, bars_text, bpm_text, length_in_bars
from app.widgets.range_gesture import RangeGesture, edge_at, wants_free
from app.widgets.range_tips import edge_tip
from app.widgets.ruler_marks import RulerPlace, draw_bars, draw_times
from app.widgets.time_axis import TimeAxis
from app.widgets.time_text import time_text
from app.widgets.timeline_colours import TimelineColours

TIME_ROW_EM, BAR_ROW_EM, LOOP_ROW_EM = 1.15, 1.15, 0.95  # heights, in lines of text
LOOP_BAR_EM = 0.92


class TimeRuler(QWidget):
    """Shows times, and bars if there are any; a click seeks, a drag marks a loop.

    Signals:
        clicked: Frame to seek.
        range_previewed: ``FrameRange`` or None, while the user drags.
        range_chosen: ``FrameRange`` or None, when the user lets go.
        scroll_wanted: By so many columns, while the user drags beyond an edge.
        typing_wanted: The user wants to type the ends of the loop.
    """

    clicked = Signal(int)
    range_previewed = Signal(object)
    range_chosen = Signal(object)
    scroll_wanted = Signal(int)
    typing_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axis = TimeAxis.fitting(0, 1)
        self._sample_rate = 0
        self._grid: BeatGrid | None = None
        self._selection: FrameRange | None = None
        self._is_looping = False
        self._playhead_frame = 0
        self._pointer_x: float | None = None
        self._length_left: float | None = None  # where the length was written last
        self._gesture = RangeGesture(self)
        self._gesture.clicked.connect(self.clicked)
        self._gesture.previewed.connect(self.range_previewed)
        self._gesture.chosen.connect(self.range_chosen)
        self._gesture.scroll_wanted.connect(self.scroll_wanted)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Time ruler"))
        self._show_tip(-1.0, -1.0)

    def snap_with(self, snap: GridSnap) -> None:
        """Draw ranges that are marked here to the grid."""
        self._gesture.snap = snap

    def show_song(self, sample_rate: int) -> None:
        """Count in another song's seconds; 0 shows no times."""
        self._sample_rate = sample_rate
        self.update()

    def show_grid(self, grid: BeatGrid | None) -> None:
        """Show bars and beats, too; None shows none."""
        if grid != self._grid:
            self._grid = grid
            self._describe()
            self.updateGeometry()
            self.update()

    def show_axis(self, axis: TimeAxis) -> None:
        """Show another part of the song."""
        self._axis = axis
        self.update()
        self._gesture.show_axis(axis)

    def show_selection(self, selection: FrameRange | None, *, is_looping: bool) -> None:
        """Show what is marked, and whether it is repeated."""
        if (selection, is_looping) != (self._selection, self._is_looping):
            self.update()
        self._selection, self._is_looping = selection, is_looping
        self._describe()

    def show_playhead(self, frame: int) -> None:
        """Keep the length of the loop out of the playhead's way."""
        self._playhead_frame = frame
        if self._length_left is not None and self._length_place() != self._length_left:
            self.update()

    @Slot(object)
    def show_pointer(self, x: float | None) -> None:
        """Say the time at the mouse, wherever it is over the song; None if it is elsewhere."""
        if x != self._pointer_x:
            self._pointer_x = x
            self.update()

    def sizeHint(self) -> QSize:
        """Have room for times and bars, and for the loop below them."""
        return QSize(round(em(self) * 10), self._needed_height())

    def minimumSizeHint(self) -> QSize:
        """Never clip the times."""
        return QSize(round(em(self) * 4), self._needed_height())

    def _needed_height(self) -> int:
        rows = TIME_ROW_EM + LOOP_ROW_EM + (BAR_ROW_EM if self._grid is not None else 0.0)
        return round(em(self) * rows)

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the times and the loop."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = TimelineColours.of(self.palette())
        painter.fillRect(self.rect(), colours.raised)
        bottom = self.height() - 1
        if self._sample_rate:
            self._draw_selection(painter, colours, bottom)
            self._draw_marks(painter, colours, bottom)
            self._draw_length(painter, colours, bottom)
            self._draw_pointer(painter, colours, bottom)
        painter.fillRect(QRectF(0, bottom, self.width(), 1), colours.line)

    def _draw_marks(self, painter: QPainter, colours: TimelineColours, bottom: float) -> None:
        line, ink = em(self), self._ink(colours)
        place = RulerPlace(axis=self._axis, width=self.width(), line=line, bottom=bottom)
        pointer = self._pointer_place()
        free = None if pointer is None else (pointer.left(), pointer.right())
        marked, rate = self._selection, self._sample_rate
        if self._grid is None:
            times = replace(place, kept_free=free)
            draw_times(painter, times, rate, colours, marked=marked, marked_ink=ink)
            return
        top = line * TIME_ROW_EM
        above = replace(place, bottom=top, kept_free=free)
        draw_times(painter, above, rate, colours, marked=None, marked_ink=ink)
        draw_bars(painter, place, self._grid, colours, top=top, marked=marked, marked_ink=ink)

    def _draw_selection(self, painter: QPainter, colours: TimelineColours, bottom: float) -> None:
        if self._selection is None:
            return
        left = self._axis.x_of(self._selection.start)
        right = self._axis.x_of(self._selection.stop)
        if right < 0 or left > self.width():
            return
        height = em(self) * LOOP_BAR_EM
        bar = QRectF(left, bottom - height, max(2.0, right - left), height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._fill(colours))
        painter.drawRect(bar)
        painter.setPen(QPen(colours.accent, 2))
        for x in (left, right):
            painter.drawLine(QPointF(x, bar.top()), QPointF(x, bottom))

    def _ink(self, colours: TimelineColours) -> QColor:
        return text_on(colours.accent, self.palette()) if self._is_looping else colours.text

    def _fill(self, colours: TimelineColours) -> QColor:
        is_full = self._is_looping
        return colours.accent if is_full else blended(colours.accent, colours.raised, 0.3)

    def _draw_length(self, painter: QPainter, colours: TimelineColours, bottom: float) -> None:
        self._length_left = self._length_place()
        if self._length_left is None:
            return
        font, height = self._length_font(), em(self) * LOOP_BAR_EM
        width = QFontMetricsF(font).horizontalAdvance(self._length_text())
        rect = QRectF(self._length_left, bottom - height, width, height)
        painter.fillRect(rect, self._fill(colours))  # no ticks behind the letters
        painter.setFont(font)
        painter.setPen(self._ink(colours))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
        painter.drawText(rect, flags, self._length_text())

    def _pointer_text(self) -> str:
        if self._pointer_x is None or not self._sample_rate:
            return ""
        frame = self._axis.frame_at(self._pointer_x)
        text = time_text(frame / self._sample_rate, decimals=2)
        if self._grid is None:
            return text
        return self.tr("{time} · bar {bar}").format(
            time=text, bar=bar_text(self._grid.place_at(frame))
        )

    def _pointer_place(self) -> QRectF | None:
        if not (text := self._pointer_text()) or self._pointer_x is None:
            return None
        width = QFontMetricsF(self.font()).horizontalAdvance(text) + em(self) * 0.5
        left = min(max(0.0, self._pointer_x - width / 2), self.width() - width)
        return QRectF(left, 0, width, em(self) * TIME_ROW_EM)

    def _draw_pointer(self, painter: QPainter, colours: TimelineColours, bottom: float) -> None:
        label, x = self._pointer_place(), self._pointer_x
        if label is None or x is None:
            return
        painter.setFont(self.font())
        painter.fillRect(label, colours.background)
        painter.setPen(colours.text)
        painter.drawLine(QPointF(x, label.bottom()), QPointF(x, bottom))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, self._pointer_text())

    def _length_place(self) -> float | None:
        """Return where the length begins: in the middle, or at an end if the playhead is there."""
        if self._selection is None or not self._sample_rate:
            return None
        left = max(0.0, self._axis.x_of(self._selection.start))
        right = min(float(self.width()), self._axis.x_of(self._selection.stop))
        width = QFontMetricsF(self._length_font()).horizontalAdvance(self._length_text())
        if right - left < width + em(self) * 0.6:
            return None
        playhead, flag = self._axis.x_of(self._playhead_frame), em(self) * 0.6
        place = (left + right - width) / 2
        if not place - flag < playhead < place + width + flag:
            return place
        margin = em(self) * 0.3
        return left + margin if playhead > (left + right) / 2 else right - margin - width

    def _length_font(self) -> QFont:
        font = self.font()
        font.setPointSizeF(font.pointSizeF() * 0.85)
        return font

    def _length_text(self) -> str:
        assert self._selection is not None
        num_frames = self._selection.num_frames
        length = length_text(num_frames / self._sample_rate)
        if self._grid is not None:
            length = f"{length_in_bars(self._grid, num_frames)} · {length}"
        text = self.tr("Loop: {length} long") if self._is_looping else self.tr("{length} long")
        return text.format(length=length)

    def _describe(self) -> None:
        tempo = "" if self._grid is None else f"{bpm_text(self._grid.tempo)}, "
        self.setAccessibleDescription(tempo + self._marked_text())

    def _marked_text(self) -> str:
        if self._selection is None or not self._sample_rate:
            return self.tr("nothing is marked")
        text = (
            self.tr("loop from {start} to {stop}")
            if self._is_looping
            else self.tr("marked from {start} to {stop}")
        ).format(
            start=time_text(self._selection.start / self._sample_rate, decimals=2),
            stop=time_text(self._selection.stop / self._sample_rate, decimals=2),
        )
        if self._grid is None:
            return text
        bars = bars_text(self._grid, self._selection)
        return ", ".join((text, bars or length_in_bars(self._grid, self._selection.num_frames)))

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a loop."""
        if event.button() != Qt.MouseButton.LeftButton or not self._sample_rate:
            event.ignore()
            return
        x = event.position().x()
        extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        extend_from = self._axis.frame_at(x) if extends else None
        self._gesture.press(
            x,
            self._axis,
            self._selection,
            extend_from=extend_from,
            is_free=wants_free(event.modifiers()),
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on, or show that an edge can be taken."""
        x = event.position().x()
        self.show_pointer(x)
        self._gesture.move(x, self._axis, is_free=wants_free(event.modifiers()))
        if not event.buttons():
            self._show_tip(x, event.position().y())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Let the ends of the loop be typed; anywhere else it is one more click."""
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and self._is_on_loop(event.position().x(), event.position().y()):
            self.typing_wanted.emit()
        else:
            super().mouseDoubleClickEvent(event)

    def _is_on_loop(self, x: float, y: float) -> bool:
        if self._selection is None or y < self.height() - 1 - em(self) * LOOP_BAR_EM:
            return False
        return self._axis.x_of(self._selection.start) <= x <= self._axis.x_of(self._selection.stop)

    def _show_tip(self, x: float, y: float) -> None:
        """Say what a press would do."""
        edge = None if self._selection is None else edge_at(x, self._axis, self._selection)
        is_on_edge = edge is not None
        self.setCursor(Qt.CursorShape.SplitHCursor if is_on_edge else Qt.CursorShape.ArrowCursor)
        if self._selection is not None and edge is not None:
            self.setToolTip(edge_tip(self._selection, edge, snaps=self._gesture.snap.is_felt))
        elif self._is_on_loop(x, y):
            self.setToolTip(self.tr("Double-click to type start, end and length (Shift+L)"))
        else:
            self.setToolTip(self.tr("Click to go there, drag to mark a loop"))

    def leaveEvent(self, event: QEvent) -> None:
        """Say no time."""
        self.show_pointer(None)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End."""
        is_free = wants_free(event.modifiers())
        self._gesture.release(event.position().x(), self._axis, is_free=is_free)
