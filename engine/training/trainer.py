"""One loop for every stage of every method."""

import copy
import dataclasses
import datetime
import math
import time
from collections.abc import Generator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from engine.allocator import keep_freed_memory
from engine.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from engine.errors import DatasetError, EngineError
from engine.methods.base import Stage, StemBatch
from engine.model_card import ModelCard
from engine.training.config import TrainingConfig, learning_rate, progress
from engine.training.prefetch import prefetched
from engine.training.stem_dataset import StemDataset
from engine.training.training_events import (
    CheckpointSaved,
    TrainingEvent,
    TrainingStep,
    Validated,
)
from engine.training.training_log import TrainingLog
from engine.training.training_state import Position, load_state, save_state

# Steps in a row whose gradient is not a number before the run is given up.
_MAX_BAD_STEPS = 20


def train(
    stage: Stage, config: TrainingConfig, out: Path, *, resume: bool
) -> Generator[TrainingEvent, None, None]:
    """Train a stage and keep ``NAME.safetensors``, ``NAME.state.safetensors`` and ``NAME.csv``.

    On one device, a resumed run gives the same numbers as one that was never interrupted,
    unless it has a time limit: every random number depends on the seed and the step alone.

    Args:
        stage: What to train.
        config: How.
        out: Folder of the results.
        resume: Go on from the state in ``out`` if there is one.

    Yields:
        A ``TrainingStep`` for every step, ``Validated`` and ``CheckpointSaved`` in between.
        Closing the generator saves a state to resume from, and so does Ctrl-C in the middle
        of a step, which is then done again.

    Raises:
        DatasetError: The dataset is missing something.
        CheckpointError: The state to resume from is damaged or of another network.
        OutputError: Something could not be written.
        EngineError: The training diverged.
    """
    if config.num_threads is not None:
        torch.set_num_threads(config.num_threads)
    keep_freed_memory()
    run = _Run(stage, config, out, resume=resume)
    batches = prefetched(
        partial(_batch_of_step, run.dataset, stage.distinct_batches),
        range(run.step, config.steps),
        num_threads=config.loader_threads,
    )
    try:
        # A run that was interrupted between a step and its validation catches up first.
        while True:
            if run.wants_validation():
                yield run.validate()
            if run.wants_checkpoint():
                yield run.save()
            if run.is_over:
                return
            yield run.advance(next(batches))
    except (GeneratorExit, KeyboardInterrupt):
        if run.is_whole:
            run.save()
        raise
    finally:
        batches.close()


def _batch_of_step(dataset: StemDataset, distinct_batches: int | None, step: int) -> StemBatch:
    return dataset.batch(step if distinct_batches is None else step % distinct_batches)


class _Run:
    """The state of one run.

    Attributes:
        dataset: Source of the training batches.
        step: Steps done.
        is_over: The last step is done. A limit of time is looked at once after each step: it must
            not pass unseen between the last validation and the end.
        is_whole: The weights, their average and the optimizer belong to the same step; false
            only inside a step, where Ctrl-C may arrive.
    """

    def __init__(self, stage: Stage, config: TrainingConfig, out: Path, *, resume: bool) -> None:
        self._stage = stage
        self._config = config
        foundation = _foundation(stage, out)
        values = stage.config if foundation is None else foundation.card.config
        self._card = stage.card(values)
        self._device = torch.device(config.device)
        self._checkpoint_path = out / f"{stage.name}.safetensors"
        self._state_path = out / f"{stage.name}.state.safetensors"
        self.dataset = _open(stage, config, self._card, split="train")
        self._validation = self._open_validation()
        torch.manual_seed(config.seed)
        self._module = stage.build(values)
        if foundation is not None:
            _adopt(self._module, foundation)
        self._module = self._module.to(self._device)
        self._average = copy.deepcopy(self._module).requires_grad_(False)
        self._optimizer = _build_optimizer(self._module, config)
        self.step = 0
        self._elapsed_before = 0.0
        self._validated_step = 0
        self._scores: dict[str, float] = {}
        self._is_saved = True
        self.is_whole = True
        if resume and self._state_path.exists():
            position = load_state(
                self._state_path,
                module=self._module,
                average=self._average,
                optimizer=self._optimizer,
            )
            if position.seed != config.seed:
                raise EngineError(
                    f"The run to resume has seed {position.seed}, not {config.seed}.",
                    remedy=f"Give the seed {position.seed}, or start anew in another folder.",
                )
            self.step = position.step
            self._elapsed_before = position.elapsed_seconds
            self._validated_step = position.validated_step
            self._scores = dict(position.scores)
        self._log = TrainingLog(out / f"{stage.name}.csv", resume_step=self.step)
        self._bad_steps = 0
        self._clock = time.process_time if config.clock == "processor" else time.monotonic
        self._started = self._clock()
        self._saved_at = time.monotonic()
        self.is_over = self._reaches_end()

    def _reaches_end(self) -> bool:
        return progress(self._config, step=self.step, elapsed_seconds=self._elapsed) >= 1.0

    def wants_validation(self) -> bool:
        is_due = self.is_over or self.step % self._config.validate_every == 0
        return self._validation is not None and is_due and self._validated_step < self.step

    def wants_checkpoint(self) -> bool:
        waited = time.monotonic() - self._saved_at
        return not self._is_saved and (
            self.is_over
            or self.step % self._config.checkpoint_every == 0
            or waited >= self._config.checkpoint_seconds
        )

    @property
    def _elapsed(self) -> float:
        return self._elapsed_before + self._clock() - self._started

    def advance(self, batch: StemBatch) -> TrainingStep:
        config = self._config
        rate = learning_rate(config, step=self.step, elapsed_seconds=self._elapsed)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        torch.manual_seed(_step_seed(config.seed, self.step))
        self._module.train()
        self._optimizer.zero_grad(set_to_none=True)
        buffers = [buffer.clone() for buffer in self._module.buffers()]
        try:
            losses = self._losses(self._module, batch)
            losses["total"].backward()
        except KeyboardInterrupt:
            # The step will be done again, so running statistics must not have seen its batch.
            for buffer, earlier in zip(self._module.buffers(), buffers, strict=True):
                buffer.copy_(earlier)
            raise
        self.is_whole = False
        norm = float(nn.utils.clip_grad_norm_(self._module.parameters(), config.clip_norm))
        if math.isfinite(norm):
            self._optimizer.step()
            self._bad_steps = 0
        else:
            self._count_bad_step()
        self._update_average()
        self.step += 1
        self.is_whole = True
        self._is_saved = False
        numbers = {name: float(value.detach()) for name, value in losses.items()}
        self._log.append(
            "train", step=self.step, seconds=self._elapsed, learning_rate=rate, losses=numbers
        )
        self.is_over = self._reaches_end()
        return TrainingStep(
            step=self.step,
            fraction=min(1.0, progress(config, step=self.step, elapsed_seconds=self._elapsed)),
            elapsed_seconds=self._elapsed,
            learning_rate=rate,
            losses=numbers,
        )

    def validate(self) -> Validated:
        assert self._validation is not None
        config = self._config
        sums: dict[str, float] = {}
        self._average.eval()
        # The same samples every time, and no trace in the stream of the training.
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            torch.manual_seed(config.seed)
            for batch in self._validation.validation_batches(
                config.validation_batches, config.seed
            ):
                for name, value in self._losses(self._average, batch).items():
                    sums[name] = sums.get(name, 0.0) + float(value)
        means = {name: value / config.validation_batches for name, value in sums.items()}
        self._scores = {f"validation/{name}": value for name, value in means.items()}
        self._validated_step = self.step
        self._is_saved = False
        self._log.append(
            "validation", step=self.step, seconds=self._elapsed, learning_rate=0.0, losses=means
        )
        return Validated(step=self.step, losses=means)

    def save(self) -> CheckpointSaved:
        card = dataclasses.replace(
            self._card,
            seed=self._config.seed,
            provenance=f"{self._card.provenance} {self._describe()}".strip(),
            scores={**self._card.scores, **self._scores},
        )
        save_checkpoint(
            self._checkpoint_path, Checkpoint(card=card, tensors=self._average.state_dict())
        )
        position = Position(
            step=self.step,
            elapsed_seconds=self._elapsed,
            seed=self._config.seed,
            validated_step=self._validated_step,
            scores=self._scores,
        )
        save_state(
            self._state_path,
            position,
            module=self._module,
            average=self._average,
            optimizer=self._optimizer,
        )
        self._saved_at = time.monotonic()
        self._is_saved = True
        return CheckpointSaved(step=self.step, path=self._checkpoint_path)

    def _losses(self, module: nn.Module, batch: StemBatch) -> dict[str, Tensor]:
        on_device = StemBatch(stems_BSCT=batch.stems_BSCT.to(self._device))
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self._config.bf16):
            return self._stage.losses(module, on_device)

    def _update_average(self) -> None:
        # A short memory at first: the average must not drag the random start along.
        decay = min(self._config.ema_decay, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            current = self._module.state_dict()
            for name, tensor in self._average.state_dict().items():
                if tensor.is_floating_point():
                    tensor.lerp_(current[name], 1 - decay)
                else:
                    tensor.copy_(current[name])

    def _count_bad_step(self) -> None:
        self._bad_steps += 1
        if self._bad_steps >= _MAX_BAD_STEPS:
            raise EngineError(
                f"The training diverged at step {self.step}: its gradients are not numbers.",
                remedy="Resume from the last checkpoint with a lower learning rate.",
            )

    def _open_validation(self) -> StemDataset | None:
        if not (self._config.dataset / "validation").is_dir():
            return None
        return _open(self._stage, self._config, self._card, split="validation")

    def _describe(self) -> str:
        config = self._config
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        unit = "core-hours" if config.clock == "processor" else "h"
        spent = f"{self._elapsed / 3600:.2f} {unit} on {config.device}"
        return (
            f"Trained for {self.step} steps of {config.batch_size} x {config.crop_seconds:g} s "
            f"({spent}) on {len(self.dataset.track_names)} "
            f"tracks of “{config.dataset.resolve().name}”, seed {config.seed}, {today}."
        )


def _open(stage: Stage, config: TrainingConfig, card: ModelCard, *, split: str) -> StemDataset:
    if card.channels > 2:
        raise DatasetError(f"Stems with {card.channels} channels cannot be made.")
    return StemDataset(
        config.dataset,
        split=split,
        stem_names=stage.stem_names,
        batch_size=config.batch_size,
        crop_frames=round(config.crop_seconds * card.sample_rate),
        seed=config.seed,
        mixing=config.mixing,
        sample_rate=card.sample_rate,
        num_channels=card.channels,
        cache=config.cache,
    )


def _foundation(stage: Stage, out: Path) -> Checkpoint | None:
    """Load the checkpoint, or join those, of the stages that this one starts from."""
    if stage.foundation is None:
        return None
    found = []
    for name in (stage.foundation, *stage.joined):
        path = out / f"{name}.safetensors"
        if not path.is_file():
            raise EngineError(
                f"The stage “{stage.name}” starts from “{path.name}”, which “{out}” does not hold.",
                remedy=f"Train the stage “{name}” first, into the same folder.",
            )
        found.append(load_checkpoint(path))
    return found[0] if stage.join is None else stage.join(found)


def _adopt(module: nn.Module, foundation: Checkpoint) -> None:
    """Put the weights of an earlier stage into the part of a module that has their names."""
    own = module.state_dict()
    missing = foundation.tensors.keys() - own.keys()
    if missing:
        raise EngineError(
            f"“{foundation.card.title}” does not fit this stage: {min(missing)} has no place.",
            remedy="Train the earlier stage again with this version of Strata.",
        )
    module.load_state_dict({**own, **foundation.tensors})


def _build_optimizer(module: nn.Module, config: TrainingConfig) -> torch.optim.Optimizer:
    trained = [parameter for parameter in module.parameters() if parameter.requires_grad]
    if config.optimizer == "adam":
        return torch.optim.Adam(trained, lr=config.learning_rate, fused=True)
    # Gains and biases are not decayed: they do not make a network more complex.
    groups: list[Mapping[str, object]] = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        [dict(group) for group in groups if group["params"]], lr=config.learning_rate, fused=True
    )


def _step_seed(seed: int, step: int) -> int:
    return int(np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0] >> 1)
