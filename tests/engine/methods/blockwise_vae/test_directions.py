"""Axes: C channel, T frame of audio, Q source, J, D as elsewhere."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.audio.stft import Stft
from engine.methods.blockwise_vae.directions import (
    NUM_CLASSES,
    dry_directions,
    levels_of_directions,
    unmixing,
)

STFT = Stft(n_fft=512, hop=128)
QUARTER = 0.5 * math.pi


def phrases(seed: int, num_sources: int = 2) -> Tensor:
    """Make sources (Q, T) of tones, which come by turns and together."""
    random = torch.Generator().manual_seed(seed)
    time_T = torch.arange(65536) / 44100
    pitch_QP = 200.0 + 4000.0 * torch.rand(num_sources, 16, generator=random)
    gate_QP = (torch.rand(num_sources, 16, generator=random) < 0.6).float()
    gate_QP[:, :4] = torch.eye(num_sources, 4)
    hum_QT = (2 * math.pi * pitch_QP.repeat_interleave(4096, dim=1) * time_T).sin()
    breath_QT = 0.01 * torch.randn(num_sources, len(time_T), generator=random)
    return (hum_QT + breath_QT) * gate_QP.repeat_interleave(4096, dim=1)


def panned(source_QT: Tensor, direction_Q: Tensor) -> Tensor:
    """Put sources in directions, (Q, C, T)."""
    side_QC = torch.stack([direction_Q.cos(), direction_Q.sin()], dim=1)
    return side_QC[..., None] * source_QT[:, None]


def levels(mix_CT: Tensor) -> Tensor:
    return levels_of_directions(STFT.forward(mix_CT).mT)


def found(mix_CT: Tensor) -> Tensor | None:
    return dry_directions(levels(mix_CT), num_sources=2)


def reverberated(image_CT: Tensor, *, level_db: float, seed: int) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    tail_CT: Tensor = torch.randn(2, 8192, generator=random) * torch.linspace(0.0, -7.0, 8192).exp()
    num_frames = image_CT.shape[1]
    size = num_frames + tail_CT.shape[1]
    spec: Tensor = torch.fft.rfft(image_CT.sum(0), size) * torch.fft.rfft(tail_CT, size)
    wet_CT: Tensor = torch.fft.irfft(spec, size)[:, :num_frames]
    gain: float = 10 ** (level_db / 20) * float(image_CT.norm() / wet_CT.norm())
    return image_CT + gain * wet_CT


@settings(deadline=None, max_examples=25)
@given(
    first=st.floats(0.0, math.pi),
    gap=st.floats(0.25, math.pi - 0.25),
    scale=st.floats(1e-4, 1e4),
    seed=st.integers(0, 1000),
)
def test_two_panned_sources_are_undone_whatever_their_level_and_polarity(
    first: float, gap: float, scale: float, seed: int
) -> None:
    true_Q = torch.tensor([first, first + gap]).remainder(math.pi)
    image_QCT = scale * panned(phrases(seed), true_Q)
    mix_CT = image_QCT.sum(dim=0)

    direction_Q = found(mix_CT)
    assert direction_Q is not None
    right_Q = torch.minimum(direction_Q, math.pi - direction_Q)
    assert right_Q[0] <= right_Q[1]

    weight_QCC = unmixing(direction_Q).float()[..., :2]
    estimate_QCT = weight_QCC @ mix_CT
    torch.testing.assert_close(estimate_QCT.sum(dim=0), mix_CT, atol=1e-4 * scale, rtol=0)
    error = min(
        float((estimate_QCT - order_QCT).norm()) for order_QCT in (image_QCT, image_QCT.flip(0))
    )
    assert error < 0.01 * float(image_QCT.norm())


def test_unmixing_gives_every_source_its_image_and_needs_no_phases() -> None:
    weight_QCJ = unmixing(torch.tensor([0.2, 2.0], dtype=torch.float64))

    side_CQ = torch.tensor([[0.2, 2.0]], dtype=torch.float64)
    side_CQ = torch.cat([side_CQ.cos(), side_CQ.sin()])
    for source in range(2):
        image_CQ = weight_QCJ[source, :, :2] @ side_CQ
        true_CQ = torch.zeros_like(side_CQ)
        true_CQ[:, source] = side_CQ[:, source]
        torch.testing.assert_close(image_CQ, true_CQ)
    assert not weight_QCJ[..., 2:].any()


@pytest.mark.parametrize("direction", [0.0, 0.3, 0.5 * QUARTER, QUARTER])
def test_sources_in_one_direction_are_not_two(direction: float) -> None:
    assert found(panned(phrases(0), torch.tensor([direction, direction])).sum(dim=0)) is None


def test_a_third_source_leaves_nothing_to_undo() -> None:
    image_QCT = panned(phrases(1, num_sources=3), torch.tensor([0.1, 0.7, 1.4]))
    assert found(image_QCT[:2].sum(dim=0)) is not None
    assert found(image_QCT.sum(dim=0)) is None


@pytest.mark.parametrize("seed", range(4))
def test_sources_in_rooms_are_left_to_the_network(seed: int) -> None:
    image_QCT = panned(phrases(seed), torch.tensor([0.3, 1.2]))
    assert found(image_QCT.sum(dim=0)) is not None
    roomy = [reverberated(each_CT, level_db=-20.0, seed=seed) for each_CT in image_QCT]
    assert found(torch.stack(roomy).sum(dim=0)) is None


def test_a_source_that_is_late_on_one_side_is_left_to_the_network() -> None:
    image_QCT = panned(phrases(2), torch.tensor([0.3, 1.2]))
    image_QCT[1, 0] = image_QCT[1, 0].roll(17)
    assert found(image_QCT.sum(dim=0)) is None


@pytest.mark.parametrize(
    "mix_CT",
    [
        torch.zeros(2, 4000),
        torch.randn(2, 4000, generator=torch.Generator().manual_seed(0)),
        torch.ones(2, 4000),
        torch.eye(2, 4000),
    ],
)
def test_silence_noise_and_an_offset_have_no_directions(mix_CT: Tensor) -> None:
    assert found(mix_CT) is None


def test_only_as_many_sources_as_sides_are_undone() -> None:
    level_D = levels(panned(phrases(3), torch.tensor([0.3, 1.2])).sum(dim=0))
    assert dry_directions(level_D, num_sources=2) is not None
    assert dry_directions(level_D, num_sources=3) is None


def test_levels_of_parts_of_a_song_add_up() -> None:
    mix_CT = panned(phrases(4), torch.tensor([0.3, 1.2])).sum(dim=0)
    spec_CNF = STFT.forward(mix_CT).mT
    parts = [levels_of_directions(part_CNF) for part_CNF in spec_CNF.split(100, dim=1)]
    whole_D = levels_of_directions(spec_CNF)

    assert whole_D.shape == (NUM_CLASSES,)
    torch.testing.assert_close(torch.stack(parts).sum(dim=0), whole_D)
    level = spec_CNF[..., 4:].abs().square().sum(dim=0).sqrt().double().sum()
    torch.testing.assert_close(whole_D.sum(), level)
