from dataclasses import replace
from pathlib import Path

import pytest
import torch

from engine.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from engine.errors import CheckpointError
from engine.methods.blockwise_vae.config import BlockwiseConfig
from engine.methods.blockwise_vae.method import (
    JOINT_STAGE,
    METHOD,
    MODEL_STAGE,
    adopt_draft,
    tiny_config,
)
from engine.methods.blockwise_vae.module import BlockwiseVae
from engine.methods.spectrogram_vae import method as draft_method
from engine.model_library import read_entry
from engine.training.trainer import train
from tests.engine.methods.blockwise_vae.test_network import drafted_config
from tests.engine.training.tiny_dataset import write_dataset
from tests.engine.training.tiny_stage import tiny_training


def draft_of(module: BlockwiseVae) -> Checkpoint:
    """Give the module's own draft out as a checkpoint of method C."""
    assert module.draft is not None
    card = draft_method.METHOD.tiny_checkpoint().card
    tensors = {f"vaes.{name}": tensor for name, tensor in module.draft.state_dict().items()}
    return Checkpoint(card=card, tensors=tensors)


def test_the_first_stage_leaves_the_draft_alone_and_the_joint_one_goes_on_with_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(7)
    bundled = draft_of(BlockwiseVae(drafted_config()))
    save_checkpoint(tmp_path / "draft.safetensors", bundled)
    entry = read_entry(tmp_path / "draft.safetensors")
    monkeypatch.setattr("engine.methods.blockwise_vae.method.find_model", lambda _: entry)
    stages = {stage.name: stage for stage in METHOD.stages}
    config = replace(tiny_training(write_dataset(tmp_path / "songs")), cache=tmp_path / "cache")
    out = tmp_path / "out"

    first = replace(stages[MODEL_STAGE], config=drafted_config().to_json())
    list(train(first, config, out, resume=False))
    list(train(stages[JOINT_STAGE], config, out, resume=False))

    separated, joint = (
        load_checkpoint(out / f"{name}.safetensors") for name in (MODEL_STAGE, JOINT_STAGE)
    )
    assert BlockwiseConfig.from_json(joint.card.config).draft_learns
    assert not BlockwiseConfig.from_json(separated.card.config).draft_learns
    kept = [
        torch.equal(separated.tensors[name.replace("vaes.", "draft.")], tensor)
        for name, tensor in bundled.tensors.items()
    ]
    assert all(kept)
    mask = "draft.mask.weight"
    assert not torch.equal(joint.tensors[mask], separated.tensors[mask])


def test_a_draft_that_does_not_fit_is_refused() -> None:
    checkpoint = draft_of(BlockwiseVae(drafted_config()))
    with pytest.raises(CheckpointError, match="another shape"):
        adopt_draft(BlockwiseVae(other_shape()), checkpoint)
    with pytest.raises(ValueError, match="reads no draft"):
        adopt_draft(BlockwiseVae(tiny_config()), checkpoint)


def other_shape() -> BlockwiseConfig:
    config = drafted_config()
    assert config.draft is not None
    return replace(config, draft=replace(config.draft, hidden=16))
