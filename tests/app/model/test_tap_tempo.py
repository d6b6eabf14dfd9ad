from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.tap_tempo import MIN_TAPS, PAUSE_SECONDS, TapSeries


def tapped(*times: float) -> TapSeries:
    series = TapSeries()
    for time in times:
        series = series.with_tap(time)
    return series


@given(bpm=st.floats(20.0, 400.0), num_taps=st.integers(MIN_TAPS, 60), start=st.floats(0, 1e6))
def test_even_taps_are_their_own_tempo(bpm: float, num_taps: int, start: float) -> None:
    series = tapped(*(start + number * 60 / bpm for number in range(num_taps)))

    assert series.bpm == pytest.approx(bpm, abs=0.006)


@given(
    bpm=st.floats(60.0, 200.0),
    jitter=st.lists(st.floats(-0.015, 0.015), min_size=16, max_size=16),
)
def test_fingers_that_tremble_come_within_two_percent(bpm: float, jitter: list[float]) -> None:
    series = tapped(*(number * 60 / bpm + each for number, each in enumerate(jitter)))

    assert series.bpm == pytest.approx(bpm, rel=0.02)


@given(bpm=st.floats(40.0, 300.0), missed=st.integers(1, 8))
def test_a_tap_that_was_missed_does_not_count(bpm: float, missed: int) -> None:
    intervals = [60 / bpm] * 10
    intervals[missed] *= 2

    assert tapped(*accumulate(intervals)).bpm == pytest.approx(bpm, abs=0.006)


def test_fewer_than_four_taps_are_no_tempo() -> None:
    series = tapped(0.0, 0.5, 1.0)

    assert (series.bpm, series.num_more) == (None, 1)
    assert series.with_tap(1.5).bpm == 120.0


@pytest.mark.parametrize("pause", [PAUSE_SECONDS + 0.1, 2.0])
def test_a_pause_starts_anew(pause: float) -> None:
    series = tapped(0.0, 0.5, 1.0, 1.5).with_tap(1.5 + pause)

    assert series.times == (1.5 + pause,)
    assert series.bpm is None


def test_what_is_slower_or_faster_than_music_is_no_tempo() -> None:
    assert tapped(0.0, 0.1, 0.2, 0.3).bpm is None
    assert tapped(0.0, 3.1, 6.2, 9.3).bpm is None
    assert tapped(0.0, 0.0, 0.0, 0.0).bpm is None
