"""A new stem from recordings: what is refused, what is kept, what comes out."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile
import torch

from engine.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from engine.errors import CheckpointError, DatasetError, EngineError, OutputError
from engine.methods.base import Stage
from engine.methods.catalog import METHODS
from engine.methods.lq_vae.method import load, tiny_checkpoint, tiny_config
from engine.model_library import list_models, read_entry
from engine.training import solo_checks, stem_addition
from engine.training.config import TrainingConfig
from engine.training.stem_addition import (
    AddStemOptions,
    SolosChecked,
    StemAdded,
    TimeEstimated,
    add_stem,
)
from engine.training.stem_names import stem_id
from engine.training.training_events import CheckpointSaved, TrainingStep, Validated
from tests.engine.training.tiny_dataset import write_dataset, write_stem
from tests.engine.training.tiny_stage import tiny_training

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def _little_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solo_checks, "LEAST_MINUTES", 0.1)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    for number in range(9):
        write_stem(tmp_path / "solos" / f"{number}.wav", seed=number, channels=1 + number % 2)
    return tmp_path / "solos"


@pytest.fixture
def options(tmp_path: Path, recordings: Path) -> AddStemOptions:
    path = tmp_path / "models" / "pair.safetensors"
    save_checkpoint(path, tiny_checkpoint(tiny_config()))
    return AddStemOptions(
        stem_name="keys",  # a name that torch's own containers use otherwise
        folder=recordings,
        model=read_entry(path),
        out=tmp_path / "models" / "pair-keys.safetensors",
    )


def training(**changes: object) -> TrainingConfig:
    return tiny_training(Path(), **{"steps": 8, "checkpoint_every": 3, **changes})


def the(kind: type, events: Iterator[object]) -> list[object]:
    return [event for event in events if isinstance(event, kind)]


def test_the_new_model_has_all_stems_and_the_old_one_is_left_as_it_was(
    options: AddStemOptions,
) -> None:
    before = options.model.path.read_bytes()
    events = list(add_stem(options, training()))
    assert [event.report.minutes for event in events if isinstance(event, SolosChecked)]
    assert len(the(TrainingStep, iter(events))) == 8
    (estimate,) = the(TimeEstimated, iter(events))
    assert isinstance(estimate, TimeEstimated)
    assert (estimate.steps_left, estimate.seconds > 0.0) == (2, True)
    assert events[-1] == StemAdded(
        path=options.out,
        stem_names=("drums", "bass", "keys"),
        loss=events[-1].loss,  # type: ignore[union-attr]
    )
    assert options.model.path.read_bytes() == before
    added, base = load_checkpoint(options.out), load_checkpoint(options.model.path)
    for name, tensor in base.tensors.items():
        assert torch.equal(added.tensors[name], tensor), name
    assert load(added, CPU).card.stem_names == ("drums", "bass", "keys")
    assert added.card.licence == "CC BY-SA 4.0; “keys”: trained by you on your recordings"
    assert "keys: Trained for" in added.card.provenance
    assert added.card.title == "Solo priors: drums, bass, keys"
    assert added.card.scores["keys/validation/total"] == events[-1].loss
    folder = options.out.parent
    assert sorted(path.name for path in folder.iterdir()) == [
        "pair-keys.safetensors", "pair.safetensors",
    ]  # fmt: skip
    assert {entry.name for entry in list_models([folder])} == {"pair", "pair-keys"}


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (("bass",), ("bass", "keys")),
        (("bass", "drums"), ("bass", "drums", "keys")),
        (("drums", "rest"), ("drums", "keys", "rest")),
        (("rest",), ("keys", "rest")),
        ((), ("keys", "rest")),
    ],
)
def test_the_stems_beside_the_new_one_can_be_chosen(
    options: AddStemOptions, others: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    *_, last = add_stem(replace(options, others=others), training(steps=1))
    assert isinstance(last, StemAdded)
    assert last.stem_names == expected
    assert load(load_checkpoint(last.path), CPU).card.stem_names == expected


def test_a_second_stem_joins_the_first(options: AddStemOptions) -> None:
    list(add_stem(options, training(steps=1)))
    second = replace(
        options,
        stem_name="cello",
        model=read_entry(options.out),
        out=options.out.with_name("three.safetensors"),
    )
    *_, last = add_stem(second, training(steps=1))
    assert isinstance(last, StemAdded)
    assert last.stem_names == ("drums", "bass", "keys", "cello")
    licence = load_checkpoint(last.path).card.licence
    assert licence.count("trained by you") == 2


@pytest.mark.parametrize("stop_after", [1, 3, 12, 15, 17])
def test_an_interrupted_training_goes_on_to_the_same_weights(
    options: AddStemOptions, stop_after: int
) -> None:
    whole = replace(options, out=options.out.with_name("whole.safetensors"))
    list(add_stem(whole, training()))
    broken = add_stem(options, training())
    seen = list(itertools.islice(broken, stop_after))
    assert not any(isinstance(event, StemAdded) for event in seen)
    broken.close()
    assert not options.out.exists()
    if options.workshop.exists():  # else it was still looking at the recordings
        with pytest.raises(OutputError, match="interrupted"):
            next(add_stem(options, training()))
        options = replace(options, resume=True)
    list(add_stem(options, training()))
    one, other = load_checkpoint(whole.out), load_checkpoint(options.out)
    assert all(torch.equal(tensor, other.tensors[name]) for name, tensor in one.tensors.items())


def test_the_best_validated_weights_are_kept(
    options: AddStemOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losing(
        stage: Stage, config: TrainingConfig, out: Path, *, resume: bool
    ) -> Iterator[Validated | CheckpointSaved]:
        """Get better and then worse; the weights are the losses."""
        del config, resume
        values = load_checkpoint(out / "codec.safetensors").card.config
        module = stage.build(values)
        path = out / f"{stage.name}.safetensors"
        for step, loss in enumerate((3.0, 1.0, 2.0), start=1):
            yield Validated(step=step, losses={"total": loss})
            for name, tensor in module.state_dict().items():
                if name.startswith("priors."):
                    tensor.fill_(loss)
            tensors = {
                **module.state_dict(), **load_checkpoint(out / "codec.safetensors").tensors
            }  # fmt: skip
            card = replace(stage.card(values), scores={"validation/total": loss})
            save_checkpoint(path, Checkpoint(card=card, tensors=tensors))
            yield CheckpointSaved(step=step, path=path)

    monkeypatch.setattr(stem_addition, "train", losing)
    *_, last = add_stem(options)
    assert isinstance(last, StemAdded)
    assert last.loss == 1.0
    added = load_checkpoint(last.path).tensors
    own = [tensor for name, tensor in added.items() if name.startswith("priors.keys_.")]
    assert own
    assert all(bool((tensor == 1.0).all()) for tensor in own)


def test_of_a_dataset_only_solos_for_training_are_used(
    options: AddStemOptions, tmp_path: Path
) -> None:
    songs = write_dataset(tmp_path / "songs")
    found = solo_checks.find_solos(songs, "keys")
    assert {path.parts[-3:][0] for path in found} == {"train"}
    assert {path.stem for path in found} == {"keys"}
    *_, last = add_stem(replace(options, folder=songs), training(steps=1))
    assert isinstance(last, StemAdded)


def test_what_cannot_be_added_is_refused_before_anything_is_read(
    options: AddStemOptions, tmp_path: Path
) -> None:
    def first(**changes: object) -> None:
        next(add_stem(replace(options, **changes), training()))  # type: ignore[arg-type]

    with pytest.raises(EngineError, match="already"):
        first(stem_name="drums")
    with pytest.raises(EngineError, match="meaning of its own"):
        first(stem_name="rest")
    with pytest.raises(CheckpointError, match="no stem “flute”"):
        first(others=("flute",))
    with pytest.raises(EngineError, match="no interrupted training"):
        first(resume=True)
    with pytest.raises(OutputError, match="already"):
        first(out=options.model.path)
    mixes = tmp_path / "other.safetensors"
    save_checkpoint(mixes, METHODS[0].tiny_checkpoint())
    with pytest.raises(CheckpointError, match="learned its stems from mixes"):
        first(model=read_entry(mixes))


def test_recordings_that_do_not_suffice_are_refused(
    options: AddStemOptions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(folder: Path) -> None:
        list(add_stem(replace(options, folder=folder), training()))

    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "song.wav").write_text("no sound")
    with pytest.raises(DatasetError, match="could be read as audio"):
        run(tmp_path / "text")
    with pytest.raises(DatasetError, match="holds no recordings"):
        run(tmp_path / "nowhere")
    (tmp_path / "quiet").mkdir()
    soundfile.write(tmp_path / "quiet" / "a.wav", [0.0] * 8000, 8000)
    with pytest.raises(DatasetError, match="silent"):
        run(tmp_path / "quiet")
    monkeypatch.setattr(solo_checks, "LEAST_MINUTES", 5.0)
    with pytest.raises(DatasetError, match="minutes of sound"):
        run(options.folder)
    assert not options.workshop.exists()


def test_a_training_cannot_be_resumed_beside_another_codec(options: AddStemOptions) -> None:
    broken = add_stem(options, training())
    while not isinstance(next(broken), TrainingStep):
        pass
    broken.close()
    checkpoint = load_checkpoint(options.model.path)
    changed = {name: tensor + 1.0 for name, tensor in checkpoint.tensors.items()}
    save_checkpoint(options.model.path, replace(checkpoint, tensors=changed))
    with pytest.raises(CheckpointError, match="another model"):
        next(add_stem(replace(options, resume=True), training()))


@pytest.mark.parametrize(
    ("typed", "name"),
    [("Double Bass", "double_bass"), (" cello ", "cello"), ("12-string", None), ("a/b", None),
     ("../x", None), ("E-Piano 2", "e_piano_2"), ("Flöte", "flöte"), ("", None), ("a" * 33, None)],
)  # fmt: skip
def test_names_become_ids_or_are_refused(typed: str, name: str | None) -> None:
    if name is None:
        with pytest.raises(EngineError, match="cannot be the name"):
            stem_id(typed)
    else:
        assert stem_id(typed) == name


def test_the_default_training_leaves_a_core_for_the_batches(
    options: AddStemOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stem_addition, "usable_cores", lambda: 4)
    config = stem_addition.training_of(replace(options, minutes=2.0, steps=7))
    assert (config.num_threads, config.time_limit_seconds, config.steps) == (3, 120.0, 7)
