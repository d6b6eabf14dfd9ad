"""Laws of the effects: silence stays silence, and each does what its name says."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.training.effects import (
    EQUALIZER_HZ,
    change_rate,
    compress,
    equalize,
    limiter_gain,
    reverberate,
    saturate,
    spread,
)

RATE = 44_100


def sine(hertz: float, num_frames: int = RATE, gain: float = 0.1) -> Tensor:
    return gain * torch.sin(2 * torch.pi * hertz * torch.arange(num_frames) / RATE)[None]


def room(dry_RT: Tensor, decay_seconds: float = 0.5) -> Tensor:
    return reverberate(
        dry_RT,
        decay_seconds=[decay_seconds] * len(dry_RT),
        size=1.0,
        sample_rate=RATE,
        reflections=[(1, 1.0), (400, -0.5)],
    )


@pytest.mark.parametrize(
    "effect",
    [
        lambda x: equalize(x, [12.0] * 5, RATE),
        lambda x: spread(x, 3)[1:],
        lambda x: saturate(x, 4.0, rms=0.1),
        lambda x: compress(x, threshold=0.05, ratio=4.0),
        lambda x: room(x)[:, 0],
        lambda x: x * limiter_gain(x, 0.5),
    ],
)
@pytest.mark.parametrize("num_frames", [1, 7, 5000])
def test_silence_stays_exactly_silent(effect: Callable[[Tensor], Tensor], num_frames: int) -> None:
    silence = torch.zeros(1, num_frames)
    assert torch.equal(effect(silence), silence)


@pytest.mark.parametrize("band", range(len(EQUALIZER_HZ)))
def test_the_equalizer_reaches_its_gain_at_each_band(band: int) -> None:
    gains_db = [0.0] * 5
    gains_db[band] = 6.0
    signal = sine(EQUALIZER_HZ[band])
    ratio = equalize(signal, gains_db, RATE)[:, 4000:-4000].norm() / signal[:, 4000:-4000].norm()
    # The lowest band is narrower than what 23 ms can resolve.
    assert float(20 * torch.log10(ratio)) == pytest.approx(6.0, abs=1.5)


@pytest.mark.parametrize("num_frames", [1, 1024, 3071, 3072, 3073, 10_000])
def test_a_flat_equalizer_returns_its_input(num_frames: int) -> None:
    signal = torch.from_numpy(np.random.default_rng(0).normal(size=(2, num_frames))).float()
    torch.testing.assert_close(equalize(signal, [0.0] * 5, RATE), signal, atol=1e-5, rtol=1e-5)


def test_a_change_of_rate_moves_the_pitch() -> None:
    source = sine(1000.0, 60_000).numpy()
    played = torch.from_numpy(change_rate(source, 1.1, RATE))
    assert int(torch.fft.rfft(played[0]).abs().argmax()) == 1100


def test_saturation_keeps_the_level_and_adds_harmonics() -> None:
    signal = sine(1000.0)
    driven = saturate(signal, 4.0, rms=0.1)
    assert float(driven.norm()) == pytest.approx(float(signal.norm()), rel=1e-4)
    spectrum = torch.fft.rfft(driven[0]).abs()
    assert float(spectrum[3000] / spectrum[1000]) > 0.05


def test_compression_narrows_the_range() -> None:
    signal = torch.cat([sine(440.0, gain=0.05), sine(440.0, gain=0.5)], dim=1)
    narrow = compress(signal, threshold=0.01, ratio=4.0)
    before = signal[:, RATE:].norm() / signal[:, :RATE].norm()
    after = narrow[:, RATE + 8000 :].norm() / narrow[:, 8000:RATE].norm()
    assert float(before) == pytest.approx(10.0, rel=0.01)
    assert float(after) == pytest.approx(10**0.25, rel=0.15)


@pytest.mark.parametrize("num_frames", [1, 511, 512, 513, 20_000])
def test_a_limited_mix_stays_below_its_ceiling(num_frames: int) -> None:
    mix = torch.from_numpy(np.random.default_rng(1).normal(size=(2, num_frames))).float()
    gain = limiter_gain(mix, 0.5)
    assert gain.shape == (num_frames,)
    assert float((mix * gain).abs().max()) <= 0.5 + 1e-6


def test_a_room_decays_as_long_as_it_is_told() -> None:
    click = torch.zeros(2, 2 * RATE)
    click[:, 0] = 1.0
    wet = reverberate(
        click,
        decay_seconds=[0.3, 1.2],
        size=1.0,
        sample_rate=RATE,
        reflections=[(0, 1.0), (177, -0.7), (613, 0.5)],
    )
    level = wet.square().mean(dim=1).reshape(2, 20, -1).mean(dim=2)
    drop_db = 10 * torch.log10(level[:, 1] / level[:, 7])
    # Averaging in the feedback loop shortens the decay of the treble, so the times are bounds.
    assert float(drop_db[0]) > 60 * 0.6 / 0.3
    assert 60 * 0.6 / 1.2 * 0.8 < float(drop_db[1]) < 60 * 0.6 / 1.2 * 2


def test_the_sides_of_a_room_differ_and_are_as_loud_as_the_dry_sound() -> None:
    dry = sine(440.0)
    wet = room(dry)
    assert not torch.allclose(wet[:, 0], wet[:, 1])
    assert float(wet.square().mean().sqrt()) == pytest.approx(float(dry.square().mean().sqrt()))


@pytest.mark.parametrize("delay", [1, 5, 20])
def test_a_spread_signal_has_one_side_that_comes_later(delay: int) -> None:
    signal = torch.arange(1.0, 9.0)[None]
    sides = spread(signal, delay)
    assert torch.equal(sides[0], signal[0])
    expected = torch.cat([torch.zeros(delay), signal[0]])[:8]
    assert torch.equal(sides[1], expected)
