import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.audio.overlap_add import OverlapAdder, fade_in


@st.composite
def geometries(draw: st.DrawFn) -> tuple[int, int, int]:
    window = draw(st.integers(1, 64))
    return window, draw(st.integers(0, window // 2)), draw(st.integers(1, 6))


def join(windows: list[Tensor], *, overlap: int) -> Tensor:
    adder = OverlapAdder(window_frames=windows[0].shape[-1], overlap_frames=overlap)
    return torch.cat(
        [adder.add(window, is_last=window is windows[-1]) for window in windows], dim=-1
    )


@given(geometry=geometries(), seed=st.integers(0, 2**16))
def test_windows_of_one_signal_join_into_that_signal(
    geometry: tuple[int, int, int], seed: int
) -> None:
    window, overlap, num_windows = geometry
    hop = window - overlap
    num_frames = (num_windows - 1) * hop + window
    signal_SCT = torch.randn(2, 2, num_frames, generator=torch.Generator().manual_seed(seed))
    windows = [
        signal_SCT[..., index * hop : index * hop + window].clone() for index in range(num_windows)
    ]
    torch.testing.assert_close(join(windows, overlap=overlap), signal_SCT, rtol=1e-6, atol=1e-7)


@given(geometry=geometries())
def test_weights_of_all_windows_add_up_to_exactly_one(geometry: tuple[int, int, int]) -> None:
    window, overlap, num_windows = geometry
    total_T: Tensor | None = None
    for index in range(num_windows):
        ones = [torch.full((1, 1, window), float(index == other)) for other in range(num_windows)]
        joined_T = join(ones, overlap=overlap)[0, 0].double()
        total_T = joined_T if total_T is None else total_T + joined_T
    assert total_T is not None
    assert bool((total_T == 1.0).all())


@given(num_frames=st.integers(0, 5_000))
def test_a_fade_and_its_mirror_image_add_up_to_exactly_one(num_frames: int) -> None:
    fade_T = fade_in(num_frames).double()
    assert bool((fade_T + fade_T.flip(0) == 1.0).all())
    assert bool((fade_T.diff() >= 0.0).all())


def test_each_window_but_the_last_releases_one_hop() -> None:
    adder = OverlapAdder(window_frames=10, overlap_frames=4)
    window_SCT = torch.ones(1, 1, 10)
    assert adder.add(window_SCT, is_last=False).shape[-1] == 6
    assert adder.add(window_SCT, is_last=False).shape[-1] == 6
    assert adder.add(window_SCT, is_last=True).shape[-1] == 10


def test_inputs_stay_untouched() -> None:
    windows = [torch.ones(1, 1, 8), torch.ones(1, 1, 8)]
    join(windows, overlap=4)
    assert all(bool((window == 1.0).all()) for window in windows)


def test_an_overlap_of_more_than_half_a_window_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        OverlapAdder(window_frames=10, overlap_frames=6)


def test_a_window_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="10 frames"):
        OverlapAdder(window_frames=10, overlap_frames=2).add(torch.ones(1, 1, 9), is_last=True)
