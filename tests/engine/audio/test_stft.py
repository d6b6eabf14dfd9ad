import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.audio.stft import Stft

TRANSFORMS = st.sampled_from([(64, 16), (64, 32), (60, 20), (60, 17), (128, 5), (2, 1)])


@given(transform=TRANSFORMS, num_frames=st.integers(0, 400), seed=st.integers(0, 2**16))
def test_the_inverse_restores_a_signal_of_any_length(
    transform: tuple[int, int], num_frames: int, seed: int
) -> None:
    stft = Stft(n_fft=transform[0], hop=transform[1])
    signal_BCT = torch.randn(2, 3, num_frames, generator=torch.Generator().manual_seed(seed))
    spec_BCFN = stft.forward(signal_BCT)
    assert spec_BCFN.shape == (2, 3, stft.num_bins, stft.num_steps(num_frames))
    restored_BCT = stft.inverse(spec_BCFN, num_frames=num_frames)
    torch.testing.assert_close(restored_BCT, signal_BCT, rtol=0.0, atol=3e-6)


@given(transform=TRANSFORMS, num_frames=st.integers(1, 300), size=st.integers(1, 9))
def test_a_spectrogram_in_parts_gives_what_the_whole_gives(
    transform: tuple[int, int], num_frames: int, size: int
) -> None:
    stft = Stft(n_fft=transform[0], hop=transform[1])
    random = torch.Generator().manual_seed(num_frames)
    shape = (2, stft.num_bins, stft.num_steps(num_frames))
    spec_CFN = torch.randn(shape, dtype=torch.complex64, generator=random)
    parts = spec_CFN.split(size, dim=-1)
    joined_CT = stft.inverse_of_parts(parts, num_frames=num_frames)
    torch.testing.assert_close(
        joined_CT, stft.inverse(spec_CFN, num_frames=num_frames), rtol=0.0, atol=3e-6
    )


@given(transform=TRANSFORMS, num_frames=st.integers(1, 100))
def test_the_inverse_equals_a_least_squares_reference(
    transform: tuple[int, int], num_frames: int
) -> None:
    """Griffin and Lim 1984, equation 6, in double precision, one frame after the other."""
    n_fft, hop = transform
    stft = Stft(n_fft=n_fft, hop=hop)
    shape = (stft.num_bins, stft.num_steps(num_frames))
    random = torch.Generator().manual_seed(num_frames)
    spec_FN = torch.randn(shape, dtype=torch.complex128, generator=random)
    window_T = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n_fft) / n_fft)
    total_T = np.zeros(shape[1] * hop + n_fft)
    weight_T = np.zeros_like(total_T)
    for step in range(shape[1]):
        at = slice(step * hop, step * hop + n_fft)
        total_T[at] += np.fft.irfft(spec_FN[:, step].numpy(), n_fft) * window_T
        weight_T[at] += window_T**2
    inside = slice(n_fft // 2, n_fft // 2 + num_frames)
    expected_T = total_T[inside] / weight_T[inside]
    actual_T = stft.inverse(spec_FN, num_frames=num_frames)
    np.testing.assert_allclose(actual_T.numpy(), expected_T, rtol=1e-5, atol=1e-6)


def test_silence_stays_exactly_silent() -> None:
    stft = Stft(n_fft=64, hop=16)
    spec_FN = stft.forward(torch.zeros(100))
    assert not spec_FN.any()
    assert not stft.inverse(spec_FN, num_frames=100).any()


def test_gradients_pass_through_both_directions() -> None:
    stft = Stft(n_fft=64, hop=16)
    signal_T = torch.randn(100, requires_grad=True, generator=torch.Generator().manual_seed(0))
    stft.inverse(stft.forward(signal_T), num_frames=100).square().sum().backward()
    assert signal_T.grad is not None
    torch.testing.assert_close(signal_T.grad, 2.0 * signal_T.detach(), rtol=1e-4, atol=1e-5)


def test_a_spectrogram_of_another_length_is_refused() -> None:
    stft = Stft(n_fft=64, hop=16)
    with pytest.raises(ValueError, match="need 8 steps, got 7"):
        stft.inverse(torch.zeros(33, 7, dtype=torch.complex64), num_frames=100)


@pytest.mark.parametrize(("n_fft", "hop"), [(63, 16), (64, 0), (64, 33)])
def test_a_geometry_without_exact_inverse_is_refused(n_fft: int, hop: int) -> None:
    with pytest.raises(ValueError, match="n_fft"):
        Stft(n_fft=n_fft, hop=hop)
