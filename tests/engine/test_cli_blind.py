"""``strata separate --blind`` with an untrained model of two sources."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from engine import cli, model_library
from engine.checkpoint import Checkpoint, save_checkpoint
from engine.commands import blind_model
from engine.commands.blind_model import find_blind_model
from engine.methods.base import Stage
from engine.methods.blockwise_vae.blind import blind_version
from engine.methods.blockwise_vae.method import BLIND_STAGE, METHOD, tiny_config
from engine.model_library import find_model
from engine.training import trainer
from engine.training.config import TrainingConfig, pairs
from engine.training.training_events import CheckpointSaved, TrainingEvent
from tests.engine.test_cli_separate import files, read, write_song

STAGE = next(stage for stage in METHOD.stages if stage.name == BLIND_STAGE)


def add_blind_model(path: Path, *, num_sources: int = 2) -> Path:
    values = blind_version(tiny_config(), num_sources=num_sources).to_json()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        tensors = STAGE.build(values).state_dict()
    save_checkpoint(path, Checkpoint(card=STAGE.card(values), tensors=tensors))
    return path


def add_plain_model(path: Path) -> Path:
    save_checkpoint(path, METHOD.tiny_checkpoint())
    return path


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder of models, which is empty."""
    folder = tmp_path / "models"
    folder.mkdir()
    for module in (model_library, blind_model):
        monkeypatch.setattr(module, "model_folders", lambda: (folder,))
    return folder


def separate(tmp_path: Path, *arguments: str) -> int:
    song = write_song(tmp_path / "Duet.wav", num_frames=12_000, num_channels=2)
    return cli.main(["separate", str(song), "--out", str(tmp_path / "stems"), *arguments])


@pytest.mark.parametrize("passes", ["1", "2"])
def test_two_sources_of_one_kind_are_written_and_add_up(
    tmp_path: Path, models: Path, passes: str
) -> None:
    add_plain_model(models / "all.safetensors")
    add_blind_model(models / "duet.safetensors")

    assert separate(tmp_path, "--blind", "2", "--passes", passes) == cli.EXIT_OK

    out = tmp_path / "stems"
    assert files(out) == ["Duet/Duet (Source 1).wav", "Duet/Duet (Source 2).wav"]
    total_TC = np.sum([read(out / name) for name in files(out)], axis=0)
    assert np.abs(total_TC - read(tmp_path / "Duet.wav")).max() <= 1e-6


def test_single_sources_can_be_asked_for_by_their_names(tmp_path: Path, models: Path) -> None:
    add_blind_model(models / "duet.safetensors")
    assert separate(tmp_path, "--blind", "2", "--stems", "source 2") == cli.EXIT_OK
    assert files(tmp_path / "stems") == ["Duet/Duet (Source 2).wav"]


def test_without_a_blind_model_the_remedy_says_how_to_get_one(
    tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_plain_model(models / "all.safetensors")
    assert separate(tmp_path, "--blind", "2") == 2
    error = capsys.readouterr().err
    assert "no model for 2 sources of one kind" in error
    assert "strata train blockwise_vae --stage blind" in error
    assert str(models) in error
    assert not (tmp_path / "stems").exists()


@pytest.mark.parametrize("number", ["-1", "0", "1", "3"])
def test_numbers_that_no_model_has_are_refused_with_those_that_one_has(
    tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str], number: str
) -> None:
    add_blind_model(models / "duet.safetensors")
    add_blind_model(models / "quartet.safetensors", num_sources=4)
    assert separate(tmp_path, "--blind", number) == 2
    assert "There are models for: 2, 4." in capsys.readouterr().err


def test_a_model_that_is_named_must_be_blind(
    tmp_path: Path, models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_plain_model(models / "all.safetensors")
    add_blind_model(models / "duet.safetensors")
    assert separate(tmp_path, "--blind", "2", "--model", "all") == 2
    assert "“all” does not give 2 sources" in capsys.readouterr().err
    assert separate(tmp_path, "--blind", "2", "--model", "duet") == cli.EXIT_OK


def test_the_number_of_sources_chooses_the_model(models: Path) -> None:
    add_plain_model(models / "a.safetensors")
    add_blind_model(models / "b.safetensors")
    path = add_blind_model(models / "c.safetensors", num_sources=3)

    assert find_blind_model(2).name == "b"
    assert find_blind_model(3).name == "c"
    assert find_blind_model(3, METHOD.name).name == "c"
    assert find_blind_model(3, str(path)).name == "c"


def test_a_blind_model_is_never_the_default(models: Path) -> None:
    add_blind_model(models / "octet.safetensors", num_sources=5)
    add_plain_model(models / "plain.safetensors")

    assert find_model().name == "plain"
    assert find_model(METHOD.name).name == "plain"


def test_a_model_of_more_sources_than_four_is_trained_and_run_alike(
    tmp_path: Path, models: Path
) -> None:
    config = blind_version(replace(tiny_config(), window_seconds=0.2), num_sources=5)
    assert STAGE.card(config.to_json()).stem_names[-1] == "source 5"
    add_blind_model(models / "quintet.safetensors", num_sources=5)
    assert separate(tmp_path, "--blind", "5") == cli.EXIT_OK
    assert len(files(tmp_path / "stems")) == 5


@pytest.mark.parametrize(
    ("arguments", "is_its_own"), [([], True), (["--recipe", "standard"], False)]
)
def test_the_blind_stage_is_trained_by_its_own_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], is_its_own: bool
) -> None:
    asked: list[TrainingConfig] = []

    def remember(
        stage: Stage, config: TrainingConfig, out: Path, *, resume: bool
    ) -> Generator[TrainingEvent, None, None]:
        asked.append(config)
        yield CheckpointSaved(step=1, path=out)

    monkeypatch.setattr(trainer, "train", remember)
    command = ["train", "blockwise_vae", "--stage", BLIND_STAGE, "--device", "cpu", "--seed", "5"]
    command += ["--dataset", str(tmp_path), "--out", str(tmp_path / "out"), *arguments]
    assert cli.main(command) == cli.EXIT_OK
    assert [config.mixing == pairs(tmp_path).mixing for config in asked] == [is_its_own]
    assert [config.seed for config in asked] == [5]
