import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.windows import MixBuffer, WindowPlan
from tests.engine.fake_separator import MixInMemory, fake_card

RATES = st.sampled_from([8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 192_000])


@st.composite
def plans(draw: st.DrawFn) -> WindowPlan:
    window = draw(st.integers(1, 64))
    lead = draw(st.integers(0, window // 4))
    return WindowPlan(
        num_frames=draw(st.integers(0, 400)),
        window_frames=window,
        overlap_frames=draw(st.integers(2 * lead, window // 2)),
        lead_frames=lead,
    )


@given(plan=plans())
def test_every_frame_lies_in_a_window_with_its_context(plan: WindowPlan) -> None:
    starts = [plan.start(index) for index in range(plan.num_windows)]
    covered = {
        frame
        for start in starts
        for frame in range(start + plan.lead_frames, start + plan.window_frames - plan.lead_frames)
    }
    assert covered >= set(range(plan.num_frames))


@given(plan=plans())
def test_no_window_is_superfluous(plan: WindowPlan) -> None:
    if plan.num_windows > 1:
        before_last = plan.start(plan.num_windows - 2)
        assert before_last + plan.window_frames - plan.lead_frames < plan.num_frames


@given(plan=plans())
def test_final_ranges_follow_each_other_from_the_first_to_the_last_frame(plan: WindowPlan) -> None:
    position = 0
    for index in range(plan.num_windows):
        start, stop = plan.final_range(index)
        assert (start, start <= stop) == (position, True)
        position = stop
    assert position == plan.num_frames


@given(rate=RATES, num_frames=st.integers(0, 10_000_000))
def test_windows_of_a_model_last_equally_long_at_every_rate(rate: int, num_frames: int) -> None:
    card = fake_card(window_frames=44_100, context_frames=4_410)
    plan = WindowPlan.of_model(card, sample_rate=rate, num_frames=num_frames)
    assert (plan.window_frames, plan.lead_frames) == (rate, round(rate / 10))
    assert plan.overlap_frames == 2 * plan.lead_frames


def test_a_larger_overlap_moves_the_windows_closer() -> None:
    card = fake_card(window_frames=4_000, context_frames=100)
    plan = WindowPlan.of_model(card, sample_rate=44_100, num_frames=10_000, overlap=0.5)
    assert plan.hop_frames == 2_000


def test_an_empty_mix_has_no_window() -> None:
    assert WindowPlan.of_model(fake_card(), sample_rate=8_000, num_frames=0).num_windows == 0


def test_context_beyond_a_quarter_of_the_window_is_refused() -> None:
    card = fake_card(window_frames=100, context_frames=26)
    with pytest.raises(ValueError, match="quarter"):
        WindowPlan.of_model(card, sample_rate=44_100, num_frames=1)


@given(plan=plans(), per_batch=st.integers(1, 3))
def test_windows_are_cut_while_each_frame_is_read_once(plan: WindowPlan, per_batch: int) -> None:
    samples_CT = np.arange(1, 2 * plan.num_frames + 1, dtype=np.float32).reshape(2, -1)
    mix = MixInMemory(samples_CT=samples_CT)
    buffer = MixBuffer(mix)
    margin = plan.window_frames
    padded_CT = np.pad(samples_CT, ((0, 0), (margin, 2 * margin)))

    for first in range(0, plan.num_windows, per_batch):
        indices = range(first, min(first + per_batch, plan.num_windows))
        buffer.load(max(0, plan.start(first)), plan.start(indices[-1]) + plan.window_frames)
        for index in indices:
            start = plan.start(index)
            window_CT = buffer.cut(start, plan.window_frames)
            expected_CT = padded_CT[:, start + margin :][:, : plan.window_frames]
            np.testing.assert_array_equal(window_CT, expected_CT)

    position = 0
    for start, num_frames in mix.reads:
        assert start == position
        position += num_frames
    assert position == plan.num_frames


def test_frames_that_were_given_up_are_not_handed_out() -> None:
    buffer = MixBuffer(MixInMemory(samples_CT=np.ones((1, 100), np.float32)))
    buffer.load(50, 60)
    with pytest.raises(ValueError, match="gone"):
        buffer.load(40, 60)
    with pytest.raises(ValueError, match="not loaded"):
        buffer.cut(55, 10)


def test_frames_between_two_loads_are_read_and_dropped() -> None:
    samples_CT = np.arange(100, dtype=np.float32)[None]
    buffer = MixBuffer(MixInMemory(samples_CT=samples_CT))
    buffer.load(0, 10)
    buffer.load(50, 60)
    np.testing.assert_array_equal(buffer.cut(50, 10), samples_CT[:, 50:60])
