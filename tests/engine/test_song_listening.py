"""Axes: S stem, C channel, T frame."""

import itertools
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.audio.window_order import SeparationWishes
from engine.audio.windows import WindowPlan
from engine.errors import OutOfMemoryError
from engine.events import ChunkReady, FloatArray, NoticeRaised, ProgressChanged
from engine.methods.base import Separator
from engine.region_separation import MixAwaited, RegionOptions, separate_regions
from engine.separation import SeparationOptions, separate
from engine.song_listening import (
    NUM_PIECES,
    PIECE_SECONDS,
    SPAN_SECONDS,
    MemoryPolicy,
    last_frame_of,
    pieces_of,
    probed_pieces,
)
from tests.engine.fake_separator import FakeSeparator, MixInMemory, fake_card
from tests.engine.listening_separator import FakeListener, ShufflingSeparator
from tests.engine.test_region_separation import in_one_pass, regions, run, stems_in

RATE = 8000
STEP = 100_000  # frames that are decoded between two questions
SPAN, PIECE = round(SPAN_SECONDS * RATE), round(PIECE_SECONDS * RATE)


def card() -> FakeListener:
    return FakeListener(card=fake_card(sample_rate=RATE, window_frames=16_384, context_frames=1024))


def song(seconds: float = 40.0, *, channels: int = 2, rate: int = RATE) -> MixInMemory:
    """Return noise whose loudness changes, so that it matters what is heard."""
    random = np.random.default_rng(0)
    num_frames = round(seconds * rate)
    swell_T = 0.1 + 0.4 * np.sin(np.linspace(0.0, 3.0, num_frames)) ** 2
    samples_CT = swell_T * random.uniform(-1.0, 1.0, (channels, num_frames))
    return MixInMemory(samples_CT=samples_CT.astype(np.float32), sample_rate=rate)


def stems_of(mix: MixInMemory, separator: Separator, options: SeparationOptions) -> FloatArray:
    chunks = [
        np.stack(list(event.stems.values()))
        for event in separate(mix, separator, options)
        if isinstance(event, ChunkReady)
    ]
    joined_SCT: FloatArray = np.concatenate(chunks, axis=-1)
    return joined_SCT


@given(num_frames=st.integers(0, 4 * SPAN))
def test_probed_pieces_are_few_apart_and_inside_the_begin_of_the_mix(num_frames: int) -> None:
    pieces = probed_pieces(sample_rate=RATE, num_frames=num_frames)

    assert len(pieces) <= NUM_PIECES
    assert bool(pieces) == bool(num_frames)
    assert all(len(piece) == min(PIECE, num_frames) for piece in pieces)
    assert all(piece.start >= 0 and piece.stop <= min(num_frames, SPAN) for piece in pieces)
    assert all(first.stop <= second.start for first, second in itertools.pairwise(pieces))


@given(num_frames=st.integers(NUM_PIECES * PIECE, SPAN))
def test_probed_pieces_are_spread_evenly(num_frames: int) -> None:
    pieces = probed_pieces(sample_rate=RATE, num_frames=num_frames)

    steps = [second.start - first.start for first, second in itertools.pairwise(pieces)]
    assert max(steps) - min(steps) <= 1
    assert abs(pieces[0].start - (num_frames - pieces[-1].stop)) <= NUM_PIECES


@pytest.mark.parametrize("policy", get_args(MemoryPolicy))
@pytest.mark.parametrize("seconds", [0.0, 0.7, 5.0, 40.0])
def test_a_mix_of_any_length_adds_up_whatever_is_heard_of_it(
    policy: MemoryPolicy, seconds: float
) -> None:
    mix = song(seconds)
    events = list(separate(mix, card(), SeparationOptions(memory=policy)))
    chunks = [event for event in events if isinstance(event, ChunkReady)]
    for chunk in chunks:
        total_CT = np.sum(list(chunk.stems.values()), axis=0, dtype=np.float64)
        assert np.abs(total_CT - chunk.mix).max(initial=0.0) <= 1e-6
    assert sum(chunk.mix.shape[1] for chunk in chunks) == mix.num_frames
    shares = [event.fraction for event in events if isinstance(event, ProgressChanged)]
    assert shares == sorted(shares)


def test_the_cost_of_a_probe_does_not_grow_with_the_mix() -> None:
    heard = []
    for seconds in (60.0, 700.0):
        separator = card()
        events = separate(song(seconds, channels=1), separator, SeparationOptions())
        next(event for event in events if isinstance(event, ChunkReady))
        events.close()
        heard.append(sum(shape[-1] for shape in separator.heard_shapes))

    assert heard == [NUM_PIECES * PIECE] * 2


def test_two_passes_hear_every_window() -> None:
    separator, mix = card(), song()
    stems_of(mix, separator, SeparationOptions(memory="two-pass"))

    plan = WindowPlan.of_model(separator.card, sample_rate=RATE, num_frames=mix.num_frames)
    assert [shape[-1] for shape in separator.heard_shapes] == [plan.window_frames] * (
        plan.num_windows
    )


def test_a_carried_memory_hears_nothing_twice_and_knows_only_what_was_before() -> None:
    separator, mix = card(), song()
    carried_SCT = stems_of(mix, separator, SeparationOptions(memory="carried", items_per_batch=1))
    without_SCT = stems_of(mix, card(), SeparationOptions(memory="none", items_per_batch=1))

    plan = WindowPlan.of_model(separator.card, sample_rate=RATE, num_frames=mix.num_frames)
    first = slice(0, plan.start(1))
    assert separator.heard_shapes == []
    np.testing.assert_array_equal(carried_SCT[..., first], without_SCT[..., first])
    later = slice(plan.start(2), plan.start(3))
    assert np.abs(carried_SCT[..., later] - without_SCT[..., later]).max() > 1e-6


def test_a_method_without_a_memory_is_left_alone() -> None:
    plain = [
        stems_of(song(), FakeSeparator(card=card().card), SeparationOptions(memory=policy))
        for policy in get_args(MemoryPolicy)
    ]

    assert all(np.array_equal(stems_SCT, plain[0]) for stems_SCT in plain)


@pytest.mark.parametrize(("channels", "rate"), [(2, RATE), (5, RATE), (1, 2 * RATE)])
def test_any_order_of_windows_meets_the_same_memory(
    tmp_path: Path, channels: int, rate: int
) -> None:
    mix = song(channels=channels, rate=rate)
    run(mix, tmp_path, card(), frames=[mix.num_frames // 2, 0, mix.num_frames - 1])

    np.testing.assert_array_equal(stems_in(tmp_path), in_one_pass(mix, card()))
    without_SCT = stems_of(mix, card(), SeparationOptions(memory="none", items_per_batch=1))
    assert np.abs(stems_in(tmp_path)[:-1] - without_SCT).max() > 1e-6


def test_a_gap_that_is_filled_later_meets_the_same_memory(tmp_path: Path) -> None:
    mix = song()
    first = run(mix, tmp_path, card(), frames=[160_000], max_regions=2)
    edges = sorted(edge for part in regions(first) for edge in (part.start, part.stop))
    gaps = [range(edges[0]), range(edges[-1], mix.num_frames)]
    run(mix, tmp_path, card(), RegionOptions(gaps=gaps))

    np.testing.assert_array_equal(stems_in(tmp_path), in_one_pass(mix, card()))


def test_a_growing_mix_is_waited_for_as_far_as_it_has_to_be_heard(tmp_path: Path) -> None:
    mix = song(2.0 * SPAN_SECONDS, channels=1)
    wishes = SeparationWishes(decoded_frames=0)
    for event in separate_regions(mix, tmp_path, card(), RegionOptions(), wishes):
        assert all(start + length <= wishes.decoded_frames for start, length in mix.reads)
        if isinstance(event, MixAwaited):
            wishes.decoded_frames = min(wishes.decoded_frames + STEP, mix.num_frames)
        elif regions([event]):
            break
    plan = WindowPlan.of_model(card().card, sample_rate=RATE, num_frames=mix.num_frames)
    heard = last_frame_of(pieces_of("probe", plan, sample_rate=RATE))
    assert heard <= wishes.decoded_frames < heard + STEP <= SPAN + STEP


def fail(_size: int) -> None:
    raise MemoryError


def test_a_graphics_card_too_small_to_listen_hands_over_to_the_processor() -> None:
    mix, roomy = song(), card()
    options = SeparationOptions(items_per_batch=1)
    events = list(
        separate(
            mix,
            replace(card(), before_step=fail),
            options,
            device=torch.device("meta"),
            load=lambda _device: roomy,
        )
    )

    assert [event for event in events if isinstance(event, NoticeRaised)]
    assert len(roomy.heard_shapes) == NUM_PIECES
    chunks = [np.stack(list(e.stems.values())) for e in events if isinstance(e, ChunkReady)]
    np.testing.assert_array_equal(np.concatenate(chunks, axis=-1), stems_of(mix, card(), options))


@dataclass(slots=True, kw_only=True, eq=False)
class SmallCard(FakeListener):
    """Has room for pieces, which all count the same to it, but not for windows."""

    def listen(self, mix_BCT: Tensor, heard_SZ: Tensor | None) -> Tensor:
        piece_SZ = torch.full((4, 1), 1000.0, dtype=torch.float64)
        return piece_SZ if heard_SZ is None else heard_SZ + piece_SZ


def test_the_processor_knows_what_the_graphics_card_has_heard() -> None:
    mix, options = song(), SeparationOptions(items_per_batch=1)
    events = separate(
        mix,
        SmallCard(card=card().card, before_step=fail),
        options,
        device=torch.device("meta"),
        load=lambda _device: card(),
    )
    chunks = [np.stack(list(e.stems.values())) for e in events if isinstance(e, ChunkReady)]

    knowing = card().knowing(torch.full((4, 1), 1000.0 * NUM_PIECES))
    expected_SCT = stems_of(mix, knowing, replace(options, memory="none"))
    np.testing.assert_array_equal(np.concatenate(chunks, axis=-1), expected_SCT)


def test_a_piece_that_does_not_fit_anywhere_ends_with_a_remedy() -> None:
    with pytest.raises(OutOfMemoryError) as caught:
        list(separate(song(), replace(card(), before_step=fail), SeparationOptions()))
    assert caught.value.remedy


@settings(max_examples=15)
@given(seed=st.integers(0, 2**16))
def test_shuffled_stems_make_the_song_of_unshuffled_ones_up_to_one_order(seed: int) -> None:
    free = replace(
        fake_card(sample_rate=RATE, window_frames=512, context_frames=64), stem_order="free"
    )
    options = SeparationOptions(seed=seed, items_per_batch=1)
    mix = song(0.4)

    shuffled_SCT = stems_of(mix, ShufflingSeparator(card=free), options)
    plain_SCT = stems_of(mix, ShufflingSeparator(card=free, shuffles=False), options)

    assert any(
        np.allclose(shuffled_SCT[list(order)], plain_SCT, rtol=0.0, atol=1e-5)
        for order in itertools.permutations(range(4))
    )
