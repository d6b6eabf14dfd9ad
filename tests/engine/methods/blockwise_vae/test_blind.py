"""Axes: B window, Q source, C channel, T frame of audio, L latent number of a frame."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.checkpoint import Checkpoint, load_checkpoint
from engine.methods.base import Estimate, StemBatch
from engine.methods.blockwise_vae.blind import (
    KINDS,
    LOSS,
    blind_version,
    heard_elsewhere,
    paired,
    source_names,
)
from engine.methods.blockwise_vae.config import BlockwiseConfig
from engine.methods.blockwise_vae.memory import (
    MOST_SURPRISE,
    ChunkStatistics,
    SourceMemory,
    memory_of,
    sums_of,
    surprise,
)
from engine.methods.blockwise_vae.method import BLIND_STAGE, METHOD, tiny_config
from engine.methods.blockwise_vae.module import BlockwiseVae
from engine.methods.blockwise_vae.network import weight_logits
from engine.methods.blockwise_vae.separator import BlockwiseSeparator
from engine.training.config import RECIPES
from engine.training.trainer import train
from engine.training.training_events import CheckpointSaved
from tests.engine.training.tiny_dataset import write_dataset
from tests.engine.training.tiny_stage import tiny_training

STAGE = next(stage for stage in METHOD.stages if stage.name == BLIND_STAGE)
NUM_SOURCES = 2
seeds = st.integers(0, 2**16)


def tiny_blind(num_sources: int = NUM_SOURCES) -> BlockwiseConfig:
    return blind_version(replace(tiny_config(), loss=LOSS), num_sources=num_sources)


def tiny_module(num_sources: int = NUM_SOURCES) -> BlockwiseVae:
    torch.manual_seed(0)
    module = BlockwiseVae(tiny_blind(num_sources)).eval()
    with torch.no_grad():  # a fresh network hardly tells one source from another
        module.network.memory_reader.read.weight.mul_(20.0)
        module.network.encoder.posterior.weight.mul_(10.0)
    return module


def tiny_separator() -> BlockwiseSeparator:
    values = tiny_blind().to_json()
    checkpoint = Checkpoint(card=STAGE.card(values), tensors=tiny_module().state_dict())
    separator = METHOD.load(checkpoint, torch.device("cpu"))
    assert isinstance(separator, BlockwiseSeparator)
    return separator


def mixes(num_windows: int = 1, seed: int = 0) -> Tensor:
    return torch.randn(num_windows, 2, 8000, generator=torch.Generator().manual_seed(seed))


def in_the_middle(num_windows: int = 1, seed: int = 0) -> Tensor:
    return mixes(num_windows, seed)[:, :1].repeat(1, 2, 1)


def at_the_sides(num_windows: int = 1, seed: int = 0) -> Tensor:
    """Make mixes of which either half is on one side alone."""
    mix_BCT = mixes(num_windows, seed)
    mix_BCT[:, 1, :4000] = 0.0
    mix_BCT[:, 0, 4000:] = 0.0
    return mix_BCT


def crops(num_tracks: int = 4) -> StemBatch:
    random = torch.Generator().manual_seed(0)
    return StemBatch(stems_BSCT=torch.randn(num_tracks, len(KINDS), 2, 6000, generator=random))


@torch.inference_mode()
def estimated(separator: BlockwiseSeparator, mix_BCT: Tensor) -> Estimate:
    steps = separator.separate_windows(mix_BCT, torch.Generator().manual_seed(0))
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            estimate: Estimate = finished.value
            return estimate


def swap_blocks(module: BlockwiseVae) -> None:
    """Have the encoder give every source the other block."""
    encoder, config = module.network.encoder, module.config.network
    with torch.no_grad():
        for tensor in (encoder.posterior.weight, encoder.posterior.bias):
            split = tensor.unflatten(0, (2, config.num_sources, config.latent))
            tensor.copy_(split.flip(1).flatten(0, 2))
        for tensor in (encoder.direct.weight_PHO, encoder.direct.bias_P1O):
            split = tensor.unflatten(2, (config.num_sources, config.latent))
            tensor.copy_(split.flip(2).flatten(2))


def test_the_card_says_that_the_sources_have_no_names_and_no_order() -> None:
    card = STAGE.card(STAGE.config)

    assert card.stem_names == ("source 1", "source 2")
    assert card.stem_order == "free"
    assert STAGE.is_optional
    assert BlockwiseConfig.from_json(card.config) == BlockwiseConfig.from_json(STAGE.config)


def test_the_stage_is_trained_on_single_sources_at_places_of_their_own() -> None:
    mixing = RECIPES[STAGE.recipe](Path()).mixing

    assert (mixing.member_drop_share, mixing.guest_share) == (1.0, 0.0)
    assert (mixing.pan, mixing.pan_law) == (1.0, "even")
    assert mixing.draws_validation


@torch.inference_mode()
def test_a_model_starts_with_the_filters_of_the_places() -> None:
    torch.manual_seed(0)
    module = STAGE.build(tiny_blind().to_json())
    assert isinstance(module, BlockwiseVae)
    sums = module.eval().analysis.mix_sums(module.analysis.stft.forward(mixes()))
    assert sums.filter_BQCJNK is not None

    posterior = module.network.encoder(module.describe(sums))
    described = module.network.memory_reader(module.network.empty_memory(1, like=mixes()))
    weight_BQCJNK = module.network.decoder(posterior.mean_BQNL, described[:, :, None]).weight_BQCJNK

    reach = module.config.network.reach
    expected = sums.filter_BQCJNK.clamp(-0.98 * reach, 0.98 * reach)
    torch.testing.assert_close(weight_BQCJNK, expected, rtol=1e-3, atol=2e-2)


@given(reach=st.floats(1.0, 5.0), share=st.floats(-0.9, 0.9))
def test_logits_give_back_the_weights_that_they_were_made_of(reach: float, share: float) -> None:
    own_CJ = torch.eye(2, 4)
    filter_CJ = 0.5 * own_CJ + share * reach * (1.0 - 0.5 * own_CJ)
    logit_CJ = weight_logits(filter_CJ[None, None, :, :, None, None], reach=reach)[0, 0, ..., 0, 0]

    slope_CJ = 1.0 - 0.5 * own_CJ
    weight_CJ = 0.5 * own_CJ + slope_CJ * reach * torch.tanh(logit_CJ * slope_CJ / reach)
    torch.testing.assert_close(weight_CJ, filter_CJ, rtol=1e-4, atol=1e-4)


def test_every_window_holds_crops_of_one_kind_from_different_tracks() -> None:
    batch = crops()
    windows_BQCT = paired(batch, 3).stems_BSCT

    assert windows_BQCT.shape == (8, 3, 2, 6000)
    for kind in range(2):
        for track in range(4):
            for source in range(3):
                crop_CT = batch.stems_BSCT[(track + source) % 4, kind]
                assert torch.equal(windows_BQCT[4 * kind + track, source], crop_CT)


def test_fewer_tracks_than_sources_are_refused() -> None:
    with pytest.raises(ValueError, match="1 crops"):
        paired(crops(1), 2)


@given(num_tracks=st.integers(2, 6), num_sources=st.integers(2, 4))
def test_what_is_heard_elsewhere_is_of_the_same_crop_in_another_window(
    num_tracks: int, num_sources: int
) -> None:
    if num_tracks < num_sources:
        return
    kinds, tracks = torch.arange(2)[:, None, None], torch.arange(num_tracks)[:, None]
    crop_SBQ = 100 * kinds + (tracks + torch.arange(num_sources)) % num_tracks
    window_SBQ = (100 * kinds + tracks).expand_as(crop_SBQ)
    values_BQL = torch.stack([crop_SBQ, window_SBQ], dim=-1).flatten(0, 1).float()
    memory = SourceMemory(
        mean_BQL=values_BQL,
        variance_BQL=values_BQL + 1.0,
        energy_BQ=values_BQL[..., 0],
        evidence_BQ=values_BQL[..., 0],
    )

    moved = heard_elsewhere(memory, num_tracks=num_tracks)

    assert torch.equal(moved.mean_BQL[..., 0], memory.mean_BQL[..., 0])
    assert torch.equal(moved.variance_BQL, moved.mean_BQL + 1.0)
    assert torch.equal(moved.evidence_BQ, memory.evidence_BQ)
    is_other_BQ = moved.mean_BQL[..., 1] != memory.mean_BQL[..., 1]
    distance_Q = (num_sources - 1 - 2 * torch.arange(num_sources)) % num_tracks
    assert torch.equal(is_other_BQ, (distance_Q != 0).expand_as(is_other_BQ))


@torch.inference_mode()
def test_losses_do_not_depend_on_which_block_holds_which_source() -> None:
    module = tiny_module()
    batch = crops()

    before = module.losses(batch)
    swap_blocks(module)
    after = module.losses(batch)

    for name, value in before.items():
        torch.testing.assert_close(after[name], value, rtol=1e-3, atol=1e-4, msg=name)


def test_losses_are_of_the_best_permutation() -> None:
    module = tiny_module()
    seen: list[Tensor] = []
    original: Callable[[Tensor], Tensor] = module._permutation_loss

    def watch(cost_BQR: Tensor) -> Tensor:
        seen.append(cost_BQR)
        return original(cost_BQR)

    module._permutation_loss = watch  # type: ignore[method-assign]
    with torch.inference_mode():
        module.losses(crops())

    own_B = seen[0].diagonal(dim1=1, dim2=2).sum(dim=1)
    crossed_B = seen[0].flip(2).diagonal(dim1=1, dim2=2).sum(dim=1)
    # The order was chosen without a memory, which changes the estimates a little.
    assert bool((own_B <= crossed_B + 0.5).all())


def test_every_weight_is_trained() -> None:
    module = tiny_module().train()
    with torch.no_grad():  # paths that start closed
        module.network.decoder.log_error.weight_PHO.normal_()

    for _ in range(4):
        module.losses(crops())["total"].backward()

    idle = [
        name
        for name, parameter in module.named_parameters()
        if parameter.grad is None or not parameter.grad.any()
    ]
    assert not idle


@torch.inference_mode()
def test_windows_come_in_the_order_of_the_song_whichever_block_holds_a_source() -> None:
    separator = tiny_separator()
    heard_SZ = separator.listen(in_the_middle(3), None)
    before = estimated(separator.knowing(heard_SZ), in_the_middle(2, seed=9))

    swap_blocks(separator.module)
    after = estimated(separator.knowing(heard_SZ), in_the_middle(2, seed=9))

    assert before.slot_cost_BSS is not None
    assert after.slot_cost_BSS is not None
    assert bool((before.slot_cost_BSS.diagonal(dim1=1, dim2=2) < 0.65).all())
    torch.testing.assert_close(after.slot_cost_BSS, before.slot_cost_BSS, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(after.mean_BSCFN, before.mean_BSCFN, rtol=1e-3, atol=1e-3)


@torch.inference_mode()
def test_a_song_is_heard_the_same_whichever_block_holds_a_source() -> None:
    separator = tiny_separator()
    first_SZ = separator.listen(in_the_middle(), None)
    before = separator.listen(in_the_middle(3, seed=9), first_SZ)

    swap_blocks(separator.module)
    after = separator.listen(in_the_middle(3, seed=9), first_SZ)

    torch.testing.assert_close(after, before, rtol=1e-3, atol=1e-4)


@torch.inference_mode()
def test_sources_at_places_of_their_own_are_ordered_by_these() -> None:
    separator = tiny_separator()
    heard_SZ = separator.listen(at_the_sides(3), None)
    mix_BCT = at_the_sides(2, seed=9)
    estimate = estimated(separator.knowing(heard_SZ), mix_BCT)

    assert estimate.slot_cost_BSS is not None
    assert not estimate.slot_cost_BSS.diagonal(dim1=1, dim2=2).any()
    assert float(estimate.slot_cost_BSS[:, 0, 1].min()) == MOST_SURPRISE


@torch.inference_mode()
def test_a_source_that_sounds_alone_keeps_the_place_that_it_has_in_its_song() -> None:
    torch.manual_seed(0)
    module = STAGE.build(tiny_blind().to_json())
    checkpoint = Checkpoint(card=STAGE.card(tiny_blind().to_json()), tensors=module.state_dict())
    separator = METHOD.load(checkpoint, torch.device("cpu"))
    assert isinstance(separator, BlockwiseSeparator)
    song = separator.knowing(separator.listen(at_the_sides(3), None))
    for side in range(2):
        alone_BCT = torch.zeros(1, 2, 8000)
        alone_BCT[:, side] = mixes(seed=5)[:, side]
        power_S = estimated(song, alone_BCT).mean_BSCFN[0].abs().square().sum(dim=(1, 2, 3))
        assert float(power_S[side]) > 100.0 * float(power_S[1 - side])


@torch.inference_mode()
def test_two_sources_without_rooms_are_undone_by_a_matrix_and_not_by_the_network() -> None:
    separator = tiny_separator()
    heard_SZ = separator.listen(at_the_sides(3), None)
    together_BCT = mixes(2, seed=9)  # of which no window says that there is no room
    roomy = estimated(separator, together_BCT)
    estimate = estimated(separator.knowing(heard_SZ), together_BCT)

    mix_BCFN = separator.stft.forward(together_BCT)
    for side in range(2):
        true_BCFN = mix_BCFN * torch.eye(2)[side, :, None, None]
        error = (estimate.mean_BSCFN[:, side] - true_BCFN).norm() / true_BCFN.norm()
        assert float(error) < 1e-3
        error = (roomy.mean_BSCFN[:, side] - true_BCFN).norm() / true_BCFN.norm()
        assert float(error) > 0.05
    assert float(estimate.error_power_BSCFN.min()) >= 0.0
    assert float(estimate.error_power_BSCFN.mean()) < 1e-3 * float(mix_BCFN.abs().square().mean())


@given(seed=seeds)
def test_a_source_is_recognised_by_what_was_heard_of_it(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    mean_BQL = 2.0 * torch.randn(1, 3, 8, generator=random)
    seen = ChunkStatistics(
        mean_BQL=mean_BQL,
        variance_BQL=torch.ones(1, 3, 8),
        energy_BQ=torch.ones(1, 3),
    )
    memory = memory_of(sums_of(seen)[0])

    again = ChunkStatistics(
        mean_BQL=mean_BQL[:, [2, 0, 1]],
        variance_BQL=seen.variance_BQL,
        energy_BQ=seen.energy_BQ,
    )

    assert surprise(again, memory)[0].argmin(dim=1).tolist() == [2, 0, 1]


def test_a_silent_source_suits_every_slot_and_a_stranger_an_empty_one() -> None:
    def chunk(mean: tuple[float, float], energy: tuple[float, float]) -> ChunkStatistics:
        return ChunkStatistics(
            mean_BQL=torch.tensor(mean)[None, :, None],
            variance_BQL=torch.ones(1, 2, 1),
            energy_BQ=torch.tensor(energy)[None],
        )

    memory = memory_of(sums_of(chunk((1.0, 0.0), (1.0, 0.0)))[0])
    cost_QR = surprise(chunk((1.0, 5.0), (1.0, 1.0)), memory)[0]

    assert memory.is_known_BQ.tolist() == [[True, False]]
    assert cost_QR.argmin(dim=1).tolist() == [0, 1]
    assert not surprise(chunk((1.0, 5.0), (0.0, 1.0)), memory)[0, 0].any()


def test_names_of_sources_count_from_one() -> None:
    assert source_names(3) == ("source 1", "source 2", "source 3")


def test_a_blind_model_is_trained_from_a_folder_of_tracks(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "songs")
    stage = replace(STAGE, config=tiny_blind().to_json())
    config = tiny_training(dataset, steps=3, validate_every=3, checkpoint_every=3)

    events = list(train(stage, config, tmp_path / "out", resume=False))

    (saved,) = [event for event in events if isinstance(event, CheckpointSaved)]
    checkpoint = load_checkpoint(saved.path)
    assert saved.path.name == "blind.safetensors"
    assert checkpoint.card.stem_order == "free"
    assert "at random places" in checkpoint.card.provenance
    assert isinstance(METHOD.load(checkpoint, torch.device("cpu")), BlockwiseSeparator)
