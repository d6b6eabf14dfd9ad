from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.model.tempo import BeatGrid, Tempo
from app.widgets.bar_ticks import LABEL_SPACING, MARK_SPACING, bar_ticks
from app.widgets.grid_snap import MIN_SNAP_PIXELS, GridSnap
from app.widgets.time_axis import TimeAxis
from tests.app.model.stored_song import tempos

RATE = 44_100
LINE = 16.0

zooms = st.floats(1.0, 1e5)


def axis_of(minutes: int, zoom: float, x: float) -> TimeAxis:
    return TimeAxis.fitting(minutes * 60 * RATE, 1000).zoomed(zoom, x)


@given(tempo=tempos(60 * RATE), minutes=st.integers(1, 180), zoom=zooms, x=st.floats(0.0, 1000.0))
def test_marks_lie_on_beats_in_view_and_keep_their_distance(
    tempo: Tempo, minutes: int, zoom: float, x: float
) -> None:
    grid = BeatGrid(tempo=tempo, sample_rate=RATE)
    axis = axis_of(minutes, zoom, x)

    ticks = bar_ticks(axis, grid, spacing=LINE)

    assert len(ticks) <= 1 + 1000 / (LINE * MARK_SPACING - 2)
    for one, other in pairwise(ticks):
        distance = axis.x_of(other.frame) - axis.x_of(one.frame)
        assert distance >= LINE * MARK_SPACING - 1 / axis.frames_per_pixel
    for one, other in pairwise(tick for tick in ticks if tick.text):
        distance = axis.x_of(other.frame) - axis.x_of(one.frame)
        assert distance >= LINE * LABEL_SPACING - 1 / axis.frames_per_pixel
        assert one.text != other.text
    for tick in ticks:
        assert grid.is_on_beat(tick.frame)
        assert -0.01 <= axis.x_of(tick.frame) <= 1000.01


def test_beats_have_names_of_their_own_only_where_there_is_room() -> None:
    grid = BeatGrid(tempo=Tempo(bpm=120), sample_rate=RATE)

    far = [tick.text for tick in bar_ticks(axis_of(5, 1.0, 0.0), grid, spacing=LINE) if tick.text]
    near = [tick.text for tick in bar_ticks(axis_of(5, 60.0, 0.0), grid, spacing=LINE)]

    assert far[:3] == ["1", "9", "17"]
    assert near[:6] == ["1.1", "1.2", "1.3", "1.4", "2.1", "2.2"]


@given(tempo=tempos(60 * RATE), zoom=zooms, x=st.floats(0.0, 1000.0))
def test_a_drag_snaps_to_beats_that_can_be_seen_and_else_to_bars(
    tempo: Tempo, zoom: float, x: float
) -> None:
    snap = GridSnap()
    axis = axis_of(5, zoom, x)
    frame = axis.frame_at(x)
    assert snap.snapped(frame, axis) == frame
    snap.grid = grid = BeatGrid(tempo=tempo, sample_rate=RATE)

    snapped = snap.snapped(frame, axis)

    is_end = snapped in (0, axis.num_frames)
    assert is_end or grid.is_on_beat(snapped)
    if float(grid.frames_per_beat) / axis.frames_per_pixel < MIN_SNAP_PIXELS:
        assert is_end or grid.place_at(snapped).beat == 1
    snap.is_on = False
    assert snap.snapped(frame, axis) == frame
