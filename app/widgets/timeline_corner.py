"""The corner beside the ruler: the handle of all stems, and how tall waveforms are drawn."""

from PySide6.QtCore import QLocale, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from app.widgets.control_painting import em
from app.widgets.drag_grip import DragGrip
from app.widgets.timeline_colours import TimelineColours


class TimelineCorner(QWidget):
    """Says what is below it, and lets all stems be dragged out.

    Signals:
        drag_started: All stems are dragged, to somewhere outside.
        height_reset: Waveforms shall be drawn as tall as they are.
    """

    drag_started = Signal()
    height_reset = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._taken = ""
        self.grip = DragGrip(self)
        self.grip.setAccessibleName(self.tr("Drag out all stems"))
        self.grip.drag_started.connect(self.drag_started)
        self.height_button = QToolButton(self)
        self.height_button.setAutoRaise(True)
        self.height_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.height_button.clicked.connect(self.height_reset)
        row = QHBoxLayout(self)
        row.setContentsMargins(round(em(self) * 0.28), 0, 0, 1)
        row.setSpacing(round(em(self) * 0.3))
        row.addWidget(self.grip, 1)
        row.addWidget(self.height_button)
        self.show_stems(False)
        self.show_height(0.0)

    def show_stems(self, has_stems: bool) -> None:
        """Offer the handle once there is something to drag."""
        self.grip.setVisible(has_stems)

    def show_taken(self, part: str) -> None:
        """Say which part of the song is dragged out, such as ``0:17.00–0:25.00``."""
        if part == self._taken:
            return
        self._taken = part
        short = self.tr("All: {part}").format(part=part)  # beside the height of the waveforms
        self.grip.set_text(self.tr("Drag out all: {part}").format(part=part), short)
        tip = self.tr(
            "Hold the mouse button and drag: all stems land as files in your DAW or a folder "
            "(or copy them: Ctrl+Shift+C). Taken: {part}"
        ).format(part=part)
        self.grip.setToolTip(tip)
        self.grip.setAccessibleDescription(tip)

    def show_height(self, decibels: float) -> None:
        """Say by how much waveforms are drawn taller than they are."""
        number = QLocale().toString(decibels, "f", 0)
        self.height_button.setVisible(decibels > 0.0)
        self.height_button.setText(self.tr("↕ +{0} dB").format(number))
        self.height_button.setAccessibleName(
            self.tr("Waveforms are drawn {0} dB taller").format(number)
        )
        self.height_button.setToolTip(
            self.tr(
                "Waveforms are drawn {0} dB taller than they are (Shift+Up, Shift+Down, or Ctrl, "
                "Shift and wheel). Click for their true height (Ctrl+0)"
            ).format(number)
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, as the ruler beside it does."""
        painter = QPainter(self)
        colours = TimelineColours.of(self.palette())
        painter.fillRect(self.rect(), colours.raised)
        painter.fillRect(QRectF(0, self.height() - 1, self.width(), 1), colours.line)
