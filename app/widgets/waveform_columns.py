"""What a waveform shows in each column of the screen: lowest, highest and loudness.

T: frames, C: channels, W: columns.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.model.frame_range import FrameRange
from app.model.peak_pyramid import BASE_FRAMES, BRANCHING, HIGH, LOW, RMS, PeakPyramid
from app.widgets.time_axis import TimeAxis

FloatArray = npt.NDArray[np.float32]

LINE_FRAMES_PER_COLUMN = 2.0  # closer than this, samples are joined by a line
LOUDEST = 8.0  # louder is drawn no higher


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


def needed_samples(peaks: PeakPyramid, axis: TimeAxis) -> FrameRange | None:
    """Return the frames that cannot be drawn from their peaks; None if there are none.

    Args:
        peaks: Of the lane that will be drawn.
        axis: The view.
    """
    if axis.frames_per_column >= BASE_FRAMES:
        return None
    start = max(0, int(axis.first_frame) - 1)
    stop = min(peaks.num_frames, int(axis.last_frame) + 3)
    if start >= stop:
        return None
    # Where no audio has arrived yet, the file is better left alone: the system would have to find
    # room for all of its pages.
    first, last = start // BASE_FRAMES, -(-stop // BASE_FRAMES)
    return FrameRange(start, stop) if peaks.levels[0][first:last].any() else None


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
        return _columns_of_peaks(peaks, axis)
    starts, stop = _blocks(axis, 1, len(samples_TC))
    if _is_silent(peaks, starts, stop):
        silent_W = np.zeros(len(starts), np.float32)
        return WaveformColumns(low_W=silent_W, high_W=silent_W, rms_W=silent_W)
    return _columns_of_samples(samples_TC, starts, stop)


def coarse_columns(peaks: PeakPyramid, axis: TimeAxis) -> WaveformColumns:
    """Reduce a lane to the columns of a view without its samples, as well as its peaks can.

    Closer than they reach, neighbouring columns show the same block of frames.

    Args:
        peaks: Of the lane.
        axis: The view.
    """
    return _columns_of_peaks(peaks, axis)


def line_columns(channel_T: FloatArray, axis: TimeAxis) -> WaveformColumns:
    """Join the samples of one channel by straight lines and cut these into columns.

    Args:
        channel_T: Samples of the song.
        axis: A view of fewer than ``LINE_FRAMES_PER_COLUMN``.
    """
    first = max(0, int(axis.first_frame) - 1)
    stop = min(len(channel_T), int(axis.last_frame) + 3)
    edges = np.arange(axis.first_column, axis.first_column + axis.num_columns + 1)
    edge_frames = edges * axis.frames_per_column
    edge_frames = edge_frames[: int(np.searchsorted(edge_frames, max(0, stop - 1), "right"))]
    if len(edge_frames) < 2:
        empty_W = np.zeros(0, np.float32)
        return WaveformColumns(low_W=empty_W, high_W=empty_W, rms_W=empty_W)
    frames = np.arange(first, stop)
    shown_T = _drawable(channel_T[first:stop])
    at_edges = np.interp(edge_frames, frames, shown_T).astype(np.float32)
    low_W = np.minimum(at_edges[:-1], at_edges[1:])
    high_W = np.maximum(at_edges[:-1], at_edges[1:])
    # A sample between a column's edges may be its highest point.
    columns = np.floor(frames / axis.frames_per_column).astype(np.intp) - axis.first_column
    inside = (columns >= 0) & (columns < len(low_W))
    np.minimum.at(low_W, columns[inside], shown_T[inside])
    np.maximum.at(high_W, columns[inside], shown_T[inside])
    return WaveformColumns(low_W=low_W, high_W=high_W, rms_W=np.zeros_like(low_W))


def _columns_of_peaks(peaks: PeakPyramid, axis: TimeAxis) -> WaveformColumns:
    level = peaks.level_for(axis.frames_per_column)
    rows_N3 = peaks.levels[level]
    starts, stop = _blocks(axis, BASE_FRAMES * BRANCHING**level, len(rows_N3))
    first = int(starts[0]) if len(starts) else 0
    shown_N3 = _drawable(rows_N3[first:stop])
    counts = np.maximum(np.diff(starts, append=stop), 1)
    starts = starts - first
    squares_W = np.add.reduceat(np.square(shown_N3[:, RMS]), starts) / counts
    return WaveformColumns(
        low_W=np.minimum.reduceat(shown_N3[:, LOW], starts),
        high_W=np.maximum.reduceat(shown_N3[:, HIGH], starts),
        rms_W=np.sqrt(squares_W).astype(np.float32),
    )


def _is_silent(peaks: PeakPyramid, starts: npt.NDArray[np.intp], stop: int) -> bool:
    """Whether these frames are nothing but zeros, as where no audio has arrived yet.

    Then the file is better left alone: the system would have to find room for all of its pages,
    which takes several milliseconds for each lane.
    """
    first = int(starts[0]) // BASE_FRAMES if len(starts) else 0
    return not peaks.levels[0][first : -(-stop // BASE_FRAMES)].any()


def _columns_of_samples(
    samples_TC: FloatArray, starts: npt.NDArray[np.intp], stop: int
) -> WaveformColumns:
    counts = np.maximum(np.diff(starts, append=stop), 1)
    # One run of numbers, channels side by side: reduced many times faster than two axes.
    num_channels = samples_TC.shape[1]
    first = int(starts[0]) if len(starts) else 0
    shown = _drawable(samples_TC[first:stop].reshape(-1))
    starts = (starts - first) * num_channels
    low_W, high_W = np.minimum.reduceat(shown, starts), np.maximum.reduceat(shown, starts)
    squares_W = np.add.reduceat(np.square(shown), starts) / (counts * num_channels)
    # A steep flank leaves no hole between its columns.
    joined_low_W, joined_high_W = low_W.copy(), high_W.copy()
    np.minimum(low_W[1:], high_W[:-1], out=joined_low_W[1:])
    np.maximum(high_W[1:], low_W[:-1], out=joined_high_W[1:])
    return WaveformColumns(
        low_W=joined_low_W, high_W=joined_high_W, rms_W=np.sqrt(squares_W).astype(np.float32)
    )


def _blocks(axis: TimeAxis, block: int, num_blocks: int) -> tuple[npt.NDArray[np.intp], int]:
    """Return each column's first block, and the end of the last column's blocks."""
    columns = np.arange(axis.first_column, axis.first_column + axis.num_columns + 1)
    edges = (columns * (axis.frames_per_column / block)).astype(np.intp)
    edges = edges[: int(np.searchsorted(edges, num_blocks))]  # the song may end before the view
    if len(edges) > axis.num_columns:
        return edges[:-1], max(int(edges[-1]), int(edges[-2]) + 1)
    return edges, num_blocks


def _drawable(values: FloatArray) -> FloatArray:
    """Replace what cannot be drawn; nearly always there is nothing, and no copy is made."""
    # One NaN or infinity anywhere makes the sum one, too.
    if np.isfinite(values.sum(dtype=np.float64)):
        return values
    return np.nan_to_num(values, posinf=LOUDEST, neginf=-LOUDEST)
