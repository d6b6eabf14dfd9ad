"""The level meter of a lane."""

from PySide6.QtCore import QLocale, QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.control_painting import em
from app.widgets.gain_text import MINUS
from app.widgets.lane_style import CLIP_COLOUR, SOLO_COLOUR, blended
from app.widgets.meter_ballistics import FLOOR_DB, TOP_DB, MeterState

WIDTH_EM = 0.7
WARM_DB = -6.0  # above this the bar changes its colour
TEXT_STEP_DB = 3.0  # a screen reader is told of nothing smaller


class LevelMeter(QWidget):
    """Two upright bars with held peaks, and a lamp that stays lit after clipping.

    A click puts the lamp out.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._channels = (MeterState(), MeterState())
        self._colour = QColor()
        self._described_db = TOP_DB
        self.setAccessibleName(self.tr("Level"))
        self.setToolTip(self.tr("Level before the sound card. Click to put the clip lamp out."))
        self._describe()

    @property
    def is_at_rest(self) -> bool:
        """Whether silence changes nothing any more."""
        return all(channel.is_at_rest for channel in self._channels)

    @property
    def has_clipped(self) -> bool:
        """Whether the lamp is lit."""
        return any(channel.has_clipped for channel in self._channels)

    def set_colour(self, colour: QColor) -> None:
        """Draw the bars in the lane's colour."""
        self._colour = colour
        self.update()

    def show_levels(self, levels: tuple[float, float], elapsed_seconds: float) -> None:
        """Take in the linear peaks, left and right, of the last moments."""
        before = self._channels
        left, right = before
        self._channels = (
            left.after(levels[0], elapsed_seconds),
            right.after(levels[1], elapsed_seconds),
        )
        if self._channels != before:
            self._describe()
            self.update()

    def reset(self) -> None:
        """Fall to silence and put the lamp out."""
        self._channels = (MeterState(), MeterState())
        self._describe()
        self.update()

    def sizeHint(self) -> QSize:
        """Be narrow."""
        return QSize(round(em(self) * WIDTH_EM), round(em(self) * 3))

    def minimumSizeHint(self) -> QSize:
        """Stay readable."""
        return QSize(round(em(self) * WIDTH_EM), round(em(self) * 1.5))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the lamp out."""
        self.reset()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw both channels."""
        painter = QPainter(self)
        palette = self.palette()
        ground = blended(palette.windowText().color(), palette.window().color(), 0.1)
        colour = self._colour if self._colour.isValid() else palette.highlight().color()
        gap = 1.0
        lamp = round(em(self) * 0.28)
        width = (self.width() - gap) / 2
        for place, channel in enumerate(self._channels):
            left = place * (width + gap)
            lit = QColor(CLIP_COLOUR) if channel.has_clipped else ground
            painter.fillRect(QRectF(left, 0, width, lamp), lit)
            bar = QRectF(left, lamp + 1, width, self.height() - lamp - 1)
            painter.fillRect(bar, ground)
            top = self._y(channel.shown_db, bar)
            painter.fillRect(QRectF(left, top, width, bar.bottom() - top), colour)
            warm = self._y(WARM_DB, bar)
            if top < warm:
                painter.fillRect(QRectF(left, top, width, warm - top), QColor(SOLO_COLOUR))
            if channel.peak_db > FLOOR_DB:
                y = self._y(channel.peak_db, bar)
                painter.setPen(QPen(palette.windowText().color(), 1))
                painter.drawLine(QPointF(left, y), QPointF(left + width - 1, y))

    def _y(self, decibels: float, bar: QRectF) -> float:
        share = (decibels - FLOOR_DB) / (TOP_DB - FLOOR_DB)
        return bar.bottom() - share * bar.height()

    def _describe(self) -> None:
        peak_db = max(channel.peak_db for channel in self._channels)
        if abs(peak_db - self._described_db) < TEXT_STEP_DB and peak_db > FLOOR_DB:
            return
        self._described_db = peak_db
        if peak_db <= FLOOR_DB:
            text = self.tr("silent")
        else:
            number = QLocale().toString(abs(peak_db), "f", 0)
            text = self.tr("peak {level} dB").format(
                level=f"{MINUS if peak_db < -0.5 else ''}{number}"
            )
        if self.has_clipped:
            text = self.tr("{level}, clipped").format(level=text)
        self.setAccessibleDescription(text)
