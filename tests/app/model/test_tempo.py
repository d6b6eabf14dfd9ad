"""The laws of bars and beats, whose positions are frames."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.model.frame_range import FrameRange
from app.model.tempo import (
    MAX_BEATS_PER_BAR,
    MAX_BPM,
    MIN_BEATS_PER_BAR,
    MIN_BPM,
    BarBeat,
    BarRange,
    BeatGrid,
    Tempo,
    bpm_of_loop,
    tempo_of_loop,
)
from tests.app.model.stored_song import tempos

RATE = 44_100
HOUR = 3600 * RATE

grids = st.builds(
    BeatGrid, tempo=tempos(HOUR), sample_rate=st.sampled_from((8000, 44_100, 48_000, 192_000))
)
beats = st.integers(-10_000, 30_000)


@given(grid=grids, beat=beats)
def test_a_beat_is_found_at_its_own_frame_and_until_the_next_one(grid: BeatGrid, beat: int) -> None:
    frame, following = grid.frame_of_beat(beat), grid.frame_of_beat(beat + 1)

    assert grid.beat_at(frame) == grid.beat_at(following - 1) == beat
    assert grid.is_on_beat(frame)
    assert not grid.is_on_beat(frame + 1)


@given(grid=grids, bar=st.integers(-2000, 5000), data=st.data())
def test_a_bar_and_beat_become_a_frame_and_back(
    grid: BeatGrid, bar: int, data: st.DataObject
) -> None:
    place = BarBeat(bar=bar, beat=data.draw(st.integers(1, grid.tempo.beats_per_bar)))

    assert grid.place_at(grid.frame_of(place)) == place


@given(grid=grids, beat=beats)
def test_rounding_does_not_add_up_over_an_hour(grid: BeatGrid, beat: int) -> None:
    exact = beat * Fraction(60 * grid.sample_rate) / Fraction(grid.tempo.bpm)

    assert abs(grid.frame_of_beat(beat) - grid.tempo.first_beat - exact) <= Fraction(1, 2)


@given(grid=grids, frame=st.integers(0, HOUR), num_frames=st.integers(1, HOUR), data=st.data())
def test_what_is_snapped_lies_on_the_nearest_line_and_stays_there(
    grid: BeatGrid, frame: int, num_frames: int, data: st.DataObject
) -> None:
    frame = min(frame, num_frames)
    step = data.draw(st.sampled_from((1, grid.tempo.beats_per_bar)))

    snapped = grid.snapped(frame, step=step, num_frames=num_frames)

    near = grid.beat_at(frame) // step * step
    lines = [grid.frame_of_beat(near + number * step) for number in range(-2, 4)]
    inside = [line for line in (*lines, 0, num_frames) if 0 <= line <= num_frames]
    assert snapped in inside
    assert abs(snapped - frame) == min(abs(line - frame) for line in inside)
    assert grid.snapped(snapped, step=step, num_frames=num_frames) == snapped


@given(
    loop=st.tuples(st.integers(0, HOUR), st.integers(1, HOUR)),
    bars=st.integers(1, 64),
    per_bar=st.integers(MIN_BEATS_PER_BAR, MAX_BEATS_PER_BAR),
    rate=st.sampled_from((8000, 44_100, 192_000)),
)
def test_a_loop_of_so_many_bars_is_exactly_as_many_bars_of_its_tempo(
    loop: tuple[int, int], bars: int, per_bar: int, rate: int
) -> None:
    marked = FrameRange(loop[0], loop[0] + loop[1])
    tempo = tempo_of_loop(marked, bars=bars, beats_per_bar=per_bar, sample_rate=rate)

    if tempo is None:
        bpm = bpm_of_loop(marked.num_frames, beats=bars * per_bar, sample_rate=rate)
        assert not MIN_BPM <= bpm <= MAX_BPM
        return
    grid = BeatGrid(tempo=tempo, sample_rate=rate)
    assert grid.whole_bars(marked) == BarRange(first=1, last=bars)
    assert grid.whole_beats(marked.num_frames) == bars * per_bar
    assert grid.frame_of(BarBeat(bar=1 + bars, beat=1)) == marked.stop


@given(grid=grids, start=beats, length=st.integers(1, 500))
def test_whole_beats_are_recognised_wherever_they_begin(
    grid: BeatGrid, start: int, length: int
) -> None:
    num_frames = grid.frame_of_beat(start + length) - grid.frame_of_beat(start)

    assert grid.whole_beats(num_frames) == length
    assert grid.whole_beats(num_frames + 3) is None


@given(grid=grids, frame=st.integers(0, HOUR), step=st.sampled_from((1, 4)))
def test_a_step_on_and_one_back_come_to_lines_around_the_frame(
    grid: BeatGrid, frame: int, step: int
) -> None:
    later = grid.stepped(frame, step=step, lines=1)
    earlier = grid.stepped(frame, step=step, lines=-1)

    assert earlier < frame < later
    assert grid.stepped(earlier, step=step, lines=1) in (frame, later)
    assert grid.beat_at(later) % step == grid.beat_at(earlier) % step == 0


def test_a_range_that_ends_within_a_bar_is_no_whole_bars() -> None:
    grid = BeatGrid(tempo=Tempo(bpm=120, first_beat=1000), sample_rate=8000)
    bar = 16_000

    assert grid.whole_bars(FrameRange(1000, 1000 + 2 * bar)) == BarRange(first=1, last=2)
    assert grid.whole_bars(FrameRange(1000 + 4 * bar, 1000 + 8 * bar)) == BarRange(first=5, last=8)
    assert grid.whole_bars(FrameRange(1001, 1000 + 2 * bar)) is None
    assert grid.whole_bars(FrameRange(1000, 1000 + bar + 4000)) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"bpm": 19.99},
        {"bpm": 400.01},
        {"bpm": float("nan")},
        {"bpm": 120.0, "beats_per_bar": 1},
        {"bpm": 120.0, "beats_per_bar": 13},
        {"bpm": 120.0, "first_beat": -1},
    ],
)
def test_what_is_no_tempo_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the text is the developer's
        Tempo(**wrong)  # type: ignore[arg-type]
