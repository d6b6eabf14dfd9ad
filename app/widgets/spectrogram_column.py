"""Turns audio into columns of a spectrogram: logarithmic frequency, decibels in eight bits.

T: frames, C: channels, K: columns, B: bins of the transform, H: rows of the picture.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log2

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
ByteArray = npt.NDArray[np.uint8]

WINDOW_SECONDS = 0.046
LOWEST_HZ, HIGHEST_HZ = 40.0, 20_000.0
FLOOR_DB = -96.0  # of a full-scale sine; the same scale for every lane
NUM_ROWS = 256
MAX_WINDOWS = 4  # per column, where a column is longer than a window


@dataclass(frozen=True, slots=True, kw_only=True)
class _Analysis:
    """What depends on the sample rate alone."""

    window_T: FloatArray
    rows_HB: FloatArray
    full_scale: float


def spectrogram_columns(
    samples_TC: FloatArray, sample_rate: int, first_column: int, num_columns: int, hop: int
) -> ByteArray:
    """Compute columns of a spectrogram, shape (rows, columns), high frequencies on top.

    Args:
        samples_TC: The whole lane; behind its end there is silence.
        sample_rate: Frames per second.
        first_column: Column k stands for the frames from ``k * hop`` on.
        num_columns: How many.
        hop: Frames per column.
    """
    analysis = _analysis(sample_rate)
    size = len(analysis.window_T)
    per_column = min(MAX_WINDOWS, max(1, hop // size))
    places = (np.arange(per_column) + 0.5) / per_column
    centres = (first_column + np.arange(num_columns)[:, None] + places) * hop
    starts = centres.astype(np.int64) - size // 2
    rows_KH = np.zeros((num_columns, NUM_ROWS), np.float32)
    for place in range(per_column):
        for channel in range(samples_TC.shape[1]):
            windows_KT = _windows(samples_TC[:, channel], starts[:, place], size)
            power_KB = np.abs(np.fft.rfft(windows_KT * analysis.window_T)) ** 2
            rows_KH += power_KB.astype(np.float32) @ analysis.rows_HB.T
    rows_KH /= per_column * samples_TC.shape[1] * analysis.full_scale
    decibels_KH = 10.0 * np.log10(np.nan_to_num(rows_KH) + 1e-12)
    shades_KH = np.clip((1.0 - decibels_KH / FLOOR_DB) * 255.0, 0.0, 255.0)
    return np.ascontiguousarray(shades_KH.T[::-1].astype(np.uint8))


def row_share_of(frequency: float, sample_rate: int) -> float:
    """Return where a frequency is drawn: 0 at the bottom, 1 at the top."""
    top = min(HIGHEST_HZ, sample_rate / 2)
    return log2(frequency / LOWEST_HZ) / log2(top / LOWEST_HZ)


def _windows(channel_T: FloatArray, starts: npt.NDArray[np.int64], size: int) -> FloatArray:
    windows_KT = np.zeros((len(starts), size), np.float32)
    for window_T, start in zip(windows_KT, starts.tolist(), strict=True):
        first, stop = max(0, start), min(len(channel_T), start + size)
        if first < stop:
            window_T[first - start : stop - start] = channel_T[first:stop]
    return windows_KT


@lru_cache(maxsize=4)
def _analysis(sample_rate: int) -> _Analysis:
    size = 2 ** max(6, round(log2(sample_rate * WINDOW_SECONDS)))
    window_T = np.hanning(size + 1)[:-1].astype(np.float32)
    bin_hz = sample_rate / size
    top = min(HIGHEST_HZ, sample_rate / 2)
    edges = LOWEST_HZ * (top / LOWEST_HZ) ** (np.arange(NUM_ROWS + 1) / NUM_ROWS) / bin_hz
    num_bins = size // 2 + 1
    rows_HB = np.zeros((NUM_ROWS, num_bins), np.float32)
    for row, (low, high) in enumerate(pairwise(edges.tolist())):
        if high - low >= 1.0:
            rows_HB[row, round(low) : round(high)] = 1.0
        else:  # between two bins
            middle = min((low + high) / 2, num_bins - 1.001)
            rows_HB[row, int(middle)] = 1.0 - middle % 1.0
            rows_HB[row, int(middle) + 1] = middle % 1.0
    rows_HB /= rows_HB.sum(axis=1, keepdims=True)
    return _Analysis(
        window_T=window_T, rows_HB=rows_HB, full_scale=float(window_T.sum() / 2.0) ** 2
    )
