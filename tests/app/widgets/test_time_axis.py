import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.model.frame_range import FrameRange
from app.widgets.time_axis import MIN_FRAMES_PER_COLUMN, TimeAxis


@st.composite
def axes(draw: st.DrawFn) -> TimeAxis:
    """A view of any part of any song, reached by zooming and scrolling."""
    num_frames = draw(st.integers(0, 600_000_000))
    ratio = draw(st.sampled_from([1.0, 1.25, 1.5, 2.0]))
    axis = TimeAxis.fitting(num_frames, draw(st.integers(1, 8000)), ratio)
    for _ in range(draw(st.integers(0, 4))):
        axis = axis.zoomed(draw(st.floats(0.1, 1000.0)), draw(st.floats(0.0, 2000.0)))
        axis = axis.scrolled(draw(st.integers(-5000, 5000)))
    return axis


@given(axis=axes())
def test_view_stays_within_the_song_and_the_limits_of_zoom(axis: TimeAxis) -> None:
    assert 0 <= axis.first_column <= axis.max_first_column
    assert axis.frames_per_column <= axis.max_frames_per_column
    assert axis.frames_per_column >= min(MIN_FRAMES_PER_COLUMN, axis.max_frames_per_column)
    assert axis.first_frame <= axis.num_frames


@given(axis=axes(), x=st.floats(0.0, 2000.0))
def test_a_frame_is_drawn_where_it_was_found(axis: TimeAxis, x: float) -> None:
    frame = axis.frame_at(x)
    assume(0 < frame < axis.num_frames)

    # Half a frame is lost by rounding.
    tolerance = 0.51 / axis.frames_per_pixel + 1e-6
    assert axis.x_of(frame) == pytest.approx(x, abs=tolerance)


@given(axis=axes(), factor=st.floats(0.2, 5.0), share=st.floats(0.0, 1.0))
def test_zooming_leaves_the_frame_under_the_pointer(
    axis: TimeAxis, factor: float, share: float
) -> None:
    x = share * axis.num_columns / axis.pixel_ratio
    frame = (axis.first_column + x * axis.pixel_ratio) * axis.frames_per_column
    zoomed = axis.zoomed(factor, x)
    # At the ends of the song the view cannot move as far as it would have to.
    assume(0 < zoomed.first_column < zoomed.max_first_column)

    assert zoomed.x_of(frame) == pytest.approx(x, abs=1.0)


@given(axis=axes(), data=st.data())
def test_a_range_that_is_shown_is_in_view(axis: TimeAxis, data: st.DataObject) -> None:
    assume(axis.num_frames >= 2)
    start = data.draw(st.integers(0, axis.num_frames - 1))
    stop = data.draw(st.integers(start + 1, axis.num_frames))

    shown = axis.showing(FrameRange(start, stop))

    slack = shown.frames_per_column * 1.001
    assert shown.first_frame <= start + slack
    assert shown.last_frame >= stop - slack


@given(axis=axes(), num_columns=st.integers(1, 8000))
def test_a_view_of_the_whole_song_stays_one_when_the_window_changes(
    axis: TimeAxis, num_columns: int
) -> None:
    whole = TimeAxis.fitting(axis.num_frames, axis.num_columns, axis.pixel_ratio)

    resized = whole.resized(num_columns, 2.0)

    assert resized.shows_all
    assert resized.last_frame == pytest.approx(max(axis.num_frames, 16))


def test_a_zoomed_view_keeps_its_zoom_when_the_window_changes() -> None:
    axis = TimeAxis.fitting(1_000_000, 1000).zoomed(20.0, 500.0)

    resized = axis.resized(1600, 1.0)

    assert resized.frames_per_column == axis.frames_per_column
    assert resized.first_column == axis.first_column


def test_a_song_of_no_length_can_be_shown() -> None:
    axis = TimeAxis.fitting(0, 100)

    assert axis.frame_at(50.0) == 0
    assert axis.zoomed(10.0, 50.0).first_column == 0
