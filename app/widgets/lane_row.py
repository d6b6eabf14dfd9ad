"""One lane: its head and its audio side by side."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.model.song import Song
from app.model.track import Track
from app.widgets.lane_header import LaneHeader
from app.widgets.lane_waveform import LaneWaveform
from app.widgets.near_samples import NearSamples

MAX_HEIGHT = 16_777_215  # Qt's “no limit”


class LaneRow(QWidget):
    """A head and a waveform that are selected together.

    Signals:
        selected: The user touched the lane.
        drag_started: The lane is dragged out, by its head or by the tag of what is marked.
        menu_requested: Where, on the screen.
    """

    selected = Signal()
    drag_started = Signal()
    menu_requested = Signal(QPoint)

    def __init__(
        self, song: Song, track: Track, near: NearSamples, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.name = track.name
        self.track = track
        # First, and so Tab reaches it first: from there the arrows go to the other lanes.
        self.waveform = LaneWaveform(song, track, near, self)
        self.header = LaneHeader(song, track.name, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.header)
        row.addWidget(self.waveform, 1)
        self.header.pressed.connect(self.selected)
        self.header.touched.connect(self._take_keys)
        self.waveform.pressed.connect(self.selected)
        self.header.drag_started.connect(self.drag_started)
        self.waveform.drag_started.connect(self.drag_started)
        self.header.menu_requested.connect(self.menu_requested)
        self.waveform.menu_requested.connect(self.menu_requested)
        self.header.collapse_chosen.connect(self.set_collapsed)

    def show_state(self) -> None:
        """Show what the song says of the lane."""
        self.header.show_state()
        self.waveform.show_state()

    def show_experimental(self, is_experimental: bool) -> None:
        """Say whether the model is known to be weak at this stem."""
        self.header.show_experimental(is_experimental)
        self.waveform.show_experimental(is_experimental)

    def set_selected(self, is_selected: bool) -> None:
        """Show that the keys act on this lane."""
        self.header.set_selected(is_selected)
        self.waveform.set_selected(is_selected)

    def set_collapsed(self, is_collapsed: bool) -> None:
        """Be one row of controls high, or as high as there is room."""
        self.header.show_collapsed(is_collapsed)
        self.setMaximumHeight(self.header.collapsed_height() if is_collapsed else MAX_HEIGHT)

    def _take_keys(self) -> None:
        """Whoever uses the mouse looks at the song: the arrows mean that again."""
        self.waveform.setFocus(Qt.FocusReason.MouseFocusReason)
        self.selected.emit()
