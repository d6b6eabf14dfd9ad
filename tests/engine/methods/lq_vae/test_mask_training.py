"""The decoder learns from drawn codes, and nothing else of a model changes.

Axes: B window, S stem, C channel, T frame.
"""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.checkpoint import load_checkpoint, save_checkpoint
from engine.errors import EngineError
from engine.methods.base import StemBatch
from engine.methods.lq_vae.composition import combine, select_stems
from engine.methods.lq_vae.mask_training import MaskTrainingModel, mask_losses
from engine.methods.lq_vae.method import mask_stage, tiny_checkpoint, tiny_config
from engine.training.trainer import train
from tests.engine.training.tiny_dataset import write_dataset
from tests.engine.training.tiny_stage import tiny_training

NAMES = ("drums", "bass", "vocals")


def tiny_module(stem_names: tuple[str, ...] = NAMES) -> MaskTrainingModel:
    config = replace(tiny_config(), stem_names=stem_names)
    module = MaskTrainingModel(config, stem_names)
    module.load_state_dict(tiny_checkpoint(config).tensors)
    return module


def stems(num_stems: int = len(NAMES), seed: int = 1) -> StemBatch:
    generator = torch.Generator().manual_seed(seed)
    return StemBatch(stems_BSCT=0.1 * torch.randn(2, num_stems, 2, 4000, generator=generator))


def test_only_the_decoder_gets_gradients() -> None:
    module = tiny_module().train()
    mask_losses(module, stems(), NAMES)["total"].backward()
    for name, parameter in module.named_parameters():
        has_gradient = parameter.grad is not None and bool(parameter.grad.any())
        # What the decoder says of a stem alone has no part in masks once they are corrected.
        assert has_gradient <= name.startswith("codec.decoder."), name
    assert module.codec.decoder.get_parameter("correction.weight").grad is not None


def test_the_loss_falls_when_the_same_mixes_are_seen_again() -> None:
    module = tiny_module(("drums", "bass"))
    optimizer = torch.optim.Adam(
        [parameter for parameter in module.parameters() if parameter.requires_grad], lr=0.01
    )
    seen = []
    for _ in range(25):
        torch.manual_seed(0)
        loss = mask_losses(module.eval(), stems(2), ("drums", "bass"))["total"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen.append(float(loss.detach()))
    assert seen[-1] < seen[0] - 0.01


@torch.no_grad()
def test_validation_hears_all_stems_and_the_same_codes_every_time() -> None:
    module = tiny_module().eval()
    rows = []
    for _ in range(2):
        torch.manual_seed(3)
        rows.append(
            {name: float(value) for name, value in mask_losses(module, stems(), NAMES).items()}
        )
    assert rows[0] == rows[1]
    assert rows[0].keys() == {"total", "presence", *(f"sdr_{name}_db" for name in NAMES)}
    assert all(value == value for value in rows[0].values())


@torch.no_grad()
def test_training_mixes_have_all_stems_two_or_one_and_the_rest() -> None:
    module = tiny_module().train()
    heard = set()
    for seed in range(20):
        losses = mask_losses(module, stems(seed=seed), NAMES)
        heard.add(tuple(name for name in NAMES if losses[f"sdr_{name}_db"]))
    assert {len(names) for names in heard} == {1, 2, 3}
    assert {name for names in heard for name in names} == set(NAMES)


@torch.no_grad()
def test_a_mix_that_comes_back_is_not_inferred_again_and_a_new_model_draws_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module, resumed = tiny_module().train(), tiny_module().train()
    torch.manual_seed(1)
    mix, first = module.remembered(NAMES, stems().stems_BSCT)
    torch.manual_seed(2)
    mix_later, later = resumed.remembered(NAMES, stems().stems_BSCT)
    assert mix.names == mix_later.names
    assert torch.equal(first.codes_BPLRS, later.codes_BPLRS)
    assert torch.equal(first.weight_BPL, later.weight_BPL)

    monkeypatch.setattr(module, "sampler", lambda _: pytest.fail("inferred again"))
    mix_again, again = module.remembered(NAMES, stems().stems_BSCT)
    assert again is first
    assert torch.equal(mix.sources_BSCT, mix_again.sources_BSCT)


@torch.no_grad()
def test_a_window_has_at_most_one_silenced_source_and_says_so() -> None:
    module = tiny_module().train()
    silenced = 0
    for seed in range(12):
        mix, _ = module.remembered(NAMES, stems(seed=seed).stems_BSCT)
        sounding_BS = mix.sources_BSCT.flatten(2).any(dim=2)
        silenced += int((~mix.is_whole_B).sum())
        assert torch.equal(sounding_BS.all(dim=1), mix.is_whole_B)
        assert (sounding_BS.sum(dim=1) >= sounding_BS.shape[1] - 1).all()
    assert silenced


def test_silenced_windows_teach_whether_a_stem_sounds_and_no_masks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.methods.lq_vae.mask_training.SILENCED_SHARE", 1.0)
    monkeypatch.setattr("engine.methods.lq_vae.mask_training.ALL_SHARE", 0.0)
    module = tiny_module().train()
    mask_losses(module, stems(), NAMES)["total"].backward()
    for name, parameter in module.named_parameters():
        has_gradient = parameter.grad is not None and bool(parameter.grad.any())
        assert not has_gradient or "correction" not in name, name
    assert module.codec.decoder.get_parameter("masks.presence.bias").grad is not None


@torch.no_grad()
def test_drums_and_bass_are_the_most_frequent_pair() -> None:
    module = tiny_module().train()
    pairs = [module.remembered(NAMES, stems(seed=seed).stems_BSCT)[0].names for seed in range(40)]
    known = [names for names in pairs if len(names) == 2 and "rest" not in names]
    assert known.count(("drums", "bass")) > len(known) / 2
    assert len(set(known)) == 3


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_stems_whose_name_is_kept_teach_no_weights_of_their_own(
    share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.methods.lq_vae.mask_training.UNNAMED_SHARE", share)
    monkeypatch.setattr("engine.methods.lq_vae.mask_training.ALL_SHARE", 1.0)
    module = tiny_module().train()
    mask_losses(module, stems(), NAMES)["total"].backward()
    masks = module.codec.get_submodule("decoder.masks")
    for name in ("own.correction.weight", "own.presence.weight"):
        gradient = masks.get_parameter(name).grad
        assert gradient is not None
        taught = gradient.any(dim=1).nonzero()[:, 0].tolist()
        assert taught == ([] if share else [1, 2, 4]), name  # drums, bass and vocals


def test_the_stage_joins_priors_and_its_result_takes_further_ones(tmp_path: Path) -> None:
    whole = tiny_checkpoint(replace(tiny_config(), stem_names=("drums", "bass", "other")))
    stage = mask_stage(("drums", "bass"))
    config = tiny_training(write_dataset(tmp_path / "songs"))
    out = tmp_path / "out"
    out.mkdir()
    save_checkpoint(out / "prior-drums.safetensors", select_stems(whole, ("drums", "rest")))
    with pytest.raises(EngineError, match=r"prior-bass\.safetensors"):
        next(train(stage, config, out, resume=False))
    save_checkpoint(out / "prior-bass.safetensors", select_stems(whole, ("bass", "rest")))
    list(train(stage, config, out, resume=False))
    trained = load_checkpoint(out / "masks.safetensors")
    assert trained.card.stem_names == ("drums", "bass")
    for name, tensor in trained.tensors.items():
        is_decoder = name.startswith("codec.decoder.")
        assert is_decoder or torch.equal(tensor, whole.tensors[name]), name
    decoder = [name for name in trained.tensors if name.startswith("codec.decoder.")]
    assert any(not torch.equal(trained.tensors[name], whole.tensors[name]) for name in decoder)
    # A prior that was trained beside the earlier decoder joins, and the later decoder stays.
    joined = combine([trained, select_stems(whole, ("other", "rest"))], with_rest=False)
    assert joined.card.stem_names == ("drums", "bass", "other")
    assert all(torch.equal(joined.tensors[name], trained.tensors[name]) for name in decoder)
