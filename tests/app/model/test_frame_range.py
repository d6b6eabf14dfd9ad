"""Sets of frames agree with plain sets of numbers."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.frame_range import FrameRange, FrameRanges

MAX_FRAME = 40


@st.composite
def frame_range(draw: st.DrawFn) -> FrameRange:
    start = draw(st.integers(0, MAX_FRAME - 1))
    return FrameRange(start, draw(st.integers(start + 1, MAX_FRAME)))


range_lists = st.lists(frame_range(), max_size=8)


def frames_of(ranges: FrameRanges | list[FrameRange] | tuple[FrameRange, ...]) -> set[int]:
    items = ranges.ranges if isinstance(ranges, FrameRanges) else ranges
    return {frame for item in items for frame in range(item.start, item.stop)}


@given(items=range_lists)
def test_a_set_of_ranges_has_the_frames_of_its_ranges(items: list[FrameRange]) -> None:
    ranges = FrameRanges.of(items)

    assert frames_of(ranges) == frames_of(items)
    assert ranges.num_frames == len(frames_of(items))
    assert {frame for frame in range(MAX_FRAME + 2) if frame in ranges} == frames_of(items)


@given(items=range_lists)
def test_ranges_of_a_set_ascend_and_do_not_touch(items: list[FrameRange]) -> None:
    ranges = FrameRanges.of(items).ranges

    assert all(before.stop < after.start for before, after in pairwise(ranges))


@given(items=range_lists)
def test_the_same_frames_are_the_same_set_in_whatever_order_they_came(
    items: list[FrameRange],
) -> None:
    one_by_one = FrameRanges()
    for item in reversed(items):
        one_by_one = one_by_one.with_range(item)

    assert one_by_one == FrameRanges.of(items)


@given(items=range_lists, within=frame_range())
def test_gaps_and_what_is_there_make_up_the_whole(
    items: list[FrameRange], within: FrameRange
) -> None:
    ranges = FrameRanges.of(items)

    gaps = ranges.gaps(within)

    assert frames_of(gaps) == frames_of([within]) - frames_of(ranges)
    assert FrameRanges.of(gaps).ranges == gaps


@given(items=range_lists, wanted=frame_range())
def test_a_set_covers_a_range_if_it_has_all_its_frames(
    items: list[FrameRange], wanted: FrameRange
) -> None:
    ranges = FrameRanges.of(items)

    assert ranges.covers(wanted) == (frames_of([wanted]) <= frames_of(items))


@given(one=frame_range(), other=frame_range())
def test_an_intersection_has_the_common_frames(one: FrameRange, other: FrameRange) -> None:
    common = one.intersection(other)

    assert frames_of([common] if common else []) == frames_of([one]) & frames_of([other])


@pytest.mark.parametrize(("start", "stop"), [(-1, 3), (3, 3), (4, 3)])
def test_a_range_is_never_empty_or_below_zero(start: int, stop: int) -> None:
    with pytest.raises(ValueError, match="start"):
        FrameRange(start, stop)
