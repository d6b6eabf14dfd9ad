"""The marked range of the song: shown in the ruler and all lanes while it is dragged and after."""

from PySide6.QtCore import QObject, Slot

from app.model.frame_range import FrameRange
from app.model.song import Song
from app.widgets import mix_changes
from app.widgets.axis_control import AxisControl
from app.widgets.grid_snap import GridSnap
from app.widgets.lane_row import LaneRow
from app.widgets.lane_stack import LaneStack
from app.widgets.place_text import grid_of
from app.widgets.time_ruler import TimeRuler


class RangeMarking(QObject):
    """Shows a range while the pointer moves, and gives it to the song when the pointer lets go.

    One drag is one step of undo, and playback does not chase a loop that is still being drawn.

    Attributes:
        snap: Draws every drag to the beats of the song.
        is_dragged: Whether the user is marking right now.
    """

    def __init__(
        self, ruler: TimeRuler, stack: LaneStack, control: AxisControl, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._ruler = ruler
        self._stack = stack
        self._control = control
        self._song: Song | None = None
        self._preview: FrameRange | None = None
        self.is_dragged = False
        self.snap = GridSnap()
        ruler.snap_with(self.snap)
        ruler.range_previewed.connect(self._show_preview)
        ruler.range_chosen.connect(self._choose_loop)
        ruler.scroll_wanted.connect(control.scroll)

    def set_song(self, song: Song | None) -> None:
        """Mark ranges of another song, or of none."""
        self._song = song
        self.is_dragged = False

    def connect_row(self, row: LaneRow) -> None:
        """Let a lane mark ranges, too."""
        row.waveform.snap_with(self.snap)
        row.waveform.range_previewed.connect(self._show_preview)
        row.waveform.range_chosen.connect(self._choose)
        row.waveform.scroll_wanted.connect(self._control.scroll)
        row.waveform.hovered.connect(self._ruler.show_pointer)

    def show(self) -> None:
        """Show what is marked, and the bars that it is measured by."""
        self.snap.grid = grid_of(self._song)
        self._ruler.show_grid(self.snap.grid)
        if self._song is None:
            return
        state = self._song.state
        selection = self._preview if self.is_dragged else state.selection
        self._ruler.show_selection(selection, is_looping=state.is_looping)
        for row in self._stack.rows:
            row.waveform.show_selection(selection)

    @Slot(object)
    def _show_preview(self, selection: object) -> None:
        self._preview = selection if isinstance(selection, FrameRange) else None
        self.is_dragged = True
        self.show()

    @Slot(object)
    def _choose(self, selection: object) -> None:
        self._end(selection, loops=None)

    @Slot(object)
    def _choose_loop(self, selection: object) -> None:
        self._end(selection, loops=True)

    def _end(self, selection: object, *, loops: bool | None) -> None:
        self.is_dragged = False
        if self._song is not None and isinstance(selection, FrameRange):
            mix_changes.select(self._song, selection, loops=loops)
        self.show()
