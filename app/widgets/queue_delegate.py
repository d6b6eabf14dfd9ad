"""Paints one song of the queue: title, where it stands in words, progress."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.model.song import Song
from app.model.song_status import RUNNING_PHASES, Phase, SongStatus
from app.widgets.icons import icon_pixmap
from app.widgets.queue_model import SONG_ROLE
from app.widgets.status_text import PHASE_ICONS, short_status_texts
from app.widgets.text_fitting import fitting_text, wrapped_lines

Index = QModelIndex | QPersistentModelIndex

FAILED_LINES = 4  # of the reason, at most; the tool tip has it whole
RESTING_LINES = 2  # of what else stays as it is; what runs has one line, and is told shorter
SMALL_FONT = 0.9  # of the view's font
TRACK_OPACITY = 0.25  # of the text's colour, behind the progress


class QueueDelegate(QStyledItemDelegate):
    """A title, where the song stands, and a bar; every size follows from the font."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return room for all lines, the bar and air around them, in the width of the list."""
        line = option.fontMetrics.height()
        metrics = QFontMetrics(_small(option.font))
        song, view = index.data(SONG_ROLE), option.widget
        num_lines = 1
        if isinstance(song, Song) and isinstance(view, QAbstractItemView):
            num_lines = len(status_lines(song.status, metrics, _wrapping_width(view, line)))
        return QSize(line * 8, line + metrics.height() * num_lines + round(line * 1.15))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint a song."""
        song = index.data(SONG_ROLE)
        if not isinstance(song, Song):
            return
        painter.save()
        line = option.fontMetrics.height()
        rect = _ground_rect(option.rect, line)
        colour = self._paint_ground(painter, option, rect)
        ratio = painter.device().devicePixelRatioF() if painter.device() else 1.0
        icon = icon_pixmap(PHASE_ICONS[song.status.phase], line, colour, pixel_ratio=ratio)
        text = _text_rect(rect, line)
        painter.drawPixmap(rect.left() + line // 2, text.top(), icon)
        painter.setPen(colour)
        self._paint_title(painter, option, text, song.title)
        below = text.adjusted(0, line + line // 10, 0, 0)
        painter.setFont(_small(option.font))
        width, view = below.width(), option.widget
        if song.status.phase not in RUNNING_PHASES and isinstance(view, QAbstractItemView):
            width = _wrapping_width(view, line)  # as many lines as there is room for
        # Not the painter's: the height of the row has followed from these.
        metrics = QFontMetrics(_small(option.font))
        words = "\n".join(status_lines(song.status, metrics, width))
        painter.drawText(below, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, words)
        if song.status.phase in RUNNING_PHASES | {Phase.PAUSED} or song.status.step is not None:
            bar = QRect(text.left(), rect.bottom() - line // 4, text.width(), max(2, line // 6))
            _paint_progress(painter, bar, song.status.fraction, colour)
        painter.restore()

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect) -> QColor:
        """Paint the selection and the focus; return the colour of the text on it."""
        palette = option.palette
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = option.fontMetrics.height() / 4
        if selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.color(QPalette.ColorRole.Highlight))
            painter.drawRoundedRect(rect, radius, radius)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(palette.color(QPalette.ColorRole.WindowText))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(rect, radius, radius)
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        return palette.color(role)

    def _paint_title(
        self, painter: QPainter, option: QStyleOptionViewItem, rect: QRect, title: str
    ) -> None:
        font = QFont(option.font)
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        elided = QFontMetrics(font).elidedText(title, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft, elided)


def status_lines(status: SongStatus, metrics: QFontMetrics, width: int) -> list[str]:
    """Say where a song stands, in as many lines as that needs."""
    text = fitting_text(short_status_texts(status), metrics, width)
    if status.phase in RUNNING_PHASES:  # or the rows would jump while it goes on
        return wrapped_lines(text, metrics, width, 1)
    most = FAILED_LINES if status.phase is Phase.FAILED else RESTING_LINES
    return wrapped_lines(text, metrics, width, most)


def _wrapping_width(view: QAbstractItemView, line: int) -> int:
    """Return the room for text beside a scroll bar, whether there is one or not.

    So rows stay as high as they are when it comes or goes.
    """
    room = view.width() - 2 * view.frameWidth() - view.verticalScrollBar().sizeHint().width()
    return _text_rect(_ground_rect(QRect(0, 0, room, line), line), line).width()


def _ground_rect(row: QRect, line: int) -> QRect:
    return row.adjusted(line // 4, line // 8, -line // 4, -line // 8)


def _text_rect(ground: QRect, line: int) -> QRect:
    return ground.adjusted(line * 2, line // 3, -line // 2, -line // 4)  # the icon stands before


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * SMALL_FONT)
    return small


def _paint_progress(painter: QPainter, bar: QRect, fraction: float, colour: QColor) -> None:
    radius = bar.height() / 2
    faint = QColor(colour)
    faint.setAlphaF(TRACK_OPACITY)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faint)
    painter.drawRoundedRect(bar, radius, radius)
    filled = QRect(bar)
    filled.setWidth(max(bar.height(), round(bar.width() * fraction)))
    painter.setBrush(colour)
    painter.drawRoundedRect(filled, radius, radius)
