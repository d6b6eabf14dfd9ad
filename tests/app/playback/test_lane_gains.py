import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.mix_state import MIX_LANE, LaneState, MixState
from app.playback.lane_gains import Monitor, downmix_gains, lane_gains

NAMES = ["mix", "drums", "bass", "residual"]


def _heard(
    state: MixState, monitor: Monitor = "stems", only_lane: str | None = None
) -> dict[str, float]:
    gains = lane_gains(state, NAMES, num_channels=2, monitor=monitor, only_lane=only_lane)
    return {name: lane[0][0] for name, lane in zip(NAMES, gains, strict=True) if lane[0][0]}


def test_stems_are_heard_without_the_original_at_full_level() -> None:
    assert _heard(MixState()) == {"drums": 1.0, "bass": 1.0, "residual": 1.0}


def test_original_is_heard_without_the_stems_at_the_same_level() -> None:
    assert _heard(MixState(), monitor="original") == {"mix": 1.0}


def test_song_without_stems_sounds_as_its_original() -> None:
    assert lane_gains(MixState(), [MIX_LANE], num_channels=1, monitor="stems") == (((1.0, 1.0),),)


def test_mute_solo_and_gain_are_obeyed() -> None:
    state = MixState().with_lane("drums", LaneState(soloed=True, gain_db=-6.0))

    assert _heard(state) == {"drums": pytest.approx(10.0 ** (-6.0 / 20.0))}


@pytest.mark.parametrize("monitor", ["stems", "original"])
def test_lane_that_is_heard_alone_for_now_ignores_mute_and_monitor(monitor: Monitor) -> None:
    state = MixState().with_lane("residual", LaneState(muted=True))

    assert _heard(state, monitor, only_lane="residual") == {"residual": 1.0}


def test_lane_that_is_gone_cannot_be_heard_alone() -> None:
    assert _heard(MixState(), only_lane="vocals") == _heard(MixState())


def test_pan_lowers_one_side_and_leaves_the_other() -> None:
    state = MixState().with_lane("drums", LaneState(pan=1.0))

    _, drums, _, _ = lane_gains(state, NAMES, num_channels=2, monitor="stems")

    (left, across), right = drums
    assert left == pytest.approx(0.0, abs=1e-9)
    assert across == 0.0
    assert right == (0.0, 1.0)


def test_mono_goes_to_both_sides_and_stereo_stays_apart() -> None:
    assert downmix_gains(1) == ((1.0, 1.0),)
    assert downmix_gains(2) == ((1.0, 0.0), (0.0, 1.0))


@given(num_channels=st.integers(3, 16))
def test_downmix_never_exceeds_full_scale_and_uses_both_sides(num_channels: int) -> None:
    gains = downmix_gains(num_channels)

    assert len(gains) == num_channels
    for side in (0, 1):
        total = sum(pair[side] for pair in gains)
        assert 0.5 <= total <= 1.0 + 1e-12
