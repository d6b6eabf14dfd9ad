"""Spectrograms of lanes, computed tile by tile in a thread of their own as they come into view."""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot
from PySide6.QtGui import QImage, qRgb

from app.model.frame_range import FrameRange
from app.model.track import Track
from app.widgets.spectrogram_column import HIGHEST_HZ, NUM_ROWS, row_share_of, spectrogram_columns
from app.widgets.time_axis import TimeAxis

ByteArray = npt.NDArray[np.uint8]

TILE_COLUMNS = 256
MIN_HOP = 64
MAX_TILES = 512  # 64 KiB each
COARSER_LEVELS = 6  # how far to look for a stand-in while a tile is computed
# Its lightness rises evenly: readable without colour vision. Steps of “inferno” by Nathaniel
# Smith and Stefan van der Walt, which is in the public domain (CC0).
COLOUR_STEPS = (
    "000004", "0b0724", "210c4a", "3d0965", "57106e", "71196e", "8a226a", "a32c61", "bc3754",
    "d04545", "e35933", "f1711f", "f98c0a", "fcaa0f", "f9c932", "f2e865", "fcffa4",
)  # fmt: skip

MARKED_HZ = (100, 300, 1000, 3000, 10_000)


@dataclass(frozen=True, slots=True)
class TileKey:
    """One tile: which lane, how many frames a column has, and which tile of the lane."""

    lane: str
    hop: int
    index: int

    @property
    def start(self) -> int:
        """First frame."""
        return self.index * TILE_COLUMNS * self.hop

    @property
    def stop(self) -> int:
        """Frame after the last."""
        return (self.index + 1) * TILE_COLUMNS * self.hop


@dataclass(frozen=True, slots=True, eq=False)
class _Tile:
    """A tile that has been computed for a task; None if that failed."""

    task: "_TileTask"
    shades: ByteArray | None


class _Relay(QObject):
    """Carries tiles into the GUI thread; outlives whoever asked for them."""

    computed = Signal(object)


class SpectrogramTiles(QObject):
    """Keeps the tiles that were seen last, and draws them.

    Signals:
        tile_arrived: Name of a lane that can be drawn better now.
    """

    tile_arrived = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tiles: OrderedDict[TileKey, ByteArray] = OrderedDict()
        self._pending: dict[TileKey, _TileTask] = {}
        # One after the other: the other cores belong to the engine. The pool is the program's,
        # because destroying a pool waits for its threads, and these may wait for the caller.
        self._running: _TileTask | None = None
        self._relay = _Relay()
        self._relay.computed.connect(self._take)

    def view_of(self, track: Track, sample_rate: int) -> "SpectrogramView":
        """Return what draws a lane."""
        return SpectrogramView(self, track, sample_rate)

    def forget(self, lane: str, changed: FrameRange) -> None:
        """Compute tiles anew that show frames which were replaced."""

        def is_stale(key: TileKey) -> bool:
            # A column's window reaches beyond its own frames.
            reach = max(key.hop, 8192)
            return (
                key.lane == lane
                and key.start < changed.stop + reach
                and changed.start - reach < key.stop
            )

        for key in [key for key in self._tiles if is_stale(key)]:
            del self._tiles[key]
        for key in [key for key in self._pending if is_stale(key)]:
            del self._pending[key]

    def forget_all(self) -> None:
        """Drop everything, as for another song."""
        self._pending.clear()
        self._tiles.clear()

    def stop(self) -> None:
        """Drop everything and wait for the tile that is being computed."""
        self.forget_all()
        QThreadPool.globalInstance().waitForDone()

    def draw(self, track: Track, sample_rate: int, axis: TimeAxis, height: int) -> QImage:
        """Draw a lane with the tiles that are there, and have the others computed."""
        hop = max(MIN_HOP, 1 << max(1, int(axis.frames_per_column)).bit_length() - 1)
        columns = np.arange(axis.first_column, axis.first_column + axis.num_columns)
        frames = columns * axis.frames_per_column
        shown = frames < axis.num_frames
        sources = (frames[shown] / hop).astype(np.intp)
        shades_HW = np.zeros((height, -(-axis.num_columns // 4) * 4), np.uint8)
        if len(sources):
            first, last = int(sources[0]) // TILE_COLUMNS, int(sources[-1]) // TILE_COLUMNS
            keys = [TileKey(track.name, hop, index) for index in range(first, last + 1)]
            self._request(track, sample_rate, keys)
            joined = np.concatenate([self._best(key) for key in keys], axis=1)
            picked = joined[:, sources - first * TILE_COLUMNS]
            shades_HW[:, : len(sources)] = _with_height(picked, height)
        stride = shades_HW.shape[1]
        image = QImage(
            shades_HW.data, axis.num_columns, height, stride, QImage.Format.Format_Indexed8
        )
        image.setColorTable(list(_colours()) if self._tiles else [0])
        drawn = image.convertToFormat(QImage.Format.Format_RGB32)
        drawn.setDevicePixelRatio(axis.pixel_ratio)
        return drawn

    def _request(self, track: Track, sample_rate: int, keys: Collection[TileKey]) -> None:
        # What has gone out of view before its turn came is not computed.
        for key in [key for key in self._pending if key.lane == track.name and key not in keys]:
            del self._pending[key]
        for key in keys:
            if key in self._tiles:
                self._tiles.move_to_end(key)
            elif key not in self._pending:
                self._pending[key] = _TileTask(key, track, sample_rate, self._relay)
        self._start_next()

    def _start_next(self) -> None:
        if self._running is None and self._pending:
            self._running = next(iter(self._pending.values()))
            QThreadPool.globalInstance().start(self._running)

    def _best(self, key: TileKey) -> ByteArray:
        """Return a tile, or a coarser one stretched while it is computed, or black."""
        for level in range(COARSER_LEVELS):
            stretch = 1 << level
            coarser = self._tiles.get(TileKey(key.lane, key.hop * stretch, key.index // stretch))
            if coarser is not None:
                width = TILE_COLUMNS // stretch
                start = key.index % stretch * width
                return np.repeat(coarser[:, start : start + width], stretch, axis=1)
        return np.zeros((NUM_ROWS, TILE_COLUMNS), np.uint8)

    @Slot(object)
    def _take(self, tile: object) -> None:
        assert isinstance(tile, _Tile)
        self._running = None
        key = tile.task.key
        is_wanted = self._pending.get(key) is tile.task  # or its audio was replaced meanwhile
        if is_wanted:
            del self._pending[key]
        if is_wanted and tile.shades is not None:
            self._tiles[key] = tile.shades
            while len(self._tiles) > MAX_TILES:
                self._tiles.popitem(last=False)
            self.tile_arrived.emit(key.lane)
        self._start_next()


@dataclass(frozen=True, slots=True)
class FrequencyMark:
    """A label beside a spectrogram.

    Attributes:
        share: 0 at the bottom, 1 at the top.
        text: Such as ``1k``.
    """

    share: float
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class SpectrogramView:
    """The spectrogram of one lane, as a widget sees it."""

    tiles: SpectrogramTiles
    track: Track
    sample_rate: int

    def draw(self, axis: TimeAxis, height: int) -> QImage:
        """Draw a view, with a height in device pixels."""
        return self.tiles.draw(self.track, self.sample_rate, axis, height)

    def frequency_marks(self) -> list[FrequencyMark]:
        """Return labels from low to high."""
        hertz = [each for each in MARKED_HZ if each < min(HIGHEST_HZ, self.sample_rate / 2)]
        return [
            FrequencyMark(
                share=row_share_of(each, self.sample_rate),
                text=f"{each // 1000}k" if each >= 1000 else str(each),
            )
            for each in hertz
        ]


class _TileTask(QRunnable):
    """Computes one tile; runs in a thread of the program's pool."""

    def __init__(self, key: TileKey, track: Track, sample_rate: int, relay: _Relay) -> None:
        super().__init__()
        self.key = key
        self._track = track
        self._sample_rate = sample_rate
        self._relay = relay

    def run(self) -> None:
        """Compute and report."""
        shades: ByteArray | None = None
        try:
            shades = spectrogram_columns(
                self._track.samples_TC,
                self._sample_rate,
                self.key.index * TILE_COLUMNS,
                TILE_COLUMNS,
                self.key.hop,
            )
        finally:  # the next tile waits for this one, whatever becomes of it
            self._relay.computed.emit(_Tile(self, shades))


def _with_height(shades: ByteArray, height: int) -> ByteArray:
    """Change the number of rows; where it shrinks, the brightest stay."""
    edges = np.arange(height) * NUM_ROWS // height
    return np.maximum.reduceat(shades, edges, axis=0)


@lru_cache(maxsize=1)
def _colours() -> tuple[int, ...]:
    steps = np.array([list(bytes.fromhex(step)) for step in COLOUR_STEPS])
    places = np.linspace(0, len(steps) - 1, 256)
    mixed = [np.interp(places, np.arange(len(steps)), steps[:, channel]) for channel in range(3)]
    return tuple(qRgb(*colour) for colour in np.rint(mixed).astype(int).T.tolist())
