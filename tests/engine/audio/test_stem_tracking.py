"""Axes: S stem of a window, R source of the song, C channel, T frame."""

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.audio.stem_tracking import StemTracker, cheapest_order

HOP, OVERLAP = 300, 60
seeds = st.integers(0, 2**16)


def sources(num: int, seed: int, *, num_windows: int = 6, channels: int = 2) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    return 0.1 * torch.randn(num, channels, num_windows * HOP + OVERLAP, generator=random)


def windows(song_RCT: Tensor) -> list[Tensor]:
    starts = range(0, song_RCT.shape[-1] - OVERLAP, HOP)
    return [song_RCT[..., start : start + HOP + OVERLAP] for start in starts]


def tracked(parts: list[Tensor], tracker: StemTracker | None = None) -> list[Tensor]:
    tracker = tracker or StemTracker(overlap_frames=OVERLAP)
    return [part[list(tracker.order(part, None))] for part in parts]


@given(num=st.integers(1, 4), seed=seeds)
def test_the_cheapest_order_is_the_one_of_brute_force(num: int, seed: int) -> None:
    cost = torch.randn(num, num, generator=torch.Generator().manual_seed(seed)).double()

    order = cheapest_order(cost)

    totals = [
        sum(float(cost[stem, source]) for source, stem in enumerate(each))
        for each in itertools.permutations(range(num))
    ]
    total = sum(float(cost[stem, source]) for source, stem in enumerate(order))
    assert total == pytest.approx(min(totals))


def test_where_nothing_speaks_for_an_order_the_stems_stay_as_they_are() -> None:
    assert cheapest_order(torch.zeros(4, 4)) == (0, 1, 2, 3)


@given(num=st.integers(2, 4), seed=seeds, data=st.data())
def test_shuffled_stems_of_windows_make_the_same_song_up_to_one_order(
    num: int, seed: int, data: st.DataObject
) -> None:
    plain = windows(sources(num, seed))
    orders = [data.draw(st.permutations(range(num))) for _ in plain]

    song = tracked([part[order] for part, order in zip(plain, orders, strict=True)])

    expected = [part[orders[0]] for part in tracked(plain)]
    assert all(torch.equal(part, other) for part, other in zip(song, expected, strict=True))


@given(seed=seeds)
def test_estimates_that_agree_only_roughly_are_followed_all_the_same(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    plain = windows(sources(2, seed))
    rough = [part + 0.05 * torch.randn(part.shape, generator=random) for part in plain]
    swapped = [part.flip(0) if number % 2 else part for number, part in enumerate(rough)]

    song = tracked(swapped)

    assert all(torch.equal(part, other) for part, other in zip(song, rough, strict=True))


def test_one_source_that_sounds_in_the_overlap_is_enough() -> None:
    song_RCT = sources(2, 0)
    song_RCT[1] = 0.0
    plain = windows(song_RCT)

    song = tracked([plain[0], *(part.flip(0) for part in plain[1:])])

    assert all(torch.equal(part, other) for part, other in zip(song, plain, strict=True))


def test_behind_a_pause_the_memory_decides() -> None:
    plain = windows(sources(2, 0))
    plain[2] = torch.zeros_like(plain[2])
    swap = torch.tensor([[2.0, 0.0], [0.0, 2.0]])
    tracker = StemTracker(overlap_frames=OVERLAP)

    orders = [tracker.order(part, None) for part in plain[:3]]
    orders.append(tracker.order(plain[3], swap))

    assert orders == [(0, 1), (0, 1), (0, 1), (1, 0)]


def test_an_overlap_that_is_clear_outweighs_a_memory_that_is_not() -> None:
    plain = windows(sources(2, 0))
    tracker = StemTracker(overlap_frames=OVERLAP)
    tracker.order(plain[0], None)

    assert tracker.order(plain[1], torch.tensor([[1.0, 0.0], [0.0, 1.0]])) == (0, 1)


@pytest.mark.parametrize(("overlap", "memory"), [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
def test_either_witness_can_be_ignored(overlap: float, memory: float) -> None:
    plain = windows(sources(2, 0))
    tracker = StemTracker(overlap_frames=OVERLAP, overlap_weight=overlap, memory_weight=memory)
    tracker.order(plain[0], None)

    order = tracker.order(plain[1].flip(0), torch.tensor([[0.0, 9.0], [9.0, 0.0]]))

    assert order == ((1, 0) if overlap else (0, 1))


def test_windows_without_an_overlap_are_left_as_they_are() -> None:
    tracker = StemTracker(overlap_frames=0)

    assert [tracker.order(part, None) for part in windows(sources(2, 0))] == [(0, 1)] * 6
