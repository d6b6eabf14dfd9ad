"""The ruler above the lanes: times, the loop, and where the playhead is."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.model.frame_range import FrameRange
from app.widgets.control_painting import em
from app.widgets.lane_style import blended, text_on
from app.widgets.range_gesture import RangeGesture, edge_at
from app.widgets.time_axis import TimeAxis
from app.widgets.time_text import time_text
from app.widgets.time_ticks import time_ticks
from app.widgets.timeline_colours import TimelineColours

LABEL_SPACING = 1.9  # widths of a label from one to the next


class TimeRuler(QWidget):
    """Shows times; a click seeks, a drag marks a loop.

    Signals:
        clicked: Frame to seek.
        range_previewed: ``FrameRange`` or None, while the user drags.
        range_chosen: ``FrameRange`` or None, when the user lets go.
        scroll_wanted: By so many columns, while the user drags beyond an edge.
    """

    clicked = Signal(int)
    range_previewed = Signal(object)
    range_chosen = Signal(object)
    scroll_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._axis = TimeAxis.fitting(0, 1)
        self._sample_rate = 0
        self._selection: FrameRange | None = None
        self._is_looping = False
        self._playhead_frame = 0
        self._length_left: float | None = None  # where the length was written last
        self._gesture = RangeGesture(self)
        self._gesture.clicked.connect(self.clicked)
        self._gesture.previewed.connect(self.range_previewed)
        self._gesture.chosen.connect(self.range_chosen)
        self._gesture.scroll_wanted.connect(self.scroll_wanted)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Time ruler"))
        self.setToolTip(self.tr("Click to go there, drag to mark a loop"))

    def show_song(self, sample_rate: int) -> None:
        """Count in another song's seconds; 0 shows no times."""
        self._sample_rate = sample_rate
        self.update()

    def show_axis(self, axis: TimeAxis) -> None:
        """Show another part of the song."""
        self._axis = axis
        self.update()
        self._gesture.show_axis(axis)

    def show_selection(self, selection: FrameRange | None, *, is_looping: bool) -> None:
        """Show what is marked, and whether it is repeated."""
        self._selection, self._is_looping = selection, is_looping
        self._describe()
        self.update()

    def show_playhead(self, frame: int) -> None:
        """Keep the length of the loop out of the playhead's way."""
        self._playhead_frame = frame
        if self._length_left is not None and self._length_place() != self._length_left:
            self.update()

    def sizeHint(self) -> QSize:
        """Have room for the times, and for the loop below them."""
        return QSize(round(em(self) * 10), round(em(self) * 2.1))

    def minimumSizeHint(self) -> QSize:
        """Never clip the times."""
        return QSize(round(em(self) * 4), round(em(self) * 2.1))

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the times and the loop."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = TimelineColours.of(self.palette())
        painter.fillRect(self.rect(), colours.raised)
        bottom = self.height() - 1
        if self._sample_rate:
            self._draw_ticks(painter, colours, bottom)
            self._draw_selection(painter, colours, bottom)
        painter.fillRect(QRectF(0, bottom, self.width(), 1), colours.line)

    def _draw_ticks(self, painter: QPainter, colours: TimelineColours, bottom: float) -> None:
        metrics = QFontMetricsF(self.font())
        widest = time_text(self._axis.num_frames / self._sample_rate, decimals=1)
        spacing = metrics.horizontalAdvance(widest) * LABEL_SPACING
        for tick in time_ticks(self._axis, self._sample_rate, spacing):
            x = round(self._axis.x_of(tick.frame)) + 0.5
            length = em(self) * (0.62 if tick.text else 0.3)
            painter.setPen(QPen(colours.faint_text if tick.text else colours.line, 1))
            painter.drawLine(QPointF(x, bottom - length), QPointF(x, bottom))
            if tick.text:
                painter.setPen(colours.faint_text)
                baseline = metrics.ascent() + em(self) * 0.18
                painter.drawText(QPointF(x + em(self) * 0.2, baseline), tick.text)

    def _draw_selection(self, painter: QPainter, colours: TimelineColours, bottom: float) -> None:
        if self._selection is None:
            return
        left = self._axis.x_of(self._selection.start)
        right = self._axis.x_of(self._selection.stop)
        if right < 0 or left > self.width():
            return
        height = em(self) * 0.92
        bar = QRectF(left, bottom - height, max(2.0, right - left), height)
        fill = colours.accent if self._is_looping else blended(colours.accent, colours.raised, 0.3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRect(bar)
        painter.setPen(QPen(colours.accent, 2))
        for x in (left, right):
            painter.drawLine(QPointF(x, bar.top()), QPointF(x, bottom))
        self._draw_length(painter, colours, bar)

    def _draw_length(self, painter: QPainter, colours: TimelineColours, bar: QRectF) -> None:
        self._length_left = self._length_place()
        if self._length_left is None:
            return
        painter.setFont(self._length_font())
        ink = text_on(colours.accent, self.palette()) if self._is_looping else colours.text
        painter.setPen(ink)
        rect = QRectF(self._length_left, bar.top(), self.width(), bar.height())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, self._length_text())

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
        length = time_text(self._selection.num_frames / self._sample_rate, decimals=2)
        return self.tr("Loop {length}").format(length=length) if self._is_looping else length

    def _describe(self) -> None:
        if self._selection is None or not self._sample_rate:
            self.setAccessibleDescription(self.tr("nothing is marked"))
            return
        text = (
            self.tr("loop from {start} to {stop}")
            if self._is_looping
            else self.tr("marked from {start} to {stop}")
        )
        self.setAccessibleDescription(
            text.format(
                start=time_text(self._selection.start / self._sample_rate, decimals=2),
                stop=time_text(self._selection.stop / self._sample_rate, decimals=2),
            )
        )

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a loop."""
        if event.button() != Qt.MouseButton.LeftButton or not self._sample_rate:
            event.ignore()
            return
        x = event.position().x()
        extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        extend_from = self._axis.frame_at(x) if extends else None
        self._gesture.press(x, self._axis, self._selection, extend_from=extend_from)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on, or show that an edge can be taken."""
        x = event.position().x()
        self._gesture.move(x, self._axis)
        is_on_edge = (
            self._selection is not None and edge_at(x, self._axis, self._selection) is not None
        )
        self.setCursor(Qt.CursorShape.SplitHCursor if is_on_edge else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End."""
        self._gesture.release(event.position().x(), self._axis)
