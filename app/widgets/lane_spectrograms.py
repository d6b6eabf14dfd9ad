"""Which lanes show a spectrogram instead of a waveform."""

from weakref import WeakKeyDictionary

from PySide6.QtCore import QCoreApplication, QObject, Slot

from app.model.frame_range import FrameRange
from app.model.song import Song
from app.widgets.lane_stack import LaneStack
from app.widgets.spectrogram_tiles import SpectrogramTiles


class LaneSpectrograms(QObject):
    """Gives lanes their spectrograms, also when the lanes are replaced."""

    def __init__(self, stack: LaneStack, parent: QObject) -> None:
        super().__init__(parent)
        self._stack = stack
        self._song: Song | None = None
        self._visible: WeakKeyDictionary[Song, set[str]] = WeakKeyDictionary()
        self._tiles = SpectrogramTiles(self)
        self._tiles.tile_arrived.connect(self._show_tile)
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.stop)

    def set_song(self, song: Song | None) -> None:
        """Show spectrograms of another song, or of none."""
        self._song = song

    def set_visible(self, lane: str, visible: bool) -> None:
        """Show a lane's spectrogram, or its waveform again."""
        if self._song is None:
            return
        lanes = self._visible.setdefault(self._song, set())
        if visible:
            lanes.add(lane)
        else:
            lanes.discard(lane)
        self._show()

    def is_visible(self, lane: str) -> bool:
        """Whether a lane shows its spectrogram."""
        return self._song is not None and lane in self._visible.get(self._song, ())

    def show_lanes(self) -> None:
        """Show lanes that have been replaced."""
        self._tiles.forget_all()
        self._show()

    def show_audio(self, lane: str, arrived: FrameRange) -> None:
        """Show frames that are new or were replaced."""
        self._tiles.forget(lane, arrived)

    @Slot()
    def stop(self) -> None:
        """End the work in the other thread."""
        self._tiles.stop()

    def _show(self) -> None:
        facts = self._song.facts if self._song is not None else None
        for row in self._stack.rows:
            view = None
            if facts is not None and self.is_visible(row.name):
                view = self._tiles.view_of(row.track, facts.sample_rate)
            row.waveform.set_spectrogram(view)

    @Slot(str)
    def _show_tile(self, name: str) -> None:
        if name in self._stack.names:
            self._stack.row(name).waveform.redraw()
