"""The marks of the ruler: times, and below them bars and beats where the song has a tempo."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app.model.frame_range import FrameRange
from app.model.tempo import BeatGrid
from app.widgets.bar_ticks import bar_ticks
from app.widgets.time_axis import TimeAxis
from app.widgets.time_text import time_text
from app.widgets.time_ticks import time_ticks
from app.widgets.timeline_colours import TimelineColours

LABEL_SPACING = 1.9  # widths of a label from one to the next
TOP_SHARE = 0.18  # of a line, above a label


@dataclass(frozen=True, slots=True, kw_only=True)
class RulerPlace:
    """Where marks are drawn.

    Attributes:
        axis: The view.
        width: Of the ruler.
        line: Height of a line of text.
        bottom: Where marks stand.
        kept_free: No label reaches between these two, where another text lies.
    """

    axis: TimeAxis
    width: float
    line: float
    bottom: float
    kept_free: tuple[float, float] | None = None


def draw_times(
    painter: QPainter,
    place: RulerPlace,
    sample_rate: int,
    colours: TimelineColours,
    *,
    marked: FrameRange | None,
    marked_ink: QColor,
) -> None:
    """Draw round times.

    Args:
        painter: Has the font.
        place: Where.
        sample_rate: Of the song.
        colours: What to draw with.
        marked: Marks in here stand on the loop's ground.
        marked_ink: Their colour.
    """
    metrics = QFontMetricsF(painter.font())
    axis = place.axis
    widest = time_text(axis.num_frames / sample_rate, decimals=1)
    spacing = metrics.horizontalAdvance(widest) * LABEL_SPACING
    end = -metrics.horizontalAdvance(widest)  # of the label before
    for tick in time_ticks(axis, sample_rate, spacing):
        x = round(axis.x_of(tick.frame)) + 0.5
        is_marked = marked is not None and int(tick.frame) in marked
        length = place.line * (0.62 if tick.text else 0.3) * (0.7 if is_marked else 1.0)
        ink = colours.faint_text if tick.text else colours.line
        painter.setPen(QPen(marked_ink if is_marked else ink, 1))
        painter.drawLine(QPointF(x, place.bottom - length), QPointF(x, place.bottom))
        end = _draw_label(painter, place, x, 0.0, tick.text, colours.faint_text, end)


def draw_bars(
    painter: QPainter,
    place: RulerPlace,
    grid: BeatGrid,
    colours: TimelineColours,
    *,
    top: float,
    marked: FrameRange | None,
    marked_ink: QColor,
) -> None:
    """Draw bars and beats; ``top`` is that of their labels, the rest is as in ``draw_times``."""
    end = -place.width
    for tick in bar_ticks(place.axis, grid, spacing=place.line):
        x = round(place.axis.x_of(tick.frame)) + 0.5
        is_marked = marked is not None and tick.frame in marked
        length = place.line * (0.62 if tick.is_strong else 0.3) * (0.7 if is_marked else 1.0)
        ink = colours.faint_text if tick.is_strong else colours.line
        painter.setPen(QPen(marked_ink if is_marked else ink, 1))
        painter.drawLine(QPointF(x, place.bottom - length), QPointF(x, place.bottom))
        end = _draw_label(painter, place, x, top, tick.text, colours.text, end)


def _draw_label(
    painter: QPainter,
    place: RulerPlace,
    x: float,
    top: float,
    text: str,
    ink: QColor,
    end: float,
) -> float:
    """Write a label beside its mark unless the one before is in its way; return where it ends."""
    metrics = QFontMetricsF(painter.font())
    width = metrics.horizontalAdvance(text)
    left = min(x + place.line * 0.2, place.width - width)  # the last one in full
    if not text or left <= end:
        return end
    stop = left + width
    if place.kept_free is None or stop <= place.kept_free[0] or left >= place.kept_free[1]:
        painter.setPen(ink)
        painter.drawText(QPointF(left, top + metrics.ascent() + place.line * TOP_SHARE), text)
    return stop
