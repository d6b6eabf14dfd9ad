"""What a waveform shows in each column of the screen: lowest, highest and loudness.

T: frames, C: channels, W: columns.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.model.peak_pyramid import BASE_FRAMES, BRANCHING, HIGH, LOW, RMS, PeakPyramid
from app.widgets.time_axis import TimeAxis

FloatArray = npt.NDArray[np.float32]

LINE_FRAMES_PER_COLUMN = 2.0  # closer than this, samples are joined by a line


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaveformColumns:
    """The columns of a view, from its left edge to the end of the song or of the view.

    Attributes:
        low_W: Lowest sample of any channel.
        high_W: Highest one.
        rms_W: Root of the mean square over time and channels.
    """

    low_W: FloatArray
    high_W: FloatArray
    rms_W: FloatArray


def waveform_columns(samples_TC: FloatArray, peaks: PeakPyramid, axis: TimeAxis) -> WaveformColumns:
    """Reduce a lane to the columns of a view.

    A column's blocks depend on its place in the song alone, not on where the view begins, so a
    waveform does not shimmer while it is scrolled.

    Args:
        samples_TC: The lane, shape (frames, channels).
        peaks: Of the same lane.
        axis: The view.
    """
    if axis.frames_per_column >= BASE_FRAMES:
        level = peaks.level_for(axis.frames_per_column)
        rows_N3 = peaks.levels[level]
        starts, stop = _blocks(axis, BASE_FRAMES * BRANCHING**level, len(rows_N3))
        counts = np.diff(starts, append=stop)
        shown_N3 = rows_N3[starts[0] : stop] if len(starts) else rows_N3[:0]
        starts = starts - starts[:1]
        return _columns(
            np.minimum.reduceat(shown_N3[:, LOW], starts),
            np.maximum.reduceat(shown_N3[:, HIGH], starts),
            np.add.reduceat(np.square(shown_N3[:, RMS]), starts) / np.maximum(counts, 1),
        )
    starts, stop = _blocks(axis, 1, len(samples_TC))
    counts = np.maximum(np.diff(starts, append=stop), 1)
    # One run of numbers, channels side by side: reduced many times faster than two axes.
    num_channels = samples_TC.shape[1]
    first = starts[0] if len(starts) else 0
    shown = np.nan_to_num(samples_TC[first:stop].reshape(-1))
    starts = (starts - first) * num_channels
    low_W, high_W = np.minimum.reduceat(shown, starts), np.maximum.reduceat(shown, starts)
    squares_W = np.add.reduceat(np.square(shown), starts) / (counts * num_channels)
    # A steep flank leaves no hole between its columns.
    joined_low_W, joined_high_W = low_W.copy(), high_W.copy()
    np.minimum(low_W[1:], high_W[:-1], out=joined_low_W[1:])
    np.maximum(high_W[1:], low_W[:-1], out=joined_high_W[1:])
    return _columns(joined_low_W, joined_high_W, squares_W)


def _blocks(axis: TimeAxis, block: int, num_blocks: int) -> tuple[npt.NDArray[np.intp], int]:
    """Return each column's first block, and the end of the last column's blocks."""
    columns = np.arange(axis.first_column, axis.first_column + axis.num_columns + 1)
    edges = (columns * (axis.frames_per_column / block)).astype(np.intp)
    edges = edges[: np.searchsorted(edges, num_blocks)]  # the song may end before the view
    if len(edges) > axis.num_columns:
        return edges[:-1], max(int(edges[-1]), int(edges[-2]) + 1)
    return edges, num_blocks


def _columns(
    low_W: FloatArray, high_W: FloatArray, squares_W: npt.NDArray[np.floating]
) -> WaveformColumns:
    return WaveformColumns(
        low_W=np.nan_to_num(low_W),
        high_W=np.nan_to_num(high_W),
        rms_W=np.sqrt(np.nan_to_num(squares_W)).astype(np.float32),
    )
