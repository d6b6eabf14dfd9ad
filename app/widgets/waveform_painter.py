"""Draws waveforms: pictures of many frames per column, lines between few.

H: rows and W: columns of a picture, in device pixels.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from app.model.frame_range import FrameRange
from app.widgets.lane_style import blended
from app.widgets.time_axis import TimeAxis
from app.widgets.timeline_colours import WaveformLook
from app.widgets.waveform_columns import FloatArray, WaveformColumns

ByteImage = npt.NDArray[np.uint8]

_SHADES = 16  # steps of an edge between two colours
_PEAK, _BODY = _SHADES, 2 * _SHADES  # indices of the full colours; steps lie below them
_GRID, _HATCH = _BODY + 1, _BODY + 2
HATCH_PERIOD, HATCH_WIDTH = 9, 1  # pixels of Qt
HEADROOM = 0.94  # share of the height that full scale takes
DOT_FRAMES_PER_PIXEL = 0.2  # closer than this, every sample has a dot


def waveform_image(
    columns: WaveformColumns,
    axis: TimeAxis,
    height: int,
    look: WaveformLook,
    *,
    grid_columns: Sequence[int] = (),
    gaps: Sequence[FrameRange] = (),
) -> QImage:
    """Draw columns on an opaque picture as wide as the view.

    Args:
        columns: What to draw.
        axis: The view.
        height: In device pixels.
        look: Colours.
        grid_columns: Columns of the picture with a mark of time behind the waveform.
        gaps: Frames without audio, hatched.
    """
    # Rows are padded to four bytes, as Qt wants them.
    stride = -(-axis.num_columns // 4) * 4
    indices_HW = np.zeros((height, stride), np.uint8)
    width = len(columns.low_W)
    if width:
        _fill(indices_HW[:, :width], columns, axis.pixel_ratio)
    _hatch(indices_HW, axis, gaps)
    for column in grid_columns:
        if 0 <= column < axis.num_columns:
            behind_H = indices_HW[:, column]
            behind_H[behind_H == 0] = _GRID
    image = QImage(indices_HW.data, axis.num_columns, height, stride, QImage.Format.Format_Indexed8)
    image.setColorTable(_colour_table(look))
    # A copy in the screen's own format, which is drawn fastest and does not share memory.
    drawn = image.convertToFormat(QImage.Format.Format_RGB32)
    drawn.setDevicePixelRatio(axis.pixel_ratio)
    return drawn


def draw_samples(
    painter: QPainter, samples_TC: FloatArray, axis: TimeAxis, height: float, look: WaveformLook
) -> None:
    """Draw a line through the samples of every channel, and dots where there is room."""
    first = max(0, int(axis.first_frame) - 1)
    stop = min(len(samples_TC), int(axis.last_frame) + 2)
    if stop <= first:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    shown_TC = np.clip(np.nan_to_num(samples_TC[first:stop]), -2.0, 2.0)
    frames_T = np.arange(first, stop)
    x_T = (frames_T / axis.frames_per_column - axis.first_column) / axis.pixel_ratio
    for channel in range(shown_TC.shape[1]):
        y_T = height / 2 * (1.0 - HEADROOM * shown_TC[:, channel])
        points = [QPointF(x, y) for x, y in zip(x_T.tolist(), y_T.tolist(), strict=True)]
        colour = look.body if channel == 0 else look.peak
        painter.setPen(QPen(colour, 1.4))
        painter.drawPolyline(points)
        if axis.frames_per_pixel <= DOT_FRAMES_PER_PIXEL:
            dot = QPen(colour, 4.5)
            dot.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(dot)
            painter.drawPoints(points)
    painter.restore()


def _fill(indices_HW: ByteImage, columns: WaveformColumns, pixel_ratio: float) -> None:
    height = len(indices_HW)
    middle, half = height / 2, height / 2 * HEADROOM
    thickness = pixel_ratio / 2  # silence is a line, too
    top_W = np.clip(middle - columns.high_W * half, 0.0, height)
    bottom_W = np.clip(middle - columns.low_W * half, 0.0, height)
    centre_W = np.clip((top_W + bottom_W) / 2, thickness, height - thickness)
    top_W = np.minimum(top_W, centre_W - thickness)
    bottom_W = np.maximum(bottom_W, centre_W + thickness)
    body_W = columns.rms_W * half
    body_top_W = np.maximum(top_W, middle - body_W)
    body_bottom_W = np.maximum(np.minimum(bottom_W, middle + body_W), body_top_W)
    _bars(indices_HW, top_W, bottom_W, below=0)
    _bars(indices_HW, body_top_W, body_bottom_W, below=_PEAK)


def _bars(indices_HW: ByteImage, top_W: FloatArray, bottom_W: FloatArray, *, below: int) -> None:
    """Draw a bar in every column, with smooth ends, over the shade ``below``."""
    height, width = indices_HW.shape
    rows_H1 = np.arange(height, dtype=np.int16)[:, None]
    first_W = np.ceil(top_W).astype(np.int16)
    stop_W = np.floor(bottom_W).astype(np.int16)
    inside_HW = (rows_H1 >= first_W) & (rows_H1 < stop_W)
    bars_HW = inside_HW.view(np.uint8)
    bars_HW *= np.uint8(below + _SHADES)
    np.maximum(indices_HW, bars_HW, out=indices_HW)
    columns_W = np.arange(width)
    within_one_row_W = stop_W < first_W
    for row_W, covered_W in (
        (first_W - 1, np.where(within_one_row_W, bottom_W - top_W, first_W - top_W)),
        (stop_W, np.where(within_one_row_W, 0.0, bottom_W - stop_W)),
    ):
        shade_W = np.rint(covered_W * _SHADES).astype(np.uint8)
        seen = np.flatnonzero((shade_W > 0) & (row_W >= 0) & (row_W < height))
        place = row_W[seen], columns_W[seen]
        indices_HW[place] = np.maximum(indices_HW[place], below + shade_W[seen])


def _hatch(indices_HW: ByteImage, axis: TimeAxis, gaps: Sequence[FrameRange]) -> None:
    height = len(indices_HW)
    period = max(4, round(HATCH_PERIOD * axis.pixel_ratio))
    width = max(1, round(HATCH_WIDTH * axis.pixel_ratio))
    for gap in gaps:
        first = int(gap.start / axis.frames_per_column) - axis.first_column
        stop = -int(-gap.stop // axis.frames_per_column) - axis.first_column
        first, stop = max(0, first), min(axis.num_columns, stop)
        if first >= stop:
            continue
        # Columns of the song, so that the pattern moves with it.
        columns_W = np.arange(first, stop) + axis.first_column
        diagonals_HW = (columns_W % period + np.arange(height)[:, None]) % period
        indices_HW[:, first:stop] = np.where(diagonals_HW < width, _HATCH, 0)


def _colour_table(look: WaveformLook) -> list[int]:
    steps = [step / _SHADES for step in range(1, _SHADES + 1)]
    colours = [
        look.background,
        *(blended(look.peak, look.background, step) for step in steps),
        *(blended(look.body, look.peak, step) for step in steps),
        look.grid,
        look.hatch,
    ]
    return [colour.rgb() for colour in colours]
