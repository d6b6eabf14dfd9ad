"""What every method owes the pipeline, the trainer and the list of models.

Axes: B window, S stem, C channel, F frequency bin, N spectrogram frame, T frame.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.checkpoint import load_checkpoint, save_checkpoint
from engine.errors import CheckpointError
from engine.events import ChunkReady, FloatArray, ProgressChanged
from engine.methods.base import Estimate, Method, Separator, Stage, StemBatch
from engine.methods.catalog import METHODS, method_named
from engine.model_card import ModelCard
from engine.separation import SeparationOptions, separate
from tests.engine.fake_separator import MixInMemory

CPU = torch.device("cpu")
TINY_BYTES = 1_000_000
NUM_STEPS = 30

pytestmark = pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
every_stage = pytest.mark.parametrize(
    "stage_index", range(max(len(method.stages) for method in METHODS))
)


def tiny_separator(method: Method) -> Separator:
    return method.load(method.tiny_checkpoint(), CPU)


def windows(card: ModelCard, *, num_windows: int = 2) -> Tensor:
    shape = (num_windows, card.channels, card.window_frames)
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


@torch.inference_mode()
def separated(
    separator: Separator, mix_BCT: Tensor, *, seed: int = 0
) -> tuple[Estimate, list[float]]:
    steps = separator.separate_windows(mix_BCT, torch.Generator().manual_seed(seed))
    shares: list[float] = []
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as finished:
            estimate: Estimate = finished.value
            return estimate, shares


def stems_of(separator: Separator, samples_CT: FloatArray) -> FloatArray:
    mix = MixInMemory(samples_CT=samples_CT, sample_rate=separator.card.sample_rate)
    chunks = [
        np.stack(list(event.stems.values()))
        for event in separate(mix, separator, SeparationOptions())
        if isinstance(event, ChunkReady)
    ]
    joined_SCT: FloatArray = np.concatenate(chunks, axis=-1)
    return joined_SCT


def assert_same_estimate(actual: Estimate, expected: Estimate, *, tolerance: float) -> None:
    for tensor, reference in (
        (actual.mean_BSCFN, expected.mean_BSCFN),
        (actual.error_power_BSCFN, expected.error_power_BSCFN),
    ):
        scale = float(reference.abs().max())
        torch.testing.assert_close(tensor, reference, rtol=tolerance, atol=tolerance * scale)


def test_card_is_complete(method: Method) -> None:
    card = method.tiny_checkpoint().card
    assert card.method == method.name
    assert method_named(card.method) is method
    assert method.title
    assert card.title
    assert card.licence
    assert len(set(card.stem_names)) == len(card.stem_names) >= 1
    assert set(card.experimental_stems) <= set(card.stem_names)
    assert 8_000 <= card.sample_rate <= 192_000
    assert card.channels in (1, 2)
    assert 0 <= 4 * card.context_frames <= card.window_frames
    json.dumps(dict(card.config))


def test_tiny_checkpoint_is_tiny_and_the_same_each_time(method: Method) -> None:
    first, second = method.tiny_checkpoint(), method.tiny_checkpoint()
    num_bytes = sum(tensor.numel() * tensor.element_size() for tensor in first.tensors.values())
    assert 0 < num_bytes < TINY_BYTES
    assert first.tensors.keys() == second.tensors.keys()
    assert all(torch.equal(first.tensors[name], second.tensors[name]) for name in first.tensors)


def test_a_saved_checkpoint_separates_as_before(method: Method, tmp_path: Path) -> None:
    checkpoint = method.tiny_checkpoint()
    save_checkpoint(tmp_path / "tiny.safetensors", checkpoint)
    loaded = load_checkpoint(tmp_path / "tiny.safetensors")
    mix_BCT = windows(checkpoint.card, num_windows=1)
    expected, _ = separated(method.load(checkpoint, CPU), mix_BCT)
    actual, _ = separated(method.load(loaded, CPU), mix_BCT)
    assert_same_estimate(actual, expected, tolerance=0.0)


def test_weights_that_do_not_fit_the_card_are_refused_with_a_sentence(method: Method) -> None:
    checkpoint = method.tiny_checkpoint()
    name = next(iter(checkpoint.tensors))
    tensors = {key: value for key, value in checkpoint.tensors.items() if key != name}
    with pytest.raises(CheckpointError) as caught:
        method.load(type(checkpoint)(card=checkpoint.card, tensors=tensors), CPU)
    assert caught.value.remedy


def test_an_estimate_has_the_promised_shapes_types_and_finite_values(method: Method) -> None:
    separator = tiny_separator(method)
    card, stft = separator.card, separator.stft
    estimate, _ = separated(separator, windows(card))
    num_steps = stft.num_steps(card.window_frames)
    shape = (2, len(card.stem_names), card.channels, stft.num_bins, num_steps)
    assert estimate.mean_BSCFN.shape == shape
    assert estimate.mean_BSCFN.dtype == torch.complex64
    assert estimate.error_power_BSCFN.dtype == torch.float32
    assert estimate.error_power_BSCFN.shape in {shape, (*shape[:2], 1, *shape[3:])}
    assert estimate.mean_BSCFN.isfinite().all()
    assert estimate.error_power_BSCFN.isfinite().all()
    assert (estimate.error_power_BSCFN >= 0.0).all()


def test_the_same_seed_gives_the_same_result(method: Method) -> None:
    separator = tiny_separator(method)
    mix_BCT = windows(separator.card)
    first, _ = separated(separator, mix_BCT, seed=5)
    second, _ = separated(separator, mix_BCT, seed=5)
    assert_same_estimate(second, first, tolerance=0.0)


def test_a_batch_of_two_equals_two_batches_of_one(method: Method) -> None:
    separator = tiny_separator(method)
    mix_BCT = windows(separator.card)
    together, _ = separated(separator, mix_BCT)
    alone = [separated(separator, mix_BCT[index : index + 1])[0] for index in range(2)]
    assert_same_estimate(
        Estimate(
            mean_BSCFN=torch.cat([estimate.mean_BSCFN for estimate in alone]),
            error_power_BSCFN=torch.cat([estimate.error_power_BSCFN for estimate in alone]),
        ),
        together,
        tolerance=1e-4,
    )


def test_a_silent_window_beside_a_loud_one_gets_silent_means(method: Method) -> None:
    separator = tiny_separator(method)
    mix_BCT = windows(separator.card)
    mix_BCT[0] = 0.0
    estimate, _ = separated(separator, mix_BCT)
    assert not estimate.mean_BSCFN[0].any()
    assert estimate.error_power_BSCFN[0].isfinite().all()
    assert estimate.mean_BSCFN[1].any()


@pytest.mark.parametrize("gain", [1e-3, 0.5, 100.0])
def test_an_estimate_scales_with_the_mix(method: Method, gain: float) -> None:
    separator = tiny_separator(method)
    mix_BCT = windows(separator.card, num_windows=1)
    quiet, _ = separated(separator, mix_BCT)
    loud, _ = separated(separator, gain * mix_BCT)
    assert_same_estimate(
        loud,
        Estimate(
            mean_BSCFN=gain * quiet.mean_BSCFN,
            error_power_BSCFN=gain**2 * quiet.error_power_BSCFN,
        ),
        tolerance=2e-3,
    )


def test_the_mix_stays_untouched(method: Method) -> None:
    separator = tiny_separator(method)
    mix_BCT = windows(separator.card)
    copy_BCT = mix_BCT.clone()
    separated(separator, mix_BCT)
    assert torch.equal(mix_BCT, copy_BCT)


def test_progress_of_a_batch_rises_to_one(method: Method) -> None:
    separator = tiny_separator(method)
    _, shares = separated(separator, windows(separator.card))
    assert shares
    assert shares == sorted(shares)
    assert 0.0 <= shares[0] <= shares[-1] <= 1.0


def test_a_batch_can_be_cancelled_at_each_step(method: Method) -> None:
    separator = tiny_separator(method)
    mix_BCT = windows(separator.card, num_windows=1)
    _, shares = separated(separator, mix_BCT)
    for num_steps in range(1, len(shares) + 1):
        # The same draws as above, for the number of steps may depend on them.
        steps = separator.separate_windows(mix_BCT, torch.Generator().manual_seed(0))
        for _ in range(num_steps):
            next(steps)
        steps.close()
        with pytest.raises(StopIteration):
            next(steps)


@pytest.mark.parametrize(("channels", "rate_scale"), [(1, 1.0), (2, 1.0), (3, 0.5), (2, 2.0)])
def test_stems_of_a_whole_mix_add_up_to_it(
    method: Method, channels: int, rate_scale: float
) -> None:
    separator = tiny_separator(method)
    card = separator.card
    rate = round(card.sample_rate * rate_scale)
    num_frames = round(1.7 * card.window_frames * rate_scale)
    samples_CT = np.random.default_rng(0).uniform(-1.0, 1.0, (channels, num_frames))
    mix = MixInMemory(samples_CT=samples_CT.astype(np.float32), sample_rate=rate)
    events = list(separate(mix, separator, SeparationOptions()))
    chunks = [event for event in events if isinstance(event, ChunkReady)]
    for chunk in chunks:
        total_CT = np.sum(list(chunk.stems.values()), axis=0, dtype=np.float64)
        assert np.abs(total_CT - chunk.mix).max(initial=0.0) <= 1e-6
    assert sum(chunk.mix.shape[1] for chunk in chunks) == num_frames
    shares = [event.fraction for event in events if isinstance(event, ProgressChanged)]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_silence_stays_silent(method: Method) -> None:
    separator = tiny_separator(method)
    silence_CT = np.zeros((separator.card.channels, separator.card.window_frames), np.float32)
    assert not stems_of(separator, silence_CT).any()


def stage_of(method: Method, index: int) -> Stage:
    if index >= len(method.stages):
        pytest.skip("this method has fewer stages")
    return method.stages[index]


def two_clips(card: ModelCard, stem_names: Sequence[str]) -> StemBatch:
    """Return a tone, hum, noise bursts and so on: one sound of its own for each stem."""
    num_frames = card.sample_rate // 2
    time_T = torch.arange(num_frames) / card.sample_rate
    random = torch.Generator().manual_seed(1)
    clips = []
    for clip in range(2):
        for index in range(len(stem_names)):
            tone_T = torch.sin(2.0 * torch.pi * (80.0 * 2**index + 30.0 * clip) * time_T)
            noise_T = torch.randn(num_frames, generator=random)
            is_on_T = (torch.sin(2.0 * torch.pi * (index + 1) * time_T) > 0.0).float()
            clips.append((0.3 * tone_T + 0.01 * noise_T) * is_on_T)
    stems = torch.stack(clips).reshape(2, len(stem_names), 1, num_frames)
    return StemBatch(stems_BSCT=stems.expand(-1, -1, card.channels, -1).contiguous())


@every_stage
def test_losses_fall_within_thirty_steps_on_two_clips(method: Method, stage_index: int) -> None:
    stage = stage_of(method, stage_index)
    config = tiny_config_of(method)
    card = stage.card(config)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = stage.build(config).train()
        batch = two_clips(card, stage.stem_names)
        optimizer = torch.optim.Adam(module.parameters(), lr=3e-3)
        totals: list[float] = []
        for step in range(NUM_STEPS):
            torch.manual_seed(step % 5)  # the first five and the last five draw the same
            losses = stage.losses(module, batch)
            assert all(loss.isfinite() for loss in losses.values())
            optimizer.zero_grad()
            losses["total"].backward()
            optimizer.step()
            totals.append(float(losses["total"].detach()))
    assert np.mean(totals[-5:]) < np.mean(totals[:5]) - 0.02 * abs(np.mean(totals[:5]))


@every_stage
def test_a_trained_stage_has_the_weights_that_its_card_promises(
    method: Method, stage_index: int
) -> None:
    stage = stage_of(method, stage_index)
    config = tiny_config_of(method)
    card = stage.card(config)
    assert card.method == method.name
    rebuilt = stage.build(card.config)
    assert rebuilt.state_dict().keys() == stage.build(config).state_dict().keys()


def tiny_config_of(method: Method) -> dict[str, object]:
    """Return the config of the tiny checkpoint, which its stages understand as well."""
    return dict(method.tiny_checkpoint().card.config)
