"""How tall waveforms are drawn: by one factor for all lanes, so that their levels compare."""

from PySide6.QtCore import QObject, Signal, Slot

from app.model.settings import MAX_HEIGHT_DB
from app.widgets.lane_stack import LaneStack
from app.widgets.timeline_corner import TimelineCorner

STEP_DB = 3.0


class LevelZoom(QObject):
    """Magnifies the waveforms of all lanes; what is heard does not change.

    Signals:
        changed: Decibels; the user has made waveforms taller or flatter.
    """

    changed = Signal(float)

    def __init__(self, stack: LaneStack, corner: TimelineCorner, parent: QObject) -> None:
        super().__init__(parent)
        self._stack = stack
        self._corner = corner
        self._decibels = 0.0
        corner.height_reset.connect(self.reset)

    @property
    def decibels(self) -> float:
        """How much louder the waveforms look than they are."""
        return self._decibels

    def turn(self, steps: float) -> None:
        """Draw waveforms taller, or flatter if negative."""
        self.show_height(min(max(0.0, self._decibels + steps * STEP_DB), MAX_HEIGHT_DB))

    @Slot()
    def reset(self) -> None:
        """Let full scale fill the height again."""
        self.show_height(0.0)

    def show_lanes(self) -> None:
        """Draw lanes like the others that have just come."""
        for row in self._stack.rows:
            row.waveform.show_level_zoom(10.0 ** (self._decibels / 20.0))

    def show_height(self, decibels: float) -> None:
        """Draw waveforms so much louder than they are."""
        if decibels != self._decibels:
            self._decibels = decibels
            self._corner.show_height(decibels)
            self.show_lanes()
            self.changed.emit(decibels)
