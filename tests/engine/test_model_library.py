"""Which models are found, in which order, and what is said about the others."""

import dataclasses
import hashlib
from pathlib import Path

import pytest
import torch

from engine import model_library
from engine.checkpoint import Checkpoint, save_checkpoint, write_tensors
from engine.errors import CheckpointError
from engine.model_library import find_model, list_damaged, list_models, model_folders
from tests.engine.test_checkpoint import CARD


def add_model(folder: Path, name: str, *, method: str = "spectrogram_vae") -> Path:
    path = folder / f"{name}.safetensors"
    card = dataclasses.replace(CARD, method=method)
    save_checkpoint(path, Checkpoint(card=card, tensors={"a": torch.ones(3)}))
    return path


def test_models_of_all_folders_are_listed_the_best_method_first(tmp_path: Path) -> None:
    add_model(tmp_path / "bundled", "draft")
    add_model(tmp_path / "own", "fine", method="blockwise_vae")
    folders = (tmp_path / "bundled", tmp_path / "own", tmp_path / "missing")
    assert [entry.name for entry in list_models(folders)] == ["fine", "draft"]
    assert find_model(None, folders).name == "fine"


def test_the_default_comes_with_strata_and_a_model_of_few_stems_is_never_before_one_of_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_model(tmp_path / "bundled", "draft")
    add_model(tmp_path / "own", "all-stems", method="blockwise_vae")
    banjo = tmp_path / "own" / "banjo.safetensors"
    card = dataclasses.replace(CARD, method="blockwise_vae", stem_names=("banjo",))
    save_checkpoint(banjo, Checkpoint(card=card, tensors={"a": torch.ones(3)}))
    folders = (tmp_path / "bundled", tmp_path / "own")
    assert [entry.name for entry in list_models(folders)] == ["all-stems", "draft", "banjo"]
    monkeypatch.setattr("engine.model_library.BUNDLED_FOLDER", tmp_path / "bundled")
    assert [entry.name for entry in list_models(folders)] == ["draft", "all-stems", "banjo"]


def test_an_entry_knows_its_size_and_digest(tmp_path: Path) -> None:
    path = add_model(tmp_path, "draft")
    (entry,) = list_models([tmp_path])
    assert entry.path == path
    assert entry.num_bytes == path.stat().st_size
    assert entry.sha256() == hashlib.sha256(path.read_bytes()).hexdigest()
    path.unlink()
    with pytest.raises(CheckpointError):
        entry.sha256()


def test_of_two_models_with_one_name_the_first_folder_counts(tmp_path: Path) -> None:
    first = add_model(tmp_path / "a", "draft")
    add_model(tmp_path / "b", "draft")
    assert find_model("draft", [tmp_path / "a", tmp_path / "b"]).path == first


def test_a_model_is_found_by_name_method_or_path(tmp_path: Path) -> None:
    path = add_model(tmp_path, "draft")
    for wanted in ("draft", "spectrogram_vae", str(path)):
        assert find_model(wanted, [tmp_path]).path == path


def test_a_misspelt_name_is_answered_with_the_nearest(tmp_path: Path) -> None:
    add_model(tmp_path, "draft")
    with pytest.raises(CheckpointError) as caught:
        find_model("draught", [tmp_path])
    assert caught.value.remedy == "Did you mean “draft”?"
    with pytest.raises(CheckpointError) as caught:
        find_model("zzz", [tmp_path])
    assert "draft" in caught.value.remedy


def test_without_any_model_the_remedy_says_where_one_belongs(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError) as caught:
        find_model(None, [tmp_path])
    assert str(tmp_path) in caught.value.remedy


def test_a_damaged_file_is_reported_and_spares_the_others(tmp_path: Path) -> None:
    add_model(tmp_path, "good")
    bad = add_model(tmp_path, "bad")
    bad.write_bytes(bad.read_bytes()[:-1])
    assert [entry.name for entry in list_models([tmp_path])] == ["good"]
    (error,) = list_damaged([tmp_path])
    assert "bad.safetensors" in error.message
    with pytest.raises(CheckpointError, match="damaged"):
        find_model("bad", [tmp_path])


def test_the_state_of_a_training_run_is_no_model_and_not_damaged(tmp_path: Path) -> None:
    write_tensors(tmp_path / "model.state.safetensors", {"a": torch.ones(1)}, {})
    assert list_models([tmp_path]) == ()
    assert list_damaged([tmp_path]) == ()


def test_models_lie_with_the_program_and_with_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    bundled, own = model_folders()
    assert bundled == Path(model_library.__file__).parents[1] / "resources" / "models"
    assert own.name == "models"
    assert "Strata" in own.parts
