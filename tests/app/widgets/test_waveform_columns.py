from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.peak_pyramid import BASE_FRAMES, BRANCHING, PeakPyramid
from app.widgets.time_axis import TimeAxis
from app.widgets.waveform_columns import WaveformColumns, line_columns, waveform_columns
from tests.app.widgets.made_songs import FloatArray, made_track


def noise(num_frames: int, num_channels: int, seed: int) -> FloatArray:
    random = np.random.default_rng(seed)
    return (random.standard_normal((num_frames, num_channels)) * 0.3).astype(np.float32)


def axis_of(num_frames: int, num_columns: int, zoom: float, first_column: int) -> TimeAxis:
    axis = TimeAxis.fitting(num_frames, num_columns)
    axis = replace(axis, frames_per_column=zoom)
    return axis.scrolled_to(first_column)


@given(
    num_frames=st.integers(1, 60_000),
    zoom=st.floats(2.0, 2000.0),
    first_column=st.integers(0, 500),
    channels=st.integers(1, 2),
)
def test_columns_enclose_their_samples_and_no_more_than_their_neighbours(
    num_frames: int, zoom: float, first_column: int, channels: int
) -> None:
    samples_TC = noise(num_frames, channels, seed=1)
    track = made_track("drums", samples_TC)
    axis = axis_of(num_frames, 64, zoom, first_column)

    columns = waveform_columns(track.samples_TC, track.peaks, axis)

    block = 1 if zoom < BASE_FRAMES else BASE_FRAMES * BRANCHING ** track.peaks.level_for(zoom)
    for column in range(len(columns.low_W)):
        start = (axis.first_column + column) * zoom
        # Blocks and joined flanks may reach into the neighbours, never beyond them.
        inner = samples_TC[int(np.ceil(start + block)) : int(start + zoom - block)]
        reach = block + zoom
        outer = samples_TC[max(0, int(start - reach) - 1) : int(np.ceil(start + zoom + reach)) + 1]
        if len(inner):
            assert columns.low_W[column] <= inner.min()
            assert columns.high_W[column] >= inner.max()
        assert columns.low_W[column] >= outer.min()
        assert columns.high_W[column] <= outer.max()
        loudest = np.abs(outer).max()
        assert 0.0 <= columns.rms_W[column] <= loudest * 1.0001


@given(zoom=st.floats(0.05, 3000.0), first_column=st.integers(0, 300), step=st.integers(1, 60))
def test_scrolling_moves_columns_and_changes_none(
    zoom: float, first_column: int, step: int
) -> None:
    samples_TC = noise(200_000, 2, seed=2)
    track = made_track("drums", samples_TC)
    axis = axis_of(len(samples_TC), 64, zoom, first_column)
    scrolled = axis.scrolled(step)
    moved = scrolled.first_column - axis.first_column

    def shown(view: TimeAxis) -> WaveformColumns:
        if zoom < 2.0:
            return line_columns(samples_TC[:, 0], view)
        return waveform_columns(track.samples_TC, track.peaks, view)

    before, after = shown(axis), shown(scrolled)

    # The first column of a view does not know what flank leads into it.
    overlap = min(len(before.low_W) - moved, len(after.low_W))
    for old_W, new_W in ((before.low_W, after.low_W), (before.high_W, after.high_W)):
        np.testing.assert_allclose(old_W[moved + 1 : moved + overlap], new_W[1:overlap], atol=1e-5)


def test_a_line_passes_through_the_samples() -> None:
    channel_T = noise(64, 1, seed=3)[:, 0]
    axis = axis_of(64, 640, 0.1, 0)

    columns = line_columns(channel_T, axis)

    for frame in range(1, 62):
        column = frame * 10
        assert columns.low_W[column] <= channel_T[frame] + 1e-6
        assert columns.high_W[column] >= channel_T[frame] - 1e-6
    assert columns.high_W.max() == pytest.approx(channel_T.max())


def test_a_song_that_ends_within_the_view_leaves_the_rest_empty() -> None:
    samples_TC = noise(1000, 2, seed=4)
    track = made_track("drums", samples_TC)
    axis = replace(TimeAxis.fitting(1000, 100), frames_per_column=20.0)

    columns = waveform_columns(samples_TC, track.peaks, axis)

    assert len(columns.low_W) == 50


@pytest.mark.parametrize("zoom", [0.5, 10.0, 300.0])
def test_what_is_no_number_is_drawn_all_the_same(zoom: float) -> None:
    samples_TC = noise(100_000, 2, seed=5)
    samples_TC[::97] = np.nan
    samples_TC[1::97] = np.inf
    track = made_track("drums", samples_TC)
    axis = axis_of(100_000, 64, zoom, 10)

    if zoom < 2.0:
        columns = line_columns(samples_TC[:, 0], axis)
    else:
        columns = waveform_columns(samples_TC, track.peaks, axis)

    assert np.isfinite(columns.low_W).all()
    assert np.isfinite(columns.high_W).all()
    assert np.isfinite(columns.rms_W).all()


@pytest.mark.parametrize("zoom", [2.0, 100.0, 255.0])
def test_where_no_audio_has_arrived_the_file_is_not_looked_at(zoom: float) -> None:
    unread_TC = np.ones((30_000, 2), np.float32)
    axis = axis_of(len(unread_TC), 64, zoom, 3)
    silent = waveform_columns(unread_TC, PeakPyramid(len(unread_TC)), axis)
    heard = waveform_columns(unread_TC, made_track("drums", unread_TC).peaks, axis)
    assert len(silent.low_W) == len(heard.low_W) > 0
    assert not np.concatenate([silent.low_W, silent.high_W, silent.rms_W]).any()
    assert heard.low_W.all()
