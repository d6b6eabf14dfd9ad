"""Draws waveforms as pictures: bars of peaks and loudness, or lines between single samples.

H: rows and W: columns of a picture, in device pixels; T: frames, C: channels.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QImage

from app.model.frame_range import FrameRange
from app.model.track import Track
from app.widgets.time_axis import TimeAxis
from app.widgets.timeline_colours import SHADES, WaveformLook
from app.widgets.waveform_columns import (
    LINE_FRAMES_PER_COLUMN,
    LOUDEST,
    FloatArray,
    WaveformColumns,
    coarse_columns,
    line_columns,
    waveform_columns,
)

ByteImage = npt.NDArray[np.uint8]
FloatsOfAnyWidth = npt.NDArray[np.floating]

_PEAK, _BODY = SHADES, 2 * SHADES  # indices of the full colours; steps lie below them
_GRID, _HATCH, _BAR = _BODY + 1, _BODY + 2, _BODY + 3
HATCH_PERIOD, HATCH_WIDTH = 9, 1  # pixels of Qt
HEADROOM = 0.94  # share of the height that full scale takes
LINE_PIXELS = 1.3
DOT_PIXELS = 2.2  # radius
BAND_ROWS = 48  # drawn at once: what they need in between stays in the processor's cache
DOT_FRAMES_PER_PIXEL = 0.15  # closer than this, every sample has a dot


def waveform_image(
    track: Track,
    axis: TimeAxis,
    height: int,
    look: WaveformLook,
    *,
    level_zoom: float = 1.0,
    grid_columns: Sequence[int] = (),
    bar_columns: Sequence[int] = (),
    gaps: Sequence[FrameRange] = (),
    is_coarse: bool = False,
) -> QImage:
    """Draw a lane on an opaque picture as wide as the view.

    Args:
        track: What to draw.
        axis: The view.
        height: In device pixels.
        look: Colours.
        level_zoom: How many times taller than it is.
        grid_columns: Columns of the picture with a mark of time or beat behind the waveform.
        bar_columns: The same with the start of a bar.
        gaps: Frames without audio, hatched.
        is_coarse: Whether to draw the peaks however near the view is, and read no samples.
    """
    # Rows are padded to four bytes, as Qt wants them.
    stride = -(-axis.num_columns // 4) * 4
    indices_HW = np.zeros((height, stride), np.uint8)
    if is_coarse:
        _draw_bars(indices_HW, coarse_columns(track.peaks, axis), axis.pixel_ratio, level_zoom)
    elif axis.frames_per_column < LINE_FRAMES_PER_COLUMN:
        # The first channel on top of the others.
        for channel in reversed(range(track.samples_TC.shape[1])):
            _draw_line(
                indices_HW,
                track.samples_TC[:, channel],
                axis,
                is_first=channel == 0,
                level_zoom=level_zoom,
            )
    else:
        columns = waveform_columns(track.samples_TC, track.peaks, axis)
        _draw_bars(indices_HW, columns, axis.pixel_ratio, level_zoom)
    _hatch(indices_HW, axis, gaps)
    _mark(indices_HW[:, : axis.num_columns], grid_columns, _GRID)
    _mark(indices_HW[:, : axis.num_columns], bar_columns, _BAR)
    image = QImage(indices_HW.data, axis.num_columns, height, stride, QImage.Format.Format_Indexed8)
    image.setColorTable(look.shades())
    # A copy in the screen's own format, which is drawn fastest and does not share memory.
    drawn = image.convertToFormat(QImage.Format.Format_RGB32)
    drawn.setDevicePixelRatio(axis.pixel_ratio)
    return drawn


def _mark(indices_HW: ByteImage, columns: Sequence[int], shade: int) -> None:
    """Draw lines where nothing else is."""
    for column in columns:
        if 0 <= column < indices_HW.shape[1]:
            behind_H = indices_HW[:, column]
            behind_H[behind_H == 0] = shade


def _draw_line(
    indices_HW: ByteImage,
    channel_T: FloatArray,
    axis: TimeAxis,
    *,
    is_first: bool,
    level_zoom: float,
) -> None:
    height = len(indices_HW)
    middle, half = height / 2, height / 2 * HEADROOM * level_zoom
    columns = line_columns(channel_T, axis)
    line_HW = indices_HW[:, : len(columns.low_W)]
    below = _PEAK if is_first else 0
    top_W, bottom_W = _widened(
        middle - columns.high_W * half,
        middle - columns.low_W * half,
        LINE_PIXELS * axis.pixel_ratio / 2,
        height,
    )
    _bars(line_HW, top_W, bottom_W, below=below)
    if axis.frames_per_pixel > DOT_FRAMES_PER_PIXEL:
        return
    first, stop = max(0, int(axis.first_frame)), min(len(channel_T), int(axis.last_frame) + 1)
    x = np.arange(first, stop) / axis.frames_per_column - axis.first_column
    y = middle - np.clip(np.nan_to_num(channel_T[first:stop]), -LOUDEST, LOUDEST) * half
    _stamp_dots(indices_HW, x, y, DOT_PIXELS * axis.pixel_ratio, below + SHADES)


def _stamp_dots(
    indices_HW: ByteImage, x: FloatsOfAnyWidth, y: FloatsOfAnyWidth, radius: float, shade: int
) -> None:
    height, width = indices_HW.shape
    reach = int(radius) + 1
    left, top = np.floor(x).astype(np.intp), np.floor(y).astype(np.intp)
    for down in range(-reach, reach + 1):
        for across in range(-reach, reach + 1):
            columns, rows = left + across, top + down
            is_covered = np.hypot(columns + 0.5 - x, rows + 0.5 - y) <= radius
            is_covered &= (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
            indices_HW[rows[is_covered], columns[is_covered]] = shade


def _draw_bars(
    indices_HW: ByteImage, columns: WaveformColumns, pixel_ratio: float, level_zoom: float
) -> None:
    height = len(indices_HW)
    shown_HW = indices_HW[:, : len(columns.low_W)]
    middle, half = height / 2, height / 2 * HEADROOM * level_zoom
    # Silence is a line, too.
    top_W, bottom_W = _widened(
        middle - columns.high_W * half, middle - columns.low_W * half, pixel_ratio / 2, height
    )
    body_W = columns.rms_W * half
    body_top_W = np.maximum(top_W, middle - body_W)
    body_bottom_W = np.maximum(np.minimum(bottom_W, middle + body_W), body_top_W)
    _bars(shown_HW, top_W, bottom_W, below=0)
    _bars(shown_HW, body_top_W, body_bottom_W, below=_PEAK)


def _widened(
    top_W: FloatArray, bottom_W: FloatArray, least: float, height: int
) -> tuple[FloatArray, FloatArray]:
    """Keep bars within the picture, and no thinner than twice ``least``."""
    top_W, bottom_W = np.clip(top_W, 0.0, height), np.clip(bottom_W, 0.0, height)
    centre_W = np.clip((top_W + bottom_W) / 2, least, height - least)
    return np.minimum(top_W, centre_W - least), np.maximum(bottom_W, centre_W + least)


def _bars(indices_HW: ByteImage, top_W: FloatArray, bottom_W: FloatArray, *, below: int) -> None:
    """Draw a bar in every column, with smooth ends, over the shade ``below``."""
    height, width = indices_HW.shape
    first_W = np.ceil(top_W).astype(np.int16)
    stop_W = np.floor(bottom_W).astype(np.int16)
    highest, lowest = int(first_W.min(initial=height)), int(stop_W.max(initial=0))
    for start in range(max(0, highest), min(lowest, height), BAND_ROWS):
        band_HW = indices_HW[start : min(start + BAND_ROWS, lowest)]
        rows_H1 = np.arange(start, start + len(band_HW), dtype=np.int16)[:, None]
        bars_HW = ((rows_H1 >= first_W) & (rows_H1 < stop_W)).view(np.uint8)
        bars_HW *= np.uint8(below + SHADES)
        np.maximum(band_HW, bars_HW, out=band_HW)
    columns_W = np.arange(width)
    within_one_row_W = stop_W < first_W
    for row_W, covered_W in (
        (first_W - 1, np.where(within_one_row_W, bottom_W - top_W, first_W - top_W)),
        (stop_W, np.where(within_one_row_W, 0.0, bottom_W - stop_W)),
    ):
        shade_W = np.rint(covered_W * SHADES).astype(np.uint8)
        seen = np.flatnonzero((shade_W > 0) & (row_W >= 0) & (row_W < height))
        place = row_W[seen], columns_W[seen]
        indices_HW[place] = np.maximum(indices_HW[place], below + shade_W[seen])


def _hatch(indices_HW: ByteImage, axis: TimeAxis, gaps: Sequence[FrameRange]) -> None:
    period = max(4, round(HATCH_PERIOD * axis.pixel_ratio))
    width = max(1, round(HATCH_WIDTH * axis.pixel_ratio))
    for gap in gaps:
        first = int(gap.start / axis.frames_per_column) - axis.first_column
        stop = -int(-gap.stop // axis.frames_per_column) - axis.first_column
        first, stop = max(0, first), min(axis.num_columns, stop)
        if first >= stop:
            continue
        # Columns of the song, so that the pattern moves with it. Every row is the one above,
        # moved by one column.
        columns = np.arange(stop - first + period) + first + axis.first_column
        line = np.where(columns % period < width, _HATCH, 0).astype(np.uint8)
        for row in range(min(period, len(indices_HW))):
            indices_HW[row::period, first:stop] = line[row : row + stop - first]
