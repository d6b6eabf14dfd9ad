"""What is heard under faders, mutes and solos."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.mix_state import (
    MAX_GAIN_DB,
    MIN_GAIN_DB,
    MIX_LANE,
    LaneState,
    MixState,
    effective_gains,
    pan_gains,
)

NAMES = ("drums", "bass", "other")

lane_states = st.builds(
    LaneState,
    gain_db=st.floats(MIN_GAIN_DB, MAX_GAIN_DB),
    muted=st.booleans(),
    soloed=st.booleans(),
)
mix_states = st.builds(
    MixState, lanes=st.dictionaries(st.sampled_from((*NAMES, MIX_LANE)), lane_states)
)


@given(state=mix_states)
def test_a_lane_is_heard_at_its_fader_or_not_at_all(state: MixState) -> None:
    gains = effective_gains(state, NAMES)

    assert set(gains) == set(NAMES)
    assert all(gains[name] in (0.0, state.lane(name).gain) for name in NAMES)


@given(state=mix_states)
def test_with_a_solo_only_soloed_lanes_are_heard_and_else_all_that_are_not_muted(
    state: MixState,
) -> None:
    gains = effective_gains(state, NAMES)

    soloed = {name for name in NAMES if state.lane(name).soloed}
    heard = {name for name in soloed or set(NAMES) if not state.lane(name).muted}
    assert {name for name in NAMES if gains[name] > 0.0} == {
        name for name in heard if state.lane(name).gain_db > MIN_GAIN_DB
    }


@given(state=mix_states)
def test_the_lane_of_the_original_has_no_say_about_the_stems(state: MixState) -> None:
    without = MixState(lanes={name: state.lane(name) for name in NAMES})

    assert effective_gains(state, (MIX_LANE, *NAMES)) == effective_gains(without, NAMES)


def test_a_fader_at_its_bottom_is_silent_and_at_zero_changes_nothing() -> None:
    assert LaneState(gain_db=MIN_GAIN_DB).gain == 0.0
    assert LaneState().gain == 1.0


@given(pan=st.floats(-1.0, 1.0))
def test_pan_turns_one_side_down_and_none_up(pan: float) -> None:
    left, right = pan_gains(pan)

    assert min(left, right) >= -1e-12
    assert max(left, right) == pytest.approx(1.0)
    assert pan_gains(-pan) == pytest.approx((right, left), abs=1e-12)


def test_a_lane_in_the_middle_stays_exactly_as_it_is() -> None:
    assert pan_gains(0.0) == (1.0, 1.0)


@pytest.mark.parametrize(
    "values",
    [
        {"gain_db": MAX_GAIN_DB + 0.1},
        {"gain_db": math.nan},
        {"pan": -1.1},
        {"pan": math.nan},
        {"colour": "red"},
        {"colour": "#12345"},
        {"colour": "#123456\n"},
    ],
)
def test_a_lane_takes_no_nonsense(values: dict[str, float | str]) -> None:
    with pytest.raises(ValueError, match=r"must lie|is no colour"):
        LaneState(**values)  # type: ignore[arg-type]
