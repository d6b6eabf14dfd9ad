from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.audio.fusion import (
    CONTINUED_SHARE,
    KNOWN_SHARE,
    Fusion,
    fuse,
    smooth_number,
)
from engine.audio.resampling import resample
from engine.audio.stft import Stft
from engine.residual import Residual

Float64Array = npt.NDArray[np.float64]
FloatingArray = npt.NDArray[np.floating]

MODEL_RATE = 16_000
MODEL_FRAMES = 800
MODEL_STFT = Stft(n_fft=128, hop=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    fusion: Fusion
    mix_CT: Tensor
    mean_SCFN: Tensor
    power_SCFN: Tensor

    def stems(self) -> Tensor:
        return self.fusion.stems(self.mix_CT, self.mean_SCFN, self.power_SCFN)


def make_case(
    *,
    seed: int = 0,
    rate: int = MODEL_RATE,
    stems: int = 3,
    channels: int = 2,
    power_channels: int | None = None,
    peak: float = 1.0,
    residual: Residual = "fold",
) -> Case:
    random = torch.Generator().manual_seed(seed)
    shape = (MODEL_STFT.num_bins, MODEL_STFT.num_steps(MODEL_FRAMES))
    num_frames = round(MODEL_FRAMES * rate / MODEL_RATE)
    mix_CT = torch.randn(channels, num_frames, generator=random)
    mean_shape = (stems, channels, *shape)
    mean_SCFN = torch.randn(mean_shape, dtype=torch.complex64, generator=random)
    power_SCFN = torch.rand((stems, power_channels or channels, *shape), generator=random)
    return Case(
        fusion=Fusion(
            stft=MODEL_STFT,
            model_rate=MODEL_RATE,
            model_frames=MODEL_FRAMES,
            mix_rate=rate,
            residual=residual,
        ),
        mix_CT=mix_CT * (peak / mix_CT.abs().max()),
        mean_SCFN=mean_SCFN * peak,
        power_SCFN=power_SCFN * peak**2,
    )


def reference_stems(case: Case) -> Float64Array:
    """The formula of decisions.md 5, slowly and in double precision."""
    fusion = case.fusion
    mix_CT = case.mix_CT.double().numpy()
    mean_SCFN = case.mean_SCFN.to(torch.complex128).numpy()
    power_SCFN = np.broadcast_to(case.power_SCFN.double().numpy(), mean_SCFN.shape)
    share_SCFN = power_SCFN / power_SCFN.sum(axis=0)
    stems_SCT = np.empty((len(mean_SCFN), *mix_CT.shape))
    if fusion.mix_rate == fusion.model_rate:
        for c, mix_T in enumerate(mix_CT):
            residual_FN = slow_stft(mix_T, 128, 32) - mean_SCFN[:, c].sum(axis=0)
            for s in range(len(mean_SCFN)):
                spec_FN = mean_SCFN[s, c] + share_SCFN[s, c] * residual_FN
                stems_SCT[s, c] = slow_istft(spec_FN, 128, 32, len(mix_T))
        return stems_SCT

    scale = fusion.mix_rate / fusion.model_rate
    evens = [n for n in range(2, round(128 * scale)) if n % 2 == 0 and is_smooth(n)]
    hop = min(evens, key=lambda number: abs(number - 32 * scale))
    n_fft = 4 * hop
    for c, mix_T in enumerate(mix_CT):
        means_ST = np.stack(
            [slow_istft(spec_FN, 128, 32, fusion.model_frames) for spec_FN in mean_SCFN[:, c]]
        )
        means_ST = resample(
            means_ST.astype(np.float32), fusion.model_rate, fusion.mix_rate, len(mix_T)
        ).astype(np.float64)
        residual_FN = slow_stft(mix_T - means_ST.sum(axis=0), n_fft, hop)
        for s in range(len(mean_SCFN)):
            known_FN = share_SCFN[s, c]
            if scale > 1.0:
                top, low = round(KNOWN_SHARE * 65), round(CONTINUED_SHARE * 65)
                above_N = power_SCFN[s, c, low:top].sum(axis=0) / power_SCFN[:, c, low:top].sum(
                    axis=(0, 1)
                )
                known_FN = np.concatenate([known_FN[:top], above_N[None]])
            share_FN = slow_interpolation(
                known_FN,
                np.arange(residual_FN.shape[0]) * (fusion.mix_rate / n_fft) / (MODEL_RATE / 128),
                np.arange(residual_FN.shape[1]) * (hop / fusion.mix_rate) / (32 / MODEL_RATE),
            )
            part_T = slow_istft(share_FN * residual_FN, n_fft, hop, len(mix_T))
            stems_SCT[s, c] = means_ST[s] + part_T
    return stems_SCT


def is_smooth(number: int) -> bool:
    for prime in (2, 3, 5):
        while number % prime == 0:
            number //= prime
    return number == 1


def slow_interpolation(
    values_FN: Float64Array, bins: FloatingArray, steps: FloatingArray
) -> Float64Array:
    along_n = np.stack([np.interp(steps, np.arange(values_FN.shape[1]), row) for row in values_FN])
    return np.stack(
        [np.interp(bins, np.arange(values_FN.shape[0]), column) for column in along_n.T]
    ).T


def slow_stft(signal_T: Float64Array, n_fft: int, hop: int) -> npt.NDArray[np.complex128]:
    num_steps = 1 + -(-len(signal_T) // hop)
    padded_T = np.zeros(num_steps * hop + n_fft)
    padded_T[n_fft // 2 : n_fft // 2 + len(signal_T)] = signal_T
    window_T = np.sin(np.pi * np.arange(n_fft) / n_fft) ** 2
    return np.stack(
        [np.fft.rfft(window_T * padded_T[n * hop : n * hop + n_fft]) for n in range(num_steps)],
        axis=1,
    )


def slow_istft(
    spec_FN: npt.NDArray[np.complex128], n_fft: int, hop: int, num_frames: int
) -> Float64Array:
    window_T = np.sin(np.pi * np.arange(n_fft) / n_fft) ** 2
    total_T = np.zeros(spec_FN.shape[1] * hop + n_fft)
    weight_T = np.zeros_like(total_T)
    for n in range(spec_FN.shape[1]):
        total_T[n * hop : n * hop + n_fft] += np.fft.irfft(spec_FN[:, n], n_fft) * window_T
        weight_T[n * hop : n * hop + n_fft] += window_T**2
    inside = slice(n_fft // 2, n_fft // 2 + num_frames)
    result: Float64Array = total_T[inside] / weight_T[inside]
    return result


RATES = st.sampled_from([8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
RESIDUALS: st.SearchStrategy[Residual] = st.sampled_from(["fold", "separate"])


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 48_000])
@pytest.mark.parametrize("power_channels", [1, 2])
def test_fusion_equals_the_formula_in_double_precision(rate: int, power_channels: int) -> None:
    case = make_case(seed=rate, rate=rate, power_channels=power_channels)
    expected_SCT = reference_stems(case)
    scale = np.abs(expected_SCT).max()
    np.testing.assert_allclose(case.stems().numpy() / scale, expected_SCT / scale, atol=2e-6)


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**16),
    rate=RATES,
    channels=st.integers(1, 3),
    peak=st.sampled_from([1e-4, 1.0, 100.0]),
    residual=RESIDUALS,
)
def test_stems_add_up_to_the_mix(
    seed: int, rate: int, channels: int, peak: float, residual: Residual
) -> None:
    case = make_case(seed=seed, rate=rate, channels=channels, peak=peak, residual=residual)
    stems_SCT = case.stems()
    assert stems_SCT.dtype == torch.float32
    assert stems_SCT.shape == (3 + (residual == "separate"), *case.mix_CT.shape)
    gap = (stems_SCT.double().sum(dim=0) - case.mix_CT.double()).abs().max()
    assert gap <= 4e-6 * peak  # of means that are many times the mix; the pipeline mends the rest


@given(rate=RATES, residual=RESIDUALS)
def test_a_silent_mix_has_silent_stems_whatever_the_method_says(
    rate: int, residual: Residual
) -> None:
    case = make_case(rate=rate, residual=residual)
    stems_SCT = case.fusion.stems(
        torch.zeros_like(case.mix_CT), case.mean_SCFN * torch.nan, case.power_SCFN
    )
    assert stems_SCT.shape[0] == 3 + (residual == "separate")
    assert not stems_SCT.any()


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
def test_a_stem_without_mean_and_error_is_exactly_silent(rate: int) -> None:
    case = make_case(rate=rate)
    case.mean_SCFN[1] = 0.0
    case.power_SCFN[1] = 0.0
    stems_SCT = case.stems()
    assert not stems_SCT[1].any()
    assert stems_SCT[0].any()


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
@pytest.mark.parametrize("power", [0.0, 1e-40, torch.inf, torch.nan])
def test_stems_share_alike_where_error_powers_say_nothing(rate: int, power: float) -> None:
    case = make_case(rate=rate)
    stems_SCT = case.fusion.stems(
        case.mix_CT, torch.zeros_like(case.mean_SCFN), torch.full_like(case.power_SCFN, power)
    )
    third_SCT = (case.mix_CT / 3.0).expand_as(stems_SCT)
    torch.testing.assert_close(stems_SCT, third_SCT, rtol=0.0, atol=1e-6)


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
def test_a_pure_mask_that_gives_everything_to_one_stem_returns_the_mix(rate: int) -> None:
    case = make_case(rate=rate)
    case.power_SCFN[:2] = 0.0
    stems_SCT = case.fusion.stems(case.mix_CT, torch.zeros_like(case.mean_SCFN), case.power_SCFN)
    torch.testing.assert_close(stems_SCT[2], case.mix_CT, rtol=0.0, atol=2e-6)


@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_only_the_least_certain_stem_takes_the_residual(rate: int) -> None:
    case = make_case(rate=rate)
    case.power_SCFN[1:] = 0.0
    means = Fusion(
        stft=MODEL_STFT,
        model_rate=MODEL_RATE,
        model_frames=MODEL_FRAMES,
        mix_rate=rate,
        residual="separate",
    )
    means_SCT = means.stems(case.mix_CT, case.mean_SCFN, case.power_SCFN)
    stems_SCT = case.stems()
    torch.testing.assert_close(stems_SCT[1:], means_SCT[1:3], rtol=0.0, atol=1e-6)
    expected_CT = means_SCT[0] + means_SCT[3]
    torch.testing.assert_close(stems_SCT[0], expected_CT, rtol=0.0, atol=1e-5)


def test_shares_of_the_highest_known_bands_go_on_above_the_models_range() -> None:
    case = make_case(rate=48_000)
    highest = slice(round(CONTINUED_SHARE * 65), round(KNOWN_SHARE * 65))
    case.power_SCFN[:] = 1.0
    case.power_SCFN[0, :, highest] = 6.0  # of 8 there
    case.power_SCFN[1, :, highest.stop :] = 1e9  # too close to the Nyquist frequency to count
    time_T = torch.arange(case.mix_CT.shape[-1]) / 48_000
    tone_T = torch.sin(2.0 * torch.pi * 20_000.0 * time_T)
    stems_SCT = case.fusion.stems(
        tone_T.expand(2, -1), torch.zeros_like(case.mean_SCFN), case.power_SCFN
    )
    inner = slice(200, -200)  # the tone's beginning and end spread over all bins
    torch.testing.assert_close(stems_SCT[0, 0, inner], 0.75 * tone_T[inner], rtol=0.0, atol=1e-4)
    torch.testing.assert_close(stems_SCT[1, 0, inner], 0.125 * tone_T[inner], rtol=0.0, atol=1e-4)


def test_arguments_stay_untouched_with_peaks_far_above_one() -> None:
    for rate in (16_000, 48_000):
        case = make_case(rate=rate, peak=100.0)
        copies = [case.mix_CT.clone(), case.mean_SCFN.clone(), case.power_SCFN.clone()]
        case.stems()
        assert torch.equal(case.mix_CT, copies[0])
        assert torch.equal(case.mean_SCFN, copies[1])
        assert torch.equal(case.power_SCFN, copies[2])


def test_fusing_keeps_the_order_of_bins_for_any_layout_in_memory() -> None:
    case = make_case()
    mix_CFN = MODEL_STFT.forward(case.mix_CT)
    expected_SCFN = fuse(mix_CFN, case.mean_SCFN, case.power_SCFN)
    mean_SCFN = case.mean_SCFN.transpose(-1, -2).contiguous().transpose(-1, -2)
    actual_SCFN = fuse(mix_CFN.contiguous(), mean_SCFN, case.power_SCFN)
    torch.testing.assert_close(actual_SCFN, expected_SCFN)


@given(target=st.floats(2.0, 20_000.0))
def test_scaled_hops_are_even_smooth_and_near(target: float) -> None:
    number = smooth_number(target)
    assert number % 2 == 0
    assert is_smooth(number)
    assert abs(number - target) <= max(1.0, 0.12 * target)
