import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.widgets.meter_ballistics import (
    FALL_DB_PER_SECOND,
    FLOOR_DB,
    HOLD_SECONDS,
    TOP_DB,
    MeterState,
    level_db,
)

levels = st.floats(0.0, 4.0)
TICK_SECONDS = 0.03


@given(arriving=st.lists(levels, max_size=50))
def test_bar_never_lies_below_the_level_nor_above_the_held_peak(arriving: list[float]) -> None:
    state = MeterState()
    for linear in arriving:
        state = state.after(linear, TICK_SECONDS)

        assert level_db(linear) <= state.shown_db <= state.peak_db <= TOP_DB


def test_bar_falls_at_its_own_pace() -> None:
    state = MeterState().after(1.0, TICK_SECONDS).after(0.0, 1.0)

    assert state.shown_db == pytest.approx(-FALL_DB_PER_SECOND)


def test_peak_is_held_and_then_falls() -> None:
    state = MeterState().after(1.0, TICK_SECONDS)

    held = state.after(0.0, HOLD_SECONDS * 0.9)
    fallen = held.after(0.0, HOLD_SECONDS)

    assert held.peak_db == pytest.approx(0.0)
    assert fallen.peak_db < -1.0


@given(arriving=st.lists(levels, max_size=10))
def test_silence_brings_the_meter_to_rest(arriving: list[float]) -> None:
    state = MeterState()
    for linear in arriving:
        state = state.after(linear, TICK_SECONDS)

    for _ in range(300):
        state = state.after(0.0, TICK_SECONDS)

    assert state.is_at_rest
    assert state.shown_db == FLOOR_DB


def test_lamp_stays_lit_after_clipping() -> None:
    state = MeterState().after(1.01, TICK_SECONDS).after(0.0, 60.0)

    assert state.has_clipped
    assert not MeterState().after(1.0, TICK_SECONDS).has_clipped
