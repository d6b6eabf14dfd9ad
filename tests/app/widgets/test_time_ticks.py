from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.widgets.time_axis import TimeAxis
from app.widgets.time_text import time_text
from app.widgets.time_ticks import time_ticks

RATE = 44_100


@given(seconds=st.integers(1, 4 * 3600), zoom=st.floats(1.0, 1e6), x=st.floats(0.0, 1000.0))
def test_labels_keep_their_distance_and_stand_at_different_times(
    seconds: int, zoom: float, x: float
) -> None:
    axis = TimeAxis.fitting(seconds * RATE, 1000).zoomed(zoom, x)

    labelled = [tick for tick in time_ticks(axis, RATE, 80.0) if tick.text]

    # Nobody waits for steps of less than a ten-thousandth of a second.
    assume(80 * axis.frames_per_pixel / RATE >= 0.0001)
    for one, other in pairwise(labelled):
        assert axis.x_of(other.frame) - axis.x_of(one.frame) >= 80.0 - 1e-6
        assert one.text != other.text


@given(zoom=st.floats(1.0, 1e5))
def test_every_mark_is_in_view(zoom: float) -> None:
    axis = TimeAxis.fitting(600 * RATE, 1000).zoomed(zoom, 700.0)

    for tick in time_ticks(axis, RATE, 80.0):
        assert -0.01 <= axis.x_of(tick.frame) <= 1000.01


@pytest.mark.parametrize(
    ("seconds", "decimals", "text"),
    [
        (0.0, 0, "0:00"),
        (59.999, 0, "1:00"),
        (59.994, 2, "59.99"),
        (61.5, 1, "1:01.5"),
        (3723.25, 2, "1:02:03.25"),
        (-1.0, 0, "0:00"),
    ],
)
def test_times_are_written_as_people_read_them(seconds: float, decimals: int, text: str) -> None:
    written = time_text(seconds, decimals=decimals)

    assert written == (text if ":" in text else f"0:{text}")
