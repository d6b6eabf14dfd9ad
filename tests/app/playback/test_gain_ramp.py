import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from app.playback.gain_ramp import GainRamp

FloatArray = npt.NDArray[np.float32]

NUM_FRAMES = 100
ROUNDING = 1e-6  # the last frame of a ramp is the sum of two rounded numbers

gains = st.floats(0.0, 4.0, width=32)


def _scaled(ramp: GainRamp, num_frames: int) -> FloatArray:
    ones_T, out_T = np.ones(num_frames, np.float32), np.empty(num_frames, np.float32)
    ramp.scale(ones_T, out_T, np.empty(num_frames, np.float32))
    ramp.advance(num_frames)
    return out_T


@given(start=gains, target=gains, blocks=st.lists(st.integers(1, 70), min_size=8))
def test_ramp_is_monotone_without_a_step_and_arrives(
    start: float, target: float, blocks: list[int]
) -> None:
    ramp = GainRamp(start, NUM_FRAMES)
    ramp.aim(target)

    written_T = np.concatenate([_scaled(ramp, count) for count in [*blocks, NUM_FRAMES]])

    steps_T = np.diff(np.concatenate([[np.float32(start)], written_T]))
    assert (steps_T * np.sign(target - start) >= -ROUNDING).all()
    assert np.abs(steps_T).max() <= abs(target - start) / NUM_FRAMES + ROUNDING
    assert written_T[-1] == np.float32(target)


@given(targets=st.lists(gains, min_size=2, max_size=6), count=st.integers(1, NUM_FRAMES))
def test_new_target_in_the_middle_of_a_ramp_begins_where_the_gain_is(
    targets: list[float], count: int
) -> None:
    ramp = GainRamp(1.0, NUM_FRAMES)
    written: list[FloatArray] = [np.ones(1, np.float32)]
    for target in targets:
        ramp.aim(target)
        written.append(_scaled(ramp, count))

    steps_T = np.diff(np.concatenate(written))

    assert np.abs(steps_T).max() <= 4.0 / NUM_FRAMES + ROUNDING


def test_gain_that_rests_at_one_changes_no_bit() -> None:
    source_T = np.random.default_rng(0).standard_normal(50).astype(np.float32)
    out_T = np.empty_like(source_T)

    GainRamp(1.0, NUM_FRAMES).scale(source_T, out_T, np.empty_like(source_T))

    assert (out_T == source_T).all()


def test_gain_is_silent_only_after_it_has_faded_out() -> None:
    ramp = GainRamp(1.0, NUM_FRAMES)
    ramp.aim(0.0)

    assert not ramp.is_silent
    ramp.advance(NUM_FRAMES)
    assert ramp.is_silent
