from dataclasses import replace

import pytest
import torch
from torch import Tensor

from engine.errors import CheckpointError
from engine.methods.base import Estimate, StemBatch
from engine.methods.blockwise_vae.config import SIZES, BlockwiseConfig
from engine.methods.blockwise_vae.memory import memory_of
from engine.methods.blockwise_vae.method import METHOD, tiny_config
from engine.methods.blockwise_vae.module import BlockwiseVae
from engine.methods.blockwise_vae.separator import BlockwiseSeparator
from engine.methods.spectrogram_vae.network import NetworkConfig as DraftConfig

TINY_DRAFT = DraftConfig(
    num_stems=4,
    num_bands=32,
    front_channels=2,
    hidden=8,
    latent=4,
    encoder_dilations=(1,),
    decoder_dilations=(1,),
)


def tiny_module(seed: int = 0) -> BlockwiseVae:
    torch.manual_seed(seed)
    return BlockwiseVae(tiny_config()).eval()


def drafted_config() -> BlockwiseConfig:
    config = tiny_config()
    network = replace(config.network, latent=12, num_features=24)
    return replace(config, network=network, draft=TINY_DRAFT)


def mixes(num_windows: int = 1, seed: int = 0) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    return torch.randn(num_windows, 2, 8000, generator=random)


@torch.inference_mode()
def estimated(separator: BlockwiseSeparator, mix_BCT: Tensor) -> Estimate:
    steps = separator.separate_windows(mix_BCT, torch.Generator().manual_seed(0))
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            estimate: Estimate = finished.value
            return estimate


def tiny_separator() -> BlockwiseSeparator:
    separator = METHOD.load(METHOD.tiny_checkpoint(), torch.device("cpu"))
    assert isinstance(separator, BlockwiseSeparator)
    with torch.no_grad():  # the random weights of a fresh reader say little
        separator.module.network.memory_reader.read.weight.mul_(20.0)
        separator.module.network.decoder.modulate.weight.mul_(5.0)
    return separator


@torch.inference_mode()
def test_a_stem_is_decoded_from_its_own_block_alone() -> None:
    network = tiny_module().network
    config = network.config
    latent = torch.randn(1, 4, 6, config.num_patches * config.latent)
    described = network.memory_reader(network.empty_memory(1, like=latent))[:, :, None]
    before = network.decoder(latent, described)

    latent[:, 2] = 0.0
    after = network.decoder(latent, described)

    changed = [
        not torch.equal(before.weight_BQCJNK[:, block], after.weight_BQCJNK[:, block])
        for block in range(4)
    ]
    assert changed == [False, False, True, False]


@torch.inference_mode()
def test_a_model_that_starts_from_the_draft_has_its_masks() -> None:
    torch.manual_seed(0)
    module = BlockwiseVae(drafted_config()).eval()
    assert module.draft is not None
    for parameter in module.draft.parameters():
        parameter.normal_(std=0.2)
    module.network.start_from_draft()
    sums = module.analysis.mix_sums(module.analysis.stft.forward(mixes()))

    posterior = module.network.encoder(module.describe(sums))
    described = module.network.memory_reader(module.network.empty_memory(1, like=mixes()))
    decoded = module.network.decoder(posterior.mean_BQNL, described[:, :, None])

    drafted = module.draft(torch.log(relative_power(sums.power_BCNK)))
    own = decoded.weight_BQCJNK.diagonal(dim1=2, dim2=3).movedim(-1, 2)
    expected = drafted.mask_BSCKN.clamp(1e-3, 1.0 - 1e-3).transpose(-1, -2)
    torch.testing.assert_close(own, expected, rtol=1e-3, atol=1e-4)
    other_side = decoded.weight_BQCJNK * (1.0 - torch.eye(2, 4)[:, :, None, None])
    assert not other_side.any()
    torch.testing.assert_close(
        decoded.log_error_BQCNK.mean(dim=2),
        drafted.log_error_BSCKN.transpose(-1, -2).mean(dim=2),
        rtol=1e-3,
        atol=5e-3,
    )


def relative_power(power_BCNK: Tensor) -> Tensor:
    power_BCKN = power_BCNK.transpose(-1, -2)
    return power_BCKN / power_BCKN.mean(dim=(1, 2, 3), keepdim=True) + 1e-7


def test_training_leaves_the_draft_as_it_is() -> None:
    torch.manual_seed(0)
    module = BlockwiseVae(drafted_config()).train()
    assert module.draft is not None
    before = {name: tensor.clone() for name, tensor in module.draft.state_dict().items()}
    optimizer = torch.optim.SGD([p for p in module.parameters() if p.requires_grad], lr=0.1)

    module.losses(StemBatch(stems_BSCT=torch.randn(2, 4, 2, 8000)))["total"].backward()
    optimizer.step()

    assert all(
        torch.equal(tensor, before[name]) for name, tensor in module.draft.state_dict().items()
    )


def test_the_draft_learns_on_with_the_rest_if_it_is_asked_to() -> None:
    torch.manual_seed(0)
    module = BlockwiseVae(replace(drafted_config(), draft_learns=True)).train()
    assert module.draft is not None
    # Its weights learn; the statistics that it was trained to stay as they are.
    statistics = {name: tensor.clone() for name, tensor in module.draft.named_buffers()}

    module.losses(StemBatch(stems_BSCT=torch.randn(2, 4, 2, 8000)))["total"].backward()

    gradient = module.draft.mask.weight.grad
    assert gradient is not None
    assert gradient.any()
    assert all(torch.equal(each, statistics[name]) for name, each in module.draft.named_buffers())


def test_error_powers_leave_the_masks_and_the_decoder_behind_them_alone() -> None:
    module = tiny_module().train()
    decoder = module.network.decoder
    with torch.no_grad():
        decoder.log_error.weight_PHO.normal_()

    module.losses(StemBatch(stems_BSCT=torch.randn(2, 4, 2, 8000)))["error_nll"].backward()

    assert decoder.weight.weight_PHO.grad is None
    assert decoder.direct_weight.weight_PHO.grad is None
    assert all(parameter.grad is None for parameter in decoder.trunk.parameters())
    assert decoder.log_error.weight_PHO.grad is not None


def test_every_weight_is_trained() -> None:
    module = tiny_module().train()
    batch = StemBatch(stems_BSCT=torch.randn(4, 4, 2, 8000))
    with torch.no_grad():  # paths that start closed
        module.network.decoder.log_error.weight_PHO.normal_()

    for _ in range(4):  # memories and teachers are drawn
        module.losses(batch)["total"].backward()

    idle = [
        name
        for name, parameter in module.named_parameters()
        if parameter.grad is None or not parameter.grad.any()
    ]
    assert not idle


def test_losses_are_finite_for_silent_stems_and_a_silent_mix() -> None:
    module = tiny_module().train()
    stems = torch.randn(3, 4, 2, 6000)
    stems[0, 1] = 0.0
    stems[1] = 0.0

    losses = module.losses(StemBatch(stems_BSCT=stems))
    losses["total"].backward()

    assert all(torch.isfinite(value) for value in losses.values())
    gradients = [weight.grad for weight in module.parameters() if weight.grad is not None]
    assert all(bool(torch.isfinite(gradient).all()) for gradient in gradients)


@torch.inference_mode()
def heard(separator: BlockwiseSeparator, mix_BCT: Tensor, before: Tensor | None = None) -> Tensor:
    return separator.listen(mix_BCT, before)


def test_windows_of_a_song_share_its_memory() -> None:
    separator = tiny_separator()
    song = mixes(3)
    knowing = separator.knowing(heard(separator, song))

    together = estimated(knowing, song)

    assert memory_of(heard(separator, song)).evidence_BQ.tolist() == [[3.0] * 4]
    alone = torch.cat([estimated(knowing, song[i : i + 1]).mean_BSCFN for i in range(3)])
    torch.testing.assert_close(together.mean_BSCFN, alone, rtol=1e-3, atol=1e-3)


def test_a_song_can_be_heard_bit_by_bit_and_in_any_order() -> None:
    separator = tiny_separator()
    song = mixes(4)

    whole = heard(separator, song)
    parts = heard(separator, song[:2], heard(separator, song[[3, 2]]))

    torch.testing.assert_close(parts, whole, rtol=1e-4, atol=0)


def test_a_song_of_many_pieces_is_remembered_in_as_few_numbers_as_a_short_one() -> None:
    separator = tiny_separator()

    assert heard(separator, mixes(9)).shape == heard(separator, mixes()).shape


def test_what_a_window_remembers_of_itself_is_what_a_song_of_one_window_does() -> None:
    separator = tiny_separator()
    window = mixes()

    own = estimated(separator, window)
    song = estimated(separator.knowing(heard(separator, window)), window)
    foreign = heard(separator, 0.1 * mixes(seed=5).cumsum(dim=-1))
    other = estimated(separator.knowing(foreign), window)

    torch.testing.assert_close(own.mean_BSCFN, song.mean_BSCFN, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(own.mean_BSCFN, other.mean_BSCFN, rtol=1e-3, atol=1e-4)


def test_the_level_of_a_song_does_not_change_what_is_remembered() -> None:
    separator = tiny_separator()

    quiet, loud = (memory_of(heard(separator, gain * mixes(2))) for gain in (1e-3, 50.0))

    torch.testing.assert_close(quiet.mean_BQL, loud.mean_BQL, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(quiet.variance_BQL, loud.variance_BQL, rtol=1e-3, atol=1e-4)


def test_what_a_separated_window_adds_to_the_memory_is_near_what_listening_to_it_does() -> None:
    separator = tiny_separator()
    window = mixes()

    by_listening = memory_of(heard(separator, window))
    estimate = estimated(separator, window)

    assert estimate.heard_BSZ is not None
    by_the_way = memory_of(estimate.heard_BSZ[0])
    torch.testing.assert_close(by_the_way.mean_BQL, by_listening.mean_BQL, rtol=0.1, atol=0.05)


@pytest.mark.parametrize("config", [tiny_config(), drafted_config()], ids=["alone", "drafted"])
def test_config_survives_its_json(config: BlockwiseConfig) -> None:
    assert BlockwiseConfig.from_json(config.to_json()) == config


@pytest.mark.parametrize("field", ["network", "loss", "draft"])
def test_foreign_config_is_refused_with_a_sentence(field: str) -> None:
    values = dict(tiny_config().to_json())
    values[field] = {"unknown": 1}

    with pytest.raises(CheckpointError):
        BlockwiseConfig.from_json(values)


def test_a_latent_has_more_channels_than_there_are_sources() -> None:
    for network in SIZES.values():
        assert network.num_sources * network.latent > network.num_sources
