"""Laws of the loop: what it repeats, what it saves, where it stops."""

import csv
import dataclasses
import itertools
import math
from collections.abc import Iterable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from engine.checkpoint import load_checkpoint
from engine.errors import CheckpointError, DatasetError, EngineError
from engine.methods.base import StemBatch
from engine.training.config import RECIPES, TrainingConfig, learning_rate
from engine.training.prefetch import prefetched
from engine.training.trainer import train
from engine.training.training_events import (
    CheckpointSaved,
    TrainingEvent,
    TrainingStep,
    Validated,
)
from tests.engine.training.tiny_dataset import write_dataset
from tests.engine.training.tiny_stage import TINY_STAGE, tiny_losses, tiny_training


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("dataset"))


def facts(events: Iterable[TrainingEvent]) -> list[tuple[str, int, dict[str, float]]]:
    """Reduce events to what must not depend on the clock."""
    return [
        (type(event).__name__, event.step, dict(event.losses))
        for event in events
        if not isinstance(event, CheckpointSaved)
    ]


def run(config: TrainingConfig, out: Path, *, resume: bool = False) -> list[TrainingEvent]:
    return list(train(TINY_STAGE, config, out, resume=resume))


def test_a_run_reports_steps_validations_and_checkpoints_in_order(
    dataset: Path, tmp_path: Path
) -> None:
    events = run(tiny_training(dataset), tmp_path)
    assert [(type(event), event.step) for event in events] == [
        (TrainingStep, 1),
        (TrainingStep, 2),
        (TrainingStep, 3),
        (Validated, 3),
        (TrainingStep, 4),
        (CheckpointSaved, 4),
        (TrainingStep, 5),
        (TrainingStep, 6),
        (Validated, 6),
        (CheckpointSaved, 6),
    ]
    fractions = [event.fraction for event in events if isinstance(event, TrainingStep)]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_two_runs_with_one_seed_give_the_same_numbers_and_weights(
    dataset: Path, tmp_path: Path
) -> None:
    config = tiny_training(dataset)
    first, second = run(config, tmp_path / "a"), run(config, tmp_path / "b")
    assert facts(first) == facts(second)
    other = run(dataclasses.replace(config, seed=4), tmp_path / "c")
    assert facts(first) != facts(other)


@pytest.mark.parametrize("stop_after", range(1, 11))
@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_an_interrupted_run_goes_on_to_the_same_numbers(
    dataset: Path, tmp_path: Path, stop_after: int, optimizer: str
) -> None:
    config = tiny_training(dataset, optimizer=optimizer)
    whole = facts(run(config, tmp_path / "whole"))
    broken = train(TINY_STAGE, config, tmp_path / "broken", resume=False)
    seen = facts(itertools.islice(broken, stop_after))
    broken.close()
    seen += facts(run(config, tmp_path / "broken", resume=True))
    assert seen == whole
    one = load_checkpoint(tmp_path / "whole" / "model.safetensors").tensors
    other = load_checkpoint(tmp_path / "broken" / "model.safetensors").tensors
    assert one.keys() == other.keys()
    for name, tensor in one.items():
        assert torch.equal(tensor, other[name]), name


def test_ctrl_c_in_the_middle_of_a_step_loses_nothing(dataset: Path, tmp_path: Path) -> None:
    config = tiny_training(dataset)
    whole = facts(run(config, tmp_path / "whole"))
    calls = itertools.count()

    def losses(module: nn.Module, batch: StemBatch) -> dict[str, Tensor]:
        result = tiny_losses(module, batch)
        if next(calls) == 2:
            raise KeyboardInterrupt
        return result

    stage = dataclasses.replace(TINY_STAGE, losses=losses)
    with pytest.raises(KeyboardInterrupt):
        list(train(stage, config, tmp_path / "broken", resume=False))
    resumed = run(config, tmp_path / "broken", resume=True)
    assert facts(resumed) == whole[2:]
    one = load_checkpoint(tmp_path / "whole" / "model.safetensors").tensors
    other = load_checkpoint(tmp_path / "broken" / "model.safetensors").tensors
    assert all(torch.equal(tensor, other[name]) for name, tensor in one.items())


def test_a_finished_run_does_nothing_when_resumed(dataset: Path, tmp_path: Path) -> None:
    run(tiny_training(dataset), tmp_path)
    before = (tmp_path / "model.safetensors").read_bytes()
    assert run(tiny_training(dataset), tmp_path, resume=True) == []
    assert (tmp_path / "model.safetensors").read_bytes() == before


def test_without_resume_a_run_starts_anew(dataset: Path, tmp_path: Path) -> None:
    first = facts(run(tiny_training(dataset), tmp_path))
    assert facts(run(tiny_training(dataset), tmp_path)) == first


def test_the_log_holds_each_step_once_after_an_interruption(dataset: Path, tmp_path: Path) -> None:
    config = tiny_training(dataset)
    broken = train(TINY_STAGE, config, tmp_path, resume=False)
    for _ in range(3):
        next(broken)
    broken.close()
    log = tmp_path / "model.csv"
    # As after a crash: a row that the state does not know, and one that was cut off.
    log.write_text(f"{log.read_text()}train,4,1.0,0.1,9,9\ntrain", encoding="utf-8")
    events = run(config, tmp_path, resume=True)
    with log.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows if row["split"] == "train"] == [1, 2, 3, 4, 5, 6]
    last = [event for event in events if isinstance(event, TrainingStep)][-1]
    assert float(rows[-2]["total"]) == pytest.approx(last.losses["total"], rel=1e-5)
    assert rows[-1]["split"] == "validation"


def test_the_checkpoint_holds_the_average_and_the_card(dataset: Path, tmp_path: Path) -> None:
    config = tiny_training(dataset, ema_decay=0.9)
    events = run(config, tmp_path)
    checkpoint = load_checkpoint(tmp_path / "model.safetensors")
    assert checkpoint.card.title == "Tiny"
    assert checkpoint.card.seed == 3
    assert "6 steps of 2 x 0.25 s" in checkpoint.card.provenance
    validated = [event for event in events if isinstance(event, Validated)][-1]
    assert checkpoint.card.scores["validation/total"] == validated.losses["total"]
    raw = dataclasses.replace(config, ema_decay=0.0)
    run(raw, tmp_path / "raw")
    newest = load_checkpoint(tmp_path / "raw" / "model.safetensors")
    assert not torch.equal(checkpoint.tensors["gain_S"], newest.tensors["gain_S"])


def test_a_single_batch_can_be_learned(dataset: Path, tmp_path: Path) -> None:
    config = tiny_training(dataset, steps=40, validate_every=100, checkpoint_every=100)
    events = run(config, tmp_path)
    totals = [event.losses["total"] for event in events if isinstance(event, TrainingStep)]
    assert sum(totals[-5:]) < 0.8 * sum(totals[:5])


def test_a_dataset_without_validation_is_not_validated(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "dataset", splits=("train",))
    events = run(tiny_training(folder), tmp_path / "out")
    assert not any(isinstance(event, Validated) for event in events)


def test_bfloat16_reaches_the_loss(dataset: Path, tmp_path: Path) -> None:
    seen: list[torch.dtype] = []

    def losses(module: nn.Module, batch: StemBatch) -> dict[str, Tensor]:
        seen.append(torch.nn.functional.linear(torch.ones(1, 1), torch.ones(1, 1)).dtype)
        return tiny_losses(module, batch)

    stage = dataclasses.replace(TINY_STAGE, losses=losses)
    list(train(stage, tiny_training(dataset, steps=1, bf16=True), tmp_path, resume=False))
    assert set(seen) == {torch.bfloat16}


def test_batches_come_back_after_so_many_and_a_resumed_run_counts_on(
    dataset: Path, tmp_path: Path
) -> None:
    heard: list[float] = []

    def losses(module: nn.Module, batch: StemBatch) -> dict[str, Tensor]:
        if module.training:
            heard.append(float(batch.stems_BSCT.square().sum()))
        return tiny_losses(module, batch)

    stage = dataclasses.replace(TINY_STAGE, losses=losses, distinct_batches=3)
    for steps in (4, 7):
        list(train(stage, tiny_training(dataset, steps=steps), tmp_path, resume=True))
    assert len(heard) == 7
    assert heard[3:6] == heard[:3]
    assert heard[6] == heard[0]
    assert len(set(heard)) == 3


def test_a_run_with_a_time_limit_ends_by_itself(dataset: Path, tmp_path: Path) -> None:
    config = tiny_training(dataset, steps=100_000, time_limit_seconds=0.3)
    events = run(config, tmp_path)
    steps = [event for event in events if isinstance(event, TrainingStep)]
    assert 0 < len(steps) < config.steps
    assert isinstance(events[-1], CheckpointSaved)
    assert run(config, tmp_path, resume=True) == []


def test_whenever_its_time_is_up_a_run_ends_with_a_validation_and_a_checkpoint(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = itertools.count()
    monkeypatch.setattr("engine.training.trainer.time.monotonic", lambda: float(next(looks)))
    for limit in range(20, 28):  # looks at the clock: every place between two steps
        config = tiny_training(dataset, steps=1000, time_limit_seconds=limit, validate_every=1000)
        events = run(config, tmp_path)
        assert [type(event) for event in events[-2:]] == [Validated, CheckpointSaved], limit


def test_a_limit_of_processor_time_ends_a_run_and_counts_what_was_resumed(
    dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tiny_training(dataset, steps=100_000, time_limit_seconds=36_000, clock="processor")
    clock = itertools.count(step=100)
    monkeypatch.setattr("engine.training.trainer.time.process_time", lambda: next(clock))
    events = train(TINY_STAGE, config, tmp_path, resume=False)
    first = [event for event in itertools.islice(events, 20) if isinstance(event, TrainingStep)]
    events.close()
    rest = [
        event for event in run(config, tmp_path, resume=True) if isinstance(event, TrainingStep)
    ]
    assert first
    assert rest
    assert rest[0].elapsed_seconds > first[-1].elapsed_seconds
    assert rest[-1].step < 400
    card = load_checkpoint(tmp_path / "model.safetensors").card
    assert "core-hours" in card.provenance


def test_a_loss_that_is_not_a_number_ends_the_run_and_spares_the_weights(
    dataset: Path, tmp_path: Path
) -> None:
    def losses(module: nn.Module, batch: StemBatch) -> dict[str, Tensor]:
        return {"total": tiny_losses(module, batch)["total"] * math.nan}

    stage = dataclasses.replace(TINY_STAGE, losses=losses)
    config = tiny_training(dataset, steps=100, checkpoint_every=10, validate_every=1000)
    with pytest.raises(EngineError, match="diverged at step 19"):
        list(train(stage, config, tmp_path, resume=False))
    saved = load_checkpoint(tmp_path / "model.safetensors")
    assert all(torch.isfinite(tensor).all() for tensor in saved.tensors.values())


def test_the_state_of_another_network_or_seed_is_refused(dataset: Path, tmp_path: Path) -> None:
    config = tiny_training(dataset)
    run(config, tmp_path)
    other = dataclasses.replace(TINY_STAGE, build=lambda config: nn.Linear(2, 2))
    with pytest.raises(CheckpointError, match="another network"):
        list(train(other, config, tmp_path, resume=True))
    with pytest.raises(EngineError, match="seed 3, not 5"):
        run(dataclasses.replace(config, seed=5), tmp_path, resume=True)


def test_a_missing_dataset_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="does not exist"):
        run(tiny_training(tmp_path / "nowhere"), tmp_path)


@given(step=st.integers(0, 999), seconds=st.floats(0, 1e6))
def test_the_learning_rate_stays_within_its_bounds(step: int, seconds: float) -> None:
    config = TrainingConfig(dataset=Path(), steps=1000, time_limit_seconds=1000.0)
    assert 0.0 < learning_rate(config, step=step, elapsed_seconds=seconds) <= config.learning_rate


def test_the_learning_rate_anneals_by_whichever_limit_comes_first() -> None:
    config = TrainingConfig(dataset=Path(), steps=1000, time_limit_seconds=1000.0)
    by_time = learning_rate(config, step=200, elapsed_seconds=1000.0)
    assert by_time == pytest.approx(config.final_learning_rate)
    by_steps = learning_rate(config, step=1000, elapsed_seconds=10.0)
    assert by_steps == pytest.approx(config.final_learning_rate)
    assert learning_rate(config, step=0, elapsed_seconds=0.0) == pytest.approx(1e-5)


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_every_recipe_is_about_its_dataset(name: str) -> None:
    assert RECIPES[name](Path("songs")).dataset == Path("songs")


@pytest.mark.parametrize("num_threads", [1, 3])
def test_prefetched_batches_come_in_order(num_threads: int) -> None:
    def make(step: int) -> StemBatch:
        return StemBatch(stems_BSCT=torch.full((1, 1, 1, 1), float(step)))

    batches = prefetched(make, range(5, 12), num_threads=num_threads)
    assert [int(batch.mix_BCT) for batch in batches] == [5, 6, 7, 8, 9, 10, 11]


def test_an_error_in_a_prefetched_batch_reaches_the_loop() -> None:
    def make(step: int) -> StemBatch:
        raise DatasetError(f"batch {step}")

    with pytest.raises(DatasetError, match="batch 0"):
        list(prefetched(make, range(3)))


def test_the_loader_leaves_the_threads_of_the_network_alone(dataset: Path, tmp_path: Path) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        training = train(TINY_STAGE, tiny_training(dataset), tmp_path, resume=False)
        next(training)
        assert torch.get_num_threads() == 2
        training.close()
    finally:
        torch.set_num_threads(before)
