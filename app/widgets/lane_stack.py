"""The lanes above each other, with a scroll bar where they need more room than there is."""

from collections.abc import Iterable

from PySide6.QtCore import QCoreApplication, QLocale, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QScrollBar, QVBoxLayout, QWidget

from app.model.mix_state import MIX_LANE
from app.model.song import Song
from app.model.track import Track
from app.widgets.control_painting import em
from app.widgets.lane_header import WIDTH_EM
from app.widgets.lane_row import LaneRow
from app.widgets.late_painting import LatePainting
from app.widgets.leftovers_watch import LeftoversWatch
from app.widgets.near_samples import NearSamples
from app.widgets.time_text import time_text
from engine.residual import RESIDUAL_STEM


class _Lanes(QWidget):
    """The rows of lanes, which fill at least a certain height."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._height = 0

    def fill(self, height: int) -> None:
        """Be at least so high."""
        if height != self._height:
            self._height = height
            self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        """Say how high the rows are at least."""
        return super().minimumSizeHint().expandedTo(QSize(0, self._height))


class LaneStack(QScrollArea):
    """Rows of lanes that share the height: the original first, the residual last.

    Attributes:
        scroll_bar: The upright one; it is laid out by the owner, beside the lanes.

    Signals:
        resized: The lanes have another width.
    """

    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: dict[str, LaneRow] = {}
        self._late_painting = LatePainting(self)
        self._near = NearSamples(self)
        self._content = _Lanes(self)
        self._room = 0  # below, which is something else's for now
        self._layout = QVBoxLayout(self._content)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.setWidget(self._content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroll_bar = QScrollBar(Qt.Orientation.Vertical)
        self.scroll_bar.setAccessibleName(self.tr("Lanes in view"))
        self.scroll_bar.hide()
        # Or lanes would become narrower, and all that is seen in them would move, when it comes.
        policy = self.scroll_bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.scroll_bar.setSizePolicy(policy)
        hidden = self.verticalScrollBar()
        hidden.rangeChanged.connect(self._take_range)
        hidden.valueChanged.connect(self.scroll_bar.setValue)
        self.scroll_bar.valueChanged.connect(hidden.setValue)

    @property
    def rows(self) -> tuple[LaneRow, ...]:
        """Lanes from top to bottom."""
        return tuple(self._rows.values())

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the lanes from top to bottom."""
        return tuple(self._rows)

    def row(self, name: str) -> LaneRow:
        """Return a lane; ``KeyError`` if there is none."""
        return self._rows[name]

    @property
    def header_width(self) -> int:
        """Width of every lane's head."""
        return round(em(self) * WIDTH_EM)

    @property
    def waveform_width(self) -> int:
        """Width of every lane's audio."""
        return max(1, self.viewport().width() - self.header_width)

    @property
    def line_height(self) -> int:
        """What one notch of the wheel scrolls."""
        return round(em(self) * 3)

    @property
    def overflows(self) -> bool:
        """Whether some lanes are out of view."""
        return self.verticalScrollBar().maximum() > 0

    def show_lanes(self, song: Song | None, tracks: Iterable[Track]) -> None:
        """Show these lanes; a lane that is shown already keeps its widgets."""
        old = self._rows
        self._rows = {}
        for track in sorted(tracks, key=_place):
            assert song is not None
            row = old.get(track.name)
            if row is None or row.track is not track:
                self._late_painting.postpone()
                row = LaneRow(song, track, self._near, self._content)
                if track.name == RESIDUAL_STEM:
                    LeftoversWatch(song, row)
                if track.name == MIX_LANE:
                    row.header.show_facts(_facts_text(song))
            self._rows[track.name] = row
        for row in old.values():
            self._layout.removeWidget(row)
            if row not in self._rows.values():
                row.hide()
                row.deleteLater()
        for row in self._rows.values():
            self._layout.addWidget(row, 1)

    def show_selected(self, name: str) -> None:
        """Show which lane the keys act on, and bring it into view."""
        focused = self.window().focusWidget()
        for row in self._rows.values():
            row.set_selected(row.name == name)
            if row.name != name and row.waveform is focused:  # its frame would say: this one
                self._rows[name].waveform.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ensureWidgetVisible(self._rows[name], 0, 0)

    def scroll_by(self, pixels: int) -> None:
        """Move the lanes down, or up if negative."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() - pixels)

    def leave_room(self, height: int) -> None:
        """Become so much lower than there is room; the rows stay as high, and can be scrolled."""
        self._room = height

    def stop(self) -> None:
        """End the work in other threads; for closing the window."""
        self._near.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave it to the timeline: arrows change lanes and seek, and do not scroll."""
        event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to the timeline, which zooms and scrolls both ways."""
        event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the timeline, whose axis is as wide as the lanes."""
        self._content.fill(self.height() + self._room)
        super().resizeEvent(event)
        self.resized.emit()

    def _take_range(self, least: int, most: int) -> None:
        self.scroll_bar.setRange(least, most)
        self.scroll_bar.setPageStep(self.verticalScrollBar().pageStep())
        self.scroll_bar.setSingleStep(round(em(self)))
        self.scroll_bar.setVisible(most > least)


def _place(track: Track) -> int:
    return {MIX_LANE: 0, RESIDUAL_STEM: 2}.get(track.name, 1)


def _facts_text(song: Song) -> str:
    """Write what the file is, such as ``44.1 kHz · stereo``."""
    facts = song.facts
    if facts is None:
        return ""
    rate = QLocale().toString(facts.sample_rate / 1000, "g", 4)
    channels = {
        1: QCoreApplication.translate("LaneStack", "mono"),
        2: QCoreApplication.translate("LaneStack", "stereo"),
    }.get(facts.num_channels)
    if channels is None:
        channels = QCoreApplication.translate("LaneStack", "%n channel(s)", "", facts.num_channels)
    return f"{rate} kHz · {channels} · {time_text(facts.num_frames / facts.sample_rate)}"
