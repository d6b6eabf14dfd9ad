"""Axes: C channel, T frame of audio, Q source, J, N, K as elsewhere."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.audio.stft import Stft
from engine.methods.blockwise_vae.places import NUM_ANGLES, are_apart
from engine.methods.blockwise_vae.spectra import BandAnalysis
from engine.training.mixing import stereo_matrix

ANALYSIS = BandAnalysis(stft=Stft(n_fft=512, hop=128), num_bands=32, num_places=2)


def bursts(seed: int, num_sources: int = 2) -> Tensor:
    """Make sources (Q, T) that sound by turns and together."""
    random = torch.Generator().manual_seed(seed)
    noise_QT = torch.randn(num_sources, 8192, generator=random)
    gate_QT = (torch.rand(num_sources, 16, generator=random) < 0.6).repeat_interleave(512, dim=1)
    gate_QT[:, :1024] = torch.eye(num_sources, 2).repeat_interleave(512, dim=1)
    return noise_QT * gate_QT


def placed(source_QT: Tensor, positions: tuple[float, ...]) -> Tensor:
    """Put sources at places, (Q, C, T)."""
    matrices = [
        torch.from_numpy(stereo_matrix(1, position=place, width=1.0)).float() for place in positions
    ]
    return torch.stack([m @ s[None] for m, s in zip(matrices, source_QT, strict=True)])


def filters(mix_CT: Tensor, analysis: BandAnalysis = ANALYSIS) -> Tensor:
    found = analysis.mix_sums(analysis.stft.forward(mix_CT[None])).filter_BQCJNK
    assert found is not None
    return found[0]


def separated(mix_CT: Tensor) -> Tensor:
    filter_QCJNK = filters(mix_CT)
    spec = ANALYSIS.apply(filter_QCJNK, ANALYSIS.stft.forward(mix_CT))
    return ANALYSIS.stft.inverse(spec, num_frames=mix_CT.shape[1])


def ratio_db(true: Tensor, error: Tensor) -> float:
    return 10 * math.log10(float(true.square().sum()) / max(float(error.square().sum()), 1e-12))


@settings(deadline=None, max_examples=15)
@given(left=st.floats(-1.0, 0.4), distance=st.floats(0.6, 1.0), seed=st.integers(0, 100))
def test_sources_at_two_places_are_taken_apart_the_left_one_first(
    left: float, distance: float, seed: int
) -> None:
    image_QCT = placed(bursts(seed), (left, min(1.0, left + distance)))
    estimate_QCT = separated(image_QCT.sum(dim=0))

    for image_CT, estimate_CT in zip(image_QCT, estimate_QCT, strict=True):
        assert ratio_db(image_CT, estimate_CT - image_CT) > 6.0


@settings(deadline=None, max_examples=15)
@given(scale=st.floats(1e-4, 1e4), seed=st.integers(0, 100), num_places=st.integers(2, 4))
def test_filters_add_up_to_the_mix_and_know_no_level(
    scale: float, seed: int, num_places: int
) -> None:
    analysis = BandAnalysis(stft=ANALYSIS.stft, num_bands=32, num_places=num_places)
    mix_CT = torch.randn(2, 4000, generator=torch.Generator().manual_seed(seed))
    filter_QCJNK = filters(mix_CT, analysis)

    whole_CJ = filter_QCJNK.sum(dim=0).movedim((0, 1), (2, 3))
    torch.testing.assert_close(whole_CJ, torch.eye(2, 4).expand_as(whole_CJ), atol=1e-3, rtol=0)
    torch.testing.assert_close(filters(scale * mix_CT, analysis), filter_QCJNK, atol=1e-2, rtol=0)


@pytest.mark.parametrize(
    "mix_CT", [torch.zeros(2, 3000), torch.ones(2, 3000), 1e-18 * torch.eye(2, 3000)]
)
def test_any_mix_has_finite_filters(mix_CT: Tensor) -> None:
    assert filters(mix_CT).isfinite().all()


def test_a_source_alone_is_not_cut_in_two_by_the_filters_of_its_bands() -> None:
    image_CT = placed(bursts(0), (-0.5, 0.5))[0]
    quiet_CT = 1e-3 * placed(bursts(1), (-0.5, 0.5))[1]
    estimate_QCT = separated(image_CT + quiet_CT)

    assert ratio_db(image_CT, estimate_QCT[0] - image_CT) > 15.0


def test_a_source_that_reaches_one_side_late_is_taken_apart_by_phase() -> None:
    source_QT = torch.nn.functional.avg_pool1d(bursts(5), 9, stride=1, padding=4)  # low, as voices
    image_QCT = placed(source_QT, (-0.4, 0.4))
    late_QCT = image_QCT.clone()
    late_QCT[0, 1, 6:], late_QCT[1, 0, 6:] = image_QCT[0, 1, :-6], image_QCT[1, 0, :-6]
    estimate_QCT = separated(late_QCT.sum(dim=0))

    for image_CT, estimate_CT in zip(late_QCT, estimate_QCT, strict=True):
        assert ratio_db(image_CT, estimate_CT - image_CT) > 6.0


@settings(deadline=None, max_examples=40)
@given(place=st.floats(-1.0, 1.0), seed=st.integers(0, 1000), num_places=st.integers(2, 4))
def test_fewer_sources_than_places_have_finite_filters(
    place: float, seed: int, num_places: int
) -> None:
    analysis = BandAnalysis(stft=ANALYSIS.stft, num_bands=32, num_places=num_places)
    found = filters(placed(bursts(seed), (place, place))[0], analysis)
    assert float(found.abs().max()) < 100.0


def test_an_offset_of_the_mix_moves_no_places() -> None:
    mix_CT = placed(bursts(1), (-0.7, 0.7)).sum(dim=0)
    with_offset_QCJNK = filters(mix_CT + 2.0)[..., 4:-4, 8:]  # its edges are heard, and its bands
    difference = (with_offset_QCJNK - filters(mix_CT)[..., 4:-4, 8:]).abs()
    assert float(difference.median()) < 0.004


@pytest.mark.parametrize("place", [0, 40, NUM_ANGLES // 2, NUM_ANGLES - 1])
def test_a_mix_in_which_all_lie_at_one_place_has_no_second_one(place: int) -> None:
    power_A = torch.zeros(NUM_ANGLES, dtype=torch.float64)
    power_A[place] = 3.0
    assert not are_apart(power_A, num_sources=2)
    power_A[(place + NUM_ANGLES // 2) % NUM_ANGLES] = 2.0
    assert are_apart(power_A, num_sources=2)
