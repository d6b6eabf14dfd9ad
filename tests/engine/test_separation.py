from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.errors import EngineError, OutOfMemoryError
from engine.events import (
    ChunkReady,
    FloatArray,
    NoticeRaised,
    ProgressChanged,
    SeparationEvent,
    SeparationFinished,
    SeparationStarted,
)
from engine.methods.base import Estimate, Separator
from engine.residual import Residual
from engine.separation import SeparationOptions, separate
from tests.engine.fake_separator import FAKE_STEMS, FakeSeparator, MixInMemory, fake_card

FULL_SCALE_TOLERANCE = 1e-6
RATES = st.sampled_from([8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000])
RESIDUALS: st.SearchStrategy[Residual] = st.sampled_from(["fold", "separate"])
WINDOW, CONTEXT = 4_096, 512  # of the fake, at 44.1 kHz


@st.composite
def lengths(draw: st.DrawFn, *, rate: int) -> int:
    window = round(WINDOW * rate / 44_100)
    return draw(st.sampled_from([0, 1, 7, window - 1, window, 3 * window + 11]))


@st.composite
def mixes(draw: st.DrawFn) -> MixInMemory:
    rate = draw(RATES)
    shape = (draw(st.integers(1, 8)), draw(lengths(rate=rate)))
    peak = draw(st.sampled_from([1e-6, 1.0, 100.0]))
    random = np.random.default_rng(draw(st.integers(0, 2**16)))
    kind = draw(st.sampled_from(["noise", "constant", "clicks"]))
    if kind == "noise":
        samples_CT: FloatArray = random.uniform(-peak, peak, shape).astype(np.float32)
    elif kind == "constant":
        samples_CT = np.full(shape, peak, np.float32)
    else:
        samples_CT = np.float32(peak) * (random.random(shape) < 0.001).astype(np.float32)
    return MixInMemory(samples_CT=samples_CT, sample_rate=rate)


def noise_mix(*, num_frames: int = 20_000, channels: int = 2, rate: int = 44_100) -> MixInMemory:
    samples_CT = np.random.default_rng(0).uniform(-1.0, 1.0, (channels, num_frames))
    return MixInMemory(samples_CT=samples_CT.astype(np.float32), sample_rate=rate)


def joined_stems(events: Sequence[SeparationEvent]) -> dict[str, FloatArray]:
    chunks = [event for event in events if isinstance(event, ChunkReady)]
    names = list(chunks[0].stems)
    return {name: np.concatenate([chunk.stems[name] for chunk in chunks], axis=1) for name in names}


def run(
    mix: MixInMemory, separator: Separator | None = None, options: SeparationOptions | None = None
) -> list[SeparationEvent]:
    return list(separate(mix, separator or FakeSeparator(), options or SeparationOptions()))


def fractions(events: Sequence[SeparationEvent]) -> list[float]:
    return [event.fraction for event in events if isinstance(event, ProgressChanged)]


@settings(max_examples=60)
@given(mix=mixes(), residual=RESIDUALS, overlap=st.sampled_from([0.0, 0.4]))
def test_chunks_partition_the_mix_and_stems_add_up_to_it(
    mix: MixInMemory, residual: Residual, overlap: float
) -> None:
    events = run(mix, options=SeparationOptions(residual=residual, overlap=overlap))

    names = (*FAKE_STEMS, "residual") if residual == "separate" else FAKE_STEMS
    started = events[0]
    assert started == SeparationStarted(
        stem_names=names,
        sample_rate=mix.sample_rate,
        num_channels=mix.num_channels,
        num_frames=mix.num_frames,
        device="cpu",
    )
    tolerance = FULL_SCALE_TOLERANCE * max(1.0, float(np.abs(mix.samples_CT).max(initial=0.0)))
    position = 0
    for chunk in events:
        if not isinstance(chunk, ChunkReady):
            continue
        assert chunk.start_frame == position
        stop = position + chunk.mix.shape[1]
        mix_CT = mix.samples_CT[:, position:stop]
        np.testing.assert_array_equal(chunk.mix, mix_CT)
        assert tuple(chunk.stems) == names
        for stem_CT in chunk.stems.values():
            assert stem_CT.shape == mix_CT.shape
            assert stem_CT.dtype == np.float32
        total_CT = np.sum([stem.astype(np.float64) for stem in chunk.stems.values()], axis=0)
        assert np.abs(total_CT - mix_CT).max(initial=0.0) <= tolerance
        position = stop
    assert position == mix.num_frames
    assert isinstance(events[-1], SeparationFinished)


@settings(max_examples=30)
@given(mix=mixes())
def test_each_frame_is_read_once_and_in_order(mix: MixInMemory) -> None:
    run(mix)
    position = 0
    for start, num_frames in mix.reads:
        assert start == position
        position += num_frames
    assert position == mix.num_frames


@settings(max_examples=30)
@given(mix=mixes(), gain=st.sampled_from([1e-3, 0.5, 3.0, 300.0]))
def test_stems_scale_with_the_mix(mix: MixInMemory, gain: float) -> None:
    if mix.num_frames == 0:
        return
    louder = MixInMemory(samples_CT=mix.samples_CT * np.float32(gain), sample_rate=mix.sample_rate)
    quiet, loud = joined_stems(run(mix)), joined_stems(run(louder))
    tolerance = 2e-5 * gain * float(np.abs(mix.samples_CT).max(initial=0.0))
    for name in FAKE_STEMS:
        np.testing.assert_allclose(loud[name], gain * quiet[name], rtol=0.0, atol=tolerance)


@settings(max_examples=20)
@given(rate=RATES, channels=st.integers(1, 8), windows=st.floats(0.01, 3.0), residual=RESIDUALS)
def test_digital_silence_gives_digital_silence(
    rate: int, channels: int, windows: float, residual: Residual
) -> None:
    num_frames = max(1, round(windows * WINDOW * rate / 44_100))
    mix = MixInMemory(samples_CT=np.zeros((channels, num_frames), np.float32), sample_rate=rate)
    events = run(mix, options=SeparationOptions(residual=residual))
    assert all(not stem_CT.any() for stem_CT in joined_stems(events).values())


@settings(max_examples=20)
@given(mix=mixes(), batch=st.sampled_from([1, 2, 3]))
def test_progress_never_decreases_and_reaches_one(mix: MixInMemory, batch: int) -> None:
    shares = fractions(run(mix, options=SeparationOptions(items_per_batch=batch)))
    assert shares == sorted(shares)
    assert shares[-1:] == ([1.0] if mix.num_frames else [])


def test_an_empty_mix_starts_and_finishes() -> None:
    events = run(noise_mix(num_frames=0))
    assert [type(event) for event in events] == [SeparationStarted, SeparationFinished]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def stems(seed: int) -> bytes:
        events = run(noise_mix(), FakeSeparator(noise=0.1), SeparationOptions(seed=seed))
        return b"".join(stem.tobytes() for stem in joined_stems(events).values())

    assert stems(1) == stems(1)
    assert stems(1) != stems(2)


def test_the_size_of_a_batch_does_not_change_the_stems() -> None:
    for channels, rate in ((2, 44_100), (6, 48_000)):
        single, double = (
            joined_stems(
                run(
                    noise_mix(channels=channels, rate=rate),
                    options=SeparationOptions(items_per_batch=size),
                )
            )
            for size in (1, 2)
        )
        for name in FAKE_STEMS:
            np.testing.assert_allclose(single[name], double[name], rtol=0.0, atol=1e-6)


def test_six_channels_are_three_pairs_and_a_pair_does_not_hear_the_others() -> None:
    mix = noise_mix(channels=6)
    alone = MixInMemory(samples_CT=mix.samples_CT[2:4])
    together, pair = joined_stems(run(mix)), joined_stems(run(alone))
    for name in FAKE_STEMS:
        np.testing.assert_allclose(together[name][2:4], pair[name], rtol=0.0, atol=1e-6)


def test_a_long_mix_gives_its_first_chunk_before_it_is_read_to_its_end() -> None:
    mix = noise_mix(num_frames=40_000)
    events = separate(mix, FakeSeparator(), SeparationOptions(items_per_batch=1))
    while not isinstance(next(events), ChunkReady):
        pass
    assert sum(num_frames for _, num_frames in mix.reads) < WINDOW
    events.close()


def test_windows_do_not_show_in_the_stems() -> None:
    """A mask that is the same everywhere gives what one long window gives."""
    mix = noise_mix(num_frames=12_000)
    long = FakeSeparator(card=fake_card(window_frames=32_768, context_frames=512))
    short, whole = joined_stems(run(mix)), joined_stems(run(mix, long))
    for name in FAKE_STEMS:
        np.testing.assert_allclose(short[name], whole[name], rtol=0.0, atol=0.03)


def test_what_is_handed_out_cannot_be_changed_and_later_chunks_do_not_change_it() -> None:
    kept: list[tuple[ChunkReady, list[FloatArray]]] = []
    for event in separate(noise_mix(), FakeSeparator(), SeparationOptions()):
        if isinstance(event, ChunkReady):
            arrays = [event.mix, *event.stems.values()]
            assert not any(array.flags.writeable for array in arrays)
            kept.append((event, [array.copy() for array in arrays]))
    for chunk, copies in kept:
        for array, copy in zip([chunk.mix, *chunk.stems.values()], copies, strict=True):
            np.testing.assert_array_equal(array, copy)


def test_closing_midway_closes_the_methods_generator_at_once() -> None:
    kept: list[Generator[float, None, Estimate]] = []

    class KeptSeparator(FakeSeparator):
        def separate_windows(
            self, mix_BCT: Tensor, generator: torch.Generator
        ) -> Generator[float, None, Estimate]:
            kept.append(FakeSeparator.separate_windows(self, mix_BCT, generator))
            return kept[-1]  # referred to from here, it does not close by being forgotten

    separator = KeptSeparator(num_steps=5)
    events = separate(noise_mix(), separator, SeparationOptions())
    assert isinstance(next(events), SeparationStarted)
    assert isinstance(next(events), ProgressChanged)
    events.close()
    assert separator.num_closed == 1


def test_the_caller_is_not_left_in_inference_mode_between_events() -> None:
    for _ in separate(noise_mix(), FakeSeparator(), SeparationOptions()):
        assert not torch.is_inference_mode_enabled()


@dataclass(slots=True, kw_only=True, eq=False)
class BoundedMemory:
    """Runs out of memory for batches above a size, with an error of choice."""

    largest: int
    error: Callable[[], BaseException]
    refused: list[int] = field(default_factory=list)

    def __call__(self, size: int) -> None:
        if size > self.largest:
            self.refused.append(size)
            raise self.error()


OUT_OF_MEMORY = [
    lambda: torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    MemoryError,
    lambda: RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
    lambda: RuntimeError("MPS backend out of memory (MPS allocated: 9.05 GB)"),
]


@pytest.mark.parametrize("error", OUT_OF_MEMORY)
def test_out_of_memory_halves_the_batch_and_loses_nothing(
    error: Callable[[], BaseException],
) -> None:
    memory = BoundedMemory(largest=1, error=error)
    separator = FakeSeparator(before_step=memory)
    mix = noise_mix(num_frames=30_000)
    events = run(mix, separator, SeparationOptions(items_per_batch=4))
    assert memory.refused == [4, 2]
    assert set(separator.batch_sizes[2:]) == {1}
    shares = fractions(events)
    assert shares == sorted(shares)
    expected = joined_stems(run(mix, options=SeparationOptions(items_per_batch=1)))
    for name, stem_CT in joined_stems(events).items():
        np.testing.assert_allclose(stem_CT, expected[name], rtol=0.0, atol=1e-6)


def test_progress_does_not_go_back_when_a_batch_is_run_again() -> None:
    sizes: list[int] = []

    def fail_at_the_second_step(size: int) -> None:
        sizes.append(size)
        if len(sizes) == 2:
            raise MemoryError

    separator = FakeSeparator(before_step=fail_at_the_second_step)
    shares = fractions(run(noise_mix(), separator, SeparationOptions(items_per_batch=4)))
    assert sizes[:3] == [4, 4, 2]
    assert shares == sorted(shares)


def test_a_device_without_memory_for_one_window_hands_over_to_the_cpu_with_a_notice() -> None:
    crowded = FakeSeparator(before_step=BoundedMemory(largest=0, error=MemoryError))
    roomy = FakeSeparator()
    devices: list[torch.device] = []

    def load(device: torch.device) -> Separator:
        devices.append(device)
        return roomy

    mix = noise_mix()
    events = list(
        separate(
            mix,
            crowded,
            SeparationOptions(items_per_batch=2),
            device=torch.device("meta"),
            load=load,
        )
    )
    assert devices == [torch.device("cpu")]
    notices = [event for event in events if isinstance(event, NoticeRaised)]
    assert ["processor" in notice.message for notice in notices] == [True]
    total_CT = np.sum(list(joined_stems(events).values()), axis=0, dtype=np.float64)
    np.testing.assert_allclose(total_CT, mix.samples_CT, rtol=0.0, atol=1e-6)


def test_out_of_memory_on_the_cpu_ends_with_a_remedy() -> None:
    separator = FakeSeparator(before_step=BoundedMemory(largest=0, error=MemoryError))
    with pytest.raises(OutOfMemoryError) as caught:
        run(noise_mix(), separator)
    assert caught.value.remedy


def test_an_error_that_is_not_about_memory_passes_through() -> None:
    def error() -> RuntimeError:
        return RuntimeError("shapes cannot be multiplied")

    separator = FakeSeparator(before_step=BoundedMemory(largest=0, error=error))
    with pytest.raises(RuntimeError, match="multiplied"):
        run(noise_mix(), separator)


def test_a_model_that_returns_no_numbers_is_an_error_and_not_a_file_full_of_them() -> None:
    with pytest.raises(EngineError, match="not numbers"):
        run(noise_mix(), FakeSeparator(mean_share=float("nan")))


def test_a_mono_model_separates_each_channel_on_its_own() -> None:
    mono = FakeSeparator(card=fake_card(channels=1))
    mix = noise_mix()
    left = joined_stems(run(MixInMemory(samples_CT=mix.samples_CT[:1]), mono))
    both = joined_stems(run(mix, mono))
    for name in FAKE_STEMS:
        np.testing.assert_allclose(both[name][:1], left[name], rtol=0.0, atol=1e-6)


def test_stems_add_up_even_where_large_means_cancel_each_other() -> None:
    """Without the last correction of rounding errors the gap is three times the tolerance."""
    mix = noise_mix()
    stems = joined_stems(run(mix, FakeSeparator(mean_share=30.0)))
    total_CT = np.sum(list(stems.values()), axis=0, dtype=np.float64)
    assert np.abs(total_CT - mix.samples_CT).max() <= FULL_SCALE_TOLERANCE / 5.0


def test_a_model_of_one_stem_returns_the_mix() -> None:
    separator = FakeSeparator(card=fake_card(stem_names=("drums",)))
    stems = joined_stems(run(noise_mix(), separator))
    np.testing.assert_array_equal(stems["drums"], noise_mix().samples_CT)


def test_a_stem_of_which_the_mix_has_nothing_is_exactly_silent() -> None:
    silent = FakeSeparator(last_is_silent=True)
    stems = joined_stems(run(noise_mix(), silent))
    assert stems["drums"].any()
    assert not stems["vocals"].any()


def test_a_batch_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        SeparationOptions(items_per_batch=0)


@pytest.mark.parametrize("seed", [-1, 2**70])
def test_any_whole_number_is_a_seed(seed: int) -> None:
    events = run(noise_mix(num_frames=7), options=SeparationOptions(seed=seed))
    assert isinstance(events[-1], SeparationFinished)
