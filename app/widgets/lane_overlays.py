"""What is drawn over the picture of a lane: texts, tags, labels and the selection."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.model.frame_range import FrameRange, FrameRanges
from app.widgets.spectrogram_tiles import FrequencyMark
from app.widgets.time_axis import TimeAxis
from app.widgets.timeline_colours import TimelineColours

EDGE_PIXELS = 2.0  # of the growing edge
SMALL_FONT = 0.85
GRIP_ARROW = "↗"


def draw_growing_edges(
    painter: QPainter,
    area: QRectF,
    axis: TimeAxis,
    gaps: Sequence[FrameRange],
    done: FrameRanges,
    colour: QColor,
) -> None:
    """Mark where audio is followed by frames that have not arrived."""
    for gap in gaps:
        if gap.start - 1 in done:
            x = axis.x_of(gap.start) - EDGE_PIXELS / 2
            painter.fillRect(QRectF(x, area.top(), EDGE_PIXELS, area.height()), colour)


def draw_gap_text(
    painter: QPainter,
    area: QRectF,
    axis: TimeAxis,
    gaps: Sequence[FrameRange],
    text: str,
    colours: TimelineColours,
) -> None:
    """Say why the widest gap in view is empty, if the text fits; one text for a lane is enough."""
    if not gaps:
        return
    metrics = painter.fontMetrics()
    width = metrics.horizontalAdvance(text) + metrics.height()
    widest = max(gaps, key=lambda gap: gap.num_frames)
    left = max(area.left(), axis.x_of(widest.start))
    right = min(area.right(), axis.x_of(widest.stop))
    if right - left < width + metrics.height():
        return
    ground = QRectF(0, 0, width, metrics.height() * 1.2)
    ground.moveCenter(QPointF((left + right) / 2, area.center().y()))
    painter.fillRect(ground, colours.background)
    painter.setPen(colours.faint_text)
    painter.drawText(ground, Qt.AlignmentFlag.AlignCenter, text)


def draw_tag(painter: QPainter, area: QRectF, text: str, colours: TimelineColours) -> None:
    """Write in the lane's upper corner why it is not heard."""
    metrics = painter.fontMetrics()
    margin, height = metrics.height() * 0.35, metrics.height() * 1.15
    if height + margin > area.height():
        margin, height = 0.0, area.height()
    width = metrics.horizontalAdvance(text) + metrics.height() * 0.9
    tag = QRectF(margin, margin, width, height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colours.line, 1))
    painter.setBrush(colours.raised)
    painter.drawRoundedRect(tag, metrics.height() * 0.25, metrics.height() * 0.25)
    painter.setPen(colours.text)
    painter.drawText(tag, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()


def draw_frequencies(
    painter: QPainter, area: QRectF, marks: Sequence[FrequencyMark], colours: TimelineColours
) -> None:
    """Label a spectrogram at its right edge, as densely as there is room."""
    painter.save()
    _use_small_font(painter)
    metrics = painter.fontMetrics()
    lowest = area.bottom()
    for mark in marks:
        width = metrics.horizontalAdvance(mark.text) + metrics.height() * 0.4
        middle = area.bottom() - area.height() * mark.share
        label = QRectF(area.right() - width, middle - metrics.height() / 2, width, metrics.height())
        if label.top() < area.top() or label.bottom() > lowest:
            continue
        lowest = label.top()
        painter.fillRect(label, colours.raised)
        painter.setPen(colours.text)
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, mark.text)
    painter.restore()


def draw_selection(
    painter: QPainter,
    area: QRectF,
    axis: TimeAxis,
    selection: FrameRange,
    colours: TimelineColours,
) -> QRectF:
    """Draw what is marked; returns the part of it that is in view, or an empty rectangle."""
    left, right = axis.x_of(selection.start), axis.x_of(selection.stop)
    if right < area.left() or left > area.right():
        return QRectF()
    marked = QRectF(left, area.top(), right - left, area.height())
    painter.fillRect(marked, colours.selection)
    for x in (left, right):
        painter.fillRect(QRectF(x - 0.5, area.top(), 1, area.height()), colours.accent)
    return marked.intersected(area)


def draw_grip(
    painter: QPainter,
    area: QRectF,
    marked: QRectF,
    text: str,
    colours: TimelineColours,
    ink: QColor,
) -> QRectF:
    """Draw the tag by which the selection is dragged out: in it, or beside it if it is narrow.

    Returns:
        Where it is.
    """
    painter.save()
    text = f"{GRIP_ARROW} {text}"
    metrics = painter.fontMetrics()
    margin = metrics.height() * 0.3
    width = metrics.horizontalAdvance(text) + metrics.height() * 1.4
    height = min(metrics.height() * 1.7, area.height() - 2.0)
    left = marked.right() - width - margin
    if left <= marked.left() + margin:
        left = marked.right() + margin
    if left + width > area.right():
        left = max(area.left(), marked.left() - width - margin)
    top = max(area.top() + 1.0, marked.bottom() - height - margin)
    grip = QRectF(left, top, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours.accent)
    painter.drawRoundedRect(grip, height * 0.25, height * 0.25)
    painter.setPen(ink)
    painter.drawText(grip, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
    return grip


def _use_small_font(painter: QPainter) -> None:
    font = painter.font()
    font.setPointSizeF(font.pointSizeF() * SMALL_FONT)
    painter.setFont(font)
