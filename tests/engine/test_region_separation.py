"""Axes: S stem, C channel, T frame."""

import itertools
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audio.mapped_wave import open_mapped_wave
from engine.audio.window_order import SeparationWishes, WindowOrder
from engine.audio.windows import WindowPlan
from engine.errors import CheckpointError, EngineError, OutOfMemoryError
from engine.events import (
    ChunkReady,
    FloatArray,
    ProgressChanged,
    SeparationFinished,
    SeparationStarted,
)
from engine.methods.base import Method, Separator
from engine.methods.catalog import METHODS
from engine.region_separation import (
    BLEND_SECONDS,
    MixAwaited,
    RegionEvent,
    RegionOptions,
    RegionReady,
    separate_regions,
)
from engine.residual import Residual
from engine.separation import SeparationOptions, separate
from tests.engine.fake_separator import FAKE_STEMS, FakeSeparator, MixInMemory, fake_card

NAMES = (*FAKE_STEMS, "residual")
NUM_FRAMES = 30_000  # nine windows of the fake
PLAN = WindowPlan.of_model(fake_card(), sample_rate=44_100, num_frames=NUM_FRAMES)
BLEND_FRAMES = min(round(BLEND_SECONDS * 44_100), PLAN.overlap_frames)


def noise_mix(
    num_frames: int = NUM_FRAMES, *, channels: int = 2, rate: int = 44_100
) -> MixInMemory:
    samples_CT = np.random.default_rng(0).uniform(-1.0, 1.0, (channels, num_frames))
    return MixInMemory(samples_CT=samples_CT.astype(np.float32), sample_rate=rate)


def noisy() -> FakeSeparator:
    return FakeSeparator(noise=0.1, mean_share=1.0)  # no stem is always the loudest


def in_one_pass(
    mix: MixInMemory, separator: Separator, *, seed: int = 0, residual: Residual = "fold"
) -> FloatArray:
    options = SeparationOptions(seed=seed, residual=residual, items_per_batch=1)
    chunks = [
        np.stack(list(event.stems.values()))
        for event in separate(mix, separator, options)
        if isinstance(event, ChunkReady)
    ]
    joined_SCT: FloatArray = np.concatenate(chunks, axis=-1)
    if residual == "fold":  # the file of the residual is there all the same
        joined_SCT = np.concatenate([joined_SCT, np.zeros_like(joined_SCT[:1])])
    return joined_SCT


def stems_in(folder: Path, names: Iterable[str] = NAMES) -> FloatArray:
    stems = []
    for name in names:
        with open_mapped_wave(folder / f"{name}.wav") as wave:
            stems.append(np.array(wave.samples_TC.T))
    stems_SCT: FloatArray = np.stack(stems)
    return stems_SCT


@contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def run(
    mix: MixInMemory,
    folder: Path,
    separator: Separator | None = None,
    options: RegionOptions | None = None,
    *,
    frames: Iterable[int] = (),
    decoded: Iterable[int] = (),
    max_regions: int | None = None,
) -> list[RegionEvent]:
    """Separate while the playhead jumps and the decoder goes on at every event."""
    options = replace(options or RegionOptions(), items_per_batch=1)
    jumps, pieces = iter(frames), iter(decoded)
    wishes = SeparationWishes(
        preferred_frame=next(jumps, 0), decoded_frames=next(pieces, mix.num_frames)
    )
    events: list[RegionEvent] = []
    separation = separate_regions(mix, folder, separator or FakeSeparator(), options, wishes)
    for event in separation:
        events.append(event)
        if isinstance(event, RegionReady | MixAwaited):
            wishes.preferred_frame = next(jumps, wishes.preferred_frame)
            wishes.decoded_frames = next(pieces, mix.num_frames)
        if max_regions is not None and len(regions(events)) == max_regions:
            separation.close()
    return events


def regions(events: Iterable[RegionEvent]) -> list[range]:
    return [range(event.start, event.stop) for event in events if isinstance(event, RegionReady)]


def assert_partition(parts: Iterable[range], wanted: Iterable[range]) -> None:
    frames = [frame for part in parts for frame in part]
    assert len(frames) == len(set(frames))
    assert set(frames) == {frame for gap in wanted for frame in gap}


@settings(max_examples=25)
@given(
    frames=st.lists(st.integers(-5, NUM_FRAMES + 5), max_size=9),
    decoded=st.lists(st.integers(0, NUM_FRAMES), max_size=12).map(sorted),
    replaces=st.booleans(),
    residual=st.sampled_from(get_args(Residual)),
)
def test_any_order_of_windows_gives_the_bytes_of_one_pass(
    frames: list[int], decoded: list[int], replaces: bool, residual: Residual
) -> None:
    mix = noise_mix()
    with scratch() as folder:
        options = RegionOptions(replaces=replaces, residual=residual)
        events = run(mix, folder, noisy(), options, frames=frames, decoded=decoded)
        one_pass_SCT = in_one_pass(mix, noisy(), residual=residual)
        np.testing.assert_array_equal(stems_in(folder), one_pass_SCT)
    assert_partition(regions(events), [range(NUM_FRAMES)])


def test_shared_leftovers_leave_a_residual_that_is_silent_and_takes_no_room(
    tmp_path: Path,
) -> None:
    mix = noise_mix()
    run(mix, tmp_path, noisy(), RegionOptions(residual="fold"))
    stems_SCT = stems_in(tmp_path)
    assert not stems_SCT[-1].any()
    np.testing.assert_allclose(stems_SCT.sum(axis=0), mix.samples_CT, atol=1e-6)
    room, room_of_a_stem = (
        (tmp_path / f"{name}.wav").stat().st_blocks for name in (NAMES[-1], NAMES[0])
    )
    assert room < room_of_a_stem / 4


def test_sharing_the_leftovers_silences_the_residual_that_was_there(tmp_path: Path) -> None:
    mix = noise_mix()
    run(mix, tmp_path, noisy(), RegionOptions(residual="separate"))
    assert np.abs(stems_in(tmp_path)[-1]).max() > 0.01
    run(mix, tmp_path, noisy(), RegionOptions(residual="fold", replaces=True))
    assert not stems_in(tmp_path)[-1].any()


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_any_order_gives_the_bytes_of_one_pass_with_every_method(
    method: Method, tmp_path: Path
) -> None:
    separator = method.load(method.tiny_checkpoint(), torch.device("cpu"))
    card = separator.card
    mix = noise_mix(4 * card.window_frames, channels=2, rate=card.sample_rate)
    run(mix, tmp_path, separator, frames=[3 * card.window_frames, 0, 2 * card.window_frames])
    names = (*card.stem_names, "residual")
    np.testing.assert_array_equal(stems_in(tmp_path, names), in_one_pass(mix, separator))


@pytest.mark.parametrize("num_frames", [0, 1, 7, 3_000, 4_096, 6_200, 6_656, 6_657])
@pytest.mark.parametrize(("channels", "rate"), [(1, 44_100), (6, 48_000), (2, 22_050)])
def test_mixes_of_any_length_rate_and_channels_are_as_in_one_pass(
    tmp_path: Path, num_frames: int, channels: int, rate: int
) -> None:
    mix = noise_mix(num_frames, channels=channels, rate=rate)
    events = run(mix, tmp_path, frames=[num_frames // 2])
    assert isinstance(events[0], SeparationStarted)
    assert events[0].stem_names == NAMES
    assert isinstance(events[-1], SeparationFinished)
    assert_partition(regions(events), [range(num_frames)] if num_frames else [])
    if num_frames:
        np.testing.assert_array_equal(stems_in(tmp_path), in_one_pass(mix, FakeSeparator()))


@st.composite
def sets_of_gaps(draw: st.DrawFn) -> list[range]:
    places = sorted(draw(st.sets(st.integers(0, NUM_FRAMES), min_size=2, max_size=6)))
    pairs = zip(places[::2], places[1::2], strict=False)
    return [range(start, stop) for start, stop in pairs]


@settings(max_examples=25)
@given(gaps=sets_of_gaps(), replaces=st.booleans(), frame=st.integers(0, NUM_FRAMES))
def test_only_gaps_are_written_and_they_are_as_in_one_pass(
    gaps: list[range], replaces: bool, frame: int
) -> None:
    mix = noise_mix()
    with scratch() as folder:
        run(mix, folder, FakeSeparator(mean_share=0.1))
        expected_SCT = stems_in(folder)
        options = RegionOptions(gaps=gaps, replaces=replaces)
        events = run(mix, folder, noisy(), options, frames=[frame])
        for gap in gaps:
            expected_SCT[..., gap.start : gap.stop] = in_one_pass(mix, noisy())[
                ..., gap.start : gap.stop
            ]
        np.testing.assert_array_equal(stems_in(folder), expected_SCT)
    assert_partition(regions(events), gaps)


@settings(max_examples=25)
@given(done=st.integers(1, 8), frame=st.integers(0, NUM_FRAMES), then=st.integers(0, NUM_FRAMES))
def test_what_was_cancelled_can_be_resumed_with_the_same_bytes(
    done: int, frame: int, then: int
) -> None:
    mix = noise_mix()
    with scratch() as folder:
        first = run(mix, folder, noisy(), frames=[frame], max_regions=done)
        covered = {place for part in regions(first) for place in part}
        edges = sorted({0, NUM_FRAMES, *(e for r in regions(first) for e in (r.start, r.stop))})
        gaps = [
            range(start, stop) for start, stop in itertools.pairwise(edges) if start not in covered
        ]
        separator = noisy()
        second = run(mix, folder, separator, RegionOptions(gaps=gaps), frames=[then])
        np.testing.assert_array_equal(stems_in(folder), in_one_pass(mix, noisy()))
    assert_partition(regions([*first, *second]), [range(NUM_FRAMES)])
    # Nothing is run twice but one window at each end of a gap.
    assert len(separator.batch_sizes) <= PLAN.num_windows - done + 2 * len(gaps)


@settings(max_examples=30)
@given(frames=st.lists(st.integers(0, NUM_FRAMES), min_size=1, max_size=6), done=st.integers(1, 8))
def test_stems_add_up_at_any_moment_while_a_draft_is_replaced(frames: list[int], done: int) -> None:
    mix = noise_mix()
    with scratch() as folder:
        run(mix, folder, FakeSeparator(mean_share=0.1))
        run(mix, folder, noisy(), RegionOptions(replaces=True), frames=frames, max_regions=done)
        total_CT = stems_in(folder).sum(axis=0, dtype=np.float64)
    assert np.abs(total_CT - mix.samples_CT).max() <= 2.0**-24


def test_a_region_that_replaces_a_draft_leads_over_to_it_without_a_step(tmp_path: Path) -> None:
    """Draft and new stems are both constant, so any step would be seen."""
    num_frames = NUM_FRAMES
    mix = MixInMemory(samples_CT=np.full((1, num_frames), 0.5, np.float32))
    run(mix, tmp_path, FakeSeparator(mean_share=0.1), RegionOptions(residual="separate"))
    draft_SCT = stems_in(tmp_path)
    middle = PLAN.start(4) + 2_000
    options = RegionOptions(replaces=True, residual="separate")
    (region,) = regions(
        run(mix, tmp_path, FakeSeparator(mean_share=0.9), options, frames=[middle], max_regions=1)
    )
    stems_SCT = stems_in(tmp_path)

    assert middle in region
    start, stop = region.start - BLEND_FRAMES, region.stop + BLEND_FRAMES
    np.testing.assert_array_equal(stems_SCT[..., :start], draft_SCT[..., :start])
    np.testing.assert_array_equal(stems_SCT[..., stop:], draft_SCT[..., stop:])
    inside = slice(region.start, region.stop)
    assert np.abs(stems_SCT[..., inside] - draft_SCT[..., inside]).max() > 0.1
    largest_step = np.abs(np.diff(stems_SCT[..., start - 50 : stop + 50], axis=-1)).max()
    assert largest_step < 3.0 * np.pi / 2.0 / BLEND_FRAMES


def test_a_first_separation_writes_nothing_but_what_is_final(tmp_path: Path) -> None:
    events = run(noise_mix(), tmp_path, frames=[15_000], max_regions=2)
    covered = np.zeros(NUM_FRAMES, np.bool_)
    for part in regions(events):
        covered[part.start : part.stop] = True
    assert not stems_in(tmp_path)[..., ~covered].any()


@settings(max_examples=25)
@given(frame=st.integers(0, NUM_FRAMES - 1))
def test_the_playhead_is_served_first(frame: int) -> None:
    """One window, or two where they overlap; then straight on to the end."""
    with scratch() as folder:
        events = run(noise_mix(), folder, frames=[frame])
    parts = regions(events)
    first = next(number for number, part in enumerate(parts) if frame in part)
    assert first <= 1
    starts = [part.start for part in parts[first:]]
    wrap = next((n for n, (a, b) in enumerate(itertools.pairwise(starts)) if b < a), -1)
    assert parts[first:][wrap].stop == NUM_FRAMES


def test_a_growing_mix_is_never_read_beyond_what_is_decoded(tmp_path: Path) -> None:
    mix = noise_mix()
    wishes = SeparationWishes(decoded_frames=0)
    awaited = 0
    for event in separate_regions(mix, tmp_path, FakeSeparator(), RegionOptions(), wishes):
        assert all(start + length <= wishes.decoded_frames for start, length in mix.reads)
        if isinstance(event, MixAwaited):
            awaited += 1
            wishes.decoded_frames = min(wishes.decoded_frames + 1_000, NUM_FRAMES)
    assert awaited == 30
    np.testing.assert_array_equal(stems_in(tmp_path), in_one_pass(mix, FakeSeparator()))


def test_progress_never_decreases_and_reaches_one(tmp_path: Path) -> None:
    events = run(noise_mix(), tmp_path, frames=[9_000, 100, 20_000])
    shares = [event.fraction for event in events if isinstance(event, ProgressChanged)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_the_seed_counts(tmp_path: Path) -> None:
    run(noise_mix(), tmp_path / "a", noisy(), RegionOptions(seed=1))
    expected_SCT = in_one_pass(noise_mix(), noisy(), seed=1)
    np.testing.assert_array_equal(stems_in(tmp_path / "a"), expected_SCT)


def test_closing_closes_the_method_and_the_files(tmp_path: Path) -> None:
    separator = FakeSeparator(num_steps=5)
    events = separate_regions(
        noise_mix(),
        tmp_path,
        separator,
        RegionOptions(),
        SeparationWishes(decoded_frames=NUM_FRAMES),
    )
    assert isinstance(next(events), SeparationStarted)
    assert isinstance(next(events), ProgressChanged)
    events.close()
    assert separator.num_closed == 1
    shutil.rmtree(tmp_path)


def test_files_of_another_length_are_made_anew(tmp_path: Path) -> None:
    run(noise_mix(500), tmp_path)
    run(noise_mix(700), tmp_path)
    assert stems_in(tmp_path).shape == (5, 2, 700)


def test_values_that_are_not_numbers_are_an_error_and_not_a_file_full_of_them(
    tmp_path: Path,
) -> None:
    with pytest.raises(EngineError, match="not numbers"):
        run(noise_mix(), tmp_path, FakeSeparator(mean_share=float("nan")))
    assert not stems_in(tmp_path).any()


def test_out_of_memory_ends_with_a_remedy(tmp_path: Path) -> None:
    def fail(_size: int) -> None:
        raise MemoryError

    with pytest.raises(OutOfMemoryError) as caught:
        run(noise_mix(), tmp_path, FakeSeparator(before_step=fail))
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["../drums", "a/b", "", "nul"])
def test_a_stem_whose_name_no_file_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CheckpointError, match="name"):
        run(noise_mix(), tmp_path / "stems", FakeSeparator(card=fake_card(stem_names=(name,))))
    assert not list((tmp_path / "stems").iterdir())


def test_a_model_with_a_free_order_is_refused_unless_it_hears_the_song(tmp_path: Path) -> None:
    card = replace(fake_card(), stem_order="free")
    with pytest.raises(CheckpointError, match="order") as caught:
        run(noise_mix(), tmp_path, FakeSeparator(card=card))
    assert caught.value.remedy


def test_the_caller_is_not_left_in_inference_mode_between_events(tmp_path: Path) -> None:
    wishes = SeparationWishes(decoded_frames=NUM_FRAMES)
    for _ in separate_regions(noise_mix(), tmp_path, FakeSeparator(), RegionOptions(), wishes):
        assert not torch.is_inference_mode_enabled()


@settings(max_examples=60)
@given(frame=st.integers(0, NUM_FRAMES - 1))
def test_the_windows_at_a_frame_are_those_that_decide_it(frame: int) -> None:
    order = WindowOrder(PLAN, [range(frame, frame + 1)])
    wishes = SeparationWishes(preferred_frame=0, decoded_frames=NUM_FRAMES)
    taken = {order.take(wishes) for _ in range(order.num_windows)}
    last = PLAN.num_windows - 1
    assert taken == {
        index
        for index in range(PLAN.num_windows)
        if (index == 0 or frame >= PLAN.start(index))
        and (index == last or frame < PLAN.start(index) + PLAN.window_frames)
    }
